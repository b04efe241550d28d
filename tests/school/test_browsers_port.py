"""What a teacher's browser gets, and what nobody else's does.

                nobody       another teacher   she
/api/...        401          404               200
/lessons/ID     to sign in   404               200
"""

from __future__ import annotations

import json
import threading
from datetime import UTC, datetime
from typing import Any

import httpx
import pytest
from starlette.routing import Route

from lesson.footage.chain import read_links
from lesson.footage.header import header_hash
from lesson.footage.identity import Identity
from lesson.footage.opening import OpenLesson
from lesson.look import CONTENT_SECURITY_POLICY
from lesson.messages import DISCARDED, LessonEnded, LessonStarted, SealedEvidence
from lesson.wire import from_wire, to_wire
from school.accounts import invite
from school.security import HEADERS
from school.web_app import ROUTERS
from school.web_pages import local_path
from school.web_parts import COOKIE
from tests.suites.locked_file import locked_file

ROUTES = [route for router in ROUTERS for route in router.routes if isinstance(route, Route)]
LESSON_ROUTES = [route.path for route in ROUTES if "{lesson}" in route.path and "GET" in route.methods]


def started(lesson: Any, title: str | None = None) -> LessonStarted:
    at = datetime(2026, 11, 17, 9, 0, tzinfo=UTC)
    return LessonStarted(lesson.lesson, at, lesson.header, tuple(lesson.stanzas.values()), title)


@pytest.fixture(scope="module")
def taught(new_unit: Any, new_teacher: Any, record: Any, send_all: Any, tell: Any) -> tuple[Any, Any, Any]:
    """A whole lesson at the school: its unit, its teacher, and what was sealed."""
    teacher = new_teacher()
    unit = new_unit(teacher)
    lesson = record(unit, teacher)
    tell(unit, started(lesson, "Forces"), *(SealedEvidence(lesson.lesson, *piece) for piece in lesson.evidence))
    assert send_all(unit, lesson, already=200).status_code == 200
    return unit, teacher, lesson


def fill(path: str, lesson: str) -> str:
    return path.format(lesson=lesson, track=0, index=1, code="x", group=0, binned=lesson, deletion=lesson)


class TestWhoSeesWhat:
    """Every route that there is, with every kind of visitor: the routes are taken from the application."""

    def test_there_are_routes_about_lessons(self) -> None:
        assert set(LESSON_ROUTES) == {
            "/lessons/{lesson}",
            "/lessons/{lesson}/sealed.zip",
            "/api/lessons/{lesson}",
            "/api/lessons/{lesson}/segments/{track}/{index}",
            "/api/lessons/{lesson}/evidence",
            "/api/lessons/{lesson}/live",
            "/api/lessons/{lesson}/sharing",
            "/api/lessons/{lesson}/comments",
        }

    @pytest.mark.parametrize("path", LESSON_ROUTES)
    def test_a_lesson_is_there_for_its_teacher_alone(
        self, path: str, taught: Any, new_teacher: Any, browser: Any
    ) -> None:
        _, teacher, lesson = taught
        mine, none = fill(path, lesson.lesson), fill(path, "00" * 16)
        with browser(teacher).stream("GET", mine) as answer:
            assert answer.status_code == 200
        stranger = browser(new_teacher("A stranger"))
        answers = [stranger.get(mine), stranger.get(none), browser(teacher).get(none)]
        assert {answer.status_code for answer in answers} == {404}
        assert len({answer.text for answer in answers}) == 1, "not hers and not there look the same"
        answer = browser().get(mine)
        if path.startswith("/api/"):
            assert answer.status_code == 401
        else:
            assert (answer.status_code, answer.headers["location"]) == (303, f"/sign-in?next={mine}")

    def test_a_cookie_that_was_made_up_is_a_stranger(self, school: Any, browser: Any) -> None:
        client = browser()
        client.cookies[COOKIE] = "AAAAAAAAAAAAAAAAAAAAAA"
        assert client.get("/api/me").status_code == 401

    @pytest.mark.parametrize("lesson", ["..%2f..%2fetc", "..", "%00", "5F" * 16, "5f" * 16 + "%0a"])
    @pytest.mark.parametrize("path", LESSON_ROUTES)
    def test_only_a_lesson_id_names_a_lesson(self, path: str, lesson: str, taught: Any, browser: Any) -> None:
        assert browser(taught[1]).get(fill(path, lesson), follow_redirects=False).status_code in (404, 303)

    @pytest.mark.parametrize("segment", ["4/0", "-1/0", "0/-1", "0/1000000", "x/0", "0/..%2f1", "0/999"])
    def test_only_a_stored_segment_is_served(self, segment: str, taught: Any, browser: Any) -> None:
        _, teacher, lesson = taught
        assert browser(teacher).get(f"/api/lessons/{lesson.lesson}/segments/{segment}").status_code == 404


