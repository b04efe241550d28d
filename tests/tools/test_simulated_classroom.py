"""The simulated classes: their truth can be true, the same seed makes the same lesson, and tuning never hears a test.

::

    seed 2  test    voices, sentences, rooms   |   nothing in common   |   seed 3  tuning
"""

from __future__ import annotations

import hashlib
import json
from itertools import pairwise
from pathlib import Path
from typing import Any

import av
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lesson.sound import RATE_HZ
from tools.classroom import check_truth
from tools.classroom.author import write
from tools.classroom.cast import BANKS, QUICK
from tools.classroom.enrolment import enrolment
from tools.classroom.gate import Utterance
from tools.classroom.microphone import Microphone, record
from tools.classroom.profiles import PROFILES
from tools.classroom.render import play
from tools.classroom.script import Chatter, Chorus, Film, PairTalk, Say, Script, Speaker
from tools.classroom.sentences import ALL, Side, sentences
from tools.classroom.simulate import simulate
from tools.classroom.truth import tell
from waitwise.evaluate.lessons import find_lessons

PROFILES_HEARD = ("group_then_plenary", "two_adults", "dropout")
"""Made with the real synthesisers here; every profile's script is made with a humming one below."""


class HummingVoices:
    """Says every word as a fifth of a second of a hum."""

    def say(self, words: str, speaker: Speaker) -> Utterance:
        length = round(0.2 * RATE_HZ * (1 + len(words.split())))
        return Utterance(np.sin(np.arange(length + 640) * 0.1), ((0, length),))


def script_of(profile: str, seed: int) -> Script:
    return write(profile, PROFILES[profile], seed, 90.0, HummingVoices(), QUICK)


def words_of(script: Script) -> set[str]:
    found: set[str] = set()
    for turn in script.turns:
        match turn:
            case Say():
                found.update(piece.words for piece in turn.pieces)
            case Chorus():
                found.add(turn.words)
            case PairTalk() | Film() | Chatter():
                found.update(turn.sayings)
    return found.union(*(babble.sayings for babble in script.babbles))


