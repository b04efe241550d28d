"""A browser's MediaSource takes what the encoder gives, from lesson second 0 on, without a hole.

::

    addSourceBuffer(mp4.codecs.mime)   append init, segment, segment, ...   buffered: [[0, 1.6]], [[0, 3.2]], ...
"""

from __future__ import annotations

import base64
import os
import shutil
import signal
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, sync_playwright

from capture.codecs import Preset
from capture.coder import Coder
from capture.fragments import Fragment, FragmentedMp4
from lesson.problems import CAMERA_LOST
from tests.capture.test_fragments import HEIGHT, RHYTHMS, WIDTH, blocks, frame, record
from tests.capture.test_picamera_camera import Lesson
from tests.suites.camera_sensor import sensor

CHROMIUM = shutil.which("chromium")
pytestmark = [pytest.mark.browser, pytest.mark.skipif(CHROMIUM is None, reason="There is no Chromium here.")]

PLAY = """async ([mime, pieces]) => {
    if (!MediaSource.isTypeSupported(mime)) return { supported: false };
    const video = document.createElement('video'), source = new MediaSource();
    video.muted = true;
    document.body.append(video);
    video.src = URL.createObjectURL(source);
    const has = (target, event) => new Promise((yes) => target.addEventListener(event, yes, { once: true }));
    await has(source, 'sourceopen');
    const buffer = source.addSourceBuffer(mime), buffered = [];
    for (const piece of pieces) {
        buffer.appendBuffer(Uint8Array.from(atob(piece), (c) => c.charCodeAt(0)));
        await has(buffer, 'updateend');
        const ranges = buffer.buffered;
        buffered.push([...Array(ranges.length).keys()].map((i) => [ranges.start(i), ranges.end(i)]));
    }
    source.endOfStream();
    video.playbackRate = 8;
    const ended = has(video, 'ended');
    await video.play();
    await ended;
    return { supported: true, buffered, duration: video.duration, error: video.error && video.error.message };
}"""


@pytest.fixture(scope="module")
def page() -> Iterator[Page]:
    with sync_playwright() as playwright:
        arguments = ["--no-sandbox", "--autoplay-policy=no-user-gesture-required"]
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=arguments)
        yield browser.new_page()
        browser.close()


def filmed(preset: Preset, times: list[float]) -> tuple[str, list[Fragment]]:
    return FragmentedMp4(Coder(WIDTH, HEIGHT, 25.0, preset=preset).coding).codecs.mime, record(
        times, blocks(0, 6, 3000), preset
    )


def heard() -> tuple[str, list[Fragment]]:
    mp4 = FragmentedMp4()
    pieces = [piece for block in blocks(0, 6, 3000) for piece in mp4.sound(block)]
    return mp4.codecs.mime, pieces + mp4.finish()


def replaced() -> tuple[str, list[Fragment]]:
    """A camera's process dies after two seconds; at 4.5 the next one is there, with an encoder of its own."""
    one, other = (Coder(WIDTH, HEIGHT, 25.0) for _ in range(2))
    mp4 = FragmentedMp4(one.coding)
    pieces: list[Fragment] = []
    shots = [*((number / 25, one) for number in range(50)), *((4.5 + number / 25, other) for number in range(38))]
    for block in blocks(0, 6, 3000):
        while shots and shots[0][0] <= block.end:
            time, coder = shots.pop(0)
            pieces += mp4.picture(coder.code(frame(time)))
        pieces += mp4.sound(block)
    return mp4.codecs.mime, pieces + mp4.finish()


def killed() -> tuple[str, list[Fragment]]:
    """A real camera's process, killed after two seconds and replaced; in the room's own time."""
    pieces: list[Fragment] = []
    with tempfile.TemporaryDirectory() as folder, pytest.MonkeyPatch.context() as patch:
        sensor(Path(folder), patch)
        lesson = Lesson(patience=1.0)
        mp4 = FragmentedMp4(lesson.camera.coding)
        lesson.start()
        assert lesson.started is not None
        before = lesson.process
        for block in blocks(0, 6, 3000):
            time.sleep(max(0.0, lesson.started + block.end - time.monotonic()))
            if block.end == 2.0:
                os.kill(before, signal.SIGKILL)
            for picture in lesson.camera.pictures_until(block.end):
                pieces += mp4.picture(picture)
            pieces += mp4.sound(block)
        lesson.camera.close()
    assert lesson.told == [CAMERA_LOST, None]
    return mp4.codecs.mime, pieces + mp4.finish()


STREAMS = {
    "fast encoder": lambda: filmed("ultrafast", RHYTHMS["25 a second"]),
    "better encoder": lambda: filmed("superfast", RHYTHMS["25 a second"]),
    "late and uneven pictures": lambda: filmed("superfast", [0.3, 0.34, 1.5, 2.9, 3.0, 4.4, 5.8]),
    "sound only": heard,
    "a camera that dies and is replaced": replaced,
    "a real camera that is killed and is replaced": killed,
}


@pytest.mark.parametrize("name", STREAMS)
def test_a_browser_plays_it_from_the_start_to_the_end(page: Page, name: str) -> None:
    mime, pieces = STREAMS[name]()
    result = page.evaluate(PLAY, [mime, [base64.b64encode(piece.data).decode() for piece in pieces]])
    assert result["supported"]
    assert result["error"] is None
    assert result["duration"] == pytest.approx(6.0, abs=0.1)
    init, *segments = result["buffered"]
    assert init == []
    for [[start, end]], piece in zip(segments, pieces[1:], strict=True):
        assert start == 0
        assert end == pytest.approx(piece.start + piece.duration, abs=0.15)
