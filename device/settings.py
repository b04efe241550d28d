"""What a unit is told, once, from one TOML file.

::

    unit = "lab-2"
    room = "Lab 2"
    folder = "/var/lib/waitwise"
    microphone = "0b0e:0412"

    [school]
    url = "https://school.example:8443"
    broker = "school.example:8883"
    authority = "authority.pem"        # relative to this file
    receipt_key = "base64url"

    [trust]
    certificate = "unit.pem"
    private_key = "unit.key"
    signing_key = "signing.key"
"""

from __future__ import annotations

import tomllib
from dataclasses import dataclass, fields
from pathlib import Path

from device.commands import Mode
from lesson.messages import check_unit_id
from lesson.settings import SettingsError, fill, setting
from lesson.wire import from_base64

MEETINGS = ("first-meeting", "cards")
"""How a unit comes to know a teacher's keys (device/recipients.py)."""

SOURCES = ("picamera", "none", "chart")
"""Of a picture."""


@dataclass(frozen=True, slots=True)
class SchoolSettings:
    """Where the school is, and how the unit knows that it is the school."""

    url: str = setting("Address of the school's port for units.")
    broker: str = setting("Host and port of the school's MQTT broker.")
    authority: Path = setting("Certificate of the school's authority. No other is believed.")
    receipt_key: str = setting("The school's public key for receipts, base64url.")


@dataclass(frozen=True, slots=True)
class TrustSettings:
    """How the school knows that this is the unit."""

    certificate: Path = setting("The unit's certificate.")
    private_key: Path = setting("The private key of the certificate.")
    signing_key: Path = setting("The unit's own signing key: 32 bytes, for links and manifests.")


@dataclass(frozen=True, slots=True)
class PictureSettings:
    """The picture."""

    width: int = setting("Width in pixels.", default=1280)
    height: int = setting("Height in pixels.", default=720)
    rate_hz: float = setting("Pictures a second.", default=12.5)


@dataclass(frozen=True, slots=True)
class PanelSettings:
    """Button, lamps and buzzer at the box. Pins have the numbers that the Raspberry Pi's makers give them (BCM)."""

    pedal: str | None = setting(
        "Name or USB id of a foot switch or keyboard whose keys are the button, too.", default=None
    )
    button: int | None = setting("Pin of the button; its other contact is at ground.", default=None)
    red: int | None = setting("Pin of the teacher's lamp, red part. All three parts, or none.", default=None)
    green: int | None = setting("The same, green part.", default=None)
    blue: int | None = setting("The same, blue part.", default=None)
    room_light: int | None = setting("Pin of the light that pupils can see.", default=None)
    buzzer: int | None = setting("Pin of a piezo buzzer. Without it nothing is heard.", default=None)

    @property
    def has_pins(self) -> bool:
        """Whether anything is connected to pins."""
        return any(getattr(self, each.name) is not None for each in fields(self) if each.name != "pedal")


@dataclass(frozen=True, slots=True)
class SocketSettings:
    """How the unit's page reaches the program that records."""

    path: Path | None = setting(
        "Unix socket on which it can be asked and followed. Without it nobody can.", default=None
    )
    user: str | None = setting("Account of the page. Without it the program's own.", default=None)


@dataclass(frozen=True, slots=True)
class PageSettings:
    """The unit's own page, for teachers in the room."""

    host: str = setting(
        "Address on which it is served, with TLS; `0.0.0.0`: all of them. `localhost`: this computer only, without. "
        "As a service it has the port of `waitwise-page.socket` instead.",
        default="localhost",
    )
    port: int = setting("Port. 0 takes a free one.", default=8445)
    names: str = setting("What people may type for the unit, with commas. Empty: `UNIT.local`.", default="")
    folder: Path | None = setting(
        "Where its certificate and key are kept. Without it: `page` in the unit's folder.", default=None
    )
    screen: Path | None = setting(
        "Terminal of the screen in the room that shows the number for pairing, such as `/dev/tty1`. Without it: the "
        "terminal that the page was started in; where that is none, a card is asked for (`waitwise unit card`).",
        default=None,
    )
    day_ends: int = setting("Hour of the day at which everybody who paired is let go.", default=18)

    def __post_init__(self) -> None:
        if not 1 <= self.day_ends <= 23:
            raise SettingsError(f"The setting page.day_ends is an hour from 1 to 23, not {self.day_ends}.")


