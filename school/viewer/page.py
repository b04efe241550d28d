"""The viewer's page: one file, in which everything stands that it needs.

::

    default-src 'none'; script-src 'sha256-...'; style-src 'sha256-...'; font-src data:; media-src blob:

The policy names the one script and the one style by their hashes and lets nothing be fetched: from a computer's own
files a browser would not load them otherwise (docs/decisions/0024).
"""

from __future__ import annotations

import base64
import hashlib
import re
from pathlib import Path

from jinja2 import Environment
from markupsafe import Markup

from lesson import look
from school.viewer.joining import JoiningError, joined

START = "viewer/start.js"

_ADDRESS = re.compile(r'url\("(?P<path>[^"]+)"\)')
_KINDS = {".woff2": "font/woff2", ".svg": "image/svg+xml"}
_LOOK = Path(look.__file__).parent
_NOBODYS = {
    "lesson": "",
    "title": "",
    "started_at": "",
    "room": "",
    "state": "complete",
    "duration_s": None,
    "is_hers": False,
}
"""What the lesson page would show of a lesson: the viewer fills it in from the files."""


def viewer_page(pages: Path, templates: Environment) -> bytes:
    """The bytes of the viewer, from the scripts in `pages`. The same for the same files. Raises `JoiningError`."""
    script = joined(pages, START)
    style = _with_files((_LOOK / "look.css").read_text(encoding="utf-8") + (pages / "style.css").read_text("utf-8"))
    if "</style" in style.lower():
        raise JoiningError("A style with </style in it cannot stand in a page.")
    html = templates.get_template("viewer.html").render(
        teacher=None,
        lesson=_NOBODYS,
        policy=policy(script, style),
        icon_address=_data_address(_LOOK / "icons" / "waitwise.svg"),
        style_element=Markup("<style>{}</style>").format(Markup(style)),  # noqa: S704 - our own, named by its hash
        script_element=Markup("<script>{}</script>").format(Markup(script)),  # noqa: S704 - the same
    )
    return html.encode()


def policy(script: str, style: str) -> str:
    """What a browser is told: this script, this style, and nothing from anywhere."""
    return (
        f"default-src 'none'; script-src {_hash(script)}; style-src {_hash(style)}; font-src data:; img-src data:; "
        "media-src blob:; form-action 'none'; base-uri 'none'; require-trusted-types-for 'script'; trusted-types 'none'"
    )


def _hash(text: str) -> str:
    return f"'sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}'"


def _with_files(style: str) -> str:
    return _ADDRESS.sub(lambda found: f'url("{_data_address(_LOOK / found["path"])}")', style)


def _data_address(file: Path) -> str:
    return f"data:{_KINDS[file.suffix]};base64,{base64.b64encode(file.read_bytes()).decode()}"