class TestHerLesson:
    def test_she_opens_at_home_what_the_school_cannot(self, taught: Any, browser: Any) -> None:
        _, teacher, lesson = taught
        client = browser(teacher)
        got = client.get(f"/api/lessons/{lesson.lesson}").json()
        header, links = from_wire(bytes, got["header"]), [from_wire(bytes, each) for each in got["links"]]
        opened = OpenLesson(
            header,
            [from_wire(bytes, each) for each in got["stanzas"]],
            b"".join(link + b"\n" for link in links),
            from_wire(bytes, got["manifest"]),
            teacher.identity,
            unit_key=from_wire(bytes, got["unit_key"]),
        )
        log = lesson.segments[-1]
        answer = client.get(f"/api/lessons/{lesson.lesson}/segments/2/0")
        assert opened.open_segment(log.name, answer.content) == b'{"wait": "secret numbers"}\n'
        assert answer.headers["cache-control"] == "private, max-age=31536000, immutable"
        pieces = client.get(f"/api/lessons/{lesson.lesson}/evidence").json()["evidence"]
        assert opened.open_evidence(0, from_wire(bytes, pieces[0]["ciphertext"])) == b"evidence 0"
        assert [each["index"] for each in pieces] == [0, 1, 2]
        after = client.get(f"/api/lessons/{lesson.lesson}/evidence?after=1").json()["evidence"]
        assert [each["index"] for each in after] == [2]

    def test_the_list_says_when_where_and_how_far(self, taught: Any, browser: Any) -> None:
        unit, teacher, lesson = taught
        (line,) = browser(teacher).get("/api/lessons").json()["lessons"]
        del line["counted_from"]  # begins with the next look of the sweeper
        assert line == {
            "lesson": lesson.lesson,
            "title": "Forces",
            "unit": unit.unit,
            "room": "Science 3",
            "started_at": "2026-11-17T09:00:00Z",
            "state": "complete",
            "is_hers": True,
            "duration_s": 4.0,
            "is_kept": False,
            "shared_by": None,
            "shared_until": None,
            "clips": [],
        }
        page = browser(teacher).get("/lessons").text
        assert lesson.lesson in page
        assert "Forces" in page

    def test_a_lesson_without_title_has_its_room(
        self, new_unit: Any, new_teacher: Any, record: Any, tell: Any, browser: Any
    ) -> None:
        teacher = new_teacher()
        unit = new_unit(teacher)
        tell(unit, started(record(unit, teacher)))
        assert browser(teacher).get("/api/lessons").json()["lessons"][0]["title"] == "Science 3"

    def test_a_title_is_text_and_not_html(
        self, new_unit: Any, new_teacher: Any, record: Any, tell: Any, browser: Any
    ) -> None:
        teacher = new_teacher("<i>Ada</i>")
        unit = new_unit(teacher)
        lesson = record(unit, teacher)
        tell(unit, started(lesson, "<script>alert(1)</script>"))
        for path in ("/lessons", f"/lessons/{lesson.lesson}"):
            page = browser(teacher).get(path).text
            assert "<script>alert" not in page
            assert "<i>Ada" not in page

    def test_the_state_goes_from_recording_to_complete(
        self, new_unit: Any, new_teacher: Any, record: Any, tell: Any, browser: Any, send_all: Any
    ) -> None:
        teacher = new_teacher()
        unit = new_unit(teacher)
        lesson = record(unit, teacher)
        seen = []

        def look() -> None:
            line = browser(teacher).get(f"/api/lessons/{lesson.lesson}").json()
            seen.append((line["state"], line["duration_s"], line["receipt"] is not None))

        tell(unit, started(lesson))
        look()
        tell(unit, LessonEnded(lesson.lesson, datetime.now(UTC), "stopped", 4, 3, 3.9))
        look()
        send_all(unit, lesson, already=200)
        look()
        assert seen == [("recording", None, False), ("arriving", 3.9, False), ("complete", 4.0, True)]

    def test_a_lesson_that_was_thrown_away_at_its_unit_says_so(
        self, new_unit: Any, new_teacher: Any, record: Any, tell: Any, browser: Any
    ) -> None:
        teacher = new_teacher()
        unit = new_unit(teacher)
        lesson = record(unit, teacher)
        tell(
            unit,
            started(lesson),
            LessonEnded(lesson.lesson, datetime.now(UTC), "stopped", 4, 3, 3.9),
            LessonEnded(lesson.lesson, datetime.now(UTC), DISCARDED, 0, 0, 0.0),
        )
        assert browser(teacher).get(f"/api/lessons/{lesson.lesson}").json()["state"] == "discarded"
        page = browser(teacher).get("/lessons").text
        assert "Thrown away at the unit" in page
        assert "Still arriving" not in page

    def test_links_come_in_the_order_of_sealing_and_stop_at_a_hole(
        self, new_unit: Any, new_teacher: Any, record: Any, put: Any, put_segment: Any, browser: Any
    ) -> None:
        teacher = new_teacher()
        unit = new_unit(teacher)
        lesson = record(unit, teacher, segments=5)
        put(unit, f"{lesson.lesson}/header", lesson.header)
        counts = []
        for number in (0, 3, 5, 2, 1, 4):
            put_segment(unit, lesson, lesson.segments[number])
            got = browser(teacher).get(f"/api/lessons/{lesson.lesson}").json()["links"]
            lines = b"".join(from_wire(bytes, each) + b"\n" for each in got)
            read, _ = read_links(header_hash(lesson.header), lines, unit.key.public)
            counts.append(len(read))
        assert counts == [1, 1, 1, 1, 4, 6]