@dataclass(frozen=True, slots=True)
class TimetableSettings:
    """Who teaches in the room when."""

    file: Path | None = setting(
        "The room's timetable, an iCalendar file (.ics); lessons of other rooms may be in it.", default=None
    )
    feed: Path | None = setting(
        "File with the address of a calendar (https) in one line, which is a secret. The program that sends fetches it "
        "into `timetable.file`.",
        default=None,
    )
    authority: Path | None = setting(
        "Certificate of the authority that alone may vouch for the feed's server. Without it: those of the system.",
        default=None,
    )
    oldest_days: int = setting(
        "Days for which what the feed brought last is believed, when it brings nothing more.", default=7
    )
    names: Path | None = setting(
        "File (TOML) that says how the timetable writes each teacher, where it does not write her name.", default=None
    )
    classes: Path | None = setting(
        "File (TOML) that says what a class has agreed to (`modes`), and which mask its picture has, by its name in "
        "the timetable's titles.",
        default=None,
    )

    def __post_init__(self) -> None:
        if self.feed is not None and self.file is None:
            raise SettingsError("The setting timetable.feed needs timetable.file: where what it brings is kept.")
        if self.classes is not None and self.file is None:
            raise SettingsError("The setting timetable.classes needs timetable.file: what says which class is on.")
        if self.oldest_days < 1:
            raise SettingsError(f"The setting timetable.oldest_days is a number of days, not {self.oldest_days}.")


@dataclass(frozen=True, slots=True)
class CameraSettings:
    """Where the picture comes from."""

    source: str = setting(
        "`picamera`, a Raspberry Pi's own camera; `none`, sound only; `chart`, a moving test chart.", default="picamera"
    )
    number: int = setting("Which camera, where there are several: 0 is the first.", default=0)
    bit_rate: int = setting("Bits a second of a real camera's picture.", default=1_500_000)
    mask: str = setting("Name of the mask on every picture, if no other is asked for. Empty: no mask.", default="")

    def __post_init__(self) -> None:
        if self.source not in SOURCES:
            raise SettingsError(f"The setting camera.source must be one of {', '.join(SOURCES)}, not {self.source!r}.")


@dataclass(frozen=True, slots=True)
class UnitSettings:
    """Everything a unit is told."""

    unit: str = setting("The unit's id: small letters, digits and hyphens.")
    room: str = setting("The room, as people call it.")
    folder: Path = setting("Where lessons and the outbox are kept.")
    school: SchoolSettings = setting("See [school].")
    trust: TrustSettings = setting("See [trust].")
    picture: PictureSettings = setting("See [picture].", default=PictureSettings())
    socket: SocketSettings = setting("See [socket].", default=SocketSettings())
    page: PageSettings = setting("See [page].", default=PageSettings())
    panel: PanelSettings = setting("See [panel].", default=PanelSettings())
    camera: CameraSettings = setting("See [camera].", default=CameraSettings())
    teacher: str | None = setting(
        "Whose room it is, as the school writes her name, unless the timetable says otherwise.",
        default=None,
    )
    unclaimed_days: int = setting(
        "Days for which a lesson is kept of which nothing said whose it is, until she claims it at the unit."
        " 0: it is not begun.",
        default=7,
    )
    new_teachers: str = setting(
        "How the unit comes to know teachers' keys: `cards`, from their key cards, which is better where there is a "
        "camera; `first-meeting`, from the first list that the school gives it.",
        default="first-meeting",
    )
    timetable: TimetableSettings = setting("See [timetable].", default=TimetableSettings())
    microphone: str = setting(
        "Name of the microphone, or its USB id: vendor:product, or vendor:product:serial.", default="default"
    )
    goal_wait: float = setting("The teacher's own goal for a wait, in seconds.", default=5.0)
    modes: str = setting(
        "What classes agreed to: video, audio, numbers, or some of them. A press records the first. Where a class has "
        "its own: `timetable.classes`.",
        default="video, audio, numbers",
    )
    longest_minutes: int = setting(
        "Minutes after which a lesson ends by itself. There must be room for so many.", default=75
    )
    shows_goal: bool = setting(
        "Whether the lamp shows in lessons that a silence has lasted `goal_wait`, for who never said on the page.",
        default=False,
    )

    def __post_init__(self) -> None:
        if self.new_teachers not in MEETINGS:
            raise SettingsError(
                f"The setting new_teachers must be one of {', '.join(MEETINGS)}, not {self.new_teachers!r}."
            )

    @property
    def page_folder(self) -> Path:
        """Where the unit's page keeps what is its own."""
        return self.page.folder or self.folder / "page"

    @property
    def meets_by_cards(self) -> bool:
        """Whether the school's list alone makes nobody known."""
        return self.new_teachers == "cards"


