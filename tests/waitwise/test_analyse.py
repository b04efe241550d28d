"""`waitwise analyse`: any recording in, one JSON object out."""

import json
import pathlib
import re
import subprocess
import sys
import wave

import av
import pytest

from tests.suites.programs import DEMO_SOUND, waitwise

ROLES = {"teacher", "pupil", "overlap", "choral", "group", "silence", "noise", "av", "unknown"}

WAIT_FIELDS = {
    *("event_id", "lesson_id", "schema", "t_end_s", "offered_wait_s", "time_to_answer_s", "pause_before_name_s"),
    *("pause_after_name_s", "longest_silence_s", "n_reasks", "outcome", "phase", "basis", "answer_len_s", "wait2_s"),
    *("p_q", "p_role", "conf", "sd_ms", "bias_ms", "flags", "human", "heard_as"),
}


def transcode(target: pathlib.Path, codec: str, rate: int, layout: str, seconds: float = 60.0) -> pathlib.Path:
    """The beginning of the demo lesson in another form."""
    with av.open(str(DEMO_SOUND)) as source, av.open(str(target), "w") as out:
        stream = out.add_stream(codec, rate=rate, layout=layout)
        resampler = av.AudioResampler(format=stream.codec_context.format, layout=layout, rate=rate)
        for frame in source.decode(audio=0):
            if frame.time is not None and frame.time > seconds:
                break
            for part in resampler.resample(frame):
                out.mux(stream.encode(part))
        for part in resampler.resample(None):
            out.mux(stream.encode(part))
        out.mux(stream.encode(None))
    return target


def test_one_object_with_everything_agreed() -> None:
    result = waitwise("analyse", DEMO_SOUND, "--json")

    told = json.loads(result.stdout)
    assert result.returncode == 0
    assert {"file", "duration_s", "states", "waits", "summary", "config_hash", "version"} <= told.keys()
    assert {state["role"] for state in told["states"]} <= ROLES
    assert all(state.keys() == {"role", "start_s", "end_s"} for state in told["states"])
    assert all(wait.keys() >= WAIT_FIELDS for wait in told["waits"])
    assert len(told["waits"]) >= 15
    assert told["states"][0]["start_s"] == 0
    assert told["states"][-1]["end_s"] == pytest.approx(told["duration_s"])
    for before, after in zip(told["states"], told["states"][1:], strict=False):
        assert before["end_s"] == after["start_s"]


def test_a_table_for_people() -> None:
    result = waitwise("analyse", DEMO_SOUND, COLUMNS="120")

    assert result.returncode == 0
    assert "a pupil answered" in result.stdout
    assert "Wait time 1: median" in result.stdout
    assert re.search(r"the goal of 5 s: \d+ yes, \d+ borderline, \d+ no\.", result.stdout)
    assert re.search(r"wait time 1 +│ (good|fair|weak) ", result.stdout), "how sure, aspect by aspect"


@pytest.mark.parametrize(
    ("name", "codec", "rate", "layout"),
    [
        ("phone.mp3", "libmp3lame", 44_100, "stereo"),
        ("room.wav", "pcm_s24le", 48_000, "5.1"),
        ("old.wav", "pcm_u8", 8_000, "mono"),
        ("talk.ogg", "libopus", 48_000, "stereo"),
        ("film.mp4", "aac", 32_000, "stereo"),
    ],
)
def test_any_rate_and_channels(name: str, codec: str, rate: int, layout: str, tmp_path: pathlib.Path) -> None:
    file = transcode(tmp_path / name, codec, rate, layout)

    told = json.loads(waitwise("analyse", file, "--json").stdout)

    assert told["duration_s"] == pytest.approx(60, abs=0.7)
    assert len(told["waits"]) >= 5


@pytest.mark.parametrize("content", [b"", b"this is no film", b"RIFF\0\0\0\0WAVEfmt "])
def test_no_sound_is_said_with_a_remedy(content: bytes, tmp_path: pathlib.Path) -> None:
    file = tmp_path / "lesson.wav"
    file.write_bytes(content)

    result = waitwise("analyse", file, "--json")

    assert result.returncode == 1
    told = json.loads(result.stdout)
    assert told["error"] == "FileUnreadableError"
    assert told["remedy"]
    assert "Traceback" not in result.stderr


def test_a_file_that_is_not_there(tmp_path: pathlib.Path) -> None:
    result = waitwise("analyse", tmp_path / "none.wav", "--json")

    assert result.returncode == 1
    assert json.loads(result.stdout)["error"] == "FileUnreadableError"


def test_an_hour_streams_in_little_memory(tmp_path: pathlib.Path) -> None:
    """One hour in under 130 MB, the whole process, Python, numpy and av included: the sums at its end, too."""
    with av.open(str(DEMO_SOUND)) as source:
        pcm = b"".join(frame.to_ndarray().astype("<i2").tobytes() for frame in source.decode(audio=0))
    file = tmp_path / "hour.wav"
    with wave.open(str(file), "wb") as out:
        out.setparams((1, 2, 16_000, 0, "NONE", "not compressed"))
        while out.tell() < 3600 * 16_000:
            out.writeframes(pcm)

    program = (
        "import resource, subprocess, sys\n"
        "told = subprocess.run([sys.executable, '-m', 'waitwise', 'analyse', sys.argv[1], '--json'], stdout=-3)\n"
        "print(told.returncode, resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss)\n"
    )
    result = subprocess.run([sys.executable, "-c", program, file], capture_output=True, text=True, check=True)

    code, kilobytes = map(int, result.stdout.split())
    assert code == 0
    assert kilobytes < 130_000
