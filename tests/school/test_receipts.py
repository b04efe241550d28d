"""The receipt key is the school's alone, and is made once."""

from __future__ import annotations

import threading
from pathlib import Path

import pytest

from school.receipts import ReceiptKeyError, receipt_key


def test_the_key_is_made_once_even_when_two_start_at_once(tmp_path: Path) -> None:
    got: list[bytes] = []
    threads = [threading.Thread(target=lambda: got.append(receipt_key(tmp_path / "data").public)) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(got) == 8
    assert len(set(got)) == 1
    assert [path.name for path in (tmp_path / "data").iterdir()] == ["receipt.key"]


def test_only_the_school_may_read_it(tmp_path: Path) -> None:
    receipt_key(tmp_path)
    assert (tmp_path / "receipt.key").stat().st_mode & 0o777 == 0o600
    (tmp_path / "receipt.key").chmod(0o644)
    with pytest.raises(ReceiptKeyError, match="chmod 600"):
        receipt_key(tmp_path)


@pytest.mark.parametrize("damage", [b"", b"short", bytes(33)])
def test_a_damaged_key_is_not_replaced(tmp_path: Path, damage: bytes) -> None:
    receipt_key(tmp_path)
    (tmp_path / "receipt.key").write_bytes(damage)
    with pytest.raises(ReceiptKeyError, match="backup"):
        receipt_key(tmp_path)
    assert (tmp_path / "receipt.key").read_bytes() == damage
