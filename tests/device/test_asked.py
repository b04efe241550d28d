"""Who may ask the program is said by the settings: nobody, ourselves, or an account that must be there."""

import pathlib
from dataclasses import dataclass

import pytest

from capture.masks import Mask
from device.asked import STATE, Asked
from device.commands import Command, Stop, command_to_wire
from device.local import LocalClient
from device.settings import SocketSettings
from lesson.settings import SettingsError
from lesson.wire import from_wire
from tests.suites.masked import SEATS


@dataclass
class Remembering:
    """A program that takes everything, and has one still and one mask."""

    taken: list[Command]

    def ask(self, command: Command) -> None:
        self.taken.append(command)

    def still(self, given: object) -> bytes:
        return f"still {given}".encode()

    def mask(self, given: object) -> Mask:
        assert given == "9b"
        return SEATS


def test_a_still_and_a_mask_are_told(tmp_path: pathlib.Path) -> None:
    asked = Asked(SocketSettings(tmp_path / "program.sock"), Remembering([]))
    with LocalClient(tmp_path / "program.sock") as client:
        assert from_wire(bytes, client.ask("still", "5")) == b"still 5"
        assert from_wire(Mask, client.ask("mask", "9b")) == SEATS
    asked.close()


def test_a_command_arrives(tmp_path: pathlib.Path) -> None:
    taken: list[Command] = []
    asked = Asked(SocketSettings(tmp_path / "program.sock"), Remembering(taken))
    with LocalClient(tmp_path / "program.sock") as client:
        client.ask("ask", command_to_wire(Stop()))
        assert STATE == "state", "the page knows it by this name"
    asked.close()

    assert taken == [Stop()]


def test_without_a_socket_nobody_can_ask(tmp_path: pathlib.Path) -> None:
    asked = Asked(SocketSettings(), Remembering([]))
    assert list(tmp_path.iterdir()) == []
    asked.close()


def test_an_account_that_is_not_there_is_named(tmp_path: pathlib.Path) -> None:
    with pytest.raises(SettingsError, match="waitwise-nobody"):
        Asked(SocketSettings(tmp_path / "program.sock", "waitwise-nobody"), Remembering([]))
