"""Signing in, in a real browser: a technician joins with a password; a teacher sets one, and signs in with it.

::

    /join/... --password--> /account --Sign out--> /welcome --/sign-in--> /account
    QR code of the page --scanned--> a phone's codes --> asked for at the next sign-in
    Ada, signed in twice: another password --> one browser is signed out, and her lessons stay locked in both
"""

import io

import pyotp
import pytest
import zxingcpp
from PIL import Image
from playwright.sync_api import Browser, Page, expect

from school.accounts import invite, set_email
from school.passwords import Passwords
from school.people import SchoolRole
from school.signing_in import Door, join_with_password
from tests.suites.page_browser import axe_findings, watched
from tests.suites.page_people import Teacher, join
from tests.suites.page_world import PageWorld, utc_now

pytestmark = pytest.mark.browser

PASSWORD, OTHER = "quiet pond seven lamps", "green hats on nine owls"


@pytest.fixture(scope="module")
def ada(world: PageWorld, browser: Browser) -> Teacher:
    with watched(browser) as profile:
        made = join(profile.page(), world)
    set_email(world.database, made.id, "ada@school.example")
    return made


def sign_in(page: Page, email: str, password: str) -> None:
    page.get_by_role("textbox", name="E-mail address").fill(email)
    page.get_by_role("textbox", name="Password").fill(password)
    page.get_by_role("button", name="Sign in", exact=True).click()


def sign_out(page: Page) -> None:
    page.locator("[data-part=account] summary").click()
    page.get_by_role("button", name="Sign out").click()
    page.wait_for_url("**/welcome")


def set_password(page: Page, new: str, current: str = "") -> None:
    section = page.get_by_role("region", name="Password")
    if current:
        section.get_by_role("textbox", name="Your current password").fill(current)
    section.get_by_role("textbox", name="A new password").fill(new)
    section.get_by_role("textbox", name="The same again").fill(new)
    section.get_by_role("button", name="Change the password" if current else "Set a password").click()
    expect(page.get_by_text("Your password is set.")).to_be_visible()


def test_a_technician_joins_with_a_password_and_sees_no_lesson(world: PageWorld, browser: Browser) -> None:
    code = invite(
        world.database,
        "Tess Hall",
        now=utc_now(),
        days=1,
        role=SchoolRole.TECHNICIAN,
        email="tess@school.example",
    ).code
    with watched(browser) as profile:
        page = profile.page()
        page.goto(f"{world.browser}/join/{code}")
        expect(page.get_by_text("You will see no lesson and no numbers of anybody")).to_be_visible()
        assert axe_findings(page) == []
        page.get_by_role("textbox", name="Your password").fill(PASSWORD)
        page.get_by_role("textbox", name="The same again").fill(PASSWORD + "!")
        page.get_by_role("button", name="Join").click()
        expect(page.get_by_role("alert")).to_have_text("The two are not the same. Type the new password twice.")
        page.get_by_role("textbox", name="Your password").fill(PASSWORD)
        page.get_by_role("textbox", name="The same again").fill(PASSWORD)
        page.get_by_role("button", name="Join").click()
        page.wait_for_url(f"{world.browser}/account")
        expect(page.get_by_text("You can open no lesson.")).to_be_visible()
        expect(page.get_by_role("navigation", name="Pages")).to_be_hidden()
        assert axe_findings(page) == []
        sign_out(page)
        page.get_by_role("main").get_by_role("link", name="Sign in").click()
        sign_in(page, "tess@school.example", PASSWORD)
        page.wait_for_url(f"{world.browser}/account")
        assert page.request.get(f"{world.browser}/lessons").status == 403


