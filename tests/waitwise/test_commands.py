"""What the commands say when something is wrong: a sentence, a remedy, a status, and never a traceback.

::

    what was typed              status 0    standard output only what was asked for
    what cannot be done         status 1    what is wrong, and what to do instead
    what is no command          status 2
    Ctrl+C                      status 130
"""

import json
import pathlib
import re
import signal
import subprocess
import sys
import time
from datetime import UTC, datetime

import pytest

from lesson.footage.deletion import DeletedBy, Deletion
from lesson.footage.identity import Identity, SealedIdentity, encode_open
from lesson.footage.signed import ReceiptKey
from lesson.version import VERSION
from tests.suites.programs import DEMO_SOUND, ctrl_c_works, waitwise

COMMANDS = (
    *("demo", "analyse", "correct", "open", "deletion", "voice", "unit record", "unit send"),
    *(
        "school serve",
        "school invite",
        "school email",
        "school sign-in",
        "school reset-sign-in",
        "school register",
        "school hold",
        "school clock",
        "school export",
        "self-test",
    ),
)


@pytest.fixture
def identity(tmp_path: pathlib.Path) -> pathlib.Path:
    path = tmp_path / "identity.json"
    path.write_bytes(encode_open(Identity.generate()))
    return path


def said(*arguments: object, status: int = 1, **environment: str) -> str:
    """What a command says on standard error when it cannot do what was typed."""
    result = waitwise(*arguments, COLUMNS="200", **environment)
    assert result.returncode == status, result.stderr
    assert "Traceback" not in result.stderr
    return result.stderr


@pytest.mark.parametrize("command", COMMANDS)
def test_help_has_an_example_that_names_the_command(command: str) -> None:
    result = waitwise(*command.split(), "--help", COLUMNS="200")

    assert result.returncode == 0
    assert f"Example: waitwise {command}" in result.stdout
    assert "--no-no-" not in result.stdout


def test_the_version_is_told() -> None:
    assert waitwise("--version").stdout == f"waitwise {VERSION}\n"


def test_a_deletion_receipt_is_verified_and_an_altered_one_is_not(tmp_path: pathlib.Path) -> None:
    school, receipt = ReceiptKey.generate(), tmp_path / "receipt.json"
    at = datetime(2026, 12, 22, 3, 10, tzinfo=UTC)
    data = Deletion("5f" * 16, "0a" * 32, "0b" * 32, 1551, 931_024_118, DeletedBy.POLICY, at).sign(school)
    receipt.write_bytes(data)
    verify = ("deletion", receipt, "--school", school.public.hex())

    assert "1551 segments, 931,024,118 bytes, and every key to it; its days were over." in said(*verify, status=0)
    told = json.loads(waitwise(*verify, "--json").stdout)
    assert (told["lesson"], told["deleted_at"]) == ("5f" * 16, "2026-12-22T03:10:00Z")
    receipt.write_bytes(data.replace(b'"segments":1551', b'"segments":1550'))
    assert "was altered, or another school made it" in said(*verify)


def test_a_word_that_is_no_command_is_status_2() -> None:
    assert "No such command" in said("analyze", status=2)


def test_brackets_in_a_name_are_no_markup(tmp_path: pathlib.Path) -> None:
    (tmp_path / "a[/b]").mkdir(parents=True)

    assert "a[/b] is not a file." in said("analyse", tmp_path / "a[/b]")


