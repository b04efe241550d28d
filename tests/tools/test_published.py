"""A released version's numbers are written once, and stay."""

import pytest

from tools.published import HEAD, NONE_YET, PAGE, published


def test_each_version_is_a_line_and_the_newest_stands_first() -> None:
    one = published(f"# Page\n\n{NONE_YET}", "0.1.0", "aa", "bb")
    two = published(one, "0.2.0", "cc", "dd")
    assert two == f"# Page\n\n{HEAD}| 0.2.0 | `cc` | `dd` |\n| 0.1.0 | `aa` | `bb` |\n"
    assert published(two, "0.1.0", "aa", "bb") == two


def test_a_released_version_does_not_change() -> None:
    with pytest.raises(ValueError, match=r"0\.1\.0 is published with other numbers"):
        published(published(NONE_YET, "0.1.0", "aa", "bb"), "0.1.0", "aa", "cc")


def test_the_page_has_a_place_for_them() -> None:
    assert "| 9.9.9 | `aa` | `bb` |" in published(PAGE.read_text("utf-8"), "9.9.9", "aa", "bb")