def test_a_teacher_sets_a_password_and_it_opens_no_lesson(world: PageWorld, browser: Browser, ada: Teacher) -> None:
    lesson = world.record(ada.keys, "Behind two doors")
    with watched(browser) as here, watched(browser) as there:
        page, other = here.page(), there.page()
        page.goto(world.enter(ada.id, "/account"))
        expect(page.get_by_text("Signing in opens no lesson.")).to_be_visible()
        set_password(page, PASSWORD)

        other.goto(f"{world.browser}/lessons/{lesson}")
        other.wait_for_url("**/sign-in?next=/lessons/*")
        expect(other.get_by_text("Signing in opens no lesson.")).to_be_visible()
        assert axe_findings(other) == []
        sign_in(other, "ADA@school.example", PASSWORD)
        other.wait_for_url(f"{world.browser}/lessons/{lesson}")
        expect(other.get_by_role("heading", name="Type your five words")).to_be_visible()

        page.reload()
        sessions = page.get_by_role("region", name="Where you are signed in").get_by_role("listitem")
        expect(sessions).to_have_count(2)
        set_password(page, OTHER, current=PASSWORD)
        expect(sessions).to_have_count(1)
        assert axe_findings(page) == []
        other.goto(f"{world.browser}/lessons")
        other.wait_for_url("**/sign-in?next=/lessons")
        sign_in(other, "ada@school.example", OTHER)
        other.wait_for_url(f"{world.browser}/lessons")

        page.reload()
        page.get_by_role("button", name="End the session").click()
        expect(page.get_by_text("That session has ended.")).to_be_visible()
        assert other.request.get(f"{world.browser}/api/me").status == 401


def test_what_is_wrong_is_said_and_the_password_does_not_stay_in_the_page(
    world: PageWorld, browser: Browser, ada: Teacher
) -> None:
    with watched(browser) as profile:
        page = profile.page()
        page.goto(f"{world.browser}/sign-in")
        profile.wrong.clear()
        for _ in range(11):
            sign_in(page, "nobody@school.example", "whatever it was")
            expect(page.get_by_role("textbox", name="Password")).to_have_value("")
            expect(page.get_by_role("button", name="Sign in", exact=True)).to_be_enabled()
        expect(page.get_by_role("alert")).to_contain_text("There were too many tries. Wait 15 minutes")
        refused = [each for each in profile.wrong if "403" in each or "429" in each]
        assert len(refused) == len(profile.wrong) == 11, "the browser notes each refusal, and nothing else"
        profile.wrong.clear()


def test_a_second_step_is_scanned_from_the_page_and_asked_for(world: PageWorld, browser: Browser) -> None:
    made = invite(world.database, "Cor", now=utc_now(), days=1, role=SchoolRole.COORDINATOR, email="cor@school.example")
    door = Door(world.database, Passwords(world.database), utc_now(), 12)
    join_with_password(door, made.code, PASSWORD)
    with watched(browser) as here, watched(browser) as there:
        page, other = here.page(), there.page()
        page.goto(world.enter(made.teacher_id, "/account"))
        section = page.get_by_role("region", name="Second step")
        section.get_by_role("textbox", name="Your current password").fill(PASSWORD)
        section.get_by_role("button", name="Set up the second step").click()
        (found,) = zxingcpp.read_barcodes(Image.open(io.BytesIO(section.get_by_role("img").screenshot())))
        phone = pyotp.parse_uri(found.text)
        assert isinstance(phone, pyotp.TOTP)
        assert section.locator("[data-part=second-secret]").inner_text().replace(" ", "") == phone.secret
        assert axe_findings(page) == []
        section.get_by_role("textbox", name="The code that your phone shows now").fill(phone.now())
        section.get_by_role("button", name="Turn it on").click()
        codes = section.get_by_role("list", name="Your backup codes").get_by_role("listitem")
        expect(codes).to_have_count(10)
        paper = codes.all_inner_texts()
        assert axe_findings(page) == []
        section.get_by_role("button", name="I have written them down").click()
        expect(section.get_by_text("10 of your backup codes are left.")).to_be_visible()

        other.goto(f"{world.browser}/sign-in")
        sign_in(other, "cor@school.example", PASSWORD)
        code = other.get_by_role("textbox", name="Code from your phone")
        expect(code).to_be_focused()
        assert axe_findings(other) == []
        code.fill(paper[0])
        other.get_by_role("button", name="Sign in", exact=True).click()
        other.wait_for_url(f"{world.browser}/account")

        section.get_by_role("textbox", name="Your current password").fill(PASSWORD)
        section.get_by_role("textbox", name="Code from your phone").fill(paper[1])
        section.get_by_role("button", name="Turn it off").click()
        expect(page.get_by_text("The second step is off.")).to_be_visible()
        assert other.request.get(f"{world.browser}/account", max_redirects=0).status == 303
