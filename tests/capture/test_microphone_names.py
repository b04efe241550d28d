"""Which microphone is meant, with sound cards drawn into a folder as the kernel shows them.

::

    usb1/1-1/1-1.3/             idVendor, idProduct, serial
    usb1/1-1/1-1.3/1-1.3:1.0    <-- card1/device
    platform/soc/...            <-- card0/device       no USB: the board's own
"""

from pathlib import Path

import pytest

from capture.hearing import Device
from capture.microphone_names import LeftOutError, Listed, UsbCard, describe, find, usb_cards
from tests.suites.sound_cards import card

JABRA = Device(1, "Jabra SPEAK 510 USB: Audio (hw:1,0)", 1)
LEFT = Device(3, "USB PnP Sound Device: Audio (hw:2,0)", 1)
RIGHT = Device(5, "USB PnP Sound Device: Audio (hw:3,0)", 2)
PULSE = Device(6, "pulse", 32)
DEVICES = (JABRA, LEFT, RIGHT, PULSE)
CARDS = (
    UsbCard(1, "0b0e:0412", "A1B2", "USB"),
    UsbCard(2, "0d8c:0014", "left", "Device"),
    UsbCard(3, "0d8c:0014", "right", "Device_1"),
)


def test_usb_cards_are_read_from_the_kernels_files(tmp_path: Path) -> None:
    card(tmp_path, 0, "platform", {})
    card(tmp_path, 1, "1-1.3", {"idVendor": "0b0e", "idProduct": "0412", "serial": "A1B2"})
    card(tmp_path, 10, "1-1.4", {"idVendor": "0D8C", "idProduct": "0014"})
    (tmp_path / "class" / "controlC0").mkdir()
    (tmp_path / "class" / "card7").mkdir()

    cards = usb_cards(tmp_path / "class")

    assert cards == [UsbCard(1, "0b0e:0412", "A1B2", "Card1"), UsbCard(10, "0d8c:0014", "", "Card10")]
    assert [each.name for each in cards] == ["0b0e:0412:A1B2", "0d8c:0014"]
    assert usb_cards(tmp_path / "nothing") == []


MEANT = {
    "a whole name": ("pulse", PULSE),
    "a part of a name": ("jabra", JABRA),
    "a USB id": ("0b0e:0412", JABRA),
    "a USB id in capitals": ("0B0E:0412", JABRA),
    "one of two of a kind, by serial number": ("0d8c:0014:right", RIGHT),
    "the name of a card": ("(hw:2,0)", LEFT),
}


@pytest.mark.parametrize("name", MEANT)
def test_a_microphone_is_found(name: str) -> None:
    wanted, device = MEANT[name]
    assert find(wanted, DEVICES, CARDS) == device


def test_in_another_port_it_has_another_number_and_is_found_by_its_id() -> None:
    moved = Device(0, "Jabra SPEAK 510 USB: Audio (hw:4,0)", 1)
    assert find("0b0e:0412", [LEFT, moved], [UsbCard(4, "0b0e:0412", "A1B2", "USB")]) == moved


def test_a_card_with_two_inputs_is_heard_through_its_first() -> None:
    second = Device(2, "Jabra SPEAK 510 USB: Audio #1 (hw:1,1)", 1)
    assert find("0b0e:0412", [JABRA, second], CARDS) == JABRA


NOT_FOUND = {
    "nobody is called so": ("Røde", DEVICES, r"There are: .*'pulse'.*"),
    "nobody has this USB id": ("dead:beef", DEVICES, r"'Jabra SPEAK 510 USB: Audio \(hw:1,0\)' \(0b0e:0412:A1B2\)"),
    "another serial number": ("0b0e:0412:ZZ", DEVICES, "no microphone"),
    "there is no microphone": ("Jabra", (), "There is none at all"),
    "two of a kind": ("0d8c:0014", DEVICES, "more than one"),
    "two names": ("USB PnP", DEVICES, "more than one"),
}


@pytest.mark.parametrize("name", NOT_FOUND)
def test_what_cannot_be_found_says_what_there_is(name: str) -> None:
    wanted, devices, says = NOT_FOUND[name]
    with pytest.raises(LookupError, match=says):
        find(wanted, devices, CARDS)


def test_a_technician_sees_what_is_in_use(tmp_path: Path) -> None:
    for number, state in ((1, "state: RUNNING\nowner_pid   : 812\n"), (2, "closed\n"), (3, "state: RUNNING\n")):
        folder = tmp_path / f"card{number}" / "pcm0c" / "sub0"
        folder.mkdir(parents=True)
        (folder / "status").write_text(state)

    assert describe((JABRA, LEFT, PULSE), CARDS, tmp_path) == [
        Listed(JABRA.name, 1, "0b0e:0412:A1B2", is_in_use=True),
        Listed(LEFT.name, 1, "0d8c:0014:left", is_in_use=False),
        Listed("pulse", 32, None, None),
        Listed("Device_1", None, "0d8c:0014:right", is_in_use=True),  # PortAudio leaves it out
    ]


def test_a_card_that_another_program_has_is_not_called_unknown() -> None:
    with pytest.raises(LeftOutError, match=r"0b0e:0412 is here, and cannot be opened: another program has it"):
        find("0b0e:0412", [LEFT, PULSE], CARDS)
