"""A lesson reaches the school whatever the network, the school and the unit's own card do meanwhile."""

import io
import random
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from lesson.footage.signed import ReceiptKey
from lesson.problems import DISK_FAILED, NOT_TRUSTED, SCHOOL_REFUSED, SCHOOL_UNREACHABLE
from provisioning.throw_away import ThrowAwayAuthority
from sync.errors import NotTrustedError, SchoolUnreachableError, SyncError
from sync.https import HttpsUplink
from sync.memory_school import MemorySchool, MemoryUplink
from sync.outbox import Outbox
from sync.uplink import Answer, Committed, Have
from sync.uploader import Did, Step, Uploader
from tests.suites.school_server import RECEIPT_KEY, SchoolHandler, SchoolServer, now
from tests.suites.uplink import OTHER_UNIT, UNIT, SealedLesson, seal_lesson, seal_twins


class BadNetwork:
    """Between a unit and a school: breaks before or after the school heard, as it is told."""

    def __init__(self, school: MemorySchool, unit: str = UNIT) -> None:
        self._uplink = MemoryUplink(school, unit)
        self.before: list[SyncError | None] = []
        self.after: list[SyncError | None] = []
        self.puts: list[str] = []
        self.haves = 0

    def put(self, lesson_id: str, name: str, body: bytes, link: bytes | None = None) -> Answer:
        self._break(self.before)
        self.puts.append(name)
        answer = self._uplink.put(lesson_id, name, body, link)
        self._break(self.after)
        return answer

    def have(self, lesson_id: str) -> Have:
        self._break(self.before)
        self.haves += 1
        return self._uplink.have(lesson_id)

    def close(self) -> None:
        pass

    def _break(self, breaks: list[SyncError | None]) -> None:
        error = breaks.pop(0) if breaks else None
        if error is not None:
            raise error


@pytest.fixture
def school() -> MemorySchool:
    return MemorySchool(RECEIPT_KEY, now)


@pytest.fixture
def network(school: MemorySchool) -> BadNetwork:
    return BadNetwork(school)


@pytest.fixture
def outbox(tmp_path: Path) -> Iterator[Outbox]:
    with Outbox(tmp_path / "outbox.sqlite") as outbox:
        yield outbox


@pytest.fixture
def lesson(outbox: Outbox, tmp_path: Path) -> SealedLesson:
    lesson = seal_lesson()
    lesson.into(outbox, tmp_path / "footage")
    return lesson


class Clock:
    """A clock you move."""

    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def uploader(outbox: Outbox, network: BadNetwork, clock: Clock) -> Uploader:
    return Uploader(outbox, network, RECEIPT_KEY.public, monotonic=clock)


def run(uploader: Uploader, most: int = 200) -> list[Step]:
    """All steps until nothing is left to be done."""
    steps = []
    for _ in range(most):
        steps.append(uploader.step())
        if steps[-1].did is Did.IDLE:
            return steps
    raise AssertionError(steps[-5:])


def test_a_lesson_that_is_still_going_on_is_sent_as_far_as_it_is(
    outbox: Outbox, uploader: Uploader, network: BadNetwork, tmp_path: Path
) -> None:
    lesson = seal_lesson()
    *parts, manifest = lesson.pieces
    (tmp_path / "stanzas").mkdir()
    for name in parts:
        (tmp_path / name).write_bytes(lesson.pieces[name])
        outbox.add_piece(lesson.lesson_id, name, tmp_path / name, lesson.links.get(name))
        assert run(uploader)[-2].name == name
    assert outbox.receipt(lesson.lesson_id) is None
    (tmp_path / manifest).write_bytes(lesson.pieces[manifest])
    outbox.add_piece(lesson.lesson_id, manifest, tmp_path / manifest)
    assert [step.did for step in run(uploader)] == [Did.COMMITTED, Did.IDLE]
    assert network.haves == 1, "asked once, not before each piece"


def test_an_answer_that_was_lost_costs_nothing(
    lesson: SealedLesson, outbox: Outbox, uploader: Uploader, network: BadNetwork
) -> None:
    """The school stored it, the answer never came: afterwards the school is asked, and it is not sent again."""
    network.after = [None, None, SchoolUnreachableError("The Wi-Fi is gone.")]
    steps = run(uploader)
    failed = [step for step in steps if step.did is Did.FAILED]
    assert [(step.problem, step.wait > 0) for step in failed] == [(SCHOOL_UNREACHABLE, True)]
    assert sorted(network.puts) == sorted(lesson.pieces), "each once"
    assert outbox.receipt(lesson.lesson_id) is not None


def test_a_receipt_that_was_lost_is_given_again(lesson: SealedLesson, outbox: Outbox, network: BadNetwork) -> None:
    network.after = [None] * (len(lesson.pieces) - 1) + [SchoolUnreachableError("Gone.")]
    run(Uploader(outbox, network, RECEIPT_KEY.public))
    assert network.puts[-2:] == ["manifest.json", "manifest.json"]
    assert outbox.receipt(lesson.lesson_id) is not None


