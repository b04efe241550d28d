"""A whole lesson with a real microphone stream and the real picamera2, whose sensor is unplugged and put back.

::

    waitwise unit record   mic ~~~~~~~~~~~~~~~~~~~~~~~~~~   camera |..|..|  unplugged  |..|..|   ^C --> school --> open
"""

import json
import pathlib
import signal
import subprocess
import time
from itertools import pairwise

import av
import numpy as np
import pytest

from capture.masks import read_mask
from lesson.sound import RATE_HZ
from tests.suites.camera_sensor import sensor
from tests.suites.masked import CODING, what_shows
from tests.suites.programs import ctrl_c_works, waitwise
from tests.suites.sound_server import sound_server, write_wav
from waitwise.demo.world import waitwise_command, world

MASK = '{"v": 1, "areas": [[[0, 0.6], [0.4, 0.6], [0.4, 1], [0, 1]]]}'


def test_a_camera_that_is_unplugged_costs_its_picture_and_nothing_else(
    tmp_path: pathlib.Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("sound", "world"):
        (tmp_path / name).mkdir()
    imx708 = sensor(tmp_path, monkeypatch)
    noise = np.random.default_rng(1).normal(0, 200, 120 * RATE_HZ).astype(np.int16)
    with sound_server(tmp_path / "sound"), world(tmp_path / "world", 0) as made:
        settings = made.unit_settings.read_text()
        made.unit_settings.write_text(
            'microphone = "mic"\n' + settings.replace('source = "chart"', 'source = "picamera"\nmask = "9b"')
        )
        masks = made.unit_settings.parent / "masks"
        masks.mkdir()
        (masks / "9b.json").write_text(MASK)
        mask = read_mask(masks / "9b.json")
        playing = subprocess.Popen(["paplay", "--device=classroom", str(write_wav(tmp_path / "a.wav", noise, RATE_HZ))])
        command = waitwise_command("unit", "record", str(made.unit_settings), "--json", "--patience", "60")
        with ctrl_c_works():
            unit = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
        assert unit.stdout is not None
        lesson = json.loads(unit.stdout.readline())
        folder = pathlib.Path(lesson["folder"])
        wait_for(unit, folder, segments=3)
        imx708.be(is_unplugged=True)
        assert told_of_the_camera(unit) == "camera-lost"
        imx708.be()
        assert told_of_the_camera(unit) is None
        wait_for(unit, folder, segments=len(footage(folder)) + 2)
        unit.send_signal(signal.SIGINT)
        told = [json.loads(line) for line in unit.communicate(timeout=90)[0].splitlines()]
        playing.kill()
        playing.wait()
        film = tmp_path / "film.mp4"
        waitwise(
            *("open", folder, "--identity", made.identity_file, "-o", film, "--json"),
            WAITWISE_PASSPHRASE=made.passphrase,
        )

    assert told[-1]["receipts"] == 1
    assert json.loads((folder / "header.json").read_bytes())["mask"] == mask.id
    assert (folder / "3-000000.seg").exists()
    with av.open(str(film)) as player:
        pictures = list(player.decode(video=0))
    with av.open(str(film)) as player:
        sound = [float(part.time or 0) for part in player.decode(audio=0)]
    times = [float(picture.time or 0) for picture in pictures]
    assert what_shows([picture.to_ndarray() for picture in pictures], mask) <= CODING
    assert all(other - one <= 2.1 for one, other in pairwise(times))
    assert sound[-1] == pytest.approx(times[-1], abs=2.1)


def told_of_the_camera(unit: subprocess.Popen[str]) -> str | None:
    """The next thing that it says of it."""
    assert unit.stdout is not None
    while "camera" not in (told := json.loads(unit.stdout.readline())):
        pass
    return told["camera"]


def footage(folder: pathlib.Path) -> list[pathlib.Path]:
    return list(folder.glob("0-*.seg"))


def wait_for(unit: subprocess.Popen[str], folder: pathlib.Path, *, segments: int) -> None:
    """Until so many segments of footage are sealed; one takes 1.6 s."""
    until = time.monotonic() + 60
    while len(footage(folder)) < segments:
        assert unit.poll() is None
        assert time.monotonic() < until
        time.sleep(0.1)
