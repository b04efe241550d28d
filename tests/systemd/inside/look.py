"""Run by a oneshot service when the unit has booted: do what people and faults do, and write what is seen to /out/seen.

::

    button (gpio_board), page (https), kill -9, SIGSTOP --> services --> /out/seen/<what was asked>.json
"""

from __future__ import annotations

import http.client
import json
import os
import pwd
import re
import select
import signal
import sqlite3
import ssl
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

sys.path.insert(0, "/inside")

from gpio_board import Board

OUT = Path("/out/seen")
LESSONS = Path("/var/lib/waitwise/lessons")
SERVICES = ("capture", "sync", "page")
BUTTON = 17
PATIENCE = 120.0
MARK = Path("/run/systemd/timesync/synchronized")
TRIED = """import os, socket
try:
    {}
    print(0)
except OSError as error:
    print(error.errno)
"""
BEGUN_AT = time.monotonic()


def see(what: str, answer: object) -> None:
    """Keep an answer, and say when it was found."""
    (OUT / f"{what}.json").write_text(json.dumps(answer))
    sys.stderr.write(f"{time.monotonic() - BEGUN_AT:6.1f} s  {what}: {str(answer)[:200]}\n")


def until(what: str, is_so: Callable[[], bool], patience: float = PATIENCE) -> None:
    give_up_at = time.monotonic() + patience
    while not is_so():
        if time.monotonic() > give_up_at:
            raise TimeoutError(what)
        time.sleep(0.1)


def said(*command: str) -> str:
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    return (done.stdout + done.stderr).strip()


def show(service: str, *names: str) -> dict[str, str]:
    wanted = ("systemctl", "show", f"waitwise-{service}", *(f"--property={name}" for name in names))
    return dict(line.split("=", 1) for line in said(*wanted).splitlines())


def pid(service: str) -> int:
    return int(show(service, "MainPID")["MainPID"])


def is_active(service: str, other_than: int = 0) -> bool:
    now = show(service, "ActiveState", "SubState", "MainPID")
    return now["ActiveState"] == "active" and int(now["MainPID"]) not in (0, other_than)


def is_refused(user: str, group: str, path: str) -> bool:
    as_user = ("setpriv", f"--reuid={user}", f"--regid={group}", "--init-groups")
    return subprocess.run([*as_user, "cat", path], capture_output=True, check=False).returncode != 0


def errno_inside(service: str, python: str) -> int:
    """What a line of Python fails with in what the service sees; 0: it does not."""
    code = TRIED.format(python)
    account = pwd.getpwnam(f"waitwise-{service}")
    entered = ("nsenter", f"--target={pid(service)}", "--mount", "--net", "setpriv", f"--reuid={account.pw_uid}")
    return int(said(*entered, f"--regid={account.pw_gid}", "--init-groups", "/usr/bin/python3", "-c", code))


def timetable() -> list[int]:
    """The one brings it, another reads it and cannot change it, the third cannot read it."""
    file, part = ("/var/lib/waitwise-timetable/" + name for name in ("timetable.ics", ".part"))
    brings = f'open("{part}", "w").close(); os.chmod("{part}", 0o640); os.replace("{part}", "{file}")'
    tried = [("sync", brings), ("capture", f'open("{file}")'), ("capture", f'open("{file}", "a")')]
    return [errno_inside(service, python) for service, python in [*tried, ("page", f'open("{file}")')]]


def families(service: str) -> int:
    """What a socket of the internet fails with in a service with the same right."""
    text = Path(f"/usr/lib/systemd/system/waitwise-{service}.service").read_text()
    right = re.search(r"^RestrictAddressFamilies=.*$", text, re.MULTILINE)
    assert right is not None
    code = TRIED.format("socket.socket(socket.AF_INET)")
    own = (f"--property={right[0]}", f"--property=User=waitwise-{service}", "--property=ProtectSystem=strict")
    return int(said("systemd-run", "--quiet", "--pipe", "--wait", *own, "/usr/bin/python3", "-c", code))