@pytest.fixture(scope="session")
def cache(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("sentences")


@pytest.fixture(scope="module")
def lessons(tmp_path_factory: pytest.TempPathFactory, cache: Path) -> Path:
    out = tmp_path_factory.mktemp("lessons")
    simulate(list(PROFILES_HEARD), 2, 90.0, out, cache)
    return out


def truth_in(folder: Path, name: str) -> dict[str, Any]:
    told: dict[str, Any] = json.loads((folder / f"{name}.truth.json").read_text(encoding="utf-8"))
    return told


@pytest.mark.parametrize("profile", PROFILES)
def test_every_profile_tells_a_truth_that_can_be_true(profile: str) -> None:
    script = script_of(profile, 2)
    take, _ = record(play(script, HummingVoices()), Microphone(2, has_agc=False))
    truth = tell(script, take)

    assert check_truth.problems(truth) == []
    assert truth["duration_s"] == 90.0
    assert len([wait for wait in truth["waits"] if wait["kind"] in {"SR", "SI"}]) >= 3


def test_the_class_works_where_the_profile_says_so() -> None:
    for profile, phase in (("group_then_plenary", "group"), ("silent_work", "silent_work"), ("video", "av")):
        script = script_of(profile, 2)
        spans = tell(script, play(script, HummingVoices()))["phases"]

        assert [span["phase"] for span in spans] == ["whole_class", phase, "whole_class"]


@settings(max_examples=30, deadline=None)
@given(st.sampled_from(list(PROFILES)), st.integers(0, 10_000), st.integers(0, 10_000))
def test_tuning_never_hears_what_a_test_hears(profile: str, one: int, other: int) -> None:
    test, tuning = script_of(profile, 2 * one), script_of(profile, 2 * other + 1)

    voices = [{base for speaker in script.speakers.values() for base in speaker.voice} for script in (test, tuning)]
    assert not voices[0] & voices[1]
    assert not words_of(test) & words_of(tuning)
    assert test.room.size[0] % 1 < 0.5 <= tuning.room.size[0] % 1


def test_the_two_sides_have_nothing_in_common() -> None:
    for bank in BANKS.values():
        assert len({base.name for base in bank}) == len(bank)
    for kind in ALL:
        assert len(set(ALL[kind])) == len(ALL[kind])
        assert sentences(kind, Side.TEST)
        assert sentences(kind, Side.TUNING)
        assert not set(sentences(kind, Side.TEST)) & set(sentences(kind, Side.TUNING))


def test_the_voice_sample_has_sentences_that_no_lesson_has() -> None:
    script = script_of("clean_front", 2)
    sample = enrolment(script, HummingVoices())

    assert not words_of(sample) & words_of(script)
    assert {turn.who for turn in sample.turns if isinstance(turn, Say)} == {"teacher"}


def test_a_clock_that_is_off_moves_the_truth_with_the_sound() -> None:
    script = script_of("clean_front", 2)
    played = play(script, HummingVoices())
    fast, _ = record(played, Microphone(2, has_agc=False, drift_ppm=50.0))
    last, before = fast.ipus[-1].end, played.ipus[-1].end

    assert last - before == round(before * 50e-6)


def test_the_same_seed_makes_the_same_bytes(lessons: Path, tmp_path: Path, cache: Path) -> None:
    simulate(["dropout"], 2, 90.0, tmp_path, cache)

    for file in ("dropout.flac", "dropout.truth.json", "dropout.rttm", "dropout.enrol.flac"):
        assert (tmp_path / file).read_bytes() == (lessons / file).read_bytes()


def test_the_same_seed_makes_the_same_bytes_when_nothing_was_spoken_before(lessons: Path, tmp_path: Path) -> None:
    simulate(["dropout"], 2, 90.0, tmp_path / "out", tmp_path / "cache")

    assert (tmp_path / "out" / "dropout.flac").read_bytes() == (lessons / "dropout.flac").read_bytes()


@pytest.mark.parametrize("name", PROFILES_HEARD)
def test_the_truth_has_no_hole_and_its_waits_are_silences(name: str, lessons: Path) -> None:
    truth = truth_in(lessons, name)
    ipus = truth["ipus"]

    assert check_truth.problems(truth) == []
    for before, after in pairwise(truth["states"]):
        assert before["end_s"] == after["start_s"]
    for wait in truth["waits"]:
        start, end = wait["t_end_s"], wait["t_end_s"] + wait["offered_wait_s"]
        assert not [ipu for ipu in ipus if ipu["start_s"] < end - 0.001 and ipu["end_s"] > start + 0.001]


@pytest.mark.parametrize("name", PROFILES_HEARD)
def test_speaker_turns_say_what_the_truth_says(name: str, lessons: Path) -> None:
    rows = [line.split() for line in (lessons / f"{name}.rttm").read_text(encoding="utf-8").splitlines()]
    told = [(float(row[3]), round(float(row[3]) + float(row[4]), 3), row[7]) for row in rows]

    assert told == [(ipu["start_s"], ipu["end_s"], ipu["spk"]) for ipu in truth_in(lessons, name)["ipus"]]


def test_the_manifest_knows_every_file(lessons: Path) -> None:
    manifest = json.loads((lessons / "manifest.json").read_text(encoding="utf-8"))

    assert (manifest["seed"], manifest["side"]) == (2, "test")
    assert {"flite", "espeak", "numpy"} <= manifest["versions"].keys()
    for files in manifest["lessons"].values():
        for file, sha256 in files.items():
            assert hashlib.sha256((lessons / file).read_bytes()).hexdigest() == sha256


def test_the_evaluation_reads_them(lessons: Path) -> None:
    assert [lesson.name for lesson in find_lessons(lessons)] == sorted(PROFILES_HEARD)
    assert "adult" in {state["role"] for state in truth_in(lessons, "two_adults")["states"]}


def test_a_voice_is_heard_where_the_truth_says(lessons: Path) -> None:
    """Not more than a check that the delay was added once: after an onset it is louder than just before."""
    truth = truth_in(lessons, "group_then_plenary")
    with av.open(str(lessons / "group_then_plenary.flac")) as file:
        sound = np.concatenate([frame.to_ndarray().ravel() for frame in file.decode(audio=0)]) / 32768
    voices = np.diff(sound, prepend=0.0)
    rests = [one for one in truth["states"] if one["role"] == "silence" and one["end_s"] - one["start_s"] > 0.6]
    onsets = [round(one["end_s"] * RATE_HZ) for one in rests if one["end_s"] < truth["duration_s"]]
    rises = [np.mean(voices[at : at + 3200] ** 2) / np.mean(voices[at - 960 : at - 240] ** 2) for at in onsets]

    assert len(rises) >= 5
    assert min(rises) > 2
