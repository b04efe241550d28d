"""The services are written as systemd reads them, and each may do little.

::

    systemd/*          --systemd-analyze verify-->    nothing said
    systemd/*.service  --systemd-analyze security-->  exposure, printed: 0 may do nothing, 10 may do everything
"""

import pathlib
import re
import shutil
import subprocess
import sys

import pytest

SYSTEMD = pathlib.Path(__file__).resolve().parents[2] / "systemd"
SERVICES = sorted(SYSTEMD.glob("*.service"))
UNITS = sorted([*SERVICES, *SYSTEMD.glob("*.socket")])
AT_MOST = {"waitwise-capture.service": 1.0, "waitwise-page.service": 1.0}
ELSE_AT_MOST = 1.5

pytestmark = pytest.mark.skipif(shutil.which("systemd-analyze") is None, reason="systemd-analyze is not here")


def verified(folder: pathlib.Path, unit: str, *changes: tuple[str, str]) -> str:
    """What systemd says about a service or a socket; its status says nothing."""
    for each in UNITS:
        text = each.read_text().replace("/usr/bin/waitwise", "/usr/bin/env")  # it is not installed here
        for old, new in changes if each.name == unit else ():
            assert old in text
            text = text.replace(old, new)
        (folder / each.name).write_text(text)
    command = ["systemd-analyze", "verify", "--man=no", str(folder / unit)]
    result = subprocess.run(command, capture_output=True, text=True, check=False)
    return result.stdout + result.stderr


@pytest.mark.parametrize("unit", [path.name for path in UNITS])
def test_systemd_has_nothing_to_say(unit: str, tmp_path: pathlib.Path) -> None:
    assert verified(tmp_path, unit) == ""


@pytest.mark.parametrize("change", [("ProtectHome=yes", "ProtectHme=yes"), ("Type=notify", "Type=notified")])
def test_a_slip_of_the_pen_is_found(change: tuple[str, str], tmp_path: pathlib.Path) -> None:
    assert verified(tmp_path, "waitwise-capture.service", change) != ""


@pytest.mark.parametrize("service", [path.name for path in SERVICES])
def test_a_service_may_do_little(service: str, capfd: pytest.CaptureFixture[str]) -> None:
    command = ["systemd-analyze", "security", "--offline=true", "--no-pager", str(SYSTEMD / service)]
    said = subprocess.run(command, capture_output=True, text=True, check=False).stdout
    found = re.search(r"Overall exposure level for \S+: ([0-9.]+)", said)
    assert found is not None, said
    with capfd.disabled():
        sys.stdout.write(f"\n{service}: exposure {found[1]}\n")
    assert float(found[1]) <= AT_MOST.get(service, ELSE_AT_MOST)


def test_no_secret_is_given_to_two_services() -> None:
    given = re.compile(r"^LoadCredential=(.*)$", re.MULTILINE)
    secrets = [secret for path in SERVICES for secret in given.findall(path.read_text())]
    assert len(secrets) == len(set(secrets)) > 1
