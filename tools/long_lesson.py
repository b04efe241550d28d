"""How an hour's lesson plays in a browser: `python -m tools.long_lesson`, and part of `make bench`.

::

    an hour at 1280x720 --sealed, two seconds each--> a school --> the lesson page, opened there     ours
    the same pictures and sound, one ordinary MP4 --> a plain server --> <video src>                 the peer

For each: from the start of the page's load to the first picture on the screen, from a seek to its picture for seeks all
over the hour, and the memory of the whole browser, beside what it has with an empty page. Chromium without a screen, on
the machine that also serves; the peer neither fetches keys, opens, verifies nor draws a timeline.
"""

from __future__ import annotations

import json
import statistics
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass
from fractions import Fraction
from itertools import islice
from pathlib import Path

import av
import numpy as np
import uvicorn
from playwright.sync_api import Browser, Page
from starlette.applications import Starlette
from starlette.responses import FileResponse, HTMLResponse
from starlette.routing import Route

from capture.boxes import BoxSplitter
from lesson.footage.header import Audio, Header, Media, Video
from lesson.footage.manifest import End
from lesson.footage.recipients import RecipientRole
from lesson.footage.sealing import LessonSealer
from lesson.footage.segments import Track
from lesson.messages import LessonEnded, LessonStarted
from school.app import utc_now
from tests.suites.page_browser import chromium
from tests.suites.page_lesson import account, account_line
from tests.suites.page_people import Teacher, join, unlocked
from tests.suites.page_world import UNIT, PageWorld, page_world
from tests.suites.whole_unit import children
from tools.processes import pss_mb

WIDTH, HEIGHT, FPS, RATE_HZ = 1280, 720, 12.5, 16_000
BITRATE = 2_000_000
"""An hour has about 0.9 GB then."""
SEGMENT = 2.0
SECONDS = 3600.0
OPENINGS = 7
SEEKS = 25
PEER = """<!doctype html><title>peer</title><video src="/film.mp4" width="960" preload="auto" muted></video>
<script>
const video = document.querySelector("video");
let asked = null;
video.addEventListener("seeking", () => { asked ??= performance.now(); delete video.dataset.seekMs; });
function landed() {
  if (asked === null || video.seeking) return;
  video.dataset.seekMs = performance.now() - asked;
  asked = null;
}
video.addEventListener("seeked", () => setTimeout(landed, 200));
(function watch() {
  video.requestVideoFrameCallback(() => {
    video.dataset.firstFrameMs ??= performance.now();
    landed();
    watch();
  });
})();
</script>"""


@dataclass(frozen=True, slots=True)
class Played:
    """What one way of playing it showed."""

    who: str
    first_ms: list[float]
    """From the start of the page's load to the first picture, each time it was opened."""
    seek_ms: list[float]
    page_mb: float
    """Memory of the page's own process after the seeks: its own, and its share of what it shares (PSS)."""
    browser_mb: float
    """The same of all processes of the browser."""
    empty_mb: float
    """The whole browser before, with an empty page."""


def main() -> None:
    """Measure, and print the table; `--json` prints one object."""
    seconds = float(sys.argv[sys.argv.index("--seconds") + 1]) if "--seconds" in sys.argv else SECONDS
    with tempfile.TemporaryDirectory(prefix="waitwise-bench-") as name:
        folder = Path(name)
        films = fragments, whole = folder / "fragments.mp4", folder / "whole.mp4"
        make(*films, seconds)
        size_mb = whole.stat().st_size / 1e6
        (folder / "school").mkdir()
        with page_world(folder / "school") as world:
            with chromium() as browser:
                teacher = join(browser.new_page(), world)
            lesson = send(world, teacher, fragments, seconds)
            entering, address = unlocked(world, teacher, lesson), f"{world.browser}/lessons/{lesson}"
            ours = played("ours", seconds, entering, address, "[data-part=player]")
        with plain_server(whole) as address:
            peer = played("<video> on one MP4", seconds, address, address, "video")
    if "--json" in sys.argv:
        print(json.dumps({"seconds": seconds, "megabytes": size_mb, "played": [asdict(ours), asdict(peer)]}))
        return
    what = f"{seconds / 60:.0f} min, {size_mb:.0f} MB"
    print(f"{what:20}{'first picture, worst':>26}{'far seek, worst':>26}{'page':>9}{'browser (empty)':>20}")
    for each in (ours, peer):
        times = "".join(f"{statistics.median(ms):14.0f} {max(ms):8.0f} ms" for ms in (each.first_ms, each.seek_ms))
        print(f"{each.who:20}{times}{each.page_mb:6.0f} MB{each.browser_mb:10.0f} ({each.empty_mb:.0f}) MB")


