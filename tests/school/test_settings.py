"""A settings file is read once, and a wrong entry stops the server with its name."""

from __future__ import annotations

from dataclasses import fields
from pathlib import Path

import pytest

from lesson.problems import SETTINGS_WRONG
from lesson.settings import SettingsError, settings_table
from school.settings import Settings

NEEDED = 'data_folder = "data"\nunits_certificate = "a.pem"\nunits_key = "a.key"\nunits_authority = "ca.pem"\n'


def read(folder: Path, text: str) -> Settings:
    (folder / "school.toml").write_text(text)
    return Settings.read(folder / "school.toml")


def test_paths_are_taken_from_the_folder_of_the_file(tmp_path: Path) -> None:
    settings = read(tmp_path, NEEDED)
    assert settings.data_folder == tmp_path / "data"
    assert settings.footage == tmp_path / "data" / "footage"
    assert settings.database == f"sqlite:///{tmp_path}/data/school.sqlite"
    assert settings.origin == "http://127.0.0.1:8443"
    assert not settings.is_https


def test_what_is_set_is_taken(tmp_path: Path) -> None:
    settings = read(
        tmp_path,
        NEEDED + 'footage_folder = "/srv/footage"\nbody_seconds = 5\nbrowser_origin = "https://waitwise.example"\n',
    )
    assert settings.footage == Path("/srv/footage")
    assert (settings.body_seconds, settings.origin, settings.is_https) == (5.0, "https://waitwise.example", True)


WRONG = {
    "a name that nobody agreed on": (NEEDED + "brower_port = 1\n", "brower_port"),
    "a missing folder": (NEEDED.replace('data_folder = "data"\n', ""), "data_folder"),
    "a text for a number": (NEEDED + 'units_port = "8444"\n', "units_port"),
    "a number for a text": (NEEDED + "browser_host = 1\n", "browser_host"),
    "yes for a number": (NEEDED + "units_port = true\n", "units_port"),
    "a half for a whole number": (NEEDED + "units_port = 1.5\n", "units_port"),
    "a port that is none": (NEEDED + "units_port = 70000\n", "units_port"),
    "a certificate without its key": (NEEDED + 'browser_certificate = "a.pem"\n', "browser_key"),
    "the school at the broker without its key": (NEEDED + 'broker_certificate = "a.pem"\n', "broker_key"),
    "an address with a path": (NEEDED + 'browser_origin = "https://a.example/school"\n', "browser_origin"),
    "an address without a scheme": (NEEDED + 'browser_origin = "a.example"\n', "browser_origin"),
    "no TOML": ("data_folder = \n", "TOML"),
}


@pytest.mark.parametrize(("text", "named"), WRONG.values(), ids=WRONG)
def test_a_wrong_entry_is_named(tmp_path: Path, text: str, named: str) -> None:
    with pytest.raises(SettingsError, match=named) as wrong:
        read(tmp_path, text)
    assert wrong.value.problem is SETTINGS_WRONG


def test_a_file_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="nowhere"):
        Settings.read(tmp_path / "nowhere.toml")


def test_every_setting_has_its_sentence_in_the_manual() -> None:
    table = settings_table(("", Settings))
    for each in fields(Settings):
        assert f"`{each.name}`" in table
        assert each.metadata["sentence"].endswith((".", "back it up."))
