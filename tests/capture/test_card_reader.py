"""Key cards that the unit must read, however they are held; and what it must not take for one.

The pictures are simulated (tests/suites/held_card.py); what is read how often: docs/developer/key-cards.md.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from capture.camera import planes
from capture.card_reader import cards_in
from capture.cover import Cover
from capture.masks import Mask
from lesson.footage.identity import Identity
from lesson.footage.key_card import encode
from tests.suites.held_card import View, picture

HERS, HIS = Identity.generate().recipient, Identity.generate().recipient

READ = {
    "at arm's length from the camera": View(metres=0.6),
    "near": View(metres=0.4),
    "from a metre, a little askew": View(metres=1.0, askew=8),
    "by a camera that sees 75 degrees": View(metres=1.0, lens=75),
    "upside down": View(askew=180),
    "turned and tipped": View(turned=30, tipped=15, askew=10, blur=0.8),
    "by a lens that blurs": View(metres=1.0, blur=1.0),
    "by a lens that blurs, from 1.2 metres": View(metres=1.2, blur=1.0, askew=5),
    "by a hand that moves": View(metres=0.8, moved=4),
    "in a dark room": View(paper=70, ink=28, wall=40, noise=6),
    "against a window": View(paper=110, ink=45, wall=225),
    "a credit card": View(metres=0.4, side=0.04),
}


@pytest.mark.parametrize("view", READ.values(), ids=READ)
def test_a_card_is_read(view: View) -> None:
    assert cards_in(picture(HERS, view)) == (HERS,)


def test_what_cannot_be_read_is_nobodys_card() -> None:
    assert cards_in(picture(HERS, View(metres=0.8, blur=6.0))) == ()
    assert cards_in(picture(HERS, View(metres=4.0))) == ()


@pytest.mark.parametrize("text", ["https://school.example/menu", encode(HERS).replace("WAITWISE1", "WAITWISE2")])
def test_another_code_in_the_room_is_no_card(text: str) -> None:
    assert cards_in(picture(text, View())) == ()


def test_two_cards_in_one_picture_are_both_told() -> None:
    image = picture(HERS, View(metres=0.6, right=-0.15))
    middle = image.shape[1] // 2
    planes(image)[0][:, middle:] = planes(picture(HIS, View(metres=0.6, right=0.15)))[0][:, middle:]

    assert {each.kid for each in cards_in(image)} == {HERS.kid, HIS.kid}


def test_a_card_behind_the_mask_is_not_seen() -> None:
    image = picture(HERS, replace(View(), right=0.1))
    Cover(Mask((((0.5, 0.0), (1.0, 0.0), (1.0, 1.0), (0.5, 1.0)),)), 1280, 720).put_on(image)

    assert cards_in(image) == ()


def test_the_picture_stays_as_it_was() -> None:
    image = picture(HERS, View(metres=4.0))
    before = image.copy()
    cards_in(image)

    assert np.array_equal(image, before)
