"""What a version serves as one number, and whether a school serves it: asked from outside, of a real server that lies.

::

    school --every answer--> LyingSite changes one --> check_page names it
"""

import hashlib
import json
import shutil
import subprocess
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from lesson.version import VERSION
from school.page_hash import page_files
from school.settings import PAGES, TEMPLATES
from school.web_about import known_pages
from school.web_app import page_templates
from tests.suites.programs import waitwise
from waitwise.check_page import Answer, PageCheck, Site, check_page
from waitwise.errors import CommandError

Lie = Callable[[str, Answer], Answer]


class LyingSite(Site):
    """A real server between which and us somebody changes answers."""

    def __init__(self, origin: str, lie: Lie) -> None:
        super().__init__(origin)
        self._lie = lie

    def get(self, path: str) -> Answer:
        return self._lie(path, super().get(path))


def the_truth(path: str, answer: Answer) -> Answer:
    return answer


def at(where: str, old: bytes, new: bytes) -> Lie:
    """Other words in one file or page."""

    def lie(path: str, answer: Answer) -> Answer:
        return replace(answer, body=answer.body.replace(old, new, 1)) if path.startswith(where) else answer

    return lie


def looked(school: Any, lie: Lie, sign_in: str | None = None) -> PageCheck:
    files = page_files(PAGES, TEMPLATES)
    with LyingSite(school.browser, lie) as site:
        pages = known_pages(page_templates(TEMPLATES), files, site.origin)
        return check_page(site, files, pages, VERSION, sign_in=sign_in)


@pytest.fixture
def link(school: Any, new_unit: Any, new_teacher: Any, record: Any, send_all: Any, link_for: Any) -> str:
    """A fresh sign-in link of somebody who has a lesson."""
    teacher = new_teacher()
    unit = new_unit(teacher)
    assert send_all(unit, record(unit, teacher)).status_code == 200
    return f"{school.browser}/enter/{link_for(teacher)}"


def test_the_number_is_what_sha256sum_says_too(tmp_path: Path) -> None:
    shutil.copytree(PAGES, tmp_path / "pages")
    shutil.copytree(TEMPLATES, tmp_path / "templates")
    shutil.copytree(PAGES.parents[1] / "lesson" / "look", tmp_path / "look")
    pipe = (
        "find look pages templates -type f ! -name '*.py' ! -name '*.pyc' | LC_ALL=C sort | xargs sha256sum | sha256sum"
    )
    told = subprocess.run(["sh", "-c", pipe], cwd=tmp_path, capture_output=True, text=True, check=True).stdout
    assert told.split()[0] == page_files(PAGES, TEMPLATES).page_hash


def test_every_file_counts(tmp_path: Path) -> None:
    shutil.copytree(PAGES, tmp_path / "pages")
    whole = page_files(tmp_path / "pages", TEMPLATES)
    seen = {whole.page_hash}
    for path in whole.served:
        if path.startswith("pages/"):
            with (tmp_path / path).open("ab") as file:
                file.write(b" ")
            changed = page_files(tmp_path / "pages", TEMPLATES).page_hash
            assert changed not in seen, path
            seen.add(changed)


def test_a_school_that_serves_this_version_is_told_so(school: Any, link: str) -> None:
    checked = looked(school, the_truth, link)
    assert checked.found == ()
    assert checked.files == len(page_files(PAGES, TEMPLATES).served) > 60
    assert checked.pages[:5] == ("/welcome", "/about", "/sign-in", "/lessons", "/card")
    assert checked.pages[5].startswith("/lessons/")


