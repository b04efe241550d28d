"""Teach the ear: `python -m tools.ear voices|lessons|teach|teach-prints|teach-hindsight|export ...`.

::

    voices           recordings            -->  VOICES/*.npz, index.json, noises.npz
    lessons          VOICES                -->  LESSONS/*.npz   (--stage 1: for the ear, 2: for hindsight)
    teach            LESSONS of stage 1    -->  ear.pt
    teach-prints     LESSONS of stage 1    -->  prints.pt
    teach-hindsight  LESSONS of stage 2    -->  hindsight.pt
    export           ear.pt, prints.pt, hindsight.pt  -->  analytics/ear.npz, prints.npz, hindsight.npz
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from tools.ear.errors import EarError, need


def main() -> int:
    """Run the command line; returns the exit status."""
    asked = _arguments()
    try:
        _run(asked)
    except EarError as error:
        print(error, file=sys.stderr)
        return 1
    return 0


def _run(asked: argparse.Namespace) -> None:
    # Late, so that a missing package is told with its remedy.
    match asked.command:
        case "voices":
            for package in ("scipy", "soundfile", "webrtcvad"):
                need(package)
            need("tools.ear.recordings").cut_all(
                asked.speechocean, asked.librispeech, asked.out, never=asked.never, held_out=asked.held_out
            )
            if asked.noises:
                never = set(asked.noises_never.read_text(encoding="utf-8").split()) if asked.noises_never else set()
                need("tools.ear.cut_noises").cut(asked.noises, asked.out, never)
        case "lessons":
            for package in ("scipy", "pyroomacoustics"):
                need(package)
            need("tools.ear.lessons").make(
                asked.voices, asked.out, range(asked.first, asked.last), stage=asked.stage, all_voices=asked.all_voices
            )
        case "teach":
            need("torch")
            need("tools.ear.teach").teach(asked.lessons, asked.out, asked.minutes, asked.start)
        case "teach-prints":
            need("torch")
            need("tools.ear.teach_prints").teach(asked.lessons, asked.out, asked.minutes)
        case "teach-hindsight":
            need("torch")
            need("tools.ear.teach_hindsight").teach(asked.lessons, asked.out, asked.minutes, asked.start)
        case "export":
            need("torch")
            need("tools.ear.export").export(asked.network, asked.state, asked.out, asked.zero)


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tools.ear", description=(__doc__ or "").partition("\n")[0])
    commands = parser.add_subparsers(dest="command", required=True)
    voices = commands.add_parser("voices", help="cut recordings into utterances")
    voices.add_argument("--speechocean", type=Path, required=True, help="folder with train/, test/ and WAVE/")
    voices.add_argument("--librispeech", type=Path, help="folder with FLAC files of LibriSpeech")
    voices.add_argument("--never", type=Path, help="list of speakers never read, one a line: so0001, li103")
    voices.add_argument("--held-out", type=Path, help="list of speakers kept out of stage one")
    voices.add_argument("--noises", type=Path, help="folder of ESC-10")
    voices.add_argument("--noises-never", type=Path, help="list of its takes never read, one a line: 1-26143-A")
    voices.add_argument("--out", type=Path, required=True)
    lessons = commands.add_parser("lessons", help="make random lessons")
    lessons.add_argument("--voices", type=Path, required=True)
    lessons.add_argument("--stage", type=int, choices=[1, 2], required=True, help="1: for the ear, 2: for hindsight")
    lessons.add_argument("--first", type=int, default=0)
    lessons.add_argument("--last", type=int, required=True, help="one more than the last number")
    lessons.add_argument("--all-voices", action="store_true", help="stage 1 with the held-out voices, too")
    lessons.add_argument("--out", type=Path, required=True)
    for name, minutes in (("teach", 32.0), ("teach-prints", 45.0), ("teach-hindsight", 8.0)):
        teach = commands.add_parser(name)
        teach.add_argument("--lessons", type=Path, required=True)
        teach.add_argument("--minutes", type=float, default=minutes)
        if name != "teach-prints":
            teach.add_argument("--start", type=Path, help="go on from this state")
        teach.add_argument("--out", type=Path, required=True)
    export = commands.add_parser("export", help="weights as the product reads them")
    export.add_argument("network", choices=["ear", "prints", "hindsight"])
    export.add_argument("state", type=Path)
    export.add_argument("out", type=Path)
    export.add_argument("--zero", type=float, default=0.0, help="share of the weights, the smallest, to set to nothing")
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
