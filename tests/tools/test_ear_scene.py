"""Lessons that the ear is taught with: what the labels say is what was put in."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from tools.ear.degrade import degrade
from tools.ear.export import ear_weights, hindsight_weights, without_smallest
from tools.ear.labels import BOTH, CHORAL, GROUP, PUPIL, SILENCE, TEACHER, Labels

RATE = 16000


def test_labels_say_who_speaks_in_each_hundredth_of_a_second() -> None:
    labels = Labels(12)
    labels.mark(labels.teacher, 0.01, [[0, 480]], voice=7)  # .TTT........
    labels.mark(labels.pupil, 0.03, [[0, 320]], voice=9)  # ...PP.......
    labels.mark(labels.choral, 0.06, [[0, 160], [320, 480]])  # ......C.C...
    labels.group[10:] = True
    s, t, p, b, c, g = SILENCE, TEACHER, PUPIL, BOTH, CHORAL, GROUP
    assert labels.roles().tolist() == [s, t, t, b, p, s, c, s, c, s, g, g]
    assert labels.voice.tolist() == [-1, 7, 7, -2, 9, -1, -1, -1, -1, -1, -1, -1]


def test_what_lies_past_the_end_is_not_marked() -> None:
    labels = Labels(3)
    labels.mark(labels.pupil, 0.02, [[0, 1600], [3200, 4800]])
    assert labels.pupil.tolist() == [False, False, True]


def test_poorer_cues_leave_voice_and_level_as_they_are() -> None:
    rng = np.random.default_rng(3)
    whole = rng.normal(size=(100, 19)).astype("f4")
    touched = set()
    for _ in range(30):
        cues = whole.copy()
        degrade(cues, rng)
        touched |= set(np.flatnonzero((cues != whole).any(axis=0)).tolist())
    assert touched == {2, 3, 7, 10, 11, 16}


@pytest.mark.parametrize("way", ["", "_reverse"])
def test_exported_matrices_go_from_left_to_right(way: str) -> None:
    state = {"a.weight": np.zeros((64, 134)), "a.bias": np.zeros(64)}
    for layer, size, given in (("g1", 4, 64), ("g2", 3, 4)):
        for each in ("", "_reverse"):
            state |= {f"{layer}.weight_ih_l0{each}": np.full((3 * size, given), len(each))}
            state |= {f"{layer}.weight_hh_l0{each}": np.zeros((3 * size, size))}
            state |= {f"{layer}.bias_{to}_l0{each}": np.zeros(3 * size) for to in ("ih", "hh")}
    for head, count in (("vad", 2), ("who", 2), ("many", 3), ("out", 6)):
        state |= {f"{head}.weight": np.full((count, 7), count), f"{head}.bias": np.full(count, count)}
    ear, hindsight = ear_weights(state), hindsight_weights(state)
    assert ear["out"].shape == (7, 7)
    assert ear["out_bias"].tolist() == [2] * 4 + [3] * 3
    name = "first_back_x" if way else "first_x"
    assert hindsight[name].shape == (64, 12)
    assert (hindsight[name] == len(way)).all()


def test_the_smallest_weights_of_all_matrices_together_are_left_out() -> None:
    named = {
        "in": np.array([[0.1, -4.0], [0.2, 3.0]], dtype="f2"),
        "in_bias": np.array([0.01, 0.02], dtype="f2"),
        "out": np.array([[-0.3, 0.4], [5.0, -6.0]], dtype="f2"),
    }
    left = without_smallest(named, 0.5)
    assert left["in"].tolist() == [[0, -4], [0, 3]]
    assert left["out"].tolist() == [[0, 0], [5, -6]]
    assert np.array_equal(left["in_bias"], named["in_bias"])
    assert left["in"].dtype == named["in"].dtype
    assert all(np.array_equal(without_smallest(named, 0.0)[name], value) for name, value in named.items())


@pytest.fixture
def voices(tmp_path: Path) -> Path:
    """Speakers who hum: three children, three teens, three adults, each on a note of their own."""
    rows = []
    for at, age in enumerate((7, 9, 12, 15, 16, 18, 30, 40, 50)):
        time = np.arange(2 * RATE) / RATE
        one = np.sin(2 * np.pi * (120 + 30 * at) * time) * 0.05 * 2**0.5 * (time > 0.01) * (time < 1.9)
        sound = np.tile((one * 8000).astype("i2"), 8)
        spans = json.dumps([[[160, 30400]]] * 8)
        np.savez(tmp_path / f"so{at}.npz", sound=sound, sizes=np.full(8, 2 * RATE), spans=np.array(spans))
        rows.append((f"so{at}", age, "f", False, 8, 16.0))
    (tmp_path / "index.json").write_text(json.dumps(rows), encoding="utf-8")
    return tmp_path


@pytest.mark.filterwarnings("ignore::DeprecationWarning", "ignore::SyntaxWarning")
def test_a_number_gives_one_lesson_and_its_voices_are_where_the_labels_are(voices: Path) -> None:
    pytest.importorskip("scipy")
    pytest.importorskip("pyroomacoustics")
    from tools.ear.scene import Scene
    from tools.ear.voices import Voices

    known = Voices(voices, without_held_out=True)
    scene = Scene(5, known, 10)
    assert (scene.sound == Scene(5, known, 10).sound).all()
    roles = scene.labels.roles()
    assert (len(scene.sound), len(roles)) == (10 * RATE, 1000)
    power = (scene.sound.astype("f8") ** 2).reshape(1000, -1).mean(axis=1)
    spoken = (roles == TEACHER) | (roles == PUPIL)
    assert set(roles[spoken].tolist()) == {TEACHER, PUPIL}
    # Nobody has spoken yet before the first label.
    assert np.median(power[spoken]) > 3 * np.median(power[: np.flatnonzero(roles)[0]])


@pytest.mark.filterwarnings("ignore::DeprecationWarning", "ignore::SyntaxWarning")
def test_her_sample_is_of_her_alone_and_leaves_the_lesson_as_it_is(voices: Path) -> None:
    pytest.importorskip("scipy")
    pytest.importorskip("pyroomacoustics")
    from tools.ear.scene import Scene
    from tools.ear.voices import Voices

    scene = Scene(5, Voices(voices, without_held_out=True), 10)
    before, roles = scene.sound.copy(), scene.labels.roles()
    sample = scene.sample()
    assert (scene.sound == before).all()
    assert (scene.labels.roles() == roles).all()
    # Everybody hums on one note; hers is the strongest in what she said, and in the sample no other one is.
    spoken = np.repeat(roles == TEACHER, RATE // 100)
    assert _note(sample) == pytest.approx(_note(scene.sound * spoken), rel=0.02)


def _note(sound: np.ndarray) -> float:
    """Hertz of the strongest note of those that are hummed."""
    power = np.abs(np.fft.rfft(sound.astype("f8"))) ** 2
    hz = np.fft.rfftfreq(len(sound), 1 / RATE)
    power[(hz < 110) | (hz > 450)] = 0
    return float(hz[int(np.argmax(power))])


def _esc(folder: Path, takes: dict[str, np.ndarray]) -> Path:
    soundfile = pytest.importorskip("soundfile")
    for name, sound in takes.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        soundfile.write(path, sound, 44100)
    return folder


def test_recorded_noises_are_cut_where_it_is_quiet_and_banned_takes_are_not_read(tmp_path: Path) -> None:
    from tools.ear.recorded import Recorded

    rng = np.random.default_rng(1)
    loud = rng.normal(0, 0.2, 44100 // 2)
    quiet = rng.normal(0, 1e-5, 44100)
    sneezes = np.concatenate((quiet, loud, quiet, loud[: 44100 // 4], quiet))
    root = _esc(
        tmp_path / "esc",
        {
            "006 - Person sneeze/1-1-A.ogg": sneezes,
            "006 - Person sneeze/2-2-A.ogg": sneezes,
            "002 - Rain/1-3-A.ogg": rng.normal(0, 0.1, 2 * 44100),
        },
    )
    from tools.ear.cut_noises import cut

    cut(root, tmp_path / "voices", {"2-2-A"})
    with np.load(tmp_path / "voices" / "noises.npz") as kept:
        assert sorted(kept.files) == ["rain0", "sneeze0", "sneeze1"]
        assert [len(kept[f"sneeze{at}"]) / RATE for at in (0, 1)] == pytest.approx([0.5, 0.25], abs=0.03)

    recorded = Recorded(tmp_path / "voices")
    steady = next(found for _ in range(50) if (found := recorded.steady(rng, 5 * RATE)) is not None)
    assert steady.shape == (5 * RATE,)
    seconds = steady.reshape(5, RATE).std(axis=1)
    assert seconds.min() > 0.7 * seconds.max(), "a take laid over itself neither fades nor swells"


def test_where_nothing_was_recorded_formulas_are_enough(tmp_path: Path) -> None:
    pytest.importorskip("scipy")
    from tools.ear.noises import background, noise
    from tools.ear.recorded import Recorded

    rng, nothing = np.random.default_rng(2), Recorded(tmp_path)
    assert {nothing.burst(rng), nothing.steady(rng, RATE)} == {None}
    assert all(np.sqrt(np.mean(noise(rng, nothing) ** 2)) == pytest.approx(0.05, rel=0.01) for _ in range(20))
    assert background(rng, RATE, nothing).shape == (RATE,)
