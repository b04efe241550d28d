"""Every route of the browsers' port, with everybody who could ask for it.

                          nobody       she    another  clipped  coach  technician ...
GET /lessons/{lesson}     to sign in   200    404      200      404    403

`clipped` was given a clip of her lesson: three routes serve what is in it, and no other knows the lesson.

The table is written by hand, the routes come from the application: a route that is not in the table fails here.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from typing import Any

import httpx
import pytest
from fastapi import APIRouter, FastAPI
from fastapi.routing import APIRoute

from lesson.footage.clip import give_clip
from lesson.footage.header import header_hash
from lesson.footage.segments import SegmentName, Track
from school.database import LessonRow
from school.people import SchoolRole
from school.sharing import share_clip
from school.web_app import ROUTERS
from school.web_parts import (
    COOKIE,
    GateMissingError,
    Inside,
    Parts,
    SignedInTeacher,
    Visitor,
    check_gates,
)

PEOPLE = ("nobody", "she", "another", "clipped", "coach", "safeguarding-lead", "technician", "coordinator")

# What each of PEOPLE gets. "in": sent to the page to sign in at. 422: was let in, and sent nothing that makes sense.
MATRIX = """
GET  /                                               303 303 303 303 303 303 303 303
GET  /welcome                                        200 200 200 200 200 200 200 200
GET  /about                                          200 200 200 200 200 200 200 200
GET  /sign-in                                        200 303 303 303 303 303 303 303
GET  /sign-in/school                                 404 404 404 404 404 404 404 404
GET  /sign-in/school/back                            404 404 404 404 404 404 404 404
GET  /join/{code}                                    404 404 404 404 404 404 404 404
GET  /enter/{code}                                   404 404 404 404 404 404 404 404
GET  /account                                        in  200 200 200 200 200 200 200
GET  /export                                         in  200 200 200 200 200 200 200
GET  /card                                           in  200 200 200 200 200 403 403
GET  /keys                                           in  200 200 200 200 200 403 403
GET  /lessons                                        in  200 200 200 200 200 403 403
GET  /lessons/{lesson}                               in  200 404 200 404 404 403 403
GET  /lessons/{lesson}/sealed.zip                    in  200 404 404 404 404 403 403
POST /api/join                                       422 422 422 422 422 422 422 422
POST /api/join/password                              422 422 422 422 422 422 422 422
POST /api/sign-in                                    422 422 422 422 422 422 422 422
POST /api/passkey                                    200 200 200 200 200 200 200 200
POST /api/passkey/sign-in                            422 422 422 422 422 422 422 422
POST /api/leave                                      200 200 200 200 200 200 200 200
POST /api/account/password                           401 422 422 422 422 422 422 422
POST /api/account/second-step                        401 422 422 422 422 422 422 422
POST /api/account/second-step/confirm                401 422 422 422 422 422 422 422
POST /api/account/second-step/off                    401 422 422 422 422 422 422 422
POST /api/account/passkeys                           401 422 422 422 422 422 422 422
POST /api/account/passkeys/add                       401 422 422 422 422 422 422 422
POST /api/account/passkeys/remove                    401 422 422 422 422 422 422 422
POST /api/account/sessions/end                       401 422 422 422 422 422 422 422
GET  /api/me                                         401 200 200 200 200 200 403 403
POST /api/identity                                   401 422 422 422 422 422 403 403
POST /api/forget-devices                             401 200 200 200 200 200 403 403
GET  /api/people                                     401 200 200 200 200 200 403 403
GET  /api/groups                                     401 200 200 200 200 200 403 403
POST /api/groups                                     401 422 422 422 422 422 403 403
POST /api/groups/{group}                             401 422 422 422 422 422 403 403
POST /api/groups/{group}/remove                      401 404 404 404 404 404 403 403
GET  /api/lessons                                    401 200 200 200 200 200 403 403
GET  /api/lessons/{lesson}                           401 200 404 200 404 404 403 403
GET  /api/lessons/{lesson}/sharing                   401 200 404 404 404 404 403 403
POST /api/lessons/{lesson}/grants                    401 422 404 404 404 404 403 403
POST /api/lessons/{lesson}/clips                     401 422 404 404 404 404 403 403
POST /api/lessons/{lesson}/withdraw                  401 422 404 404 404 404 403 403
GET  /api/lessons/{lesson}/segments/{track}/{index}  401 200 404 200 404 404 403 403
GET  /api/lessons/{lesson}/evidence                  401 200 404 404 404 404 403 403
GET  /api/lessons/{lesson}/comments                  401 200 404 404 404 404 403 403
POST /api/lessons/{lesson}/comments                  401 422 404 404 404 404 403 403
GET  /api/lessons/{lesson}/live                      401 200 404 404 404 404 403 403
POST /api/lessons/{lesson}/days                      401 422 404 404 404 404 403 403
GET  /api/bin                                        401 200 200 200 200 200 403 403
POST /api/bin/{binned}                               401 422 422 422 422 422 403 403
GET  /api/deletions/{deletion}                       401 404 404 404 404 404 403 403
"""
EXPECTED = {
    (method, path): dict(zip(PEOPLE, answers, strict=True))
    for method, path, *answers in (line.split() for line in MATRIX.strip().splitlines())
}
ROUTES = [
    (method, route.path)
    for router in ROUTERS
    for route in router.routes
    if isinstance(route, APIRoute)
    for method in sorted(route.methods)
]
UNSAFE = [(method, path) for method, path in ROUTES if method != "GET"]
OTHER_ORIGINS = (None, "null", "https://example.com", "http://127.0.0.1", "http://127.0.0.1:1")


@pytest.fixture(scope="module")
def her_lesson(new_unit: Any, new_teacher: Any, record: Any, send_all: Any) -> tuple[Any, str]:
    she = new_teacher("Ada Okafor")
    unit = new_unit(she)
    lesson = record(unit, she)
    assert send_all(unit, lesson).status_code == 200
    return she, lesson.lesson


@pytest.fixture(scope="module")
def clipped(session_school: Any, new_teacher: Any, her_lesson: Any) -> Any:
    """Somebody to whom the first seconds were given. What is sealed in the clip does not matter to the school."""
    (she, lesson), heir = her_lesson, new_teacher("C. Lipp")
    with session_school.database.reading() as session:
        header = session.get_one(LessonRow, lesson).header
    keys = {SegmentName(Track.AV, index): bytes(16) for index in (0, 1)}
    to = heir.identity.recipient
    _, body = give_clip(keys, header_hash(header), to=to, by=she.identity, at=datetime.now(UTC))
    share_clip(session_school.database, she, lesson, body, datetime.now(UTC))
    return heir


@pytest.fixture(scope="module")
def token_of(
    session_school: Any, new_teacher: Any, new_person: Any, her_lesson: Any, clipped: Any
) -> Callable[[str], str | None]:
    """A cookie of each of PEOPLE: a fresh one each time, since some routes end it."""

    def make(who: str) -> str | None:
        match who:
            case "nobody":
                return None
            case "she":
                return str(session_school.sign_in_again(her_lesson[0].id))
            case "clipped":
                return str(session_school.sign_in_again(clipped.id))
            case "another":
                return str(new_teacher("A. Nother").token)
        return str(new_person(SchoolRole(who)).token)

    return make


@pytest.fixture
def client(session_school: Any) -> Iterator[httpx.Client]:
    headers = {"Origin": session_school.browser}
    with httpx.Client(base_url=session_school.browser, headers=headers, trust_env=False, timeout=20) as opened:
        yield opened


def fill(path: str, lesson: str) -> str:
    return path.format(lesson=lesson, track=0, index=1, code="x", group=0, binned=lesson, deletion=lesson)


def test_every_route_has_a_row_and_every_row_a_route() -> None:
    assert sorted(ROUTES) == sorted(EXPECTED)


@pytest.mark.parametrize("who", PEOPLE)
@pytest.mark.parametrize(("method", "path"), ROUTES)
def test_each_gets_what_the_table_says(
    method: str, path: str, who: str, client: httpx.Client, token_of: Any, her_lesson: Any
) -> None:
    expected = EXPECTED[method, path][who]
    if token := token_of(who):
        client.cookies[COOKIE] = token
    with client.stream(method, fill(path, her_lesson[1]), json={} if method != "GET" else None) as answer:
        if expected == "in":
            assert (answer.status_code, answer.headers["location"]) == (
                303,
                f"/sign-in?next={fill(path, her_lesson[1])}",
            )
        else:
            assert answer.status_code == int(expected)


@pytest.mark.parametrize("origin", OTHER_ORIGINS)
@pytest.mark.parametrize(("method", "path"), UNSAFE)
def test_what_another_page_sends_is_turned_away_and_nothing_happens(
    method: str, path: str, origin: str | None, session_school: Any, token_of: Any, her_lesson: Any
) -> None:
    token = token_of("she")
    headers = {"Origin": origin} if origin else {}
    with httpx.Client(base_url=session_school.browser, cookies={COOKIE: token}, trust_env=False) as from_elsewhere:
        answer = from_elsewhere.request(method, fill(path, her_lesson[1]), json={}, headers=headers)
        assert (answer.status_code, answer.json()["detail"]) == (
            403,
            "This request did not come from a page of this school.",
        )
        assert from_elsewhere.get("/api/me").status_code == 200, "and she is still signed in"


def test_what_a_role_without_keys_is_shown_names_no_lesson(
    client: httpx.Client, token_of: Any, her_lesson: Any
) -> None:
    for who in ("technician", "coordinator"):
        client.cookies[COOKIE] = token_of(who)
        for path in ("/account", "/lessons", f"/lessons/{her_lesson[1]}"):
            page = client.get(path, follow_redirects=True).text
            assert her_lesson[1] not in re.sub(r'data-next="[^"]*"', "", page)
            assert "Science 3" not in page


def nobody_says() -> str:
    return "anything"


def only_parts(parts: Parts) -> str:
    return "anything"


def about_a_lesson(lesson: str, teacher: SignedInTeacher) -> str:
    return lesson


def two_gates(visitor: Visitor, here: Inside) -> str:
    return "anything"


@pytest.mark.parametrize(
    ("path", "endpoint"),
    [("/a", nobody_says), ("/b", only_parts), ("/lessons/{lesson}/notes", about_a_lesson), ("/c", two_gates)],
)
def test_a_route_that_does_not_say_who_may_use_it_stops_the_server(path: str, endpoint: Any) -> None:
    router, app = APIRouter(), FastAPI(openapi_url=None)
    router.add_api_route(path, endpoint)
    app.include_router(router)
    with pytest.raises(GateMissingError, match=re.escape(path)):
        check_gates(app.routes)


def test_nor_is_anything_else_served_that_says_nothing() -> None:
    app = FastAPI()  # with its own pages about itself
    with pytest.raises(GateMissingError, match=re.escape("/openapi.json")):
        check_gates(app.routes)