@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(seed=st.integers(0, 2**32))
def test_any_row_of_breaks_and_restarts_ends_with_the_lesson_delivered(
    seed: int, tmp_path_factory: pytest.TempPathFactory
) -> None:
    dice = random.Random(seed)
    folder = tmp_path_factory.mktemp("unit")
    school = MemorySchool(RECEIPT_KEY, now)
    network = BadNetwork(school)
    broken = SchoolUnreachableError("Broken.")
    network.before = [dice.choice([None, None, broken]) for _ in range(30)]
    network.after = [dice.choice([None, None, broken]) for _ in range(30)]
    lesson = seal_lesson()
    with Outbox(folder / "outbox.sqlite") as outbox:
        lesson.into(outbox, folder / "footage")
        uploader = Uploader(outbox, network, RECEIPT_KEY.public)
        for _ in range(200):
            if dice.random() < 0.1:  # the unit was restarted
                uploader = Uploader(outbox, network, RECEIPT_KEY.public)
            if uploader.step().did is Did.IDLE:
                break
        assert outbox.receipt(lesson.lesson_id) is not None
    assert network._uplink.have(lesson.lesson_id).names == lesson.pieces.keys() - {"manifest.json"}


def test_a_school_that_was_restored_from_a_backup_gets_again_what_it_lost(
    lesson: SealedLesson, outbox: Outbox, uploader: Uploader, school: MemorySchool, clock: Clock
) -> None:
    for _ in range(5):
        uploader.step()
    school.lose(lesson.lesson_id)
    steps = run(uploader)
    assert Did.SET_ASIDE in {step.did for step in steps}, "a segment without its header"
    clock.now += 60
    run(uploader)
    assert outbox.receipt(lesson.lesson_id) is not None
    assert outbox.all_set_aside() == ()


def test_a_school_that_lost_a_segment_says_so_and_gets_it_again(
    lesson: SealedLesson, outbox: Outbox, uploader: Uploader, network: BadNetwork, school: MemorySchool
) -> None:
    while "2-000000.seg" not in network.puts:
        uploader.step()
    school.lose(lesson.lesson_id, "0-000001.seg")
    steps = run(uploader)
    assert [step.did for step in steps][-4:] == [Did.REOPENED, Did.SENT, Did.COMMITTED, Did.IDLE]
    assert network.puts.count("0-000001.seg") == 2


def test_a_file_that_cannot_be_read_is_named_and_the_rest_arrives(
    lesson: SealedLesson, outbox: Outbox, uploader: Uploader, clock: Clock, tmp_path: Path
) -> None:
    path = tmp_path / "footage" / "0-000001.seg"
    body = path.read_bytes()
    path.unlink()
    steps = run(uploader)
    aside = [(step.name, step.problem) for step in steps if step.did is Did.SET_ASIDE]
    assert aside == [("0-000001.seg", DISK_FAILED), ("manifest.json", SCHOOL_REFUSED)]
    assert sum(step.did is Did.SENT for step in steps) == len(lesson.pieces) - 2
    assert (steps[-1].name, steps[-1].problem) == ("0-000001.seg", DISK_FAILED), "it is not forgotten"
    assert outbox.receipt(lesson.lesson_id) is None
    path.write_bytes(body)  # the card was put in again
    clock.now += 60
    assert Did.COMMITTED in {step.did for step in run(uploader)}
    assert run(uploader) == [Step(Did.IDLE)]


def test_a_damaged_segment_holds_up_its_own_lesson_only(
    lesson: SealedLesson, outbox: Outbox, uploader: Uploader, tmp_path: Path
) -> None:
    (tmp_path / "footage" / "0-000000.seg").write_bytes(b"damaged")
    other = seal_lesson()
    other.into(outbox, tmp_path / "other")
    run(uploader)
    assert outbox.lessons() == {lesson.lesson_id: False, other.lesson_id: True}


def test_what_was_refused_is_tried_again_for_ever_and_ever_more_seldom(
    lesson: SealedLesson, uploader: Uploader, network: BadNetwork, clock: Clock, tmp_path: Path
) -> None:
    """Six hours of looking once a minute and oftener cost some hundred tries."""
    (tmp_path / "footage" / "0-000000.seg").write_bytes(b"damaged")
    tries = []
    for _ in range(6 * 60):
        clock.now += 60
        before = network.puts.count("0-000000.seg")
        run(uploader)
        tries.append(network.puts.count("0-000000.seg") - before)
    assert 50 < sum(tries) < 300
    assert sum(tries[-60:]) > 5, "and does not end"


def test_what_was_set_aside_does_not_keep_the_next_lesson_waiting(
    lesson: SealedLesson, outbox: Outbox, uploader: Uploader, tmp_path: Path
) -> None:
    (tmp_path / "footage" / "0-000000.seg").write_bytes(b"damaged")
    assert run(uploader)[-1].wait == 0
    other = seal_lesson()
    other.into(outbox, tmp_path / "other")
    assert all(step.wait == 0 for step in run(uploader))
    assert outbox.receipt(other.lesson_id) is not None