def modes_of(settings: UnitSettings) -> tuple[Mode, ...]:
    """What classes agreed to of which nothing else is said, the usual one first. Raises `SettingsError`."""
    return modes_in(settings.modes)


def modes_in(text: str) -> tuple[Mode, ...]:
    """The modes that a text names, with commas. Raises `SettingsError`."""
    try:
        return tuple(Mode(word.strip()) for word in text.split(","))
    except ValueError as error:
        raise SettingsError(f"The setting modes can name {', '.join(Mode)}; not {text!r}.") from error


def timetable_names_of(settings: UnitSettings) -> dict[str, tuple[str, ...]]:
    """How the timetable writes each teacher, by the name that the school writes. Raises `SettingsError`."""
    if (path := settings.timetable.names) is None:
        return {}
    try:
        table = tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise SettingsError(f"{path} cannot be read: {error.strerror}.") from error
    except ValueError as error:
        raise SettingsError(f"{path}: {error}") from error
    for name, written in table.items():
        if not isinstance(written, list) or not all(_is_text(each) for each in written):
            raise SettingsError(f'{path}: what the timetable calls {name!r} is a list of texts, such as ["OKA"].')
    return {name: tuple(written) for name, written in table.items()}


def _is_text(written: object) -> bool:
    """With letters or digits: without any it would be found everywhere."""
    return isinstance(written, str) and any(letter.isalnum() for letter in written)


def names_of(settings: UnitSettings) -> tuple[str, ...]:
    """What people may type for the unit, the usual one first."""
    names = tuple(name.strip().lower() for name in settings.page.names.split(",") if name.strip())
    return names or (f"{settings.unit}.local",)


def receipt_key_of(settings: UnitSettings) -> bytes:
    """The school's public key for receipts. Raises `SettingsError`."""
    try:
        key = from_base64(settings.school.receipt_key)
    except ValueError as error:
        raise SettingsError("The setting school.receipt_key is not base64url.") from error
    if len(key) != 32:
        raise SettingsError("The setting school.receipt_key is not a public key of 32 bytes.")
    return key


def read(path: Path) -> UnitSettings:
    """Read a unit's settings; raise `SettingsError` naming the entry that is wrong."""
    try:
        settings = fill(UnitSettings, tomllib.loads(path.read_text(encoding="utf-8")), path.parent)
        check_unit_id(settings.unit)
        modes_of(settings)
        timetable_names_of(settings)
    except OSError as error:
        raise SettingsError(f"{path} cannot be read: {error.strerror}.") from error
    except (ValueError, SettingsError) as error:  # MessageError is a ValueError
        raise SettingsError(f"{path}: {error}") from error
    return settings
