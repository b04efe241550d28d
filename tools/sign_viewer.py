"""Sign the viewer of a release: `python -m tools.sign_viewer key FILE`, `python -m tools.sign_viewer sign FOLDER FILE`.

::

    key    a new release key into FILE, readable by its owner alone; its public half is printed
    sign   FOLDER must be, byte for byte, the viewer that the sources here make; then one signature is added to it

Each of those who may sign builds the viewer from the sources and signs what came out: none has to believe another's
computer. Nothing here says which keys readers should believe; they get them another way than the viewer itself.
"""

from __future__ import annotations

import argparse
import os
import sys
from pathlib import Path

from lesson.footage.signed import SigningKey
from lesson.problems import WaitwiseError
from school.errors import SchoolError
from school.settings import PAGES, TEMPLATES
from school.viewer.folder import MANIFEST, check_viewer, sign_viewer, viewer_files
from school.web_app import page_templates


class SigningError(SchoolError):
    """Nothing was signed."""


def make_key(file: Path) -> bytes:
    """Write a new key into a new file; its public half."""
    key = SigningKey.generate()
    try:
        with os.fdopen(os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600), "w") as stream:
            stream.write(key.to_bytes().hex() + "\n")
    except OSError as error:
        raise SigningError(f"{file} was not written: {error.strerror}. Choose another name.") from error
    return key.public


def sign_folder(folder: Path, key_file: Path) -> bytes:
    """Sign what the sources here make, and nothing else; the public half of the key."""
    try:
        key = SigningKey.from_bytes(bytes.fromhex(key_file.read_text(encoding="ascii").strip()))
    except (OSError, ValueError) as error:
        raise SigningError(f"{key_file} holds no release key.") from error
    checked = check_viewer(folder, viewer_files(PAGES, page_templates(TEMPLATES))[MANIFEST], ())
    if checked.differences or not checked.is_ours:
        raise SigningError(
            f"{folder} is not the viewer that these sources make. Find out why before you sign anything."
        )
    sign_viewer(folder, key, key.public)
    return key.public


def main() -> None:
    """Read what was typed."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    what = parser.add_subparsers(dest="what", required=True)
    what.add_parser("key").add_argument("file", type=Path)
    signing = what.add_parser("sign")
    signing.add_argument("folder", type=Path)
    signing.add_argument("file", type=Path)
    typed = parser.parse_args()
    try:
        public = make_key(typed.file) if typed.what == "key" else sign_folder(typed.folder, typed.file)
    except WaitwiseError as error:
        sys.exit(str(error))
    print(public.hex())


if __name__ == "__main__":
    main()