SCRIPT = b'<script type="module" src="/pages/lesson/start.js">'
LIES: dict[str, Lie] = {
    "pages/footage/opening.js: differs": at("/pages/footage/opening.js", b"/**", b"/* "),
    "look/look.css: differs": at("/look/look.css", b"}", b"} "),
    "pages/player/window.js: missing (answer 404)": lambda path, answer: (
        replace(answer, status=404, body=b"") if path == "/pages/player/window.js" else answer
    ),
    "/welcome: differs": at("/welcome", b"Only you", b"Not only you"),
    "/about: differs": at("/about", b"Page hash", b"Page  hash"),
    "pages/more.js: extra: /lessons/": at("/lessons/", SCRIPT, b'<script src="/pages/more.js"></script>' + SCRIPT),
    "/look/look.css?1: extra: /lessons/": at("/lessons/", b"look.css", b"look.css?1"),
    "https://example.org/x.js: extra": at("/lessons/", SCRIPT, b'<script src="https://example.org/x.js"></script>'),
    "//example.org/x.js: extra": at("/card", b"</main>", b'</main><script src="//example.org/x.js"></script>'),
    "/lessons: extra: a <script> in the page": at("/lessons", b"</main>", b"</main><script>alert()</script>"),
    "/lessons: extra: onload in the page": at("/lessons", b"<body>", b'<body onload="alert()">'),
    "/lessons: extra: refresh in the page": at("/lessons", b"<head>", b'<head><meta http-equiv="refresh" content="0">'),
    "/lessons: extra: a <base> in the page": at("/lessons", b"<head>", b'<head><base href="/elsewhere/">'),
    "/card: other policy: default-src *": lambda path, answer: (
        replace(answer, policy="default-src *") if path == "/card" else answer
    ),
    "pages/spy.js: extra: /sign-in": at("/sign-in", b"</main>", b'</main><script src="/pages/spy.js"></script>'),
    "/welcome: other policy: None": lambda path, answer: replace(answer, policy=None) if path == "/welcome" else answer,
}


@pytest.mark.parametrize("named", LIES)
def test_every_lie_is_named(school: Any, link: str, named: str) -> None:
    told = [f"{each.path}: {each.how}" for each in looked(school, LIES[named], link).found]
    assert any(each.startswith(named) for each in told), told


def test_a_changed_script_is_followed_to_what_it_imports(school: Any) -> None:
    lie = at("/pages/lesson/clock.js", b"/**", b'import "./more.js";\n/**')
    told = {each.path: each.how for each in looked(school, lie).found}
    assert told["pages/lesson/clock.js"] == "differs"
    assert told["pages/lesson/more.js"].startswith("extra: /pages/lesson/clock.js asks for it")


def test_the_command_names_the_file_of_a_server_whose_pages_were_changed(own_school: Any, tmp_path: Path) -> None:
    shutil.copytree(PAGES, tmp_path / "changed")
    with own_school(pages_folder=str(tmp_path / "changed")) as school:
        assert waitwise("school", "check-page", school.browser).returncode == 0
        with (tmp_path / "changed" / "account" / "unlock.js").open("a") as file:
            file.write("// and sends the words away\n")
        found = waitwise("school", "check-page", school.browser)
        assert found.returncode == 1
        assert "pages/account/unlock.js: differs" in found.stderr
        assert "/about: differs" in found.stderr, "even its own word is another one now"
        told = json.loads(waitwise("school", "check-page", school.browser, "--json").stdout)
        assert [each["path"] for each in told["found"]] == ["pages/account/unlock.js", "/about"]


def test_a_spent_link_another_schools_link_and_no_address_are_said(school: Any, link: str) -> None:
    looked(school, the_truth, link)
    for bad in (link, "https://elsewhere.example/enter/abc"):
        with pytest.raises(CommandError):
            looked(school, the_truth, bad)
    for address in ("ftp://x", "school.example", f"{school.browser}/lessons"):
        with pytest.raises(CommandError, match="is no address of a school"):
            Site(address)


def test_the_page_about_it_says_the_number_to_everybody(browser: Any, new_teacher: Any) -> None:
    page = browser().get("/about")
    assert page.status_code == 200
    assert page_files(PAGES, TEMPLATES).page_hash in page.text
    assert browser(new_teacher()).get("/about").text == page.text


def test_the_command_prints_the_number_and_its_lines() -> None:
    number = waitwise("school", "page-hash").stdout.strip()
    lines = waitwise("school", "page-hash", "--files").stdout
    assert hashlib.sha256(lines.encode()).hexdigest() == number == page_files(PAGES, TEMPLATES).page_hash
