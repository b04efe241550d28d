"""What people say of an event is applied, every figure follows, and what was heard is still there.

::

    "TTTT?....PPPP....TTTT"   heard, drawn as in the other scenes
    {0.5: "me"}               what was said, by the moment of the event
    "TTTT?....TTTT....TTTT"   the same lesson as if it had been heard so
"""

import dataclasses
import functools
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analytics.corrections import LabelError, corrected, original
from analytics.redrawn import ipus_of
from analytics.states import cover
from lesson.labels import WORDS, LessonLabels, label_of, what_is_said
from lesson.talk import Account, Basis, EventLabel, Flag, HumanLabel, IntervalKind, Outcome, Role, State, WaitTime
from lesson.wire import WireError, dumps, from_wire, loads
from tests.analytics.test_wait_properties import lessons, letters
from tests.lessons.drawn import Drawn, draw
from tests.lessons.drawn_account import account_of

NINE = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)


def heard(text: str) -> Account:
    return account_of(draw(text))


def event_at(account: Account, moment: float) -> WaitTime:
    (found,) = [wait for wait in account.waits if wait.t_end == pytest.approx(moment)]
    return found


def said(account: Account, words: dict[float, str], minute: int = 0) -> list[EventLabel]:
    return [
        EventLabel(event_at(account, moment).event_id, NINE + timedelta(minutes=minute), label_of(word))
        for moment, word in words.items()
    ]


def told(account: Account) -> list[tuple[str, float, str]]:
    return [(wait.kind.value, round(wait.offered_wait, 3), wait.outcome.value) for wait in account.waits]


def figures(account: Account) -> object:
    """Everything but how sure, and who said what."""
    summary = account.summary
    assert summary is not None
    waits = [
        dataclasses.replace(
            wait,
            event_id="",
            human=None,
            heard_as=None,
            p_role=0,
            conf=0,
            flags=frozenset(),
            p_q=None,
            basis=Basis.HUMAN,
        )
        for wait in account.waits
    ]
    plain = (summary.waits.median, summary.waits.n, summary.waits2.median, summary.waits2.n, summary.outcomes)
    talk = dataclasses.replace(summary.talk, evidence=dataclasses.replace(summary.talk.evidence))
    gaps = [(gap.kind, round(gap.t_end, 3), round(gap.offered_wait, 3), gap.usable) for gap in account.intervals]
    return waits, gaps, account.states, account.phases, plain, talk, summary.handovers


AS_IF = {
    "a pupil's voice was hers": (
        "TTTT?[1.2]PPPP....TTTT",
        {0.5: "me"},
        "TTTT?[1.2]TTTT....TTTT",
    ),
    "her voice was a pupil's": (
        "TTTT?[1.2]TTTT....TTTT",
        {0.5: "pupil"},
        "TTTT?[1.2]PPPP....TTTT",
    ),
    "it was the class": ("TTTT?....PPPPPPPP....TTTT", {0.5: "class"}, "TTTT?....CCCCCCCC....TTTT"),
    "it was a chair": ("TTTT?....PPPP....PPPPPPPP..TTT", {0.5: "nobody"}, "TTTT?....NNNN....PPPPPPPP..TTT"),
    "it was a chair in a long silence": ("TTTT?[8]PP[9]TTTT", {0.5: "nobody"}, "TTTT?[8]NN[9]TTTT"),
    "what could not be heard was a pupil": (
        "TTTT?[2.0]UUUUUU....TTTT",
        {0.5: "pupil"},
        "TTTT?[2.0]PPPPPP....TTTT",
    ),
    "the voice before was a pupil's": (
        "TTTT?....PPPP....TTTTT......PPPPP...TTTT",
        {2.2: "before-was-pupil"},
        "TTTT?....PPPP....PPPPP......PPPPP...TTTT",
    ),
    "half a minute of pupils was group work": (
        "TTTT?[2.0]" + "PPPPPPPPPP..." * 25 + "[3.0]TTTT?....PPPP",
        {0.5: "group-work"},
        "TTTT?[2.0]" + "G" * 322 + "...[3.0]TTTT?....PPPP",
    ),
}


@pytest.mark.parametrize(("before", "words", "after"), AS_IF.values(), ids=AS_IF.keys())
def test_the_figures_are_those_of_a_lesson_heard_so(before: str, words: dict[float, str], after: str) -> None:
    account = heard(before)
    assert figures(corrected(account, said(account, words))) == figures(heard(after))


def test_a_pupil_over_her_voice_was_herself() -> None:
    account = heard("TTTTTTTTTT.....TTTT\n        PPPPPPPP")
    now = corrected(account, said(account, {1.0: "me"}))

    assert now.states == (State(Role.TEACHER, 0.0, 1.9),)
    assert (now.waits, now.intervals) == ((), ())


