"""The viewer as a folder, and whether a folder is it: every file by its hash, and who has signed for that.

::

    FOLDER/index.html                          the viewer
           LICENSE.*.txt                       its fonts' licences
           manifest.json                       kind, v, version, files: {"index.html": "5f0c...", ...}
           signatures/<half a key>.json        a signed line (docs/decisions/0004) whose body is manifest.json

The same version of Waitwise writes the same bytes, so one manifest can be signed by several people who have each built
it themselves. A signature is believed only under a key that the reader brings: which keys may sign is not for the
folder to say.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from jinja2 import Environment

from lesson import look
from lesson.footage.signed import BadSignatureError, Signs, sign, verify
from lesson.version import VERSION
from lesson.wire import WireError, dumps, from_wire, loads
from school.errors import SchoolError
from school.viewer.page import viewer_page

KIND = "waitwise viewer"
MANIFEST = "manifest.json"
SIGNATURES = "signatures"
PURPOSE = "viewer"

_LONGEST = 16 * 1024 * 1024
_FONTS = Path(look.__file__).parent / "fonts"


class ViewerError(SchoolError):
    """The folder is no viewer."""


@dataclass(frozen=True, slots=True)
class Manifest:
    """What a viewer consists of."""

    kind: str
    v: int
    version: str
    """Of Waitwise."""
    files: dict[str, str]
    """SHA-256 by path, hexadecimal."""

    def __post_init__(self) -> None:
        if (self.kind, self.v) != (KIND, 1):
            raise ValueError("This is not the manifest of a viewer that is known here.")


@dataclass(frozen=True, slots=True)
class Difference:
    """One file that is not as the manifest says."""

    path: str
    how: str
    """differs, missing or extra."""


@dataclass(frozen=True, slots=True)
class Checked:
    """What a folder is worth."""

    version: str
    manifest_sha256: str
    differences: tuple[Difference, ...]
    signed_by: tuple[str, ...]
    """Which of the keys that were brought have signed this manifest, hexadecimal."""
    is_ours: bool
    """The manifest is the one that this version of Waitwise writes."""


def viewer_files(pages: Path, templates: Environment) -> dict[str, bytes]:
    """Every file of the viewer but its signatures."""
    files = {"index.html": viewer_page(pages, templates)}
    files |= {each.name: each.read_bytes() for each in sorted(_FONTS.glob("LICENSE.*.txt"))}
    hashes = {path: hashlib.sha256(data).hexdigest() for path, data in sorted(files.items())}
    return {**files, MANIFEST: dumps(Manifest(KIND, 1, VERSION, hashes))}


def write_viewer(folder: Path, files: dict[str, bytes]) -> None:
    """Write them into a new folder. Raises `OSError`."""
    folder.mkdir()
    for path, data in files.items():
        (folder / path).write_bytes(data)


def sign_viewer(folder: Path, key: Signs, public: bytes) -> Path:
    """Add a signature to a folder's manifest; its file."""
    body = _manifest_bytes(folder)
    (folder / SIGNATURES).mkdir(exist_ok=True)
    file = folder / SIGNATURES / f"{public.hex()[:32]}.json"
    file.write_bytes(sign(PURPOSE, body, key))
    return file


def check_viewer(folder: Path, ours: bytes, keys: Iterable[bytes]) -> Checked:
    """Hold a folder against its manifest, the manifest against `ours`, and its signatures against `keys`."""
    body = _manifest_bytes(folder)
    try:
        manifest = from_wire(Manifest, loads(body))
    except WireError as error:
        raise ViewerError(f"{folder / MANIFEST} cannot be read. {error}") from error
    signatures = [each.read_bytes() for each in sorted((folder / SIGNATURES).glob("*.json"))]
    return Checked(
        version=manifest.version,
        manifest_sha256=hashlib.sha256(body).hexdigest(),
        differences=tuple(_differences(folder, manifest)),
        signed_by=tuple(key.hex() for key in keys if any(_has_signed(key, line, body) for line in signatures)),
        is_ours=body == ours,
    )


def _has_signed(key: bytes, line: bytes, body: bytes) -> bool:
    try:
        return verify(PURPOSE, line, key) == body
    except BadSignatureError:
        return False


def _differences(folder: Path, manifest: Manifest) -> Iterable[Difference]:
    # Links are not followed: what they lead to today need not be there tomorrow.
    there = {
        str(each.relative_to(folder)): each for each in folder.rglob("*") if each.is_symlink() or not each.is_dir()
    }
    for path, expected in sorted(manifest.files.items()):
        file = there.pop(path, None)
        if file is None:
            yield Difference(path, "missing")
        elif file.is_symlink() or not file.is_file() or _sha256(file) != expected:
            yield Difference(path, "differs")
    for path in sorted(there):
        if path != MANIFEST and not (path.startswith(f"{SIGNATURES}/") and path.endswith(".json")):
            yield Difference(path, "extra")


def _sha256(file: Path) -> str:
    if file.stat().st_size > _LONGEST:
        return "longer than any file of a viewer"
    return hashlib.sha256(file.read_bytes()).hexdigest()


def _manifest_bytes(folder: Path) -> bytes:
    try:
        return (folder / MANIFEST).read_bytes()
    except OSError as error:
        raise ViewerError(
            f"{folder} holds no viewer: {MANIFEST} cannot be read. Name the folder that has it."
        ) from error