def test_another_units_lesson_is_refused_once_not_piece_by_piece(
    school: MemorySchool, lesson: SealedLesson, outbox: Outbox
) -> None:
    network = BadNetwork(school, OTHER_UNIT)
    run(Uploader(outbox, network, RECEIPT_KEY.public))
    assert network.puts == ["header.json"]
    assert len(outbox.all_set_aside()) == len(lesson.pieces)


def test_a_copied_card_cannot_make_the_unit_delete_its_own_lesson(
    school: MemorySchool, outbox: Outbox, uploader: Uploader, network: BadNetwork, tmp_path: Path
) -> None:
    """The copy was faster: the school has other bytes under the same names, and signs for those."""
    ours, copy = seal_twins()
    for name in copy.pieces:
        copy.put(MemoryUplink(school, UNIT), name)
    ours.into(outbox, tmp_path / "footage")
    run(uploader)
    assert outbox.receipt(ours.lesson_id) is None


@pytest.mark.parametrize("error", [SchoolUnreachableError("Busy.", retry_after=7.0), NotTrustedError("Revoked.")])
def test_the_reason_and_the_wait_are_told(
    lesson: SealedLesson, uploader: Uploader, network: BadNetwork, error: SyncError
) -> None:
    network.before = [None, error]
    step = [uploader.step() for _ in range(2)][-1]
    assert (step.did, step.problem) == (Did.FAILED, error.problem)
    assert step.problem in (SCHOOL_UNREACHABLE, NOT_TRUSTED)
    if isinstance(error, SchoolUnreachableError):
        assert step.wait >= 7.0


def test_waits_grow_while_the_school_is_away(lesson: SealedLesson, uploader: Uploader, network: BadNetwork) -> None:
    network.before = [SchoolUnreachableError("Holidays.")] * 40
    waits = [uploader.step().wait for _ in range(40)]
    assert max(waits[:3]) <= 4.0
    assert max(waits) > 60.0
    assert max(waits) <= 300.0
    assert run(uploader)[-2].did is Did.COMMITTED


class OtherReceipts(BadNetwork):
    """A school whose receipts are not what they should be."""

    receipt = b""

    def put(self, lesson_id: str, name: str, body: bytes, link: bytes | None = None) -> Answer:
        answer = super().put(lesson_id, name, body, link)
        return Committed(self.receipt) if isinstance(answer, Committed) else answer


def a_receipt_of(key: ReceiptKey) -> bytes:
    other_school = MemorySchool(key, now)
    other = seal_lesson()
    answers = [other.put(MemoryUplink(other_school, UNIT), name) for name in other.pieces]
    assert isinstance(answers[-1], Committed)
    return answers[-1].receipt


@pytest.mark.parametrize("receipt", [b"", b"{}", a_receipt_of(RECEIPT_KEY), a_receipt_of(ReceiptKey.generate())])
def test_a_receipt_that_is_not_for_this_lesson_by_this_school_delivers_nothing(
    lesson: SealedLesson, outbox: Outbox, school: MemorySchool, receipt: bytes
) -> None:
    network = OtherReceipts(school)
    network.receipt = receipt
    steps = run(Uploader(outbox, network, RECEIPT_KEY.public))
    assert Did.COMMITTED not in {step.did for step in steps}
    assert outbox.receipt(lesson.lesson_id) is None
    assert steps[-1].problem is SCHOOL_REFUSED


def test_over_a_real_connection_that_breaks_every_third_time(outbox: Outbox, tmp_path: Path) -> None:
    """Before the school heard, or after it stored: 30 segments arrive, each as it was sealed."""
    authority = ThrowAwayAuthority(tmp_path / "authority", datetime.now(UTC), is_demo=True)
    unit = authority.unit(UNIT)
    dice = random.Random(3)
    lesson = seal_lesson(segments=20, length_bytes=5000)
    lesson.into(outbox, tmp_path / "footage")
    with SchoolServer(authority.server("127.0.0.1")).running() as server:

        def break_sometimes(handler: SchoolHandler) -> None:
            throw = dice.random()
            if throw < 0.2:  # heard nothing
                handler.close_connection = True
                handler.wfile.write(b"HTTP/1.1 2")
                return
            if throw < 0.35:  # stored it, and nobody heard the answer
                handler.wfile = io.BytesIO()
                handler.close_connection = True
            handler.do_as_agreed()

        server.answer_instead = break_sometimes
        with closing(HttpsUplink(server.url, unit.ca_file, unit.cert_file, unit.key_file)) as uplink:
            steps = run(Uploader(outbox, uplink, RECEIPT_KEY.public), most=1000)
        assert outbox.receipt(lesson.lesson_id) is not None
        assert sum(step.did is Did.FAILED for step in steps) > 3
        stored = server.school._lessons[lesson.lesson_id].segments
        assert {f"{track}-{index:06}.seg": body for (track, index), body in stored.items()} == {
            name: lesson.pieces[name] for name in lesson.links
        }