def root_errno() -> int:
    """What root fails with who wants to write to the root file system."""
    try:
        Path("/etc/written").touch()
    except OSError as error:
        return error.errno or 0
    return 0


def talking() -> bool:
    """Whether what records has asked what sends for the list of teachers, which it cannot get, and says so."""
    words = "asked whom to record for"
    until("they talk", lambda: words in said("journalctl", "--boot", "--unit=waitwise-sync", "--since=-30s"))
    return True


# The room


class Screen:
    """A terminal, as /dev/tty1 is one: only root and the group tty may write to it."""

    def __init__(self) -> None:
        self.end, self.terminal = os.openpty()
        link = Path("/run/screen")
        link.symlink_to(os.ttyname(self.terminal))

    def number(self) -> str:
        text = ""
        while not (found := re.search(r"is {2}(\d{3} \d{3})", text)):
            if not select.select([self.end], [], [], PATIENCE)[0]:
                raise TimeoutError(f"no number: {text!r}")
            text += os.read(self.end, 4096).decode()
        return found[1]


class Phone:
    """Somebody's browser, that has been warned and looked at the fingerprint."""

    ORIGIN = "https://127.0.0.1"

    def __init__(self) -> None:
        self.cookies: dict[str, str] = {}

    def fingerprint(self) -> str:
        return ssl.get_server_certificate(("127.0.0.1", 443))

    def ask(self, method: str, path: str, body: str = "") -> tuple[int, str]:
        trust = ssl.create_default_context()
        trust.check_hostname, trust.verify_mode = False, ssl.CERT_NONE
        line = http.client.HTTPSConnection("127.0.0.1", 443, timeout=PATIENCE, context=trust)
        cookies = "; ".join(f"{name}={value}" for name, value in self.cookies.items())
        headers = {"Origin": self.ORIGIN, "Content-Type": "application/x-www-form-urlencoded", "Cookie": cookies}
        line.request(method, path, body, headers)
        answer = line.getresponse()
        for given in answer.headers.get_all("Set-Cookie", []):
            name, _, value = given.partition(";")[0].partition("=")
            self.cookies[name] = value
        text = answer.read().decode()
        line.close()
        return answer.status, text

    def pair(self, screen: Screen) -> tuple[int, bool]:
        """Type the number; what that answered, and whether the unit can be told to record then."""
        self.ask("POST", "/number")
        answered = self.ask("POST", "/pair", f"number={screen.number().replace(' ', '+')}")[0]
        return answered, 'value="start"' in self.ask("GET", "/")[1]


board = Board(Path("/run/waitwise-capture/pins.sock"))


def press() -> None:
    board.set(BUTTON, is_down=True)
    time.sleep(0.2)
    board.set(BUTTON, is_down=False)


# Lessons


def lessons() -> set[str]:
    return {path.name for path in LESSONS.iterdir()}


def segments(lesson: str) -> int:
    links = LESSONS / lesson / "links.jsonl"
    return len(links.read_bytes().splitlines()) if links.exists() else 0


def begun(before: set[str], least: int) -> str:
    """The lesson that began, once it has some segments on the disk."""
    until("a lesson begins", lambda: len(lessons() - before) == 1)
    (lesson,) = lessons() - before
    until("segments come", lambda: segments(lesson) >= least)
    return lesson


def end_of(lesson: str) -> str:
    manifest = LESSONS / lesson / "manifest.json"
    until(f"{lesson} is closed", manifest.exists)
    return str(json.loads(manifest.read_bytes())["signed"]["end"])


def is_handed_over(lesson: str) -> bool:
    outbox = sqlite3.connect("file:/var/lib/waitwise-sync/outbox.sqlite?mode=ro", uri=True)
    try:
        return lesson in [row[0] for row in outbox.execute("SELECT id FROM lessons")]
    finally:
        outbox.close()


