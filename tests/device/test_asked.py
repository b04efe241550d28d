"""Who may ask the program is said by the settings: nobody, ourselves, or an account that must be there."""

import pathlib

import pytest

from device.asked import STATE, Asked
from device.commands import Command, Stop, command_to_wire
from device.local import LocalClient
from device.settings import SocketSettings
from lesson.settings import SettingsError


def test_a_command_arrives(tmp_path: pathlib.Path) -> None:
    taken: list[Command] = []
    asked = Asked(SocketSettings(tmp_path / "program.sock"), taken.append)
    with LocalClient(tmp_path / "program.sock") as client:
        client.ask("ask", command_to_wire(Stop()))
        assert STATE == "state", "the page knows it by this name"
    asked.close()

    assert taken == [Stop()]


def test_without_a_socket_nobody_can_ask(tmp_path: pathlib.Path) -> None:
    asked = Asked(SocketSettings(), lambda _: None)
    assert list(tmp_path.iterdir()) == []
    asked.close()


def test_an_account_that_is_not_there_is_named(tmp_path: pathlib.Path) -> None:
    with pytest.raises(SettingsError, match="waitwise-nobody"):
        Asked(SocketSettings(tmp_path / "program.sock", "waitwise-nobody"), lambda _: None)
