"""A real unit against a real school and broker: killed, cut off, and coming back.

::

    unit  --kill -9-->   next start: closed, signed "interrupted", sent unasked
    school --stopped-->  the lesson waits; the school comes back; everything arrives
"""

import json
import pathlib
import re
import shutil
import subprocess
import time

import pytest

from tests.suites.programs import DEMO_SOUND, waitwise
from waitwise.demo.world import World, waitwise_command, world


def record(made: World, *options: object) -> list[dict[str, object]]:
    result = waitwise("unit", "record", made.unit_settings, "--json", "--no-picture", *options)
    assert result.returncode == 0, result.stderr + result.stdout
    return [json.loads(line) for line in result.stdout.splitlines()]


@pytest.fixture(scope="session")
def short(tmp_path_factory: pytest.TempPathFactory) -> pathlib.Path:
    """The first 25 s of the demo lesson."""
    import av

    target = tmp_path_factory.mktemp("sound") / "short.flac"
    with av.open(str(DEMO_SOUND)) as source, av.open(str(target), "w") as out:
        stream = out.add_stream("flac", rate=16_000, layout="mono")
        for frame in source.decode(audio=0):
            if frame.time is not None and frame.time > 25:
                break
            out.mux(stream.encode(frame))
        out.mux(stream.encode(None))
    return target


def test_a_lesson_of_sound_only_arrives(school_and_unit: World, short: pathlib.Path) -> None:
    said = record(school_and_unit, "--sound", short, "--speed", "0", "--patience", "60")

    assert said[-1]["waiting"] == {"segments": 0, "events": 0}
    assert school_and_unit.teacher is not None
    there = school_and_unit.teacher.lesson(str(said[0]["lesson"]))
    assert there["state"] == "complete"
    assert there["receipt"] is not None


def test_a_killed_unit_loses_two_segments_at_most_and_sends_the_rest(
    school_and_unit: World, short: pathlib.Path
) -> None:
    command = waitwise_command(
        *("unit", "record", str(school_and_unit.unit_settings), "--json", "--no-picture"),
        *("--sound", str(short), "--speed", "2"),
    )
    unit = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    assert unit.stdout is not None
    begun = json.loads(unit.stdout.readline())
    folder = pathlib.Path(begun["folder"])
    limits = pathlib.Path(f"/proc/{unit.pid}/limits").read_text()
    assert re.search(r"Max core file size +0 +0 ", limits), "a crash would write the content key to the card"
    until = time.monotonic() + 60
    while len(list(folder.glob("0-*.seg"))) < 5 and time.monotonic() < until:
        time.sleep(0.02)
    unit.kill()
    unit.wait()
    unit.stdout.close()
    on_disk = len(list(folder.glob("0-*.seg")))
    assert on_disk >= 5
    assert not (folder / "manifest.json").exists()

    sent = waitwise("unit", "send", school_and_unit.unit_settings, "--patience", "60", "--json")

    assert json.loads(sent.stdout)["waiting"] == {"segments": 0, "events": 0}, sent.stderr
    assert school_and_unit.teacher is not None
    there = school_and_unit.teacher.lesson(begun["lesson"])
    assert there["state"] == "complete"
    film = folder.parent.parent / "killed.mp4"
    opened = waitwise(
        *("open", folder, "--identity", school_and_unit.identity_file, "-o", film, "--json"),
        WAITWISE_PASSPHRASE=school_and_unit.passphrase,
    )
    told = json.loads(opened.stdout)
    assert told["end"] == "interrupted"
    assert told["segments"] >= on_disk - 1  # the newest may lack its line in links.jsonl


def test_without_a_school_the_lesson_waits(tmp_path: pathlib.Path, short: pathlib.Path) -> None:
    with world(tmp_path, 0) as made:
        record(made, "--sound", short, "--speed", "0", "--patience", "60")  # it has met its school
        made.close()
        said = record(made, "--sound", short, "--speed", "0", "--patience", "2")

    waiting = said[-1]["waiting"]
    assert isinstance(waiting, dict)
    assert waiting["segments"] > 5
    assert waiting["events"] > 2
    assert said[-1]["problems"] == ["school-unreachable"]
    assert (pathlib.Path(str(said[0]["folder"])) / "manifest.json").exists()


def test_another_lessons_stanza_opens_nothing(
    school_and_unit: World, short: pathlib.Path, tmp_path: pathlib.Path
) -> None:
    quick = ("--sound", short, "--speed", "0", "--patience", "60")
    mine, other = (pathlib.Path(str(record(school_and_unit, *quick)[0]["folder"])) for _ in range(2))
    copy = pathlib.Path(shutil.copytree(mine, tmp_path / "copy"))
    (stanza,) = (copy / "stanzas").iterdir()
    stanza.write_bytes((other / "stanzas" / stanza.name).read_bytes())

    opened = waitwise(
        *("open", copy, "--identity", school_and_unit.identity_file, "-o", tmp_path / "film.mp4", "--json"),
        WAITWISE_PASSPHRASE=school_and_unit.passphrase,
    )

    assert opened.returncode == 1
    assert json.loads(opened.stdout)["error"] == "StanzaError"
    assert not (tmp_path / "film.mp4").exists()
