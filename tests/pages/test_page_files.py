"""The files of the pages, held against the promises that a browser cannot check for us."""

import hashlib
import re
import shutil
import subprocess
from pathlib import Path

import pytest

HOUSE = Path(__file__).resolve().parents[2]
PAGES = HOUSE / "school" / "pages"
LOOK = HOUSE / "lesson" / "look"
TEMPLATES = HOUSE / "school" / "templates"
SCRIPTS = sorted(PAGES.rglob("*.js"))
UNIT = HOUSE / "device" / "page"
EVERY_SCRIPT = [*SCRIPTS, *sorted(UNIT.rglob("*.js"))]
EVERY_TEMPLATE = [*sorted(TEMPLATES.glob("*.html")), *sorted(UNIT.rglob("*.html")), *sorted(LOOK.glob("*.html"))]

_IMPORT = re.compile(r'^(?:import|\} from|export .*? from)\b[^;]*?"(?P<path>\.[^"]+)";', re.MULTILINE)


def imports(script: Path) -> set[Path]:
    """Everything a script imports before it runs, itself included."""
    found: set[Path] = set()
    rest = [script.resolve()]
    while rest:
        one = rest.pop()
        if one not in found:
            found.add(one)
            rest += [(one.parent / each["path"]).resolve() for each in _IMPORT.finditer(one.read_text())]
    return found


def test_every_import_is_a_file_of_ours() -> None:
    assert SCRIPTS
    for script in SCRIPTS:
        assert all(each.is_file() and each.is_relative_to(PAGES) for each in imports(script)), script
        dynamic = re.findall(r'import\("([^"]+)"\)', script.read_text())
        assert all((script.parent / each).is_file() for each in dynamic), script


def test_the_lesson_page_asks_for_all_its_modules_at_once() -> None:
    text = (TEMPLATES / "lesson.html").read_text()
    asked = {PAGES / each for each in re.findall(r'<link rel="modulepreload" href="/pages/([^"]+)">', text)}

    assert asked == imports(PAGES / "lesson" / "start.js") | imports(PAGES / "account" / "menu.js")


def test_no_word_list_before_the_first_picture() -> None:
    # 63 KB that only an unlock needs: whoever imports it on the lesson page makes every lesson start later.
    assert PAGES / "footage" / "words.js" not in imports(PAGES / "lesson" / "start.js")


@pytest.mark.parametrize("template", EVERY_TEMPLATE, ids=lambda path: path.name)
def test_no_template_has_a_script_or_a_style_of_its_own(template: Path) -> None:
    text = template.read_text()

    assert not re.findall(r"<script(?![^>]*\bsrc=)", text)
    assert not re.findall(r"<style|\sstyle=|\son[a-z]+=|javascript:", text)
    assert not re.findall(r"(?:src|href)=\"(?:https?:)?//", text)
    assert "|safe" not in text.replace(" ", "")


def test_no_script_turns_text_into_markup_or_code() -> None:
    sinks = (
        r"\binnerHTML|outerHTML|insertAdjacentHTML|document\.write|\beval\(|new Function|srcdoc|setHTMLUnsafe|DOMParser"
    )
    for script in EVERY_SCRIPT:
        assert not re.findall(sinks, script.read_text()), script
        assert not re.findall(r"[\"'`]https?://(?!www\.w3\.org/2000/svg)", script.read_text()), script


def test_every_colour_has_a_name() -> None:
    look = (LOOK / "look.css").read_text()
    tokens, rules = look.split("--space-1", 1)
    rules += (PAGES / "style.css").read_text() + (UNIT / "files" / "unit.css").read_text()
    style = look + rules

    assert "light-dark(" in tokens
    assert not re.findall(r"light-dark\(", rules)
    for name in re.findall(r"var\((--[a-z0-9-]+)", rules):
        assert f"{name}:" in style, name


def test_the_fonts_come_with_their_licence() -> None:
    for licence in ("LICENSE.next.txt", "LICENSE.mono.txt"):
        assert "SIL OPEN FONT LICENSE Version 1.1" in (LOOK / "fonts" / licence).read_text()
    assert len(list((LOOK / "fonts").glob("*.woff2"))) == 2


def test_what_is_kept_of_others_is_as_it_was_published() -> None:
    folder = PAGES / "kept"
    told = dict(
        re.findall(r"^\| `([\w.]+)` \|.*`([0-9a-f]{64})` \|$", (folder / "README.md").read_text(), re.MULTILINE)
    )

    assert told == {each.name: hashlib.sha256(each.read_bytes()).hexdigest() for each in folder.glob("qr.*")}
    assert "Copyright (c) 2023 Paul Miller" in (folder / "LICENSE.qr.txt").read_text()


@pytest.mark.skipif(
    shutil.which("node") is None, reason="Node is not installed: the browser tests run the same modules."
)
def test_the_pure_modules_pass_their_own_tests() -> None:
    done = subprocess.run(
        ["node", "--test", *map(str, sorted(Path(__file__).parent.glob("*.test.mjs")))],
        capture_output=True,
        text=True,
        check=False,
    )

    assert done.returncode == 0, done.stdout
