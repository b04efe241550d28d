"""The school as a process: started, killed, stopped, and what it must never load."""

from __future__ import annotations

import json
import random
import signal
import ssl
import subprocess
import sys
import threading
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx

from lesson.footage.receipt import Receipt
from lesson.wire import from_wire
from provisioning.throw_away import ThrowAwayAuthority
from school.accounts import sign_in_link


def test_the_school_never_loads_what_could_open_footage() -> None:
    program = (
        "import pkgutil, sys, importlib, school\n"
        "for found in pkgutil.walk_packages(school.__path__, 'school.'):\n"
        "    if '.migrations.' not in found.name and not found.name.endswith('__main__'):\n"
        "        importlib.import_module(found.name)\n"
        "print(*sys.modules)\n"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, check=True, text=True)
    loaded = set(done.stdout.split())
    assert {"school.main", "school.web_app", "school.listener", "lesson.footage.chain"} <= loaded
    never = {"lesson.footage.opening", "lesson.footage.identity", "lesson.footage.sealing"}
    assert not never & loaded
    assert not {name for name in loaded if name.split(".")[0] in {"capture", "analytics", "device", "waitwise"}}


def test_killed_again_and_again_it_loses_nothing_that_it_acknowledged(
    own_school: Any, new_unit: Any, new_teacher: Any, record: Any, put_segment: Any, put: Any
) -> None:
    """kill -9 during uploads: every segment that was answered with 201 or 200 is there, whole, after each start."""
    dice = random.Random(20261117)
    with own_school() as school:
        teacher = new_teacher(at=school)
        unit = new_unit(teacher, at=school)
        lesson = record(unit, teacher, segments=60, length_bytes=150_000)
        put(unit, f"{lesson.lesson}/header", lesson.header)
        for kid, stanza in lesson.stanzas.items():
            put(unit, f"{lesson.lesson}/stanzas/{kid}", stanza)
        acknowledged: set[Any] = set()
        kills = 0
        while len(acknowledged) < len(lesson.segments):
            waiting = [each for each in lesson.segments if each.name not in acknowledged]
            if kills < 5:
                killer = threading.Timer(dice.uniform(0.01, 0.25), school.process.kill)
                killer.start()
            with suppress(httpx.HTTPError):
                for segment in waiting:
                    answer = put_segment(unit, lesson, segment)
                    assert answer.status_code in (200, 201), answer.text
                    acknowledged.add(segment.name)
            if kills < 5:
                killer.join()
                school.stop(signal.SIGKILL)
                kills += 1
                school.start()
                assert list((school.settings.footage / "arriving").iterdir()) == [], "nothing half-way is left"
                unit.http.base_url = school.units
                check_all_there(unit, lesson, acknowledged, school)
        answer = put(unit, f"{lesson.lesson}/manifest", lesson.manifest)
        assert answer.status_code == 200
        Receipt.verify(answer.content, from_wire(bytes, school.ready["receipt_key"]))
        school.stop(signal.SIGKILL)
        school.start()
        unit.http.base_url = school.units
        assert put(unit, f"{lesson.lesson}/manifest", lesson.manifest).content == answer.content


def check_all_there(unit: Any, lesson: Any, acknowledged: set[Any], school: Any) -> None:
    have = unit.http.get(f"/v1/lessons/{lesson.lesson}/have").json()
    known = {tuple(each) for each in have["segments"]}
    for segment in lesson.segments:
        place = (int(segment.name.track), segment.name.index)
        assert segment.name not in acknowledged or place in known
        if place in known:
            stored = school.settings.footage / lesson.lesson / segment.name.file_name
            assert stored.read_bytes() == segment.ciphertext


def test_it_stops_in_good_order_while_somebody_watches(
    own_school: Any, new_unit: Any, new_teacher: Any, record: Any, put: Any, browser: Any
) -> None:
    with own_school() as school:
        teacher = new_teacher(at=school)
        unit = new_unit(teacher, at=school)
        lesson = record(unit, teacher)
        put(unit, f"{lesson.lesson}/header", lesson.header)
        with browser(teacher, at=school).stream("GET", f"/api/lessons/{lesson.lesson}/live") as live:
            lines = live.iter_lines()
            next(lines)
            assert school.stop(signal.SIGTERM) == 0
            for _ in lines:
                pass
        assert "Traceback" not in school.log