class TestLive:
    def test_evidence_arrives_while_she_watches(
        self, new_unit: Any, new_teacher: Any, record: Any, tell: Any, browser: Any
    ) -> None:
        teacher = new_teacher()
        unit = new_unit(teacher)
        lesson = record(unit, teacher)
        tell(unit, started(lesson), SealedEvidence(lesson.lesson, *lesson.evidence[0]))
        with browser(teacher).stream("GET", f"/api/lessons/{lesson.lesson}/live") as live:
            assert live.headers["content-type"].startswith("text/event-stream")
            assert live.headers["cache-control"] == "no-store"
            assert live.headers["content-security-policy"] == CONTENT_SECURITY_POLICY
            events = read_events(live)
            assert next(events) == ("evidence", "0", {"index": 0, "ciphertext": to_wire(lesson.evidence[0][1])})
            assert next(events) == ("state", None, {"state": "recording"})
            for piece in lesson.evidence[1:]:
                tell(unit, SealedEvidence(lesson.lesson, *piece))
                assert next(events) == ("evidence", str(piece[0]), {"index": piece[0], "ciphertext": to_wire(piece[1])})
            tell(unit, LessonEnded(lesson.lesson, datetime.now(UTC), "stopped", 4, 3, 3.9))
            assert next(events) == ("state", None, {"state": "arriving"})

    def test_a_browser_that_comes_back_goes_on_where_it_was(self, taught: Any, browser: Any) -> None:
        _, teacher, lesson = taught
        path = f"/api/lessons/{lesson.lesson}/live"
        with browser(teacher).stream("GET", path, headers={"Last-Event-ID": "1"}) as live:
            assert next(read_events(live))[1] == "2"
        with browser(teacher).stream("GET", path + "?after=2") as live:
            assert next(read_events(live)) == ("state", None, {"state": "complete"})

    def test_signing_out_ends_it(self, new_unit: Any, new_teacher: Any, record: Any, tell: Any, browser: Any) -> None:
        teacher = new_teacher()
        unit = new_unit(teacher)
        lesson = record(unit, teacher)
        tell(unit, started(lesson))
        with browser(teacher).stream("GET", f"/api/lessons/{lesson.lesson}/live") as live:
            events = read_events(live)
            next(events)
            assert browser(teacher).post("/api/leave", json={}).status_code == 200
            assert list(events) == [], "the stream came to its end"