def make(fragments: Path, whole: Path, seconds: float) -> None:
    """Encode the film, cut every two seconds; and put the same packets into one ordinary file, its index in front."""
    rate = Fraction(FPS).limit_denominator(1000)
    noise = np.random.default_rng(1).integers(0, 60, (HEIGHT + 64, WIDTH + 64), np.uint8)
    with av.open(
        str(fragments), "w", format="mp4", options={"movflags": "frag_keyframe+empty_moov+default_base_moof"}
    ) as out:
        group = str(int(FPS * SEGMENT))
        picture = out.add_stream(
            "libx264",
            rate=rate,
            options={
                "preset": "ultrafast",
                "profile": "baseline",
                "g": group,
                "keyint_min": group,
                "sc_threshold": "0",
            },
        )
        picture.width, picture.height, picture.pix_fmt, picture.bit_rate = WIDTH, HEIGHT, "yuv420p", BITRATE
        sound = out.add_stream("aac", rate=RATE_HZ, layout="mono")
        samples = int(RATE_HZ / FPS)
        for number in range(int(seconds * FPS)):
            image = av.VideoFrame(WIDTH, HEIGHT, "yuv420p")
            x, y = number * 7 % 64, number * 13 % 64
            planes = [noise[y : y + HEIGHT, x : x + WIDTH], *2 * [np.full((HEIGHT // 2, WIDTH // 2), 128, np.uint8)]]
            for plane, pixels in zip(image.planes, planes, strict=True):
                wide = np.zeros((plane.height, plane.line_size), np.uint8)
                wide[:, : pixels.shape[1]] = pixels
                plane.update(wide.tobytes())
            image.pts, image.time_base = number, 1 / rate
            out.mux(picture.encode(image))
            tone = 0.05 * np.sin(2 * np.pi * 440 * (np.arange(samples) + number * samples) / RATE_HZ)
            block = av.AudioFrame.from_ndarray(tone.astype(np.float32)[None], "fltp", "mono")
            block.sample_rate, block.pts, block.time_base = RATE_HZ, number * samples, Fraction(1, RATE_HZ)
            out.mux(sound.encode(block))
        out.mux(picture.encode(None))
        out.mux(sound.encode(None))
    with av.open(str(fragments)) as source, av.open(str(whole), "w", options={"movflags": "faststart"}) as out:
        streams = {stream.index: out.add_stream_from_template(stream) for stream in source.streams}
        for packet in source.demux():
            if packet.dts is not None:
                packet.stream = streams[packet.stream.index]
                out.mux(packet)


def pieces(fragments: Path) -> Iterator[bytes]:
    """The initialization segment, then each media segment."""
    splitter, gathered = BoxSplitter(), b""
    with fragments.open("rb") as film:
        while block := film.read(1_000_000):
            for box in splitter.feed(block):
                if box.kind == "moof" and gathered[4:8] == b"ftyp":
                    yield gathered
                    gathered = b""
                gathered += box.data
                if box.kind == "mdat":
                    yield gathered
                    gathered = b""


def send(world: PageWorld, teacher: Teacher, fragments: Path, seconds: float) -> str:
    """Seal the film to her and upload it as a unit does; the lesson's id."""
    header = Header.new(
        unit=UNIT,
        unit_key=world.unit_key.public,
        started_at=utc_now(),
        recipients=((teacher.keys, RecipientRole.TEACHER),),
        media=Media(Video("avc1.42C01F", WIDTH, HEIGHT, FPS), Audio("mp4a.40.2", RATE_HZ)),
    )
    sealer = LessonSealer(header, [teacher.keys], world.unit_key)
    (stanza,) = sealer.stanzas
    world.tell(LessonStarted(header.lesson, header.started_at, sealer.header_bytes, (stanza.data,), "An hour"))
    world.put(f"{header.lesson}/header", sealer.header_bytes, 200, 201)
    parts = pieces(fragments)
    world.put_segment(header.lesson, sealer.seal(Track.AV, next(parts)))
    count = int(seconds / SEGMENT)
    for number, piece in enumerate(islice(parts, count), 1):
        world.put_segment(header.lesson, sealer.seal(Track.AV, piece, final=number == count, duration=SEGMENT))
    talk = account(tuple(np.random.default_rng(1).uniform(0.5, 6.0, int(seconds / 9) - 2).tolist()), seconds)
    world.put_segment(header.lesson, sealer.seal(Track.LOG, account_line(talk), final=True))
    world.put(f"{header.lesson}/manifest", sealer.close(End.STOPPED), 200)
    world.tell(LessonEnded(header.lesson, utc_now(), "stopped", count + 2, 0, seconds))
    return header.lesson


def played(who: str, seconds: float, entering: str, address: str, player: str) -> Played:
    """Open it some times, each in a new page of a browser that has entered once; in the last one seek all over it."""
    first: list[float] = []
    seeks: list[float] = []
    with chromium() as browser:
        context = browser.new_context()
        page = context.new_page()
        page.goto(entering)
        _number(page, player, "firstFrameMs")
        page.goto("about:blank")
        time.sleep(2.0)
        empty, _ = _memory_mb(browser)
        for _ in range(OPENINGS):
            page.close()
            page = context.new_page()
            page.goto(address)
            first.append(_number(page, player, "firstFrameMs"))
        draw = np.random.default_rng(2)
        for _ in range(SEEKS):
            at = page.evaluate("document.querySelector('video').currentTime")
            while abs((target := draw.uniform(5, seconds - 5)) - at) < min(120.0, seconds / 4):
                pass
            page.evaluate(f"delete document.querySelector({player!r}).dataset.seekMs")
            page.evaluate(f"document.querySelector('video').currentTime = {target}")
            seeks.append(_number(page, player, "seekMs"))
        used, own = _memory_mb(browser)
    return Played(who, first, seeks, own, used, empty)


@contextmanager
def plain_server(film: Path) -> Iterator[str]:
    """Serve the film and a page with nothing but a <video>, as any web server would."""
    app = Starlette(routes=[Route("/", lambda _: HTMLResponse(PEER)), Route("/film.mp4", lambda _: FileResponse(film))])
    server = uvicorn.Server(uvicorn.Config(app, port=0, log_level="error"))
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    while not server.started:
        time.sleep(0.05)
    yield f"http://127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}/"
    server.should_exit = True
    thread.join()


def _number(page: Page, player: str, name: str) -> float:
    script = "([player, name]) => document.querySelector(player)?.dataset[name]"
    return float(page.wait_for_function(script, arg=[player, name], timeout=60_000).json_value())


def _memory_mb(browser: Browser) -> tuple[float, float]:
    """Of the whole browser, and of its largest page."""
    told = browser.new_browser_cdp_session().send("SystemInfo.getProcessInfo")["processInfo"]
    kinds = {int(each["id"]): each["type"] for each in told}
    root = next(pid for pid, kind in kinds.items() if kind == "browser")
    used: dict[int, float] = {}
    for pid in (root, *children(root)):
        with suppress(OSError):  # a process of a page that was closed has just ended
            used[pid] = pss_mb(pid)
    return sum(used.values()), max(mb for pid, mb in used.items() if kinds.get(pid) == "renderer")


if __name__ == "__main__":
    main()
