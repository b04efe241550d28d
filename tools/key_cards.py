"""From how far a unit reads a key card: `python -m tools.key_cards`, the table of docs/developer/key-cards.md.

::

    a card of 9 cm, held well or badly, at 0.4 to 1.5 m --pictures made by tests/suites/held_card.py--> read, of 20
"""

from __future__ import annotations

import os
import time
from dataclasses import replace

from capture.card_reader import cards_in
from lesson.footage.recipients import Recipient
from tests.suites.held_card import View, picture

METRES = (0.4, 0.6, 0.8, 1.0, 1.2, 1.35, 1.5)
LENSES = (66.0, 75.0)
TRIES = 20

HELD = {
    "held well": View(askew=5),
    "the lens blurs by a pixel": View(askew=5, blur=1.0),
    "turned by 25 degrees, tipped by 15": View(turned=25, tipped=15, askew=10, blur=0.8),
    "moves by 3 pixels": View(moved=3),
    "little light: paper a third as bright, noise of 6": View(paper=80, ink=28, wall=50, noise=6),
    "credit card (4 cm)": View(side=0.04),
}


def main() -> None:
    """Print the tables."""
    for lens in LENSES:
        print(f"\nA lens of {lens:.0f} degrees, of {TRIES} cards read:\n")
        print(f"| | {' | '.join(f'{metres} m' for metres in METRES)} |\n|---{'|---' * len(METRES)}|")
        for told, view in HELD.items():
            read = [_read(replace(view, lens=lens, metres=metres)) for metres in METRES]
            print(f"| {told} | {' | '.join(map(str, read))} |", flush=True)
    nothing = picture("out of sight", View(right=9.0))
    started = time.process_time()
    for _ in range(TRIES):
        cards_in(nothing)
    print(f"\nCPU for a picture without a card: {(time.process_time() - started) / TRIES * 1000:.0f} ms")


def _read(view: View) -> int:
    count = 0
    for seed in range(TRIES):
        card = Recipient(os.urandom(32), os.urandom(32))
        # Never twice in the same place: what a pixel's edge does to a module is a matter of luck.
        held = replace(view, right=view.right + seed * 0.0007, down=view.down + seed * 0.0003)
        count += cards_in(picture(card, held, seed)) == (card,)
    return count


if __name__ == "__main__":
    main()