OUTCOMES = {
    "she asked again": ("asked-again", Outcome.REASKED, True),
    "she went on": ("went-on", Outcome.CONTINUED, True),
    "she said a name": ("named", Outcome.NAMED, True),
    "silent work began": ("silent-work", Outcome.TO_SILENT_WORK, False),
}


@pytest.mark.parametrize(("word", "outcome", "counts"), OUTCOMES.values(), ids=OUTCOMES.keys())
def test_what_only_a_person_can_tell(word: str, outcome: Outcome, counts: bool) -> None:
    account = heard("TTTT?[2.0]TTTTTTTTTTTTTTTTTTTT....PPPP....TTTT" * 12)
    now = corrected(account, said(account, {0.5: word}))
    event, was = event_at(now, 0.5), event_at(account, 0.5).outcome

    assert (event.outcome, event.usable) == (outcome, counts)
    assert event.heard_as is (None if outcome is was else was)
    assert event.human == label_of(word)
    assert now.summary is not None
    assert account.summary is not None
    assert now.summary.outcomes[outcome] == account.summary.outcomes.get(outcome, 0) + (event.heard_as is not None)
    assert now.summary.waits.n == account.summary.waits.n - (not counts)
    assert now.waits[1:] == account.waits[1:]


def test_a_name_keeps_its_two_pauses_apart() -> None:
    account = heard("TTTT?[3.0]TTTTTTTTTTTTTTTTTTTT.....PPPPPP")
    event = event_at(corrected(account, said(account, {0.5: "named"})), 0.5)

    assert (event.pause_before_name, event.pause_after_name) == (pytest.approx(3.0), pytest.approx(0.5))


def test_no_question_is_no_wait_and_its_silence_stays() -> None:
    account = heard("TTTT?[2.0]TTTTTT....PPPPPP....TTTT" * 8)
    now = corrected(account, said(account, {0.5: "not-a-question"}))
    before, after = account.summary, now.summary

    assert before is not None
    assert after is not None
    assert (after.waits.n, after.waits.n_all) == (before.waits.n - 1, before.waits.n_all - 1)
    assert sum(after.outcomes.values()) == sum(before.outcomes.values()) - 1
    assert now.intervals == account.intervals
    assert (after.waits2, after.talk, after.handovers) == (before.waits2, before.talk, before.handovers)


def test_a_question_that_a_person_confirmed_rests_on_her_word() -> None:
    account = heard("TTTT?[2.0]TTTTTT....PPPPPP....TTTT")
    now = corrected(account, said(account, {0.5: "question"}))

    assert event_at(now, 0.5).basis is Basis.HUMAN
    assert event_at(now, 0.5).p_q == event_at(account, 0.5).p_q, "what was measured is kept"
    assert now.summary == account.summary


def test_a_corrected_role_is_sure() -> None:
    account = heard("TTTT?[1.2]PPPP....TTTT")
    weak = dataclasses.replace(account.waits[0], p_role=0.6, conf=0.5)
    account = dataclasses.replace(account, waits=(weak, *account.waits[1:]))
    event = event_at(corrected(account, said(account, {0.5: "me"})), 0.5)

    assert event.p_role == 1.0
    assert event.conf > 0.9


def test_a_voice_that_was_doubtful_and_right_is_doubtful_no_more() -> None:
    account = heard("TTTT?[1.2]PPPP....TTTT")
    weak = dataclasses.replace(account.waits[0], p_role=0.6, conf=0.5, flags=frozenset({Flag.ROLE_WEAK}))
    account = dataclasses.replace(account, waits=(weak, *account.waits[1:]))
    event = event_at(corrected(account, said(account, {0.5: "pupil"})), 0.5)

    assert (event.p_role, event.flags, event.heard_as) == (1.0, frozenset(), None)


def test_a_pause_that_gets_longer_keeps_its_name() -> None:
    account = heard("TTTT?....PPPP....PPPPPPPP..TTT")
    now = corrected(account, said(account, {0.5: "nobody"}))

    assert [wait.event_id for wait in now.waits] == [wait.event_id for wait in account.waits]
    assert now.waits[0].offered_wait == pytest.approx(1.2)


def test_what_could_not_be_measured_is_not_measured_by_a_word() -> None:
    account = heard("TTTT?....PPPP[1.5]TTTT")
    spoilt = tuple(dataclasses.replace(gap, usable=gap.kind is not IntervalKind.TR) for gap in account.intervals)
    now = corrected(dataclasses.replace(account, intervals=spoilt), said(account, {0.5: "me"}))

    assert [(gap.kind, gap.usable) for gap in now.intervals] == [(IntervalKind.SI, False)]


