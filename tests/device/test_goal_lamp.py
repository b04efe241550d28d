"""What teachers said of the lamp is kept over starts; a damaged file says nothing, and the settings speak."""

from pathlib import Path

import pytest

from device.goal_lamp import FILE, GoalLamp


def test_what_was_said_is_kept(tmp_path: Path) -> None:
    lamp = GoalLamp(tmp_path, usual=False)
    lamp.say("Ms Okafor", is_shown=True)
    lamp.say("Mr Adeyemi", is_shown=True)
    lamp.say("Mr Adeyemi", is_shown=False)

    again = GoalLamp(tmp_path, usual=False)
    assert again.is_shown_for("Ms Okafor")
    assert not again.is_shown_for("Mr Adeyemi")
    assert not again.is_shown_for("Ms Nowak")


@pytest.mark.parametrize("usual", [False, True])
def test_for_who_never_said_the_settings_speak(tmp_path: Path, usual: bool) -> None:
    lamp = GoalLamp(tmp_path, usual=usual)
    lamp.say("Ms Okafor", is_shown=not usual)

    assert lamp.is_shown_for("Ms Nowak") is usual
    assert lamp.is_shown_for("Ms Okafor") is not usual


@pytest.mark.parametrize("damaged", [b"", b"{", b'{"said": [{"teacher": 1}]}'])
def test_a_damaged_file_says_nothing_and_is_replaced(tmp_path: Path, damaged: bytes) -> None:
    (tmp_path / FILE).write_bytes(damaged)
    lamp = GoalLamp(tmp_path, usual=False)
    assert not lamp.is_shown_for("Ms Okafor")
    lamp.say("Ms Okafor", is_shown=True)

    assert GoalLamp(tmp_path, usual=False).is_shown_for("Ms Okafor")


def test_where_nothing_can_be_kept_it_holds_until_the_next_start(tmp_path: Path) -> None:
    (tmp_path / FILE).mkdir()
    lamp = GoalLamp(tmp_path, usual=False)
    lamp.say("Ms Okafor", is_shown=True)

    assert lamp.is_shown_for("Ms Okafor")
