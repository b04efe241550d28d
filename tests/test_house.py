"""The architecture holds, and the check that says so can fail: every contract is broken once, on purpose.

::

    a copy of the house  +  one forbidden import  ->  lint-imports names the contract that broke
"""

import ast
import configparser
import os
import pathlib
import shutil
import subprocess
import sys
import sysconfig

import pytest

HOUSE = pathlib.Path(__file__).resolve().parents[1]
PACKAGES = ("lesson", "analytics", "capture", "sync", "provisioning", "device", "school", "waitwise")

SEEDS = {
    "layers": ("lesson/talk.py", "import analytics.listener"),
    "layers, the unit and the school": ("device/clock.py", "import school.settings"),
    "layers, two parts": ("analytics/turns.py", "import capture.boxes"),
    "school-cannot-open": ("school/settings.py", "import lesson.footage.opening"),
    "unit-cannot-open": ("capture/recorder.py", "import lesson.footage.opening"),
    "agreement-is-pure": ("lesson/wire.py", "import socket"),
    "cryptography-in-footage": ("lesson/talk.py", "import cryptography.x509"),
    "analytics-hears-only": ("analytics/turns.py", "import threading"),
    "sync-holds-no-key": ("sync/outbox.py", "import lesson.footage.sealing"),
    "who-records-has-no-network": ("device/session.py", "import sync.outbox"),
    "who-records-has-no-network, by a detour": ("device/to_school.py", "import device.sending"),
    "who-sends-has-no-device": ("device/lessons_to_send.py", "import capture.disk"),
    "portaudio-in-its-own-process": ("capture/hearing_process.py", "import capture.portaudio"),
    "picamera-in-its-own-process": ("capture/seeing_process.py", "import capture.picamera"),
}

ONLY_IMPORTERS = {
    "paho": {"sync.mqtt"},
    "urllib3": {"school.sign_on", "sync.https"},
    "sqlite3": {"sync.database", "sync.outbox"},
    "webrtcvad": {"analytics.webrtc_detector"},
    "av": {
        f"capture.{name}"
        for name in (
            "card_reader",
            "coder",
            "file_camera",
            "file_microphone",
            "fragments",
            "media_file",
            "rate_changer",
            "stills",
        )
    },
    "sounddevice": {"capture.portaudio"},
    "zxingcpp": {"capture.card_reader"},
    "gpiozero": {"device.gpio"},
    "icalendar": {"device.timetable"},
    "recurring_ical_events": {"device.timetable"},
    "x_wr_timezone": {"device.timetable"},
    "picamera2": {"capture.picamera"},
    "fastapi": {"device.page", "school"},
    "starlette": {"device.page", "school"},
    "sqlalchemy": {"school"},
    "alembic": {"school"},
    "argon2": {"school.passwords"},
    "zxcvbn": {"school.passwords"},
    "pyotp": {"school.second_step"},
    "webauthn": {"school.passkeys"},
    "authlib": {"school.sign_on"},
    "joserfc": {"school.sign_on"},
    "uvicorn": {"device.page", "school"},
    "jinja2": {"device.page", "school"},
    "typer": {"waitwise"},
    "rich": {"waitwise"},
    "playwright": {"waitwise.demo.page"},
}
"""Who alone may know a library: a module, or a whole folder."""


def importers(house: pathlib.Path, library: str) -> set[str]:
    """Modules that import a library themselves, wherever in the module they do it."""
    found = set()
    for path in (path for package in PACKAGES for path in (house / package).rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text())):
            names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
            names += [node.module or ""] if isinstance(node, ast.ImportFrom) and node.level == 0 else []
            if any(name.split(".")[0] == library for name in names):
                found.add(".".join(path.relative_to(house).with_suffix("").parts))
    return found


def strangers(house: pathlib.Path, library: str) -> set[str]:
    allowed = ONLY_IMPORTERS[library]
    return {name for name in importers(house, library) if not any(f"{name}.".startswith(f"{one}.") for one in allowed)}


def lint(house: pathlib.Path) -> subprocess.CompletedProcess[str]:
    command = pathlib.Path(sysconfig.get_path("scripts")) / "lint-imports"
    environment = {**os.environ, "PYTHONPATH": str(house), "NO_COLOR": "1", "COLUMNS": "200"}
    return subprocess.run(
        [command, "--no-cache"], cwd=house, env=environment, capture_output=True, text=True, check=False
    )


@pytest.fixture
def house(tmp_path: pathlib.Path) -> pathlib.Path:
    for package in PACKAGES:
        shutil.copytree(
            HOUSE / package,
            tmp_path / package,
            ignore=lambda _, names: [n for n in names if "." in n and not n.endswith(".py")],
        )
    shutil.copy(HOUSE / ".importlinter", tmp_path)
    return tmp_path


def test_the_house_keeps_its_contracts(house: pathlib.Path) -> None:
    result = lint(house)

    assert result.returncode == 0, result.stdout


def test_every_contract_has_a_seeded_violation() -> None:
    contracts = configparser.ConfigParser()
    contracts.read(HOUSE / ".importlinter")
    names = {section.removeprefix("importlinter:contract:") for section in contracts.sections()} - {"importlinter"}

    assert names == {seed.split(",")[0] for seed in SEEDS}


@pytest.mark.parametrize("seed", SEEDS)
def test_a_forbidden_import_is_found(seed: str, house: pathlib.Path) -> None:
    module, forbidden = SEEDS[seed]
    contracts = configparser.ConfigParser()
    contracts.read(HOUSE / ".importlinter")
    title = contracts[f"importlinter:contract:{seed.split(',', maxsplit=1)[0]}"]["name"]
    with (house / module).open("a") as source:
        source.write(f"\n{forbidden}\n")

    result = lint(house)

    assert result.returncode != 0
    assert f"{title} BROKEN" in " ".join(result.stdout.split()), result.stdout


def test_nothing_happens_on_import() -> None:
    """No module prints, opens a thread or leaves a file when it is imported."""
    program = (
        "import importlib, pkgutil, threading\n"
        f"for name in {PACKAGES!r}:\n"
        "    package = importlib.import_module(name)\n"
        "    for module in pkgutil.walk_packages(package.__path__, name + '.'):\n"
        "        if '.migrations' not in module.name and not module.name.endswith('__main__'):\n"
        "            importlib.import_module(module.name)\n"
        "assert threading.active_count() == 1, threading.enumerate()\n"
    )

    result = subprocess.run(
        [sys.executable, "-W", "error::ResourceWarning", "-c", program],
        cwd=HOUSE,
        capture_output=True,
        text=True,
        check=False,
    )

    assert (result.returncode, result.stdout, result.stderr) == (0, "", "")


@pytest.mark.parametrize("library", ONLY_IMPORTERS)
def test_a_library_is_known_in_one_place(library: str) -> None:
    assert importers(HOUSE, library), "nobody imports it: take it out of the table and of pyproject.toml"
    assert strangers(HOUSE, library) == set()


def test_a_stranger_is_found(house: pathlib.Path) -> None:
    with (house / "sync" / "pieces.py").open("a") as source:
        source.write("\n\ndef late() -> None:\n    import paho.mqtt.client\n")

    assert strangers(house, "paho") == {"sync.pieces"}
