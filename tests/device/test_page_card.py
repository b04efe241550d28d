"""The card at a unit without a screen: its code is on paper only, and a new card makes the old one worthless."""

import os
import re
from pathlib import Path

import pytest

from device.page.card import FILE, LETTERS, Card, CardError, new_card


def test_what_stands_on_the_card_is_told_from_everything_else(tmp_path: Path) -> None:
    card = Card(tmp_path)
    assert not card.is_there()
    assert not card.says("")
    code = new_card(tmp_path)

    assert re.fullmatch(f"[{LETTERS}]{{5}}-[{LETTERS}]{{5}}", code)
    assert card.is_there()
    assert card.says(code)
    assert card.says(f" {code.lower().replace('-', ' ')}")
    for wrong in ("", code[:-1], code + "0", code[::-1] + "0", (tmp_path / FILE).read_text()):
        assert not card.says(wrong)


def test_letters_that_look_alike_are_one(tmp_path: Path) -> None:
    new_card(tmp_path, "0123401234")
    assert Card(tmp_path).says("OI234-0L234")


def test_a_new_card_makes_the_old_one_worthless_at_once(tmp_path: Path) -> None:
    card, old = Card(tmp_path), new_card(tmp_path)
    new = new_card(tmp_path)

    assert new != old
    assert card.says(new)
    assert not card.says(old)


def test_the_code_is_on_paper_only_and_what_is_kept_is_private(tmp_path: Path) -> None:
    code = new_card(tmp_path)
    [kept] = tmp_path.iterdir()

    assert code.replace("-", "") not in kept.read_text()
    assert kept.stat().st_mode & 0o077 == 0


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can give a file away")
def test_a_card_that_root_makes_is_the_pages(tmp_path: Path) -> None:
    os.chown(tmp_path, 1234, 1235)
    new_card(tmp_path)
    kept = (tmp_path / FILE).stat()

    assert (kept.st_uid, kept.st_gid) == (1234, 1235)


@pytest.mark.parametrize("damaged", [b"", b"\xff", b"0" * 64])
def test_a_damaged_card_lets_nobody_ask(tmp_path: Path, damaged: bytes) -> None:
    code = new_card(tmp_path)
    (tmp_path / FILE).write_bytes(damaged)
    assert not Card(tmp_path).says(code)
    assert not Card(tmp_path).says("")


def test_where_it_cannot_be_kept_there_is_no_card(tmp_path: Path) -> None:
    with pytest.raises(CardError, match="cannot be kept"):
        new_card(tmp_path / "nowhere")