def read_events(live: httpx.Response) -> Any:
    event: dict[str, str] = {}
    for line in live.iter_lines():
        if line:
            name, _, value = line.partition(": ")
            event[name] = value
        elif "data" in event:
            yield event["event"], event.get("id"), json.loads(event["data"])
            event = {}


class TestSigningIn:
    def test_an_invited_teacher_makes_her_keys_and_is_in(self, school: Any, browser: Any) -> None:
        code = invite(school.database, "Ada Okafor", now=datetime.now(UTC), days=14).code
        client, keys = browser(), Identity.generate().recipient
        page = client.get(f"/join/{code}")
        assert "Ada Okafor" in page.text
        assert client.get(f"/join/{code}").status_code == 200, "looking does not spend it"
        body = {
            "code": code,
            "encryption_key": to_wire(keys.encryption_key),
            "signing_key": to_wire(keys.signing_key),
            "sealed_identity": to_wire(locked_file(keys)),
        }
        answer = client.post("/api/join", json=body)
        assert answer.status_code == 201
        assert (answer.json()["name"], answer.json()["kid"]) == ("Ada Okafor", keys.kid.hex())
        cookie = answer.headers["set-cookie"].lower()
        assert all(word in cookie for word in ("httponly", "samesite=strict", "path=/"))
        assert client.get("/api/me").json() == {
            "name": "Ada Okafor",
            "kid": keys.kid.hex(),
            **{name: value for name, value in body.items() if name != "code"},
        }
        assert browser().post("/api/join", json=body).status_code == 404, "spent"
        assert browser().get(f"/join/{code}").status_code == 404

    @pytest.mark.parametrize(
        "change",
        [{"encryption_key": "AA"}, {"signing_key": "***"}, {"sealed_identity": 1}, {"surplus": "x"}, {"code": None}],
    )
    def test_a_request_that_is_not_what_was_agreed_spends_nothing(
        self, school: Any, browser: Any, change: dict[str, object]
    ) -> None:
        code = invite(school.database, "Ada", now=datetime.now(UTC), days=14).code
        key = to_wire(bytes(range(32)))
        body = {"code": code, "encryption_key": key, "signing_key": key, "sealed_identity": "AAAA", **change}
        assert browser().post("/api/join", json=body).status_code == 422
        assert browser().get(f"/join/{code}").status_code == 200

    def test_a_sign_in_link_works_once(self, new_teacher: Any, browser: Any, link_for: Any) -> None:
        link, client = link_for(new_teacher()), browser()
        answer = client.get(f"/enter/{link}?next=/lessons/abc")
        assert (answer.status_code, answer.headers["location"]) == (303, "/lessons/abc")
        assert client.get("/api/me").status_code == 200
        assert browser().get(f"/enter/{link}").status_code == 404

    def test_of_many_who_use_one_link_at_once_one_is_let_in(
        self, new_teacher: Any, browser: Any, link_for: Any
    ) -> None:
        link = link_for(new_teacher())
        clients, answers = [browser() for _ in range(6)], []
        threads = [
            threading.Thread(target=lambda client=client: answers.append(client.get(f"/enter/{link}").status_code))
            for client in clients
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert sorted(answers) == [303] + [404] * 5

    @pytest.mark.parametrize(
        "target",
        [
            "https://example.com",
            "//example.com",
            "/\\example.com",
            "\\\\example.com",
            "/%5cexample.com/../../",
            "javascript:alert(1)",
            "/lessons\r\nSet-Cookie: x=y",
            "/\t/example.com",
            "lessons",
            "",
            "///example.com",
            "/@example.com//",
        ],
    )
    def test_a_link_leads_to_this_school_alone(
        self, target: str, school: Any, new_teacher: Any, browser: Any, link_for: Any
    ) -> None:
        client = browser()
        answer = client.get(f"/enter/{link_for(new_teacher())}", params={"next": target})
        assert answer.status_code == 303
        assert str(httpx.URL(school.browser).join(answer.headers["location"])).startswith(school.browser + "/")
        assert "x=y" not in answer.headers.get("set-cookie", "")

    def test_a_local_path_stays_as_it_is(self) -> None:
        assert local_path("/lessons/5f0e?at=12.5") == "/lessons/5f0e?at=12.5"
        assert local_path(None) == "/lessons"

    def test_leaving_ends_the_session(self, new_teacher: Any, browser: Any) -> None:
        client = browser(new_teacher())
        assert client.get("/").headers["location"] == "/lessons"
        answer = client.post("/api/leave", json={})
        assert 'waitwise_session=""' in answer.headers["set-cookie"]
        assert client.get("/").headers["location"] == "/welcome"
        client.cookies[COOKIE] = "whatever"
        assert client.get("/api/me").status_code == 401


class TestEveryAnswer:
    @pytest.mark.parametrize("route", ROUTES, ids=lambda route: f"{'+'.join(route.methods)} {route.path}")
    def test_it_carries_the_headers(self, route: Route, taught: Any, new_teacher: Any, browser: Any) -> None:
        (method,) = route.methods
        _, teacher, lesson = taught
        teacher = teacher if method == "GET" else new_teacher()  # she stays signed in
        with browser(teacher).stream(method, fill(route.path, lesson.lesson)) as answer:
            check_headers(answer)
        with browser().stream(method, fill(route.path, lesson.lesson)) as answer:
            check_headers(answer)

    @pytest.mark.parametrize(
        "path", ["/nowhere", "/api/nowhere", "/pages/nowhere.js", "/pages/../app.py", "/docs", "/openapi.json"]
    )
    def test_what_is_not_there_is_404_with_headers(self, path: str, browser: Any) -> None:
        answer = browser().get(path)
        assert answer.status_code == 404
        check_headers(answer)

    @pytest.mark.parametrize("path", ["%2e%2e/app.py", "..%2fapp.py", "%2e%2e%2f%2e%2e%2fpyproject.toml", "%00"])
    def test_the_files_of_the_pages_are_all_that_is_served(self, path: str, browser: Any) -> None:
        assert browser().get(f"/pages/{path}").status_code == 404

    def test_scripts_are_asked_for_again_each_time(self, browser: Any) -> None:
        answer = browser().get("/pages/style.css")
        assert (answer.status_code, answer.headers["cache-control"]) == (200, "no-cache")
        again = browser().get("/pages/style.css", headers={"If-None-Match": answer.headers["etag"]})
        assert again.status_code == 304
        check_headers(again)

    def test_another_host_is_turned_away(self, browser: Any) -> None:
        answer = browser().get("/welcome", headers={"Host": "rebound.example"})
        assert answer.status_code == 421
        check_headers(answer)

    @pytest.mark.parametrize("kind", ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data", ""])
    def test_what_a_form_could_send_is_turned_away(self, kind: str, browser: Any) -> None:
        answer = browser().post("/api/leave", content=b"{}", headers={"Content-Type": kind})
        assert answer.status_code == 415

    def test_a_body_has_a_length_and_a_limit(self, browser: Any) -> None:
        headers = {"Content-Type": "application/json"}
        assert browser().post("/api/join", content=bytes(300_000), headers=headers).status_code == 413
        assert browser().post("/api/join", content=iter([b"{}"]), headers=headers).status_code == 411

    @pytest.mark.parametrize("method", ["PUT", "DELETE", "PATCH", "OPTIONS", "TRACE"])
    def test_no_other_method_is_known(self, method: str, browser: Any) -> None:
        answer = browser().request(method, "/api/lessons", json={})
        assert answer.status_code == 405
        check_headers(answer)


def check_headers(answer: httpx.Response) -> None:
    for name, value in HEADERS.items():
        assert answer.headers.get_list(name) == [value]
    assert answer.headers.get("cache-control") in ("no-store", "no-cache", "private, max-age=31536000, immutable")
    assert "strict-transport-security" not in answer.headers, "this school speaks plain http"
    assert "server" not in answer.headers
