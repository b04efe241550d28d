"""Who spoke, scored by hand on drawn lessons and against pyannote.metrics. A letter is a tenth of a second.

::

    T teacher   P pupil   C the class   O both at once   G group work   . silence   U could not be heard   N a chair
"""

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lesson.talk import Phase, PhaseSpan, Role, State
from waitwise.evaluate.lessons import Event, Truth
from waitwise.evaluate.phases import score_phases
from waitwise.evaluate.roles import Roles, score_roles
from waitwise.evaluate.told import Told

LETTERS = {
    "T": Role.TEACHER,
    "P": Role.PUPIL,
    "C": Role.CHORAL,
    "O": Role.OVERLAP,
    "G": Role.GROUP,
    ".": Role.SILENCE,
    "U": Role.UNKNOWN,
    "N": Role.NOISE,
}


def states(drawing: str) -> tuple[State, ...]:
    found, at = [], 0
    for letter, run in itertools.groupby(drawing):
        length = len(list(run))
        found.append(State(LETTERS[letter], at / 10, (at + length) / 10))
        at += length
    return tuple(found)


def phases(drawing: str) -> tuple[PhaseSpan, ...]:
    found, at = [], 0
    for is_group, run in itertools.groupby(drawing, lambda letter: letter == "G"):
        length = len(list(run))
        found.append(PhaseSpan(Phase.GROUP if is_group else Phase.WHOLE_CLASS, at / 10, (at + length) / 10))
        at += length
    return tuple(found)


def truth_of(drawing: str) -> Truth:
    return Truth(len(drawing) / 10, states(drawing), phases(drawing), (), {})


def scored(truth: str, told: str, waits: tuple[Event, ...] = ()) -> Roles:
    return score_roles(truth_of(truth), Told(waits, states(told), phases(told)))


# truth, told: missed, false, wrong side, talk in tenths of a second
SCENES = {
    "the drawing of the module": ("TTTTTTTTTT....PPPPPP....", "TTTTTTTT......TTPPPPPP..", (2, 2, 2, 16)),
    "the same": ("TTT..PP", "TTT..PP", (0, 0, 0, 5)),
    "both sides changed": ("TTT..PP", "PPP..TT", (0, 0, 5, 5)),
    "the class is the pupils": ("TT.CCC", "TT.PPP", (0, 0, 0, 5)),
    "an overlap is two": ("TTOOPP", "TTTTPP", (2, 0, 0, 8)),
    "an overlap that was none": ("TTTTPP", "TTOOPP", (0, 2, 0, 6)),
    "a chair is silence": ("TT.N.PP", "TT...PP", (0, 0, 0, 4)),
    "a chair told as a pupil": ("TT.N.PP", "TT.P.PP", (0, 1, 0, 4)),
    "what could not be heard is missed": ("TTTPPP", "TTTUUU", (3, 0, 0, 6)),
    "group work is left out": ("TTGGGGPP", "TTPPPPPP", (0, 0, 0, 4)),
    "told as group work is missed": ("TTTTTT", "TTGGGG", (4, 0, 0, 6)),
    "what was not told is missed": ("TTTTTT", "TT", (4, 0, 0, 6)),
}


@pytest.mark.parametrize(("truth", "told", "tenths"), SCENES.values(), ids=SCENES)
def test_what_is_wrong(truth: str, told: str, tenths: tuple[int, int, int, int]) -> None:
    roles = scored(truth, told)

    found = (roles.missed, roles.false, roles.confused, roles.talk)
    assert [round(10 * seconds, 6) for seconds in found] == list(tenths)
    assert roles.identification_error == pytest.approx(sum(tenths[:3]) / tenths[3])


def test_nobody_talked() -> None:
    roles = scored("......", "..TT..")

    assert (roles.identification_error, roles.jaccard_error, roles.share_errors) == (None, None, ())


def test_jaccard_by_hand() -> None:
    """Teacher 8 of 12 in common, pupils 4 of 8: (1/3 + 1/2) / 2."""
    roles = scored("TTTTTTTTTT....PPPPPP....", "TTTTTTTT......TTPPPPPP..")

    assert roles.jaccard_error == pytest.approx((4 / 12 + 4 / 8) / 2)


def test_two_lessons_are_added_before_a_ratio_is_made() -> None:
    both = scored("TTTT", "TTTT") + scored("PPPP..", "TTTT..")

    assert both.identification_error == pytest.approx(0.5)
    assert both.jaccard_error == pytest.approx((4 / 8 + 1) / 2)
    assert both.share_errors == (0.0, 1.0)


@pytest.mark.parametrize(
    ("truth", "told", "error"), [("TTTP", "TTPP", -0.25), ("TTTP", "....", -1.0), ("TO", "TO", 0.0)]
)
def test_share_of_talk(truth: str, told: str, error: float) -> None:
    assert scored(truth, told).share_errors == (pytest.approx(error),)


