"""The pages of a version as one number: what every server of that version serves, to everybody.

::

    5f0c...  look/look.css             \
    91ab...  pages/lesson/page.js       >  one line a file, in the order of the paths --SHA-256--> the page hash
    c03d...  templates/lesson.html     /

The lines are those that `sha256sum` prints, so that the number can be had without us. What a server says about itself
proves nothing: waitwise/check_page.py fetches what is really served and holds it against this list.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from pathlib import Path

from lesson import look

_LOOK = Path(look.__file__).parent
_NOT_SERVED = {".py", ".pyc"}


@dataclass(frozen=True, slots=True)
class PageFiles:
    """The files that pages are made of."""

    files: dict[str, str]
    """SHA-256 by path, hexadecimal, in the order of the paths."""

    @property
    def lines(self) -> str:
        """What is hashed."""
        return "".join(f"{sha256}  {path}\n" for path, sha256 in self.files.items())

    @property
    def page_hash(self) -> str:
        """The number."""
        return hashlib.sha256(self.lines.encode()).hexdigest()

    @property
    def served(self) -> dict[str, str]:
        """Those that a browser can ask for as they are. Templates are seen only as the pages they become."""
        return {path: sha256 for path, sha256 in self.files.items() if not path.startswith("templates/")}


def page_files(pages: Path, templates: Path) -> PageFiles:
    """Everything under /pages and /look, and the templates."""
    found = {
        f"{name}/{path.relative_to(folder).as_posix()}": hashlib.sha256(path.read_bytes()).hexdigest()
        for name, folder in (("look", _LOOK), ("pages", pages), ("templates", templates))
        for path in folder.rglob("*")
        if path.is_file() and path.suffix not in _NOT_SERVED
    }
    return PageFiles(dict(sorted(found.items())))
