"""The viewer as a file and as a folder: what goes into it, and how a change to it is found.

::

    a module as the house writes it  -->  a function in one script that does the same
    FOLDER, one byte changed         -->  "index.html differs", and status 1
"""

import hashlib
import json
import re
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from lesson.footage.signed import SigningKey
from school.settings import PAGES, TEMPLATES
from school.viewer.folder import (
    MANIFEST,
    SIGNATURES,
    ViewerError,
    check_viewer,
    sign_viewer,
    viewer_files,
    write_viewer,
)
from school.viewer.joining import JoiningError, joined, modules_of
from school.web_app import page_templates
from tests.suites.programs import waitwise

NODE = shutil.which("node")

MODULES = {
    "start.js": 'import { twice as double } from "./a/sums.js";\nimport "./loud.js";\n'
    'export const answer = double(21);\n/** @typedef {import("./a/sums.js").Nothing} Nothing */\n'
    'globalThis.done = (async () => `${answer} ${(await import("./late.js")).word}`)();\n',
    "a/sums.js": "/**\n * export function of a comment\n */\nexport function twice(n) {\n  return 2 * n;\n}\n",
    "loud.js": 'import {\n  twice,\n} from "./a/sums.js";\nexport class Loud {\n  size = twice(1);\n}\n',
    "late.js": 'globalThis.wasLate = globalThis.done !== undefined;\nexport const word = "late";\n',
}


@pytest.fixture
def house(tmp_path: Path) -> Callable[[dict[str, str]], Path]:
    def write(modules: dict[str, str]) -> Path:
        folder = tmp_path / "pages"
        for name, text in modules.items():
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            (folder / name).write_text(text)
        return folder

    return write


@pytest.fixture(scope="module")
def files() -> dict[str, bytes]:
    return viewer_files(PAGES, page_templates(TEMPLATES))


@pytest.fixture
def folder(files: dict[str, bytes], tmp_path: Path) -> Path:
    write_viewer(tmp_path / "viewer", files)
    return tmp_path / "viewer"


