"""`waitwise voice`: learn a teacher's voice from a sample, and seal what was learnt to her.

::

    sample.wav --> print, 32 numbers --HPKE to her public key--> her.voice
"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from analytics.print_network import network_name
from lesson.footage.voice_profile import VoiceProfile
from lesson.problems import WaitwiseError
from waitwise import show
from waitwise.errors import CommandError
from waitwise.identity_file import recipient_in
from waitwise.open_lesson import expect_place, open_private
from waitwise.voice import voice_print

app = typer.Typer(add_completion=False, rich_markup_mode="markdown", pretty_exceptions_enable=False)


@app.command(epilog="Example: `waitwise voice me.wav --identity my-identity.json -o my.voice`")
def voice(
    sample: Annotated[
        Path, typer.Argument(help="Half a minute of you alone, best recorded in the room, near the unit.")
    ],
    identity: Annotated[Path, typer.Option(help="Your identity file, from the account menu of the school's page.")],
    out: Annotated[Path, typer.Option("--out", "-o", help="The voice profile to write.")],
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object, for programs.")] = False,
) -> None:
    """Learn your voice from a sample, and seal what was learnt to you.

    Nothing of the sample is kept: the file holds 32 numbers that no speech can be made of, and only you can open it. To
    take your voice back, delete the file. Pupils' voices are never learnt.
    """
    try:
        expect_place(out)
        sealed = VoiceProfile(network_name(), voice_print(sample).astype("<f4").tobytes()).seal(recipient_in(identity))
        with open_private(out) as stream:
            stream.write(sealed)
    except WaitwiseError as error:
        show.stop(error, as_json=as_json)
    except OSError as error:
        told = CommandError(f"{out} was not written: {error.strerror or error}.", "Choose a place with room, with -o.")
        show.stop(told, as_json=as_json)
    if as_json:
        show.print_json({"out": str(out)})
        return
    show.say(f"Wrote {out}. Use it with `waitwise analyse LESSON --teacher-voice {out} --identity {identity}`.")
