"""`waitwise school`: the school's server, and the few things its technician types.

::

    waitwise school serve school.toml
    waitwise school invite school.toml --name "Ms J. Okafor"        prints the address where she makes her keys
    waitwise school invite-again school.toml --teacher 1            the same, for somebody whose keys are lost
    waitwise school email school.toml --person 1 --email j@...      what she signs in with
    waitwise school sign-in school.toml --teacher 1                 prints a link that signs her in once
    waitwise school reset-sign-in school.toml --person 1            forgets password and second step, prints such a link
    waitwise school register school.toml --unit lab-2 ...           lets a unit in
    waitwise school hold school.toml 5f0e... --reason ...           stops the deletion of one lesson
    waitwise school export school.toml 3 --out ada-okafor.zip       writes what is known of one person
    waitwise school clock school.toml                               says whether lessons are deleted by its clock
    waitwise school check-page https://waitwise.school.example      whether it serves the pages of this version

None of it can open a lesson.
"""

from __future__ import annotations

import logging
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer

from lesson.footage.signed import KEY_BYTES
from lesson.problems import WaitwiseError
from lesson.wire import to_wire
from school.accounts import Invitation, set_email, sign_in_link
from school.accounts import invite as invite_person
from school.accounts import invite_again as invite_person_again
from school.app import open_database
from school.export import export_by_number
from school.holds import end_hold, place_hold
from school.main import Ready
from school.main import serve as serve_school
from school.people import SchoolRole
from school.settings import Settings
from school.signing_in import reset
from school.sure_time import SureTime
from school.units import register_unit
from waitwise import show
from waitwise.errors import CommandError
from waitwise.page_hash_cli import check_page_, page_hash

app = typer.Typer(
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode="markdown",
    pretty_exceptions_enable=False,
    help="The school's server. It keeps lessons that it cannot open.",
)

SettingsFile = Annotated[Path, typer.Argument(help="The school's settings, a TOML file.")]
AsJson = Annotated[bool, typer.Option("--json", help="Print one JSON object, for programs.")]

app.command(name="page-hash", epilog="Example: `waitwise school page-hash`")(page_hash)
app.command(name="check-page", epilog="Example: `waitwise school check-page https://waitwise.school.example`")(
    check_page_
)


@app.command(epilog="Example: `waitwise school serve /etc/waitwise/school.toml`")
def serve(settings: SettingsFile, as_json: AsJson = False) -> None:
    """Serve browsers and units, and read the broker, until stopped by Ctrl+C or SIGTERM.

    With `--json` one object is printed when both ports answer: `browser`, `units`, `receipt_key`.
    """
    logging.basicConfig(level=logging.INFO, format="%(levelname)s %(name)s: %(message)s")

    def ready(told: Ready) -> None:
        if as_json:
            show.print_json({"ready": True, **to_wire(told)})
        else:
            show.say(f"Browsers: {told.browser}   Units: {told.units}   Stop with Ctrl+C.")

    try:
        serve_school(Settings.read(settings), ready=ready)
    except WaitwiseError as error:
        show.stop(error, as_json=as_json, to_technician=True)


