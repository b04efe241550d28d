"""Groups of colleagues: whose they are, who may be in one, and that nobody sees anything by being in one.

::

    "Science" -> R. Amin, L. Brooks        her list; no right
"""

from __future__ import annotations

from typing import Any

import pytest

from school.groups import MAX_GROUPS, MAX_NAME


@pytest.fixture
def ada(new_teacher: Any) -> Any:
    return new_teacher()


@pytest.fixture
def amin(new_teacher: Any) -> Any:
    return new_teacher("R. Amin")


def make(browser: Any, who: Any, name: str, *members: Any) -> Any:
    return browser(who).post("/api/groups", json={"name": name, "members": [each.kid for each in members]})


def names(browser: Any, who: Any) -> list[str]:
    return [each["name"] for each in browser(who).get("/api/groups").json()["groups"]]


def test_she_makes_changes_and_removes_a_group(browser: Any, new_teacher: Any, ada: Any, amin: Any) -> None:
    brooks = new_teacher("L. Brooks")
    made = make(browser, ada, "  Science ", amin)
    assert made.status_code == 201
    group = made.json()
    assert (group["name"], group["members"]) == ("Science", [amin.kid])
    asked = {"name": "Science and maths", "members": [amin.kid, brooks.kid]}
    assert browser(ada).post(f"/api/groups/{group['id']}", json=asked).json()["members"] == [brooks.kid, amin.kid]
    (listed,) = browser(ada).get("/api/groups").json()["groups"]
    assert listed == {"id": group["id"], "name": "Science and maths", "members": [brooks.kid, amin.kid]}
    assert browser(ada).post(f"/api/groups/{group['id']}/remove", json={}).status_code == 200
    assert names(browser, ada) == []


def test_a_group_is_its_owners_alone(browser: Any, ada: Any, amin: Any) -> None:
    """Not even somebody who is in it sees it, changes it or removes it."""
    group = make(browser, ada, "Science", amin).json()["id"]
    assert names(browser, amin) == []
    asked = {"name": "Mine now", "members": [ada.kid]}
    assert browser(amin).post(f"/api/groups/{group}", json=asked).status_code == 404
    assert browser(amin).post(f"/api/groups/{group}/remove", json={}).status_code == 404
    assert names(browser, ada) == ["Science"]
    assert browser().get("/api/groups").status_code == 401


def test_being_in_a_group_shows_nobody_a_lesson(
    browser: Any, new_unit: Any, record: Any, send_all: Any, ada: Any, amin: Any
) -> None:
    unit = new_unit(ada)
    sealed = record(unit, ada)
    send_all(unit, sealed)
    make(browser, ada, "Science", amin)
    assert browser(amin).get(f"/api/lessons/{sealed.lesson}").status_code == 404
    assert browser(amin).get("/api/lessons").json() == {"lessons": []}


def test_what_is_no_group_is_refused(browser: Any, ada: Any, amin: Any) -> None:
    assert make(browser, ada, "Science", amin).status_code == 201
    refused = {
        "no name": make(browser, ada, " ", amin),
        "a name that nobody can read": make(browser, ada, "a\nb", amin),
        "a name that is too long": make(browser, ada, "a" * (MAX_NAME + 1), amin),
        "nobody in it": make(browser, ada, "Empty"),
        "herself": make(browser, ada, "Me", ada),
        "somebody who is not here": browser(ada).post("/api/groups", json={"name": "X", "members": ["00" * 16]}),
        "no list": browser(ada).post("/api/groups", json={"name": "X"}),
    }
    assert {name: answer.status_code for name, answer in refused.items()} == dict.fromkeys(refused, 422)
    assert make(browser, ada, "Science", amin).status_code == 409
    assert make(browser, amin, "Science", ada).status_code == 201, "another teacher's group may have that name"
    assert names(browser, ada) == ["Science"]


def test_fifty_groups_are_the_most(browser: Any, ada: Any, amin: Any) -> None:
    answers = [make(browser, ada, f"Group {number}", amin).status_code for number in range(MAX_GROUPS + 1)]
    assert answers == [201] * MAX_GROUPS + [422]