@pytest.mark.skipif(NODE is None, reason="needs Node.js")
def test_the_joined_script_does_what_the_modules_did(house: Callable[..., Path]) -> None:
    assert NODE is not None
    folder = house(MODULES)
    told = "\nglobalThis.done.then((all) => console.log(all, globalThis.wasLate));"
    by_itself = folder / "all.mjs"
    by_itself.write_text(f'import "./start.js";{told}')
    (folder / "package.json").write_text('{"type": "module"}')
    one_by_one = subprocess.run([NODE, by_itself], capture_output=True, text=True, check=True).stdout
    together = subprocess.run(
        [NODE, "--input-type=commonjs", "-e", joined(folder, "start.js") + told],
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    assert one_by_one == together == "42 late true\n"


@pytest.mark.parametrize(
    ("line", "sentence"),
    [
        ("export default 1;", "because of this line: export default 1;"),
        ('export { twice } from "./a/sums.js";', "because of this line: export"),
        ('import * as sums from "./a/sums.js";', "because of this line: import"),
        ("export let count = 0;", "because of this line: export let"),
        ("const here = import.meta.url;", "because of this line: import.meta"),
        ("const other = import(name);", "because of this line: import(name)"),
        ('await import("./late.js");', "because of this line: await"),
        ('import "https://example.org/x.js";', "no file of ours"),
        ('import "../outside.js";', "no file of ours"),
        ('import "./nowhere.js";', "no such file"),
        ('import "./start.js";', "in a circle: start.js"),
        ("const end = '</script>';", "cannot stand in a page"),
    ],
)
def test_what_cannot_be_joined_is_refused(house: Callable[..., Path], line: str, sentence: str) -> None:
    with pytest.raises(JoiningError, match=re.escape(sentence)):
        joined(house({**MODULES, "start.js": f"{line}\n"}), "start.js")


def test_the_viewer_plays_with_the_pages_own_modules() -> None:
    names = modules_of(PAGES, "viewer/start.js")
    assert {"lesson/page.js", "player/player.js", "timeline/timeline.js", "footage/opening.js"} <= set(names)
    script = joined(PAGES, "viewer/start.js")
    for name in names:
        # Every line of every module stands in it, but those that import or export.
        lines = [
            line for line in (PAGES / name).read_text().splitlines() if not re.search(r"import|export|\} from ", line)
        ]
        assert [line for line in lines if line not in script] == [], name


def test_the_same_files_make_the_same_viewer(files: dict[str, bytes]) -> None:
    assert viewer_files(PAGES, page_templates(TEMPLATES)) == files


def test_the_page_asks_for_no_other_file(files: dict[str, bytes]) -> None:
    html = re.sub(r"<(script|style)>.*?</\1>", "", files["index.html"].decode(), flags=re.DOTALL)
    addresses = re.findall(r'(?:src|href|action|poster)="([^"]*)"', html)
    assert [each[:19] for each in addresses if not each.startswith("#")] == ["data:image/svg+xml;"]
    style = re.findall(r"<style>(.*?)</style>", files["index.html"].decode(), flags=re.DOTALL)
    assert [
        each for each in re.findall(r"\burl\(.{6}|@import", style[0]) if each not in ('url("data:', "url(#borde")
    ] == []


CHANGES: dict[str, Callable[[Path], object]] = {
    "index.html differs": lambda folder: (folder / "index.html").write_bytes(
        (folder / "index.html").read_bytes().replace(b"base-uri", b"any-uri", 1)
    ),
    "LICENSE.next.txt missing": lambda folder: (folder / "LICENSE.next.txt").unlink(),
    "more.js extra": lambda folder: (folder / "more.js").write_text("alert()"),
    "deep/more.js extra": lambda folder: [(folder / "deep").mkdir(), (folder / "deep" / "more.js").write_text("")],
    "signatures/more.js extra": lambda folder: [
        (folder / SIGNATURES).mkdir(),
        (folder / SIGNATURES / "more.js").write_text(""),
    ],
    "index.html differs, as a link": lambda folder: [
        (folder / "index.html").rename(folder.parent / "elsewhere.html"),
        (folder / "index.html").symlink_to(folder.parent / "elsewhere.html"),
    ],
}


@pytest.mark.parametrize("change", CHANGES)
def test_every_change_to_a_folder_is_named(folder: Path, files: dict[str, bytes], change: str) -> None:
    assert check_viewer(folder, files[MANIFEST], ()).differences == ()
    CHANGES[change](folder)
    (found,) = check_viewer(folder, files[MANIFEST], ()).differences
    assert f"{found.path} {found.how}" == change.partition(",")[0]


def test_the_command_names_what_differs(folder: Path) -> None:
    assert waitwise("viewer", str(folder), "--check").returncode == 0
    CHANGES["index.html differs"](folder)
    CHANGES["more.js extra"](folder)
    found = waitwise("viewer", str(folder), "--check", "--json")
    assert found.returncode == 1
    assert "index.html differs, more.js extra" in json.loads(found.stdout)["detail"]


def test_a_viewer_that_agrees_with_itself_alone_is_not_believed(folder: Path) -> None:
    # Whoever changes a file can write a manifest for it as well.
    data = (folder / "index.html").read_bytes().replace(b"base-uri", b"any-uri", 1)
    manifest = json.loads((folder / MANIFEST).read_bytes())
    (folder / "index.html").write_bytes(data)
    manifest["files"]["index.html"] = hashlib.sha256(data).hexdigest()
    (folder / MANIFEST).write_text(json.dumps(manifest))
    found = waitwise("viewer", str(folder), "--check", "--json")
    assert found.returncode == 1
    assert "not the one that Waitwise" in json.loads(found.stdout)["detail"]


class TestSignatures:
    """Two of three people, each with a key of their own, sign what they have built themselves."""

    @pytest.fixture
    def keys(self) -> list[SigningKey]:
        return [SigningKey.generate() for _ in range(3)]

    @pytest.fixture
    def trusted(self, keys: list[SigningKey], tmp_path: Path) -> str:
        file = tmp_path / "release-keys.txt"
        file.write_text("# who may sign\n" + "".join(f"{key.public.hex()}  # one\n" for key in keys))
        return str(file)

    def look(self, folder: Path, trusted: str, *more: str) -> int:
        return waitwise("viewer", str(folder), "--check", "--key", trusted, *more).returncode

    def test_two_of_three_are_enough_when_two_are_asked_for(
        self, folder: Path, keys: list[SigningKey], trusted: str
    ) -> None:
        assert self.look(folder, trusted, "--signatures", "2") == 1
        sign_viewer(folder, keys[0], keys[0].public)
        assert self.look(folder, trusted, "--signatures", "2") == 1
        sign_viewer(folder, keys[0], keys[0].public)
        (folder / SIGNATURES / "again.json").write_bytes(next((folder / SIGNATURES).iterdir()).read_bytes())
        assert self.look(folder, trusted, "--signatures", "2") == 1, "one person twice is one"
        sign_viewer(folder, keys[2], keys[2].public)
        assert self.look(folder, trusted, "--signatures", "2") == 0
        assert self.look(folder, trusted) == 1, "all three, if nothing else is said"
        assert self.look(folder, trusted, "--signatures", "0") == 1

    def test_a_signature_of_somebody_else_or_for_something_else_counts_for_nothing(
        self, folder: Path, files: dict[str, bytes], keys: list[SigningKey], tmp_path: Path
    ) -> None:
        public = [key.public for key in keys]
        sign_viewer(folder, SigningKey.generate(), public[0])
        assert check_viewer(folder, files[MANIFEST], public).signed_by == ()
        older = tmp_path / "older"
        write_viewer(older, {MANIFEST: files[MANIFEST].replace(b'"v":1', b'"v":1 ')})
        signature = sign_viewer(older, keys[0], public[0])
        (folder / SIGNATURES / signature.name).write_bytes(signature.read_bytes())
        assert check_viewer(folder, files[MANIFEST], public).signed_by == ()
        sign_viewer(folder, keys[0], public[0])
        assert check_viewer(folder, files[MANIFEST], public).signed_by == (public[0].hex(),)

    @pytest.mark.parametrize("text", ["", "# nobody\n", "abcd\n", "zz\n", f"{'00' * 32}\n{'00' * 32}\n"])
    def test_a_file_that_holds_no_keys_lets_nothing_pass(self, folder: Path, tmp_path: Path, text: str) -> None:
        (tmp_path / "keys.txt").write_text(text)
        assert self.look(folder, str(tmp_path / "keys.txt")) == 1


def test_a_folder_without_a_manifest_is_no_viewer(tmp_path: Path) -> None:
    with pytest.raises(ViewerError, match="holds no viewer"):
        check_viewer(tmp_path, b"", ())


def test_nothing_that_is_there_is_written_over(folder: Path) -> None:
    before = (folder / "index.html").read_bytes()
    again = waitwise("viewer", str(folder))
    assert (again.returncode, "is there already" in again.stderr) == (1, True)
    assert (folder / "index.html").read_bytes() == before