def test_a_restart_keeps_the_receipt_key_and_who_is_signed_in(own_school: Any, new_teacher: Any, browser: Any) -> None:
    with own_school() as school:
        teacher, key = new_teacher(at=school), school.ready["receipt_key"]
        school.stop()
        school.start()
        assert school.ready["receipt_key"] == key
        assert browser(teacher, at=school).get("/api/me").json()["kid"] == teacher.kid
        file = school.settings.data_folder / "receipt.key"
        assert file.stat().st_mode & 0o777 == 0o600
        assert school.settings.data_folder.stat().st_mode & 0o777 == 0o700


def test_no_code_of_a_link_stands_in_the_journal(own_school: Any, new_teacher: Any, browser: Any) -> None:
    with own_school() as school:
        code = sign_in_link(school.database, new_teacher(at=school).id, now=datetime.now(UTC), minutes=5)
        assert browser(at=school).get(f"/enter/{code}").status_code == 303
        assert browser(at=school).get(f"/enter/{code}").status_code == 404
        school.stop()
        assert school.log
        assert code not in school.log


def test_nothing_that_was_recorded_can_be_read_in_what_the_school_keeps(
    own_school: Any, new_unit: Any, new_teacher: Any, record: Any, send_all: Any
) -> None:
    with own_school() as school:
        teacher = new_teacher(at=school)
        unit = new_unit(teacher, at=school)
        assert send_all(unit, record(unit, teacher)).status_code == 200
        school.stop()
        kept = b"".join(path.read_bytes() for path in school.settings.data_folder.rglob("*") if path.is_file())
        assert teacher.identity.recipient.kid.hex().encode() in kept
        for secret in (b"secret numbers", b"evidence 0", b'"wait"'):
            assert secret not in kept


def test_it_speaks_https_to_browsers_when_it_has_a_certificate(own_school: Any, tmp_path: Path) -> None:
    files = ThrowAwayAuthority(tmp_path / "for-browsers", datetime.now(UTC), is_demo=True).server("127.0.0.1")
    with own_school(browser_certificate=str(files.cert_file), browser_key=str(files.key_file)) as school:
        assert school.browser.startswith("https://")
        context = ssl.create_default_context(cafile=files.ca_file)
        with httpx.Client(base_url=school.browser, verify=context, trust_env=False) as client:
            answer = client.get("/welcome")
        assert (answer.status_code, answer.headers["strict-transport-security"]) == (200, "max-age=31536000")


def start(folder: Path, text: str) -> subprocess.CompletedProcess[str]:
    (folder / "school.toml").write_text(text)
    command = [sys.executable, "-m", "waitwise", "school", "serve", str(folder / "school.toml"), "--json"]
    return subprocess.run(command, capture_output=True, text=True, check=False, timeout=60)


def test_a_server_that_cannot_start_says_why_in_one_line(own_school: Any, tmp_path: Path) -> None:
    done = start(tmp_path, "nonsense = 1\n")
    assert done.returncode == 1
    assert json.loads(done.stdout)["error"] == "SettingsError"
    assert "nonsense" in done.stderr
    assert "Traceback" not in done.stderr
    with own_school() as school:
        port = school.units.rpartition(":")[2]
        text = school.settings_file.read_text().replace("units_port = 0", f"units_port = {port}")
        (tmp_path / "second").mkdir()
        done = start(tmp_path / "second", text.replace('"data"', f'"{school.settings.data_folder}"'))
        assert done.returncode == 1
        assert "Choose another one" in done.stderr


def test_what_the_school_writes_is_its_owners_alone(own_school: Any, tmp_path: Path) -> None:
    (tmp_path / "data").mkdir(mode=0o755)  # as a technician may have made it
    with own_school():
        for path in (tmp_path / "data").iterdir():
            assert path.stat().st_mode & 0o077 == 0, path
