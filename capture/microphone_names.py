"""Which microphone is meant: by its name, or by its USB id, which stays the same in every port and after every boot.

::

    "Jabra"                 one device whose name has this in it; a whole name wins over a part of one
    "0b0e:0412"             the USB sound card of this vendor and product
    "0b0e:0412:00A1B2C3"    ... and this serial number, where there are two of a kind
    "default"               what the system takes when nobody says anything

    /sys/class/sound/card1/device -> .../usb1/1-1/1-1.3/1-1.3:1.0       the sound interface of a USB device
                                     .../usb1/1-1/1-1.3/idVendor        0b0e
    PortAudio                        "Jabra SPEAK 510: USB Audio (hw:1,0)"

The number of a card changes with the order in which cards are found, so it is looked up each time a device is opened.
PortAudio leaves out a card that another program has open; the kernel still knows it.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from capture.hearing import Device

SYSFS = Path("/sys/class/sound")
PROC = Path("/proc/asound")

DEFAULT = "default"

_USB_ID = re.compile(r"([0-9a-f]{4}):([0-9a-f]{4})(?::(.+))?", re.IGNORECASE)
_CARD_IN_NAME = re.compile(r"\(hw:(\d+),\d+\)$")


class LeftOutError(LookupError):
    """The kernel knows the card that is meant, and PortAudio does not."""


@dataclass(frozen=True, slots=True)
class UsbCard:
    """A sound card on USB."""

    card: int
    usb_id: str
    """Vendor and product, four hexadecimal digits each."""
    serial: str
    """Empty where the maker gave none."""
    title: str
    """What the kernel calls it."""

    @property
    def name(self) -> str:
        """What can be written into the settings."""
        return f"{self.usb_id}:{self.serial}" if self.serial else self.usb_id


@dataclass(frozen=True, slots=True)
class Listed:
    """A microphone, for the person who has to name one."""

    name: str
    channels: int | None
    """None: it cannot be opened now, so it cannot be known."""
    usb_id: str | None
    """None: not on USB, or made of software."""
    is_in_use: bool | None
    """Whether some program has it open. None: not a sound card, so it cannot be known."""


def usb_cards(sysfs: Path = SYSFS) -> list[UsbCard]:
    """The USB sound cards that the kernel knows."""
    return [card for folder in sorted(sysfs.glob("card[0-9]*")) if (card := _usb_card(folder)) is not None]


def card_of(device: Device) -> int | None:
    """Number of the ALSA card behind a device, None for a device made of software."""
    found = _CARD_IN_NAME.search(device.name)
    return None if found is None else int(found[1])


def describe(devices: Sequence[Device], cards: Sequence[UsbCard], proc: Path = PROC) -> list[Listed]:
    """All that a technician wants to know, also of a card that another program has open."""
    usb: dict[int | None, str] = {each.card: each.name for each in cards}
    known = [(each, card_of(each)) for each in devices]
    listed = [
        Listed(each.name, each.channels, usb.get(card), None if card is None else _is_in_use(card, proc))
        for each, card in known
    ]
    left_out = [each for each in cards if each.card not in {card for _, card in known} and _inputs(each.card, proc)]
    return listed + [Listed(each.title, None, each.name, _is_in_use(each.card, proc)) for each in left_out]


def find(wanted: str, devices: Sequence[Device], cards: Sequence[UsbCard]) -> Device:
    """The one device that is meant.

    Raises:
        LeftOutError: it is there, and cannot be opened.
        LookupError: none is meant, or more than one; the sentence lists what there is.
    """
    if _USB_ID.fullmatch(wanted):
        found = _with_usb_id(wanted.lower(), devices, cards)
    else:
        found = [each for each in devices if each.name.lower() == wanted.lower()]
        found = found or [each for each in devices if wanted.lower() in each.name.lower()]
    if not found:
        raise LookupError(f"There is no microphone {wanted!r} here. {_there_are(devices, cards)}")
    if len(found) > 1:
        names = ", ".join(repr(each.name) for each in found)
        raise LookupError(f"{wanted!r} can mean more than one microphone: {names}.")
    return found[0]


def _with_usb_id(wanted: str, devices: Sequence[Device], cards: Sequence[UsbCard]) -> list[Device]:
    numbers = {each.card for each in cards if wanted in (each.usb_id, f"{each.usb_id}:{each.serial.lower()}")}
    found = {card_of(each): each for each in reversed(devices) if card_of(each) in numbers}
    if numbers and not found:
        raise LeftOutError(f"{wanted} is here, and cannot be opened: another program has it, or it has no microphone.")
    return list(found.values())


def _there_are(devices: Sequence[Device], cards: Sequence[UsbCard]) -> str:
    if not devices:
        return "There is none at all."
    usb: dict[int | None, str] = {each.card: f" ({each.name})" for each in cards}
    names = [repr(each.name) + usb.get(card_of(each), "") for each in devices]
    return f"There are: {', '.join(names)}."


def _inputs(card: int, proc: Path) -> list[Path]:
    return list(proc.glob(f"card{card}/pcm*c"))


def _is_in_use(card: int, proc: Path) -> bool:
    return any(_line(state) != "closed" for each in _inputs(card, proc) for state in each.glob("sub*/status"))


def _usb_card(folder: Path) -> UsbCard | None:
    # The card belongs to an interface of the USB device; the device itself is the folder above.
    device = (folder / "device").resolve().parent
    vendor, product = _line(device / "idVendor"), _line(device / "idProduct")
    if not vendor or not product:
        return None
    number = int(folder.name.removeprefix("card"))
    return UsbCard(number, f"{vendor}:{product}".lower(), _line(device / "serial"), _line(folder / "id"))


def _line(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8", errors="replace").strip()
    except OSError:
        return ""
