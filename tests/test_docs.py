"""The documents are true: what they point to is there, what can be typed, set, sent or go wrong is in them.

::

    README, docs/**.md   --link, picture-->   a file, and a heading where one is named
                         --`waitwise ...`-->  a command, with options that it has
    the code             --every command, make target, setting, message, problem-->  a page of the manual
    docs/README.md       --links, and links of those-->  every page
"""

import pathlib
import re
import shlex
from collections.abc import Iterator
from dataclasses import fields, is_dataclass
from typing import get_args, get_type_hints

import pytest

from device.settings import (
    PageSettings,
    PanelSettings,
    PictureSettings,
    SchoolSettings,
    SocketSettings,
    TimetableSettings,
    TrustSettings,
    UnitSettings,
)
from lesson import messages, problems
from school.settings import Settings
from tools.manual import commands, options

HOUSE = pathlib.Path(__file__).resolve().parents[1]
DOCS = HOUSE / "docs"
PAGES = sorted([HOUSE / "README.md", *DOCS.rglob("*.md"), *(HOUSE / "changes").glob("*.md")])
TYPED = dict(commands())
MESSAGES = (messages.UnitStatus, messages.Delivery, messages.Ack, *get_args(messages.Event))

TECHNICIAN = DOCS / "technician"


def name_of(page: pathlib.Path) -> str:
    return str(page.relative_to(HOUSE))


def links(text: str) -> list[str]:
    """Targets of links and pictures, those in code left out."""
    prose = re.sub(r"```.*?```|`[^`\n]*`", "", text, flags=re.DOTALL)
    return re.findall(r"\]\(<?([^)\s>]+)", prose)


def relative_links(page: pathlib.Path) -> list[str]:
    return [link for link in links(page.read_text()) if not re.match(r"[a-z]+:", link)]


