"""Sound cards drawn into a folder, as the kernel shows them under /sys.

::

    devices/usb1/1-1.3/             idVendor, idProduct, serial
    devices/usb1/1-1.3/1-1.3:1.0    <-- class/card1/device
"""

from __future__ import annotations

from pathlib import Path


def card(root: Path, number: int, port: str, ids: dict[str, str]) -> None:
    """One sound card, with the files that the kernel has for its USB device."""
    device = root / "devices" / "usb1" / port
    interface = device / f"{port}:1.0"
    interface.mkdir(parents=True)
    for name, value in ids.items():
        (device / name).write_text(f"{value}\n")
    folder = root / "class" / f"card{number}"
    folder.mkdir(parents=True)
    (folder / "device").symlink_to(interface)
    (folder / "id").write_text(f"Card{number}\n")
