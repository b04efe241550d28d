"""The settings of a school's server: one TOML file, read once when the server starts.

::

    data_folder = "/var/lib/waitwise-school"
    browser_origin = "https://waitwise.school.example"
    units_certificate = "/etc/waitwise/school.pem"

Paths are taken from the folder of the file. What is not set has the default that the manual shows; a name that
nobody agreed on stops the server, because a misspelt setting is one that was meant to do something.
"""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import Self
from urllib.parse import urlsplit

from lesson.settings import SettingsError, fill, setting
from school.keeping import LARGEST_STEP, Policy

MIB = 1024 * 1024
_HERE = Path(__file__).parent
PAGES, TEMPLATES = _HERE / "pages", _HERE / "templates"
"""Those that are installed."""
_PORTS = range(65_536)


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """Everything a school can choose."""

    data_folder: Path = setting("Folder of the database and of the school's receipt key. Back it up.")
    footage_folder: Path | None = setting(
        "Folder of the sealed footage. Without it: `footage` in the data folder. Back it up.", default=None
    )
    database_url: str | None = setting(
        "Address of another database (SQLAlchemy's form). Without it: SQLite in the data folder.", default=None
    )

    browser_host: str = setting("Address on which browsers are served.", default="127.0.0.1")
    browser_port: int = setting("Port for browsers. 0 takes a free one.", default=8443)
    browser_certificate: Path | None = setting(
        "Certificate chain (PEM) for browsers. Without it the server speaks plain HTTP, for a proxy or a demo.",
        default=None,
    )
    browser_key: Path | None = setting("Private key of that certificate (PEM).", default=None)
    browser_origin: str | None = setting(
        "Address people type, for example `https://waitwise.school.example`. Without it: host and port from above.",
        default=None,
    )

    units_host: str = setting("Address on which units are served.", default="127.0.0.1")
    units_port: int = setting("Port for units. 0 takes a free one.", default=8444)
    units_certificate: Path = setting("The server's certificate chain (PEM) for units.")
    units_key: Path = setting("Private key of that certificate (PEM).")
    units_authority: Path = setting("Certificate (PEM) of the authority that signs the units' certificates.")

    broker_host: str | None = setting("Address of the MQTT broker. Without it no messages are read.", default=None)
    broker_port: int = setting("Port of the MQTT broker.", default=8883)
    broker_certificate: Path | None = setting("The school's certificate (PEM) at the broker.", default=None)
    broker_key: Path | None = setting("Private key of that certificate (PEM).", default=None)
    broker_authority: Path | None = setting(
        "Certificate (PEM) of the authority that signed the broker's. Without it: the units' authority.", default=None
    )

    invitation_days: int = setting("Days in which who is invited can join.", default=14)
    sign_in_minutes: int = setting("Minutes in which a sign-in link can be used.", default=15)
    session_hours: int = setting("Hours until somebody has to sign in again, whatever she does.", default=12)
    idle_minutes: int = setting("Minutes without a page or a request until somebody has to sign in again.", default=120)

    sign_on_issuer: str | None = setting(
        "Issuer of the school's own sign-on (OpenID Connect), as its configuration names it. Without it: none.",
        default=None,
    )
    sign_on_client_id: str | None = setting("What this server is called there.", default=None)
    sign_on_secret: Path | None = setting(
        "File that holds the client secret, readable by the server alone.", default=None
    )
    sign_on_name: str = setting("What the button says behind “Sign in with”.", default="your school account")
    keep_days: int = setting("Days after which a lesson goes into the bin, unless its teacher keeps it.", default=28)
    most_days: int = setting("Days that no lesson outlives, kept or not, the days in the bin included.", default=365)
    bin_days: int = setting("Days in the bin, from which its teacher can take it back.", default=7)
    sweep_seconds: float = setting("Seconds between two looks for lessons whose days are over.", default=60.0)

    max_segment_bytes: int = setting("Largest segment that a unit may send.", default=64 * MIB)
    max_document_bytes: int = setting("Largest header, stanza or manifest that a unit may send.", default=MIB)
    body_seconds: float = setting("Seconds a unit may fall silent inside an upload.", default=30.0)
    live_seconds: float = setting("Seconds between two looks for new evidence on a live page.", default=0.25)

    templates_folder: Path = setting("Folder of the page templates.", default=TEMPLATES)
    pages_folder: Path = setting("Folder of the scripts and styles of the pages.", default=PAGES)

    def __post_init__(self) -> None:
        for name in ("browser_port", "units_port", "broker_port"):
            if getattr(self, name) not in _PORTS:
                raise SettingsError(f"{name} must be between 0 and 65535.")
        if (self.browser_certificate is None) != (self.browser_key is None):
            raise SettingsError("browser_certificate and browser_key belong together: set both, or none.")
        if (self.broker_certificate is None) != (self.broker_key is None):
            raise SettingsError("broker_certificate and broker_key belong together: set both, or none.")
        sign_on = (self.sign_on_issuer, self.sign_on_client_id, self.sign_on_secret)
        if any(each is None for each in sign_on) and any(sign_on):
            raise SettingsError("sign_on_issuer, _client_id and _secret belong together: set all, or none.")
        if self.sign_on_issuer is not None:
            _check_issuer(self.sign_on_issuer)
        if self.bin_days <= LARGEST_STEP.days:
            raise SettingsError(
                f"bin_days must be more than {LARGEST_STEP.days}: see the manual on a clock that jumps."
            )
        if self.keep_days < 1 or self.keep_days + self.bin_days > self.most_days:
            raise SettingsError("keep_days must be 1 or more, and with bin_days no more than most_days.")
        if self.browser_origin is not None:
            _check_origin(self.browser_origin)

    @property
    def footage(self) -> Path:
        """Folder of the sealed footage."""
        return self.footage_folder or self.data_folder / "footage"

    @property
    def database(self) -> str:
        """Address of the database, in SQLAlchemy's form."""
        return self.database_url or f"sqlite:///{self.database_file}"

    @property
    def database_file(self) -> Path:
        """Where SQLite keeps the database, unless `database_url` names another one."""
        return self.data_folder / "school.sqlite"

    @property
    def policy(self) -> Policy:
        """How long lessons are kept."""
        return Policy(self.keep_days, self.most_days, self.bin_days)

    @property
    def origin(self) -> str:
        """Scheme, host and port that browsers see."""
        if self.browser_origin is not None:
            return self.browser_origin
        scheme = "https" if self.browser_certificate else "http"
        return f"{scheme}://{self.browser_host}:{self.browser_port}"

    @property
    def is_https(self) -> bool:
        """Whether browsers see HTTPS."""
        return self.origin.startswith("https://")

    @classmethod
    def read(cls, file: Path) -> Self:
        """Read a settings file. Raises `SettingsError` with the name of the entry that is wrong."""
        try:
            return fill(cls, tomllib.loads(file.read_text(encoding="utf-8")), file.parent)
        except OSError as error:
            raise SettingsError(f"{file} cannot be read: {error.strerror}.") from error
        except ValueError as error:
            raise SettingsError(f"{file} cannot be read as TOML: {error}") from error
        except SettingsError as error:
            raise SettingsError(f"{file}: {error}") from error


def _check_origin(origin: str) -> None:
    parts = urlsplit(origin)
    if parts.scheme not in {"http", "https"} or not parts.netloc or parts.path or parts.query or parts.fragment:
        raise SettingsError(f"browser_origin must look like https://waitwise.school.example, not {origin!r}.")


def _check_issuer(issuer: str) -> None:
    parts = urlsplit(issuer)
    # Plain http is for a provider beside a demo on this computer.
    if parts.scheme != "https" and parts.hostname not in {"localhost", "127.0.0.1"}:
        raise SettingsError(f"sign_on_issuer must begin with https://, not {issuer!r}.")