def test_an_event_that_no_rule_finds_again_goes_with_the_voice_before_it() -> None:
    account = heard("TTTT?[1.2]PPPP....TTTT")
    odd = dataclasses.replace(account.waits[0], event_id="e" * 32, offered_wait=0.3)
    account = dataclasses.replace(account, waits=(*account.waits, odd))
    real = account.waits[0].event_id

    asked = corrected(account, [EventLabel(real, NINE, label_of("question"))])
    assert odd in asked.waits
    assert corrected(account, [EventLabel(real, NINE, label_of("before-was-pupil"))]).waits == ()


def test_an_event_that_a_correction_makes_can_be_spoken_of_too() -> None:
    account = heard("TTTT?[1.2]PPPPPP[2.0]TTTT....PPPP")
    first = said(account, {0.5: "me"})
    once = corrected(account, first)
    assert told(once) == [("SI", 1.2, "continued"), ("SI", 2.0, "named"), ("SR", 0.4, "answered")]

    second = said(once, {2.3: "went-on"}, minute=1)
    twice = corrected(once, second)

    assert event_at(twice, 2.3).outcome is Outcome.CONTINUED
    assert corrected(account, [*second, *first]) == twice


def test_the_later_word_counts_and_as_heard_takes_all_back() -> None:
    account = heard("TTTT?[1.2]PPPP....TTTT")
    first, second = said(account, {0.5: "me"}), said(account, {0.5: "class,question"}, minute=1)
    third = said(account, {0.5: "as-heard"}, minute=2)

    assert told(corrected(account, [*second, *first])) == [("SR", 1.2, "choral")]
    assert event_at(corrected(account, [*second, *first]), 0.5).human == label_of("class,question")
    assert figures(corrected(account, [*third, *first, *second])) == figures(account)
    assert what_is_said([*said(account, {0.5: "question"}), *said(account, {0.5: "me"}, 1)])[first[0].event_id][
        1
    ] == HumanLabel(is_question=True, role=Role.TEACHER)


WRONG = {
    "no such event": ("f" * 32, "me", "There is no event"),
    "nobody was there": (None, "pupil", "Nobody was heard after the pause at 0.5 s"),
}


@pytest.mark.parametrize(("event_id", "word", "sentence"), WRONG.values(), ids=WRONG.keys())
def test_a_label_that_fits_nothing_is_refused_with_what_to_do(event_id: str | None, word: str, sentence: str) -> None:
    account = heard("TTTT?[16]TTTT....PPPP")
    label = EventLabel(event_id or event_at(account, 0.5).event_id, NINE, label_of(word))

    with pytest.raises(LabelError, match=sentence) as error:
        corrected(account, [label])
    assert error.value.remedy


def test_a_pause_is_no_overlap() -> None:
    account = heard("TTTT?[1.2]PPPP....TTTT")
    with pytest.raises(LabelError, match=r"There is a pause at 0\.5 s"):
        corrected(account, [EventLabel(account.waits[0].event_id, NINE, HumanLabel(outcome=Outcome.OVERLAPPED))])


def test_an_account_of_other_thresholds_is_not_corrected() -> None:
    account = dataclasses.replace(heard("TTTT?[1.2]PPPP....TTTT"), config_hash="0" * 16)
    with pytest.raises(LabelError, match="other thresholds"):
        corrected(account, said(account, {0.5: "me"}))


@pytest.mark.parametrize(
    "label",
    [
        {"role": Role.SILENCE},
        {"role": Role.UNKNOWN},
        {"role_before": Role.GROUP},
        {"role": Role.PUPIL, "outcome": Outcome.CONTINUED},
    ],
)
def test_what_cannot_be_said_is_no_label(label: dict[str, object]) -> None:
    with pytest.raises(ValueError, match=r"^(Nobody can say|After)"):
        HumanLabel(**label)  # type: ignore[arg-type]


@pytest.mark.parametrize("words", ["", "mine", "me,pupil", "question,not-a-question", "me,class"])
def test_words_that_say_nothing_or_two_things_are_refused(words: str) -> None:
    with pytest.raises(ValueError, match=r"nothing that can be said|contradicts itself"):
        label_of(words)


def test_labels_travel_and_come_back() -> None:
    account = heard("TTTT?[1.2]PPPP....TTTT")
    whole = LessonLabels("1.0.0", account.waits[0].lesson_id, tuple(said(account, {0.5: "me,question"})))

    assert LessonLabels.decode(whole.encode()) == whole
    with pytest.raises(WireError, match="version 2"):
        LessonLabels.decode(whole.encode().replace(b'"1.0.0"', b'"2.0.0"'))


# What holds for every lesson, and for everything that could be said of it.


