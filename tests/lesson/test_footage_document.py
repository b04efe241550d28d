"""The format page runs, and says what the code says."""

from __future__ import annotations

import re
from pathlib import Path

from lesson.footage import errors, identity_file, recipients, segments

PAGE = (Path(__file__).parents[2] / "docs" / "formats" / "sealed-footage.md").read_text("utf-8")


def test_its_example_runs() -> None:
    (example,) = re.findall(r"```python\n(.*?)```", PAGE, re.DOTALL)
    names: dict[str, object] = {}
    exec(compile(example, "sealed-footage.md", "exec"), names)
    assert "lesson" in names


def test_it_names_every_error() -> None:
    described = set(re.findall(r"^\| `(\w+Error)`", PAGE, re.MULTILINE))
    ours = {
        name
        for name, value in vars(errors).items()
        if isinstance(value, type) and issubclass(value, errors.FootageError) and value is not errors.FootageError
    }
    assert described == ours


def test_its_numbers_are_the_codes() -> None:
    assert f"Rounds are {identity_file.ROUNDS:,} to {identity_file.MAX_ROUNDS:,}" in PAGE
    assert f"{recipients.WORDS_ROUNDS:,} rounds, 8 bytes" in PAGE
    assert re.findall(r"^\| (\d) \|", PAGE, re.MULTILINE) == [str(int(track)) for track in segments.Track]
