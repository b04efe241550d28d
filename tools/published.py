"""Write the numbers of this version into the documents, at its release: `python -m tools.published`.

::

    docs/technician/page-hash.md    | 0.2.0 | 5f0c... page hash | 91ab... viewer |       one line a version, for good
"""

from __future__ import annotations

import hashlib
import sys
from pathlib import Path

from lesson.version import VERSION
from school.page_hash import page_files
from school.settings import PAGES, TEMPLATES
from school.viewer.folder import MANIFEST, viewer_files
from school.web_app import page_templates

PAGE = Path(__file__).parents[1] / "docs" / "technician" / "page-hash.md"
NONE_YET = "No version has been released yet.\n"
HEAD = "| Version | Page hash | SHA-256 of the viewer's manifest.json |\n|---|---|---|\n"


def published(text: str, version: str, page_hash: str, viewer_hash: str) -> str:
    """The page with one more version. Raises ValueError for a version that has other numbers already."""
    line = f"| {version} | `{page_hash}` | `{viewer_hash}` |\n"
    if line in text:
        return text
    if f"| {version} |" in text:
        raise ValueError(f"{version} is published with other numbers. A released version does not change.")
    text = text.replace(NONE_YET, HEAD)
    if HEAD not in text:
        raise ValueError("The page has no table to write into.")
    return text.replace(HEAD, HEAD + line)


def main() -> None:
    """Write it."""
    viewer = viewer_files(PAGES, page_templates(TEMPLATES))[MANIFEST]
    page_hash = page_files(PAGES, TEMPLATES).page_hash
    try:
        text = published(PAGE.read_text("utf-8"), VERSION, page_hash, hashlib.sha256(viewer).hexdigest())
    except ValueError as error:
        sys.exit(str(error))
    PAGE.write_text(text, "utf-8")


if __name__ == "__main__":
    main()
