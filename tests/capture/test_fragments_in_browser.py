"""A browser's MediaSource takes what the encoder gives, from lesson second 0 on, without a hole.

::

    addSourceBuffer(mp4.codecs.mime)   append init, segment, segment, ...   buffered: [[0, 1.6]], [[0, 3.2]], ...
"""

from __future__ import annotations

import base64
import shutil
from collections.abc import Iterator

import pytest
from playwright.sync_api import Page, sync_playwright

from capture.fragments import FragmentedMp4
from tests.capture.test_fragments import RHYTHMS, blocks, encoder, record

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


STREAMS = {
    "fast encoder": (lambda: encoder("ultrafast"), RHYTHMS["25 a second"]),
    "better encoder": (lambda: encoder("superfast"), RHYTHMS["25 a second"]),
    "late and uneven pictures": (lambda: encoder("superfast"), [0.3, 0.34, 1.5, 2.9, 3.0, 4.4, 5.8]),
    "sound only": (FragmentedMp4, []),
}


@pytest.mark.parametrize("name", STREAMS)
def test_a_browser_plays_it_from_the_start_to_the_end(page: Page, name: str) -> None:
    make, times = STREAMS[name]
    mp4 = make()
    pieces = record(mp4, times, blocks(0, 6, 3000))
    result = page.evaluate(PLAY, [mp4.codecs.mime, [base64.b64encode(piece.data).decode() for piece in pieces]])
    assert result["supported"]
    assert result["error"] is None
    assert result["duration"] == pytest.approx(6.0, abs=0.1)
    init, *segments = result["buffered"]
    assert init == []
    for [[start, end]], piece in zip(segments, pieces[1:], strict=True):
        assert start == 0
        assert end == pytest.approx(piece.start + piece.duration, abs=0.15)
