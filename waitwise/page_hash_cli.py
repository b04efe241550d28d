"""`waitwise school page-hash` and `check-page`: which pages a version has, and whether a school serves them.

::

    waitwise school page-hash                     5f0c...
    waitwise school page-hash --files             a line a file, as sha256sum prints it
    waitwise school check-page https://...        status 0, or every file that is another one, and status 1
"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from lesson.problems import WaitwiseError
from lesson.version import VERSION
from lesson.wire import to_wire
from school.page_hash import page_files
from school.settings import PAGES, TEMPLATES
from school.web_about import known_pages
from school.web_app import page_templates
from waitwise import show
from waitwise.check_page import Site, check_page
from waitwise.errors import CommandError

AsJson = Annotated[bool, typer.Option("--json", help="Print one JSON object, for programs.")]


def page_hash(
    with_files: Annotated[bool, typer.Option("--files", help="Print the lines of which it is the SHA-256.")] = False,
    as_json: AsJson = False,
) -> None:
    """Print the page hash of this version: one number for every script, style, font and template of its pages.

    `waitwise school page-hash --files | sha256sum` gives the same number.
    """
    files = page_files(PAGES, TEMPLATES)
    if as_json:
        show.print_json({"version": VERSION, "page_hash": files.page_hash, "files": files.files})
    else:
        typer.echo(files.lines if with_files else files.page_hash, nl=not with_files)


def check_page_(
    address: Annotated[str, typer.Argument(help="Where browsers find the school.")],
    sign_in: Annotated[
        str | None,
        typer.Option(help="A fresh sign-in link of a teacher: the pages behind it are looked at too. It is spent."),
    ] = None,
    authority: Annotated[
        Path | None, typer.Option(help="Certificate (PEM) of the school's own authority, if it has one.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Fetch what a school really serves, and compare it with the pages of this version.

    Every script, style and font is fetched and compared byte for byte, and so are the pages that anybody may see; of
    each page its policy and every script that it names. What differs, is missing or is extra is named, and the status
    is 1. Both must be the same version of Waitwise. Run it on a computer that the school's server does not control,
    more than once, and from more than one place: a server that sends other scripts to one person, at one moment, is
    not found this way.
    """
    try:
        files = page_files(PAGES, TEMPLATES)
        with Site(address, authority) as site:
            pages = known_pages(page_templates(TEMPLATES), files, site.origin)
            checked = check_page(site, files, pages, VERSION, sign_in=sign_in)
        if checked.found and not as_json:
            for each in checked.found:
                show.say(f"{each.path}: {each.how}")
            raise CommandError(
                f"{checked.origin} does not serve the pages of Waitwise {VERSION}: see above.",
                "Unlock nothing there. See which version it is at /about, and tell whoever looks after the server.",
            )
    except WaitwiseError as error:
        show.stop(error, as_json=as_json, to_technician=True)
    if as_json:
        show.print_json(to_wire(checked))
        raise typer.Exit(1 if checked.found else 0)
    show.say(f"{checked.origin} serves Waitwise {VERSION}, page hash {checked.page_hash}.")
    show.say(f"Compared: {checked.files} files, and {', '.join(checked.pages)}.")
    if sign_in is None:
        show.say("Pages behind a sign-in were not looked at: --sign-in with a fresh link does that.")
