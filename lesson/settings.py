"""Settings: a frozen dataclass says what can be set, a TOML table sets it, and the manual prints the same sentences.

::

    @dataclass(frozen=True, slots=True)
    class Picture:
        width: int = setting("Width in pixels.", default=1280)      [picture]
        folder: Path = setting("Where it goes.")                    width = 640
                                                                    folder = "pictures"   relative to the file

A name that nobody agreed on is refused: a misspelt setting is one that was meant to do something.
Reading the file is the programs' business; nothing is read here.
"""

from __future__ import annotations

import types
import typing
from dataclasses import MISSING, Field, field, fields, is_dataclass
from pathlib import Path
from typing import Any, TypeVar

from lesson.problems import SETTINGS_WRONG, WaitwiseError

T = TypeVar("T")


class SettingsError(WaitwiseError):
    """A settings file that cannot be used. The message names the entry."""

    problem = SETTINGS_WRONG


def setting(sentence: str, *, default: Any = MISSING) -> Any:
    """Make a field with the sentence that the manual prints. Without a default it must be set."""
    metadata = {"sentence": sentence}
    return field(metadata=metadata) if default is MISSING else field(default=default, metadata=metadata)


def fill(kind: type[T], table: dict[str, Any], folder: Path, place: str = "") -> T:
    """Make settings from a table as `tomllib` reads it; paths are relative to `folder`. Raises `SettingsError`."""
    known = {each.name: each for each in fields(typing.cast("Any", kind))}
    if surplus := sorted(table.keys() - known.keys()):
        raise SettingsError(f"There is no setting {place}{surplus[0]}.")
    if missing := [name for name, each in known.items() if each.default is MISSING and name not in table]:
        raise SettingsError(f"The setting {place}{missing[0]} is missing.")
    hints = typing.get_type_hints(kind)
    return kind(**{name: _take(hints[name], value, folder, f"{place}{name}") for name, value in table.items()})


def settings_table(*kinds: tuple[str, type]) -> str:
    """The manual's table, in Markdown, of settings and the tables in them: `("school.", SchoolSettings)`."""
    rows = [
        f"| `{prefix}{each.name}` | {_default(each)} | {each.metadata['sentence']} |"
        for prefix, kind in kinds
        for each in fields(typing.cast("Any", kind))
        if not is_dataclass(typing.get_type_hints(kind)[each.name])
    ]
    return "\n".join(["| Setting | Default | What it is |", "|---|---|---|", *rows])


def _default(each: Field[Any]) -> str:
    if each.default is MISSING:
        return "needed"
    if each.default is None or isinstance(each.default, Path):
        return "-"
    return f"`{each.default}`"


def _take(hint: Any, value: object, folder: Path, place: str) -> Any:
    if isinstance(hint, types.UnionType):
        hint = next(kind for kind in typing.get_args(hint) if kind is not types.NoneType)
    if is_dataclass(hint) and isinstance(hint, type) and isinstance(value, dict):
        return fill(hint, value, folder, f"{place}.")
    if hint is Path and isinstance(value, str):
        return folder / value
    if hint is float and isinstance(value, int | float) and not isinstance(value, bool):
        return float(value)
    if hint in (int, str, bool) and type(value) is hint:
        return value
    raise SettingsError(f"The setting {place} cannot be {value!r}: {getattr(hint, '__name__', hint)} was expected.")
