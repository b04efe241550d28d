"""`waitwise viewer`: the lesson page as a folder of its own, and whether such a folder is what it should be.

::

    waitwise viewer FOLDER                        writes index.html, licences, manifest.json
    waitwise viewer FOLDER --check                every file as its manifest says, the manifest as this version's
    waitwise viewer FOLDER --check --key KEYS     and signed by these keys, whatever version is installed here
"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from lesson.footage.signed import KEY_BYTES
from lesson.problems import WaitwiseError
from lesson.version import VERSION
from lesson.wire import to_wire
from school.settings import PAGES, TEMPLATES
from school.viewer.folder import MANIFEST, Checked, check_viewer, viewer_files, write_viewer
from school.web_app import page_templates
from waitwise import show
from waitwise.errors import CommandError

app = typer.Typer(add_completion=False, rich_markup_mode="markdown", pretty_exceptions_enable=False)


@app.command(epilog="Example: `waitwise viewer waitwise-viewer`, later `waitwise viewer waitwise-viewer --check`")
def viewer(
    folder: Annotated[Path, typer.Argument(help="The new folder to write, or with --check the one to look at.")],
    check: Annotated[bool, typer.Option("--check", help="Write nothing: say whether this folder is a viewer.")] = False,
    key: Annotated[
        Path | None,
        typer.Option(help="A file of public release keys, one a line: with --check, as many must have signed."),
    ] = None,
    of: Annotated[
        int | None, typer.Option("--signatures", help="How many of these keys are enough; without it, all of them.")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object, for programs.")] = False,
) -> None:
    """Write the viewer: a page that plays kept lessons from this computer, without a school and without a network.

    Open `index.html` of the folder in a browser, and choose a lesson that was saved with "Download sealed", or the
    folder of a sealed lesson. The five words are asked for in the page. The same version writes the same bytes.

    With `--check` every file that differs, is missing or is extra is named, and the status is 1. Without `--key` the
    folder must be the one that this version writes; with it, signed by the keys in the file.
    """
    try:
        files = viewer_files(PAGES, page_templates(TEMPLATES))
        if not check:
            _write(folder, files)
            checked = check_viewer(folder, files[MANIFEST], ())
        else:
            keys = () if key is None else _keys_in(key)
            checked = check_viewer(folder, files[MANIFEST], keys)
            _expect_good(folder, checked, keys, len(keys) if of is None else of)
    except WaitwiseError as error:
        show.stop(error, as_json=as_json)
    if as_json:
        show.print_json(to_wire(checked))
        return
    if not check:
        show.say(f"Wrote {folder}: open {folder / 'index.html'} in a browser.")
        show.say(f"Its hash is {checked.manifest_sha256}.")
        return
    signed = f"signed by {', '.join(each[:16] for each in checked.signed_by)}" if checked.signed_by else "not signed"
    ours = (
        f"the one that Waitwise {VERSION} writes" if checked.is_ours else f"another one than Waitwise {VERSION} writes"
    )
    show.say(f"{folder} is a whole viewer of version {checked.version}: {signed}, {ours}.")


def _write(folder: Path, files: dict[str, bytes]) -> None:
    try:
        write_viewer(folder, files)
    except FileExistsError as error:
        told = f"{folder} is there already."
        raise CommandError(told, "Choose another name, or look at this one with --check.") from error
    except OSError as error:
        told = f"{folder} was not written: {error.strerror}."
        raise CommandError(told, "Choose a place that is there and has room.") from error


def _expect_good(folder: Path, checked: Checked, keys: tuple[bytes, ...], needed: int) -> None:
    if checked.differences:
        named = ", ".join(f"{each.path} {each.how}" for each in checked.differences)
        raise CommandError(
            f"{folder} is not what its manifest says: {named}.", "Do not open it. Write or fetch the viewer again."
        )
    if keys and not (needed >= 1 and len(checked.signed_by) >= needed):
        raise CommandError(
            f"{len(checked.signed_by)} of these keys have signed this viewer, and {needed} must have.",
            "Do not open it. Fetch the viewer again, and compare the keys with those you know.",
        )
    if not keys and not checked.is_ours:
        raise CommandError(
            f"{folder} is a viewer of version {checked.version}, and not the one that Waitwise {VERSION} writes.",
            "Give the release keys with --key, or write a viewer of your own.",
        )


def _keys_in(file: Path) -> tuple[bytes, ...]:
    try:
        lines = [line.partition("#")[0].strip() for line in file.read_text(encoding="utf-8").splitlines()]
        keys = tuple(bytes.fromhex(line) for line in lines if line)
    except OSError as error:
        raise CommandError(f"{file} cannot be read: {error.strerror}.", "Name a file of public keys.") from error
    except ValueError:
        keys = ()
    if not keys or len(set(keys)) != len(keys) or any(len(key) != KEY_BYTES for key in keys):
        raise CommandError(f"{file} holds no public keys.", "Each is a line of 64 hexadecimal digits, and stands once.")
    return keys
