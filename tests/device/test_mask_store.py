"""Masks in a unit's folder: a drawn one is kept and put on, and where it is unclear which one, nothing is filmed."""

import pathlib

import pytest

from capture.cover import share_covered
from capture.errors import MaskUnreadableError
from capture.masks import Mask, read_mask
from device.mask_store import USUAL, MaskNotKeptError, MaskStore
from tests.suites.masked import BACK_ROW, SEATS


def test_a_drawn_mask_is_kept_and_put_on_from_then_on(tmp_path: pathlib.Path) -> None:
    store = MaskStore(tmp_path, "")
    assert (store.names(), store.usual(), store.mask(None)) == ((), "", None)
    store.keep("9b", SEATS)
    store.keep("Year 8 Döner-Gruppe", Mask((BACK_ROW,)))
    store.use("9b")

    again = MaskStore(tmp_path, "")
    assert again.names() == ("9b", "Year 8 Döner-Gruppe")
    assert again.usual() == "9b"
    assert again.mask(None) == again.mask("9b") == SEATS == read_mask(tmp_path / "masks" / "9b.json")
    assert again.mask("") is None
    assert sorted(path.name for path in (tmp_path / "masks").iterdir()) == [
        "9b.json",
        "Year 8 Döner-Gruppe.json",
        USUAL,
    ]


def test_until_somebody_says_otherwise_the_settings_say_which(tmp_path: pathlib.Path) -> None:
    store = MaskStore(tmp_path, "of the settings")
    assert store.usual() == "of the settings"
    store.keep("9b", SEATS)

    assert MaskStore(tmp_path, "of the settings").usual() == "9b"


@pytest.mark.parametrize(
    "name", ["", " ", "..", "../9b", "a/b", ".hidden", "9b.json", "a\0b", " 9b", "9b ", "x" * 41, "a\n"]
)
def test_what_is_no_name_is_not_kept(tmp_path: pathlib.Path, name: str) -> None:
    with pytest.raises(MaskNotKeptError):
        MaskStore(tmp_path, "").keep(name, SEATS)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("name", ["", "8a", "torn", "../9b"])
def test_a_mask_that_cannot_be_put_on_is_not_chosen(tmp_path: pathlib.Path, name: str) -> None:
    store = MaskStore(tmp_path, "")
    store.keep("9b", SEATS)
    (tmp_path / "masks" / "torn.json").write_text("{")
    with pytest.raises(MaskUnreadableError):
        store.use(name)

    assert store.usual() == "9b"


def seats(width: float) -> Mask:
    """The first so many tenths of the back row."""
    return Mask((((0.0, 0.8), (width, 0.8), (width, 1.0), (0.0, 1.0)),))


DROPPED = {
    # name: (masks there are, the one a press puts on, the one deleted, what a press puts on then)
    "another one": ({"9b": 0.5, "8a": 0.3}, "9b", "8a", "9b"),
    "the one of a press: the strictest takes its place": ({"9b": 0.2, "8a": 0.3, "7c": 0.6}, "9b", "9b", "7c"),
    "the last one": ({"9b": 0.2}, "9b", "9b", None),
}


@pytest.mark.parametrize("name", DROPPED)
def test_no_mask_becomes_none_by_being_deleted(tmp_path: pathlib.Path, name: str) -> None:
    there, usual, dropped, then = DROPPED[name]
    store = MaskStore(tmp_path, "")
    for each, width in there.items():
        store.keep(each, seats(width))
    store.use(usual)
    store.drop(dropped, share_covered)

    assert dropped not in store.names()
    if then is not None:
        assert (store.usual(), store.mask(None)) == (then, seats(there[then]))
        return
    with pytest.raises(MaskUnreadableError):
        store.mask(None)
    store.film_every_seat()
    assert store.mask(None) is None, "a person has said so"


def test_a_mask_of_the_settings_that_is_deleted_does_not_become_none_either(tmp_path: pathlib.Path) -> None:
    store = MaskStore(tmp_path, "9b")
    for each in ("9b", "8a"):
        store.keep(each, SEATS)
    (tmp_path / "masks" / USUAL).unlink()
    store.drop("9b", share_covered)
    assert store.usual() == "8a"
    (tmp_path / "masks" / USUAL).unlink()
    with pytest.raises(MaskUnreadableError):
        store.mask(None)


def test_a_damaged_mask_takes_nobodys_place_and_what_is_not_there_is_not_deleted(tmp_path: pathlib.Path) -> None:
    store = MaskStore(tmp_path, "")
    store.keep("9b", SEATS)
    (tmp_path / "masks" / "torn.json").write_text("{")
    for name in ("8a", "", "../unit", USUAL):
        with pytest.raises(MaskUnreadableError):
            store.drop(name, share_covered)
    store.drop("9b", share_covered)
    with pytest.raises(MaskUnreadableError):
        store.mask(None)


@pytest.mark.parametrize("said", [b"", b"\n", b"\xff\xfe", b"8a", b"../../9b"])
def test_where_it_is_unclear_which_nothing_is_filmed(tmp_path: pathlib.Path, said: bytes) -> None:
    store = MaskStore(tmp_path, "")
    store.keep("9b", SEATS)
    (tmp_path / "masks" / USUAL).write_bytes(said)

    with pytest.raises(MaskUnreadableError):
        store.mask(None)


def test_a_mask_that_cannot_be_written_is_told(tmp_path: pathlib.Path) -> None:
    (tmp_path / "masks").write_text("a file where the folder should be")
    with pytest.raises(MaskNotKeptError, match="cannot be kept"):
        MaskStore(tmp_path, "").keep("9b", SEATS)