def closed(what: str, lesson: str) -> None:
    """What became of a lesson: how it ended, and whether it is on its way."""
    end = end_of(lesson)
    until(f"{lesson} is handed over", lambda: is_handed_over(lesson))
    see(what, {"lesson": lesson, "end": end})


def main() -> None:
    OUT.mkdir(parents=True, exist_ok=True)
    screen, phone = Screen(), Phone()
    for service in SERVICES:
        until(f"{service} is ready", lambda service=service: is_active(service))
    see("active", [show(service, "ActiveState")["ActiveState"] for service in SERVICES])
    rights(phone)
    (waiting,) = lessons()
    closed("power-cut", waiting)

    see("paired", phone.pair(screen))

    press()
    lesson = begun({waiting}, 5)
    press()
    closed("pressed", lesson)

    MARK.parent.mkdir(mode=0o755, exist_ok=True)
    MARK.touch(0o644)
    before, old = lessons(), {service: pid(service) for service in SERVICES}
    see("asked", phone.ask("POST", "/do", "what=start&mode=audio")[0])
    lesson = begun(before, 3)
    for service in SERVICES:
        os.kill(old[service], signal.SIGKILL)
    for service in SERVICES:
        until(f"{service} is there again", lambda service=service: is_active(service, old[service]))
    closed("killed", lesson)

    before, old = lessons(), {service: pid(service) for service in SERVICES}
    until("pins", board.socket.exists)
    press()
    lesson = begun(before, 3)
    for service in ("capture", "page"):
        os.kill(old[service], signal.SIGSTOP)
    for service in ("capture", "page"):
        until(f"{service} is there again", lambda service=service: is_active(service, old[service]))
    closed("hung", lesson)
    see("restarts", {service: show(service, "NRestarts")["NRestarts"] for service in SERVICES})
    see("talking", talking())
    see("paired-again", phone.pair(screen))
    see("journal-on-disk", [str(path) for path in Path("/var/log/journal").rglob("*")])


def rights(phone: Phone) -> None:
    for service in ("capture", "sync"):
        given = Path(f"/run/credentials/waitwise-{service}.service").iterdir()
        see(f"credentials-{service}", [path.name for path in given])
    see(
        "refused",
        [
            is_refused("waitwise-sync", "waitwise", "/run/credentials/waitwise-capture.service/signing.key"),
            is_refused("waitwise-capture", "waitwise", "/etc/waitwise/signing.key"),
            is_refused("waitwise-page", "waitwise-page", "/var/lib/waitwise/recipients.json"),
            is_refused("waitwise-sync", "waitwise", "/var/lib/waitwise-page/page.key"),
        ],
    )
    connect = 'socket.socket(socket.AF_UNIX).connect("/run/waitwise-unit/unit.sock")'
    see("page-to-unit", errno_inside("page", connect))
    see("sync-to-unit", errno_inside("sync", connect))
    see("page-to-sync", errno_inside("page", 'socket.socket(socket.AF_UNIX).connect("/run/waitwise-sync/sync.sock")'))
    see("inet", {service: families(service) for service in SERVICES})
    for service in ("capture", "page"):
        links = said("nsenter", f"--target={pid(service)}", "--net", "ip", "-o", "link")
        see(f"network-{service}", [line.split(": ")[1] for line in links.splitlines()])
    see("etc", {service: errno_inside(service, 'open("/etc/waitwise/written", "w")') for service in SERVICES})
    see("sound-of-sync", errno_inside("sync", 'os.stat("/dev/snd")'))
    see("timetable", timetable())
    cwd = Path(f"/proc/{pid('capture')}/cwd").readlink()
    see("pins-pipe", errno_inside("capture", f'os.mkfifo("{cwd}/.lgd-nfy0")'))
    see("root", root_errno())
    see("certificate", phone.fingerprint() == Path("/var/lib/waitwise-page/page.pem").read_text())


if __name__ == "__main__":
    try:
        main()
    finally:
        see("journal", said("journalctl", "--no-pager", "--boot", "--unit=waitwise-*", "--lines=150"))
