"""The viewer's reader of zips, against zips that Python has made."""

import json
import shutil
import subprocess
import zipfile
from pathlib import Path

import pytest

ZIP_JS = Path(__file__).parents[2] / "school" / "pages" / "viewer" / "zip.js"
NODE = shutil.which("node")
GIB = 1024**3

pytestmark = pytest.mark.skipif(NODE is None, reason="needs Node.js")

PROGRAM = """
import { open } from "node:fs/promises";
// Node.js 20 counts the bytes of a file's Blob with 32 bits; a browser does not. Slices are real Blobs.
const file = await open(process.argv[2]);
const { size } = await file.stat();
const part = async (from, to) => new Blob([(await file.read(Buffer.alloc(to - from), 0, to - from, from)).buffer]);
const blob = {
  size,
  slice: (from, to) => ({
    arrayBuffer: async () => (await part(from, Math.min(to, size))).arrayBuffer(),
    stream: () => ReadableStream.from((async function* () { yield* (await part(from, to)).stream(); })()),
  }),
};
const { zipped } = await import(process.argv[1]);
try {
  const files = await zipped(blob);
  const read = {};
  for (const name of process.argv.slice(3)) read[name] = new TextDecoder().decode(await files.get(name).bytes());
  console.log(JSON.stringify({ count: files.size, read }));
} catch (error) {
  console.log(JSON.stringify({ error: error.message }));
}
"""


def read(file: Path, *names: str) -> dict[str, object]:
    assert NODE is not None
    command = [NODE, "--input-type=module", "-e", PROGRAM, ZIP_JS.as_uri(), str(file), *names]
    told: dict[str, object] = json.loads(subprocess.run(command, capture_output=True, text=True, check=True).stdout)
    return told


@pytest.mark.parametrize("method", [zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED], ids=["stored", "deflated"])
def test_names_and_bytes_are_those_that_were_put_in(tmp_path: Path, method: int) -> None:
    with zipfile.ZipFile(tmp_path / "a.zip", "w", method) as archive:
        archive.writestr("kept/", b"")
        archive.writestr("kept/header.json", b"{}" * 500)
        archive.writestr("kept/größe.txt", b"\xc3\xa4")
        archive.comment = b"a comment"
    assert read(tmp_path / "a.zip", "kept/header.json", "kept/größe.txt") == {
        "count": 2,
        "read": {"kept/header.json": "{}" * 500, "kept/größe.txt": "ä"},
    }


def test_a_lesson_beyond_four_gigabytes_is_read(tmp_path: Path) -> None:
    with (tmp_path / "long.zip").open("wb") as file:
        file.truncate(4 * GIB + 1000)  # a hole, which takes no room on the disk
    with zipfile.ZipFile(tmp_path / "long.zip", "a") as archive:
        archive.writestr("kept/header.json", b"far away")
    assert read(tmp_path / "long.zip", "kept/header.json") == {"count": 1, "read": {"kept/header.json": "far away"}}


def test_more_files_than_an_old_zip_can_count_are_read(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "many.zip", "w") as archive:
        for number in range(65_536):
            archive.writestr(f"{number}", b"")
        archive.writestr("last", b"the last")
    assert read(tmp_path / "many.zip", "last") == {"count": 65_537, "read": {"last": "the last"}}


def test_a_zip_that_was_cut_off_is_refused(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "a.zip", "w") as archive:
        archive.writestr("header.json", b"{}")
    whole = (tmp_path / "a.zip").read_bytes()
    for length in (0, 1, 21, len(whole) - 60, len(whole) - 22, len(whole) - 1):
        (tmp_path / "cut.zip").write_bytes(whole[:length])
        assert "This is no zip" in str(read(tmp_path / "cut.zip").get("error")), length
