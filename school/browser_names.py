"""What to call a browser in a list of where somebody is signed in.

::

    Mozilla/5.0 (Windows NT 10.0; Win64; x64) ... Chrome/156.0.0.0 Safari/537.36 Edg/156.0.0.0  ->  Edge on Windows

Browsers say what they like, and most say they are all of them: the table is read from the top. It is a help for the
memory, and no proof of anything.
"""

from __future__ import annotations

_NAMES = {
    "Edg": "Edge",
    "OPR/": "Opera",
    "SamsungBrowser/": "Samsung Internet",
    "Firefox/": "Firefox",
    "FxiOS/": "Firefox",
    "CriOS/": "Chrome",
    "Chrome/": "Chrome",
    "Safari/": "Safari",
}
_SYSTEMS = {
    "iPhone": "iPhone",
    "iPad": "iPad",
    "Android": "Android",
    "CrOS": "ChromeOS",
    "Windows": "Windows",
    "Mac OS X": "Mac",
    "Linux": "Linux",
}
_LENGTH = 40


def browser_name(agent: str) -> str:
    """A name for what calls itself so; its own first words if nobody knows it.

    >>> browser_name("Mozilla/5.0 (X11; Linux x86_64; rv:145.0) Gecko/20100101 Firefox/145.0")
    'Firefox on Linux'
    >>> browser_name("waitwise-open/1.0"), browser_name("")
    ('waitwise-open/1.0', '')
    """
    name = next((name for sign, name in _NAMES.items() if sign in agent), None)
    system = next((name for sign, name in _SYSTEMS.items() if sign in agent), None)
    if name is None:
        return agent[:_LENGTH]
    return f"{name} on {system}" if system else name