@pytest.mark.parametrize(
    ("kind", "drawing", "is_right"),
    [
        ("SR", "TTTT...PPPP", True),
        ("SI", "TTTT...PPPP", False),
        ("SI", "TTTT...TTTT", True),
        ("SR", "PPPP...PPPP", False),
    ],
)
def test_whether_the_sides_of_a_wait_are_right(kind: str, drawing: str, is_right: bool) -> None:
    wait = Event(kind, 0.4, 0.3, "answered", 0.9, 0.8)

    assert scored(drawing, drawing, (wait,)).p_role == ((0.8, is_right),)


# Of 10 tenths: wrong
GROUPS = {
    "the same": ("TTGGGGGGTT", "TTGGGGGGTT", 0.0),
    "late": ("TTGGGGGGTT", "TTTTGGGGGG", 0.4),
    "none told": ("TTGGGGGGTT", "TTTTTTTTTT", 0.6),
    "none true": ("TTTTTTTTTT", "GGGTTTTTTT", 0.3),
    "two for one": ("TTGGGGGGTT", "TTGGTTGGTT", 0.2),
}


@pytest.mark.parametrize(("truth", "told", "error"), GROUPS.values(), ids=GROUPS)
def test_group_work(truth: str, told: str, error: float) -> None:
    found = score_phases(truth_of(truth), Told((), states(told), phases(told)))

    assert found.frame_error == pytest.approx(error)


class SecondOpinion:
    """pyannote.metrics, fed with drawings."""

    def __init__(self) -> None:
        self._core = pytest.importorskip("pyannote.core")
        self._identification = pytest.importorskip("pyannote.metrics.identification")
        self._diarization = pytest.importorskip("pyannote.metrics.diarization")

    def identification(self, truth: str, told: str) -> dict[str, float]:
        metric = self._identification.IdentificationErrorRate(collar=0.0, skip_overlap=False)
        return dict(metric(self._read(truth), self._read(told), uem=self._whole(truth), detailed=True))

    def jaccard(self, truth: str, told: str) -> float:
        metric = self._diarization.JaccardErrorRate(collar=0.0, skip_overlap=False)
        return float(metric(self._read(truth), self._read(told), uem=self._whole(truth)))

    def _read(self, drawing: str) -> object:
        found = self._core.Annotation()
        for at, state in enumerate(states(drawing)):
            for side in {"T": "T", "P": "P", "C": "P", "O": "TP"}.get(drawing[round(state.start * 10)], ""):
                found[self._core.Segment(state.start, state.end), f"{at}{side}"] = side
        return found

    def _whole(self, drawing: str) -> object:
        return self._core.Timeline([self._core.Segment(0, len(drawing) / 10)])


@pytest.fixture(scope="module")
def second_opinion() -> SecondOpinion:
    return SecondOpinion()


drawings = st.lists(st.tuples(st.text("TPCOU.N", min_size=1, max_size=1), st.integers(1, 30)), min_size=1, max_size=15)


@given(one=drawings, other=drawings)
def test_pyannote_metrics_finds_the_same_identification_error(
    second_opinion: SecondOpinion, one: list[tuple[str, int]], other: list[tuple[str, int]]
) -> None:
    truth, told = ("".join(letter * n for letter, n in drawn) for drawn in (one, other))
    told = told[: len(truth)].ljust(len(truth), ".")

    parts = second_opinion.identification(truth, told)

    ours = scored(truth, told)
    assert parts["total"] == pytest.approx(ours.talk)
    assert parts["missed detection"] == pytest.approx(ours.missed)
    assert parts["false alarm"] == pytest.approx(ours.false)
    assert parts["confusion"] == pytest.approx(ours.confused)


@pytest.mark.parametrize("told", ["TTTTTTTT......TTPPPPPP..", "TTTTTTTTTTTT..PPPP......", "TTTTOOOTTT....PPPPPP...."])
def test_pyannote_metrics_finds_the_same_jaccard_error_where_no_names_are_swapped(
    second_opinion: SecondOpinion, told: str
) -> None:
    truth = "TTTTTTTTTT....PPPPPP...."

    assert second_opinion.jaccard(truth, told) == pytest.approx(scored(truth, told).jaccard_error)


def test_swapped_sides_are_wrong_to_us_and_right_to_the_usual_jaccard_error(second_opinion: SecondOpinion) -> None:
    truth, told = "TTTT..PPPP", "PPPP..TTTT"

    assert second_opinion.jaccard(truth, told) == pytest.approx(0.0)
    assert scored(truth, told).jaccard_error == pytest.approx(1.0)