def her_line_and_theirs(lines: tuple[str, str]) -> Drawn:
    """Two sides that may speak at once, as they can be heard; nobody is two voices."""
    hers, theirs = (line.translate(str.maketrans("G,UNV", ".....")) for line in lines)
    return draw(
        f"{hers.translate(str.maketrans('PQC', '...'))}\n{theirs.replace('T', ' ').replace('Q', 'P').replace('C', 'P')}"
    )


duets = st.tuples(letters, letters).map(her_line_and_theirs)


def words_for(event: WaitTime) -> list[str]:
    """What can be true of an event: somebody must have spoken for it to be said who."""
    free = ["question", "not-a-question", "silent-work", "before-was-pupil", "as-heard"]
    if event.outcome in {Outcome.ANSWERED, Outcome.CHORAL, Outcome.OVERLAPPED, Outcome.CONTINUED, Outcome.REASKED}:
        return sorted(WORDS)
    return free


@st.composite
def said_of(draw_: st.DrawFn, drawings: st.SearchStrategy[Drawn]) -> tuple[Account, list[EventLabel]]:
    account = account_of(draw_(drawings))
    events = draw_(st.lists(st.sampled_from(account.waits), max_size=6)) if account.waits else []
    labels = [
        EventLabel(event.event_id, NINE + timedelta(minutes=minute), label_of(draw_(st.sampled_from(words_for(event)))))
        for minute, event in enumerate(events)
    ]
    return account, labels


everything = said_of(st.one_of(lessons, duets))


@given(st.one_of(lessons, duets))
@settings(max_examples=40, deadline=None)
def test_stretches_drawn_again_cover_the_lesson_as_before(drawn: Drawn) -> None:
    account = account_of(drawn)

    again = cover(account.duration, ipus_of(account), account.phases)
    assert [(state.role, round(state.start, 6), round(state.end, 6)) for state in again] == [
        (state.role, round(state.start, 6), round(state.end, 6)) for state in account.states
    ]


@given(everything)
@settings(max_examples=40, deadline=None)
def test_nothing_is_lost(case: tuple[Account, list[EventLabel]]) -> None:
    account, labels = case
    now = corrected(account, labels)

    assert original(now) == account
    assert set(now.labels) == set(labels)
    assert from_wire(Account, loads(dumps(now))) == now


@given(everything)
@settings(max_examples=40, deadline=None)
def test_saying_it_twice_changes_nothing(case: tuple[Account, list[EventLabel]]) -> None:
    account, labels = case
    once = corrected(account, labels)

    assert corrected(once, labels) == once
    assert corrected(once, []) == once


@given(everything, st.randoms())
@settings(max_examples=40, deadline=None)
def test_the_order_of_arrival_is_of_no_matter(case: tuple[Account, list[EventLabel]], random: object) -> None:
    account, labels = case
    mixed = list(labels)
    random.shuffle(mixed)  # type: ignore[attr-defined]

    assert corrected(account, mixed) == corrected(account, labels)
    assert functools.reduce(lambda now, label: corrected(now, [label]), mixed, account) == corrected(account, labels)


@given(everything)
@settings(max_examples=40, deadline=None)
def test_corrected_numbers_are_numbers_of_a_lesson(case: tuple[Account, list[EventLabel]]) -> None:
    account, labels = case
    now = corrected(account, labels)

    assert now.states[0].start == 0
    assert now.states[-1].end == pytest.approx(account.duration)
    assert len({wait.event_id for wait in now.waits}) == len(now.waits)
    for wait in now.waits:
        assert 0 <= wait.conf <= wait.p_role <= 1
        assert (wait.outcome is Outcome.OVERLAPPED) == (wait.offered_wait < 0)
    assert now.summary is not None
    assert now.summary.waits.n <= now.summary.waits.n_all <= len(now.waits)
    talk = now.summary.talk
    shares = [getattr(talk, field.name) for field in dataclasses.fields(talk) if field.name.endswith("_share")]
    assert talk.teacher_share_of_lesson + talk.pupil_share_of_lesson + sum(shares) == pytest.approx(1)


@given(everything)
@settings(max_examples=40, deadline=None)
def test_what_nobody_spoke_of_stays_as_it_was_heard(case: tuple[Account, list[EventLabel]]) -> None:
    """Words about questions move no stretch, so every other event is the very same."""
    account, labels = case
    quiet = [each for each in labels if each.label.role is each.label.role_before is each.label.outcome is None]
    now = corrected(account, quiet)
    spoken_of = {each.event_id for each in quiet}

    assert (now.states, now.phases, now.intervals) == (account.states, account.phases, account.intervals)
    assert [wait for wait in now.waits if wait.event_id not in spoken_of] == [
        wait for wait in account.waits if wait.event_id not in spoken_of
    ]