def test_what_a_file_does_not_hold_is_told(tmp_path: pathlib.Path) -> None:
    half = tmp_path / "half.flac"
    half.write_bytes(DEMO_SOUND.read_bytes()[: DEMO_SOUND.stat().st_size // 8])

    for_people, for_programs = waitwise("analyse", half), waitwise("analyse", half, "--json")

    assert "The file is cut short" in for_people.stderr
    assert any("The file is cut short" in warning for warning in json.loads(for_programs.stdout)["warnings"])


def test_a_film_that_is_there_is_not_written_over(tmp_path: pathlib.Path, identity: pathlib.Path) -> None:
    film = tmp_path / "film.mp4"
    film.write_bytes(b"precious")

    assert "is there already" in said("open", tmp_path, "--identity", identity, "-o", film)
    assert film.read_bytes() == b"precious"


WRONG = {
    "no folder for the film": (["-o", "{0}/no/film.mp4"], "There is no folder"),
    "no folder for the numbers": (["-o", "{0}/film.mp4", "--account", "{0}/no/a.json"], "There is no folder"),
    "a key that is none": (["-o", "{0}/film.mp4", "--unit-key", "12"], "64 hexadecimal digits"),
    "no lesson": (["-o", "{0}/film.mp4"], "holds no lesson"),
}


@pytest.mark.parametrize("wrong", WRONG)
def test_what_cannot_be_opened_is_said_before_anything_is_written(
    wrong: str, tmp_path: pathlib.Path, identity: pathlib.Path
) -> None:
    options, sentence = WRONG[wrong]

    told = said("open", tmp_path, "--identity", identity, *(option.format(tmp_path) for option in options))

    assert sentence in told
    assert len(told.strip().splitlines()) == 2, "a sentence and a remedy"
    assert [path.name for path in tmp_path.iterdir()] == ["identity.json"]


def test_words_that_nobody_can_be_asked_for_are_named(tmp_path: pathlib.Path) -> None:
    sealed = tmp_path / "sealed.json"
    sealed.write_bytes(SealedIdentity.seal(Identity.generate(), "five plain words for testing").encode())

    told = said("open", tmp_path, "--identity", sealed, "-o", tmp_path / "film.mp4")

    assert "sealed under five words" in told
    assert "WAITWISE_PASSPHRASE" in told


@pytest.mark.parametrize("content", [None, b"", b"{}", b"no identity"])
def test_what_is_no_identity_file_is_not_asked_for_words(content: bytes | None, tmp_path: pathlib.Path) -> None:
    path = tmp_path / "mine.json"
    if content is not None:
        path.write_bytes(content)

    told = said("open", tmp_path, "--identity", path, "-o", tmp_path / "film.mp4", WAITWISE_PASSPHRASE="a b c d e")

    assert "Name the file that the account menu" in told


@pytest.mark.parametrize("program", [("unit", "send"), ("school", "serve")])
def test_who_types_for_unit_and_school_is_the_technician(program: tuple[str, str], tmp_path: pathlib.Path) -> None:
    told = said(*program, tmp_path / "none.toml")

    assert "SettingsError" in told
    assert "Tell the technician" not in told


WORLDS = {
    "a folder that is there": (["--keep", "{0}"], "Name a new folder"),
    "a folder nobody can make": (["--keep", "/proc/none/folder"], "Choose another place"),
    "a sound that is not there": (["--sound", "{0}/none.flac"], "Choose another file"),
    "a picture that is none": (["--picture", str(DEMO_SOUND)], ""),
}


@pytest.mark.parametrize("wrong", WORLDS)
def test_the_demo_looks_before_it_starts_anything(wrong: str, tmp_path: pathlib.Path) -> None:
    options, remedy = WORLDS[wrong]

    told = said("demo", "--headless", *(option.format(tmp_path) for option in options))

    assert remedy in told
    assert "Starting a broker" not in told


def test_the_demo_ended_early_leaves_nothing(tmp_path: pathlib.Path) -> None:
    command = [sys.executable, "-m", "waitwise", "demo", "--headless"]
    quiet = {"TMPDIR": str(tmp_path), "PATH": "/usr/bin:/bin"}
    with ctrl_c_works():
        demo = subprocess.Popen(command, env=quiet, stderr=subprocess.PIPE, text=True)
    assert demo.stderr is not None
    assert any("presses the button" in line for line in demo.stderr)

    demo.send_signal(signal.SIGINT)
    rest = demo.communicate(timeout=60)[1]

    assert demo.returncode == 130
    assert rest.endswith("Stopped. Nothing is left of it.\n")
    assert list(tmp_path.iterdir()) == []
    assert not _commands_with(str(tmp_path))


def test_a_long_work_says_how_far_it_is_where_no_bar_can_be_drawn(tmp_path: pathlib.Path) -> None:
    """A line after two seconds; the sound is long enough for any machine."""
    import wave

    with wave.open(str(long := tmp_path / "long.wav"), "wb") as out:
        out.setparams((1, 2, 16_000, 0, "NONE", "not compressed"))
        out.writeframes(bytes(2 * 16_000 * 1800))
    command = [sys.executable, "-m", "waitwise", "analyse", str(long)]
    with ctrl_c_works():
        program = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
    assert program.stderr is not None

    first = program.stderr.readline()

    program.send_signal(signal.SIGINT)
    program.communicate(timeout=60)
    assert re.fullmatch(r"listening \.\.\. \d+%\n", first)
    assert program.returncode == 130


def _commands_with(words: str) -> list[str]:
    """Command lines of running programs that contain `words`, when the dying have died."""
    until = time.monotonic() + 10
    while found := [line for line in _command_lines() if words in line]:
        if time.monotonic() > until:
            return found
        time.sleep(0.05)
    return []


def _command_lines() -> list[str]:
    lines = []
    for entry in pathlib.Path("/proc").glob("[0-9]*/cmdline"):
        try:
            lines.append(entry.read_bytes().replace(b"\0", b" ").decode(errors="replace"))
        except OSError:
            continue
    return lines