def anchors(page: pathlib.Path) -> set[str]:
    """What follows # in an address, as GitHub makes it from headings."""
    headings = re.findall(r"^#+ (.*)$", page.read_text(), flags=re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


def broken(page: pathlib.Path) -> Iterator[str]:
    for link in relative_links(page):
        file, _, anchor = link.partition("#")
        target = (page.parent / file).resolve() if file else page
        if not target.exists() or (anchor and anchor not in anchors(target)):
            yield link


def typed_in(text: str) -> Iterator[str]:
    """Command lines of ours in code: in backquotes, and in indented or fenced lines that begin with the command."""
    yield from re.findall(r"`(waitwise [^`\n]+)`", text)
    yield from re.findall(r"^(?: {4}|\$ ?)? *(waitwise [a-z].*?)(?: {3,}.*)?$", text, flags=re.MULTILINE)


def complaint(line: str) -> str | None:
    """What is wrong with a command line, as far as words and options go."""
    try:
        words = shlex.split(line)
    except ValueError:
        words = line.split()
    known = max((name for name in TYPED if f"{' '.join(words)} ".startswith(f"{name} ")), key=len, default=None)
    if known is None:
        is_group = any(name.startswith(f"{' '.join(words)} ") for name in TYPED)
        return None if is_group or words[1].startswith("--") else f"there is no command: {line}"
    has = {name.strip("`") for names, _ in options(TYPED[known]) for name in names.split(", ")} | {"--help"}
    asked = {word.partition("=")[0] for word in words[2:] if re.match(r"--?[a-z]", word)}
    return f"{known} has no {asked - has}" if asked - has else None


@pytest.mark.parametrize("page", PAGES, ids=name_of)
def test_every_link_leads_somewhere(page: pathlib.Path) -> None:
    assert list(broken(page)) == []


@pytest.mark.parametrize("page", PAGES, ids=name_of)
def test_every_command_in_a_page_can_be_typed(page: pathlib.Path) -> None:
    assert [wrong for line in typed_in(page.read_text()) if (wrong := complaint(line))] == []


def test_every_make_target_in_a_page_can_be_made() -> None:
    targets = make_targets()
    typed = {target for page in PAGES for target in re.findall(r"[`^ ]make ([a-z0-9-]+)\b", code(page.read_text()))}

    assert typed
    assert typed - targets == set()


def test_the_checks_find_what_is_wrong(tmp_path: pathlib.Path) -> None:
    page = tmp_path / "page.md"
    page.write_text("# A page\n[here](#a-page) [gone](gone.md) ![no](no.png) [nor](#nor) `[code](code)`\n")

    assert list(broken(page)) == ["gone.md", "no.png", "#nor"]
    assert complaint("waitwise analyse lesson.mp4 --json") is None
    assert complaint("waitwise unit") is None
    assert complaint("waitwise analyze lesson.mp4") is not None
    assert complaint("waitwise open DIR --identify FILE") is not None
    assert list(typed_in("try `waitwise demo` or\n\n    waitwise unit send unit.toml     brings\n")) == [
        "waitwise demo",
        "waitwise unit send unit.toml",
    ]


def test_every_page_is_reached_from_the_front() -> None:
    reached: set[pathlib.Path] = set()
    ahead = [DOCS / "README.md"]
    while ahead:
        page = ahead.pop()
        if page not in reached and page.suffix == ".md":
            reached.add(page)
            ahead += [(page.parent / link.partition("#")[0]).resolve() for link in relative_links(page)]

    assert [name_of(page) for page in DOCS.rglob("*.md") if page not in reached] == []
    assert DOCS / "README.md" in {(HOUSE / link).resolve() for link in relative_links(HOUSE / "README.md")}


@pytest.mark.parametrize("words", TYPED)
def test_every_command_and_option_is_in_the_manual(words: str) -> None:
    manual = (DOCS / "commands.md").read_text()
    section = manual.partition(f"## `{words}`\n")[2].partition("\n## ")[0]

    assert section
    for names, sentence in options(TYPED[words]):
        assert f"| {names} | {sentence} |" in section
        assert sentence.endswith("."), names


def test_every_make_target_is_in_the_manual() -> None:
    house = (DOCS / "developer" / "house.md").read_text()

    assert [target for target in make_targets() if f"`make {target}`" not in house] == []


@pytest.mark.parametrize(
    ("page", "prefix", "kind"),
    [
        ("unit.md", "", UnitSettings),
        ("unit.md", "school.", SchoolSettings),
        ("unit.md", "trust.", TrustSettings),
        ("unit.md", "picture.", PictureSettings),
        ("unit.md", "page.", PageSettings),
        ("unit.md", "panel.", PanelSettings),
        ("unit.md", "socket.", SocketSettings),
        ("unit.md", "timetable.", TimetableSettings),
        ("school.md", "", Settings),
    ],
)
def test_every_setting_is_in_the_manual(page: str, prefix: str, kind: type) -> None:
    manual, types = (TECHNICIAN / page).read_text(), get_type_hints(kind)
    settings = [each for each in fields(kind) if not is_dataclass(types[each.name])]

    assert settings
    for each in settings:
        assert re.search(rf"^\| `{prefix}{each.name}` \|.*{re.escape(each.metadata['sentence'])}", manual, re.MULTILINE)


@pytest.mark.parametrize("problem", problems.ALL, ids=lambda problem: problem.code)
def test_every_problem_is_in_the_manual(problem: problems.Problem) -> None:
    section = (TECHNICIAN / "problems.md").read_text().partition(f"## {problem.title}\n")[2].partition("\n## ")[0]

    assert f"`{problem.code}`" in section
    assert problem.teacher in section
    assert problem.technician in section


def test_no_problem_is_left_out_of_the_table() -> None:
    assert {each for each in vars(problems).values() if isinstance(each, problems.Problem)} == set(problems.ALL)


@pytest.mark.parametrize("message", MESSAGES, ids=lambda message: message.__name__)
def test_every_message_and_its_fields_are_in_the_manual(message: type) -> None:
    manual = (DOCS / "formats" / "messages.md").read_text()
    on_the_wire = re.sub(r"(?<!^)(?=[A-Z])", "_", message.__name__).lower()
    line = re.search(rf"^(?:events)? *(?:{message.__name__}|{on_the_wire}) +(.*(?:\n {{12}}.*)?)", manual, re.MULTILINE)

    assert line is not None
    for each in fields(message):
        assert re.search(rf"\b{each.name}(_s)?\b", line[1]), each.name


def test_every_change_is_said_in_a_sentence_or_two() -> None:
    changes = [page for page in (HOUSE / "changes").glob("*.md") if page.name != "README.md"]

    assert changes
    for change in changes:
        text = change.read_text().strip()
        assert text.endswith("."), change
        assert len(re.findall(r"\.(?:\s|$)", text)) <= 3, change
        assert "\n\n" not in text, change


def make_targets() -> set[str]:
    return set(re.findall(r"^([a-z0-9-]+):.*## ", (HOUSE / "Makefile").read_text(), flags=re.MULTILINE))


def code(text: str) -> str:
    """Only what stands in backquotes or indented."""
    return "\n".join(re.findall(r"`[^`\n]+`|^ {4}.*$", text, flags=re.MULTILINE))


def test_every_test_that_a_page_names_is_there() -> None:
    house = pathlib.Path(__file__).parents[1]
    named = {each for page in PAGES for each in re.findall(r"`(tests/[\w/]+\.py)::(\w+)`", page.read_text())}

    assert len(named) > 20
    missing = [
        f"{path}::{name}"
        for path, name in named
        if not (house / path).is_file() or f"def {name}(" not in (house / path).read_text()
    ]
    assert missing == []
