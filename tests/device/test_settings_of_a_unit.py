"""A unit's settings: what is wrong is named."""

import pathlib

import pytest

from device.settings import read
from lesson.settings import SettingsError

GOOD = """
unit = "lab-2"
room = "Lab 2"
folder = "data"
[school]
url = "https://school.example:8444"
broker = "school.example:8883"
authority = "authority.pem"
receipt_key = "AAAA"
[trust]
certificate = "unit.pem"
private_key = "unit.key"
signing_key = "/etc/waitwise/signing.key"
"""

WRONG = {
    "a misspelt entry": (GOOD.replace("room =", "rooom ="), "There is no setting rooom"),
    "a missing entry": (GOOD.replace('room = "Lab 2"\n', ""), "The setting room is missing"),
    "a missing entry in a table": (GOOD.replace('url = "https://school.example:8444"\n', ""), "school.url is missing"),
    "a number for a text": (GOOD.replace('"Lab 2"', "2"), "The setting room cannot be 2: str"),
    "a text for a number": (GOOD + '[picture]\nwidth = "wide"\n', "picture.width cannot be 'wide': int"),
    "yes for a number": (GOOD + "[picture]\nwidth = true\n", "picture.width cannot be True: int"),
    "a unit id that fits no topic": (GOOD.replace('"lab-2"', '"Lab/2"'), "no unit id"),
    "a camera that nobody makes": (GOOD + '[camera]\nsource = "webcam"\n', "must be one of picamera, none, chart"),
    "no TOML": ("unit lab-2", "unit.toml"),
}


def test_paths_are_relative_to_the_file(tmp_path: pathlib.Path) -> None:
    (tmp_path / "unit.toml").write_text(GOOD)

    settings = read(tmp_path / "unit.toml")

    assert settings.folder == tmp_path / "data"
    assert settings.trust.signing_key == pathlib.Path("/etc/waitwise/signing.key")
    assert settings.picture.width == 1280
    assert settings.goal_wait == 5.0


@pytest.mark.parametrize("case", WRONG)
def test_what_is_wrong_is_named(case: str, tmp_path: pathlib.Path) -> None:
    text, sentence = WRONG[case]
    (tmp_path / "unit.toml").write_text(text)

    with pytest.raises(SettingsError, match=sentence):
        read(tmp_path / "unit.toml")


NAMES_WRONG = {
    "a text for a list": ('"R. Amin" = "AMI"', "calls 'R. Amin' is a list of texts"),
    "a number in it": ('"R. Amin" = [7]', "calls 'R. Amin' is a list of texts"),
    "nothing, which would mean everybody": ('"R. Amin" = ["-"]', "calls 'R. Amin' is a list of texts"),
    "a name without quotation marks": ("R. Amin = []", "names.toml"),
    "no file": (None, "names.toml cannot be read"),
}


@pytest.mark.parametrize("case", NAMES_WRONG)
def test_what_is_wrong_with_the_timetables_names_is_named(case: str, tmp_path: pathlib.Path) -> None:
    text, sentence = NAMES_WRONG[case]
    (tmp_path / "unit.toml").write_text(GOOD + '[timetable]\nnames = "names.toml"\n')
    if text is not None:
        (tmp_path / "names.toml").write_text(text)

    with pytest.raises(SettingsError, match=sentence):
        read(tmp_path / "unit.toml")