@app.command(epilog="Example: `waitwise school invite school.toml --name 'Ms J. Okafor'`")
def invite(
    settings: SettingsFile,
    name: Annotated[str, typer.Option(help="The person's name, as it stands on her pages.")],
    role: Annotated[
        SchoolRole, typer.Option(help="What she is at the school. No role opens another one's lessons.")
    ] = (SchoolRole.TEACHER),
    email: Annotated[
        str | None, typer.Option(help="What she signs in with. A technician or coordinator needs it.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Invite somebody: prints the address where she joins, in her own browser.

    Teachers, coaches and safeguarding leads make their keys there; technicians and coordinators choose a password.
    """
    try:
        chosen = Settings.read(settings)
        invitation = invite_person(
            open_database(chosen),
            name,
            now=datetime.now(tz=UTC),
            days=chosen.invitation_days,
            role=role,
            email=email,
        )
    except WaitwiseError as error:
        show.stop(error, as_json=as_json, to_technician=True)
    _tell_invitation(chosen, invitation, as_json=as_json)


@app.command(name="invite-again", epilog="Example: `waitwise school invite-again school.toml --teacher 1`")
def invite_again(
    settings: SettingsFile,
    teacher: Annotated[int, typer.Option(help="The teacher's number, from `invite`.")],
    as_json: AsJson = False,
) -> None:
    """Invite a teacher once more, whose invitation is too old or who has lost every way to her keys.

    She makes new keys, which take the place of the old ones when she has joined. Lessons that were sealed to the old
    ones stay closed, for everybody and for ever. Units that know her by the old ones refuse the new ones until they
    are shown her new key card with the button held.
    """
    try:
        chosen = Settings.read(settings)
        invitation = invite_person_again(
            open_database(chosen), teacher, now=datetime.now(tz=UTC), days=chosen.invitation_days
        )
    except WaitwiseError as error:
        show.stop(error, as_json=as_json, to_technician=True)
    _tell_invitation(chosen, invitation, as_json=as_json)


def _tell_invitation(chosen: Settings, invitation: Invitation, *, as_json: bool) -> None:
    address = f"{chosen.origin}/join/{invitation.code}"
    if as_json:
        show.print_json({"teacher": invitation.teacher_id, "code": invitation.code, "address": address})
    else:
        typer.echo(address)


@app.command(epilog="Example: `waitwise school email school.toml --person 1 --email j.okafor@school.example`")
def email(
    settings: SettingsFile,
    person: Annotated[int, typer.Option(help="The person's number, from `invite`.")],
    email: Annotated[str, typer.Option(help="Her e-mail address.")],
) -> None:
    """Enter or change the e-mail address somebody signs in with."""
    try:
        set_email(open_database(Settings.read(settings)), person, email)
    except WaitwiseError as error:
        show.stop(error, to_technician=True)
    show.say(f"Number {person} signs in with {email}.")


@app.command(name="sign-in", epilog="Example: `waitwise school sign-in school.toml --teacher 1`")
def sign_in(
    settings: SettingsFile,
    teacher: Annotated[int, typer.Option(help="The teacher's number, from `invite`.")],
    to: Annotated[str, typer.Option(help="The page to go to.")] = "/lessons",
    as_json: AsJson = False,
) -> None:
    """Print a link that signs a teacher in, once. Signing in opens no lesson: that takes her own words."""
    try:
        chosen = Settings.read(settings)
        code = sign_in_link(open_database(chosen), teacher, now=datetime.now(tz=UTC), minutes=chosen.sign_in_minutes)
    except WaitwiseError as error:
        show.stop(error, as_json=as_json, to_technician=True)
    address = f"{chosen.origin}/enter/{code}?next={to}"
    if as_json:
        show.print_json({"address": address})
    else:
        typer.echo(address)


@app.command(name="reset-sign-in", epilog="Example: `waitwise school reset-sign-in school.toml --person 1`")
def reset_sign_in(
    settings: SettingsFile,
    person: Annotated[int, typer.Option(help="The person's number, from `invite`.")],
) -> None:
    """Forget somebody's password and second step, sign her out everywhere, and print a link that signs her in once.

    For who has lost them. Her keys and her five words stay as they are.
    """
    try:
        chosen = Settings.read(settings)
        database = open_database(chosen)
        code = sign_in_link(database, person, now=datetime.now(tz=UTC), minutes=chosen.sign_in_minutes)
        reset(database, person)
    except WaitwiseError as error:
        show.stop(error, to_technician=True)
    typer.echo(f"{chosen.origin}/enter/{code}?next=/account")


@app.command(
    epilog="Example: `waitwise school register school.toml --unit lab-2 --room 'Lab 2' --certificate lab-2.pem "
    "--signing-key 5f0c... --teacher 1`"
)
def register(
    settings: SettingsFile,
    unit: Annotated[str, typer.Option(help="The unit's id.")],
    room: Annotated[str, typer.Option(help="The room it is in.")],
    certificate: Annotated[Path, typer.Option(help="The unit's certificate (PEM).")],
    signing_key: Annotated[str, typer.Option(help="The unit's public signing key, 64 hexadecimal digits.")],
    teacher: Annotated[list[int], typer.Option(help="Who it may record for; may be given several times.")],
) -> None:
    """Let a unit in, and say for whom it may record."""
    try:
        register_unit(
            open_database(Settings.read(settings)),
            unit=unit,
            room=room,
            certificate=certificate.read_bytes(),
            signing_key=_public_key(signing_key),
            now=datetime.now(tz=UTC),
            teachers=teacher,
        )
    except OSError as error:
        told = CommandError(
            f"{certificate} cannot be read: {error.strerror}.", "Name the unit's certificate, a PEM file."
        )
        show.stop(told)
    except WaitwiseError as error:
        show.stop(error, to_technician=True)
    show.say(f"{unit} in {room} may send lessons.")


@app.command(epilog="Example: `waitwise school hold school.toml 5f0e... --reason 'A concern, case 12.' --by 3 --by 5`")
def hold(
    settings: SettingsFile,
    lesson: Annotated[str, typer.Argument(help="The lesson's id.")],
    reason: Annotated[str, typer.Option(help="Why. The teacher reads it.")],
    by: Annotated[list[int], typer.Option(help="Numbers of the two people who want it: give it twice.")],
    end: Annotated[bool, typer.Option("--end", help="End the hold; also by two people, with a reason.")] = False,
) -> None:
    """Stop the deletion of one lesson, without opening it, or end that.

    It takes two people who have joined and whose lesson it is not, one of them a safeguarding lead. The teacher sees
    who they are and why, on the lesson's page and in its log, which cannot be changed without her noticing.
    """
    try:
        database, now = open_database(Settings.read(settings)), datetime.now(tz=UTC)
        if end:
            end_hold(database, lesson, reason=reason, people=by, now=now)
            show.say("The hold is ended. The lesson's days go on as if it had not been.")
        else:
            placed = place_hold(database, lesson, reason=reason, people=by, now=now)
            show.say(f"Held by {placed.by}. Its teacher sees that, and why.")
    except WaitwiseError as error:
        show.stop(error, to_technician=True)


@app.command(epilog="Example: `waitwise school export school.toml 3 --out ada-okafor.zip`")
def export(
    settings: SettingsFile,
    person: Annotated[int, typer.Argument(help="The person's number, from `invite`.")],
    out: Annotated[Path, typer.Option("--out", "-o", help="The zip to write. It is for her, and for nobody else.")],
) -> None:
    """Write everything that the school knows of one person into one file, for her.

    She can have the same herself, from her account menu. No footage is in it, and nothing that opens any.
    """
    from waitwise.open_lesson import expect_place, open_private  # noqa: PLC0415 - a command loads what it needs

    try:
        expect_place(out)
        data = export_by_number(open_database(Settings.read(settings)), person, datetime.now(tz=UTC))
        with open_private(out) as stream:
            stream.write(data)
    except WaitwiseError as error:
        show.stop(error, to_technician=True)
    except OSError as error:
        show.stop(CommandError(f"{out} was not written: {error.strerror}.", "Choose a place with room, with -o."))
    show.say(f"Wrote {out}. README.txt in it says what is there.")


@app.command(epilog="Example: `waitwise school clock school.toml`, and where the clock is right `--right`")
def clock(
    settings: SettingsFile,
    right: Annotated[
        bool, typer.Option("--right", help="You have looked at another clock, and the server's is right.")
    ] = False,
) -> None:
    """Say whether lessons are deleted by the server's clock, and have a clock believed that was off for long.

    A clock that has moved by more than three days since it was last believed deletes nothing: it may be wrong.
    """
    try:
        time = SureTime(open_database(Settings.read(settings)), lambda: datetime.now(tz=UTC))
        last = time.last
        sure = time.believe() if right else time.look()
    except WaitwiseError as error:
        show.stop(error, to_technician=True)
    show.say(f"The clock says {datetime.now(tz=UTC):%d %B %Y, %H:%M} UTC.")
    if last is not None:
        show.say(f"It was last believed on {last:%d %B %Y, %H:%M} UTC.")
    show.say("It is believed." if sure else "It is not believed: nothing is deleted by it. Set it, or say --right.")


def _public_key(text: str) -> bytes:
    try:
        key = bytes.fromhex(text)
    except ValueError:
        key = b""
    if len(key) != KEY_BYTES:
        raise CommandError(f"{text!r} is no public signing key.", "It has 64 hexadecimal digits.")
    return key
