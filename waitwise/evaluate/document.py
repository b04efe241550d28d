"""Put the report into a document, between two marks; everything else in it stays.

::

    Some words.
    <!-- evaluate: begin -->
    | tables, written by `waitwise evaluate DIR --write FILE` |
    <!-- evaluate: end -->
    More words.
"""

from __future__ import annotations

from pathlib import Path

from waitwise.errors import CommandError

BEGIN, END = "<!-- evaluate: begin -->", "<!-- evaluate: end -->"


def between_marks(document: str, text: str, name: str) -> str:
    """Return the document with `text` between its marks; `name` is for errors.

    Raises:
        CommandError: the two marks are not there, once each and in order.
    """
    before, begin, rest = document.partition(BEGIN)
    _, end, after = rest.partition(END)
    if not begin or not end or BEGIN in rest or END in before or END in after:
        raise CommandError(f"{name} has no place for the tables.", f"Write {BEGIN} and {END} where they shall stand.")
    return f"{before}{BEGIN}\n{text}{END}{after}"


def read_document(path: Path) -> str:
    """Read the document, and refuse before the work what has no marks.

    Raises:
        CommandError: it cannot be read or has no marks.
    """
    try:
        document = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise CommandError(f"{path} cannot be read as text: {error}.", "Name a Markdown document.") from error
    between_marks(document, "", path.name)
    return document


def write_document(path: Path, document: str) -> None:
    """Write it whole or not at all.

    Raises:
        CommandError: there is no place for it.
    """
    beside = path.with_name(f"{path.name}.new")
    try:
        beside.write_text(document, encoding="utf-8")
        beside.replace(path)
    except OSError as error:
        raise CommandError(
            f"{path} was not written: {error.strerror}.", "Choose a place that can be written."
        ) from error
