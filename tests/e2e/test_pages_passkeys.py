"""Passkeys, in a real browser with a virtual authenticator: added on the account page, used on the page to sign in.

password --Add a passkey--> device --Sign in with a passkey--> in, without password and code; lessons stay locked
"""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, CDPSession, Page, expect

from school.accounts import invite, set_email
from school.passwords import Passwords
from school.people import SchoolRole
from school.signing_in import Door, join_with_password
from tests.suites.page_browser import axe_findings, watched
from tests.suites.page_people import join
from tests.suites.page_world import PageWorld, page_world, utc_now

pytestmark = pytest.mark.browser

PASSWORD = "quiet pond seven lamps"


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[PageWorld]:
    """A school with a name: passkeys are bound to one."""
    with page_world(tmp_path_factory.mktemp("named"), browser_host="localhost") as made:
        yield made


def device(page: Page, *, verifies: bool = True) -> CDPSession:
    """Plug a device in that keeps passkeys, and knows who holds it or not."""
    session = page.context.new_cdp_session(page)
    session.send("WebAuthn.enable")
    options = {"protocol": "ctap2", "transport": "internal", "hasResidentKey": True, "hasUserVerification": verifies}
    session.send(
        "WebAuthn.addVirtualAuthenticator",
        {"options": {**options, "isUserVerified": verifies, "automaticPresenceSimulation": True}},
    )
    return session


def test_a_passkey_signs_a_technician_in_until_it_is_removed(world: PageWorld, browser: Browser) -> None:
    made = invite(
        world.database, "Tess", now=utc_now(), days=1, role=SchoolRole.TECHNICIAN, email="tess@school.example"
    )
    join_with_password(Door(world.database, Passwords(world.database), utc_now(), 12), made.code, PASSWORD)
    with watched(browser) as profile:
        page = profile.page()
        device(page)
        page.goto(world.enter(made.teacher_id, "/account"))
        section = page.get_by_role("region", name="Passkeys")
        section.get_by_role("textbox", name="Your current password").fill(PASSWORD)
        section.get_by_role("textbox", name="What to call the new one").fill("Laptop of Tess")
        section.get_by_role("button", name="Add a passkey").click()
        expect(page.get_by_text("You can sign in with “Laptop of Tess” now.")).to_be_visible()
        assert axe_findings(page) == []
        page.locator("[data-part=account] summary").click()
        page.get_by_role("button", name="Sign out").click()
        page.wait_for_url(f"{world.browser}/welcome")

        page.goto(f"{world.browser}/sign-in")
        assert axe_findings(page) == []
        page.get_by_role("button", name="Sign in with a passkey").click()
        page.wait_for_url(f"{world.browser}/account")
        expect(page.get_by_role("region", name="Where you are signed in")).to_contain_text("with a passkey")

        section.get_by_role("textbox", name="Your current password").fill(PASSWORD)
        section.get_by_role("button", name="Remove Laptop of Tess").click()
        expect(page.get_by_text("The passkey is removed here.")).to_be_visible()
        page.context.clear_cookies()
        page.goto(f"{world.browser}/sign-in")
        page.get_by_role("button", name="Sign in with a passkey").click()
        expect(page.get_by_role("alert")).to_contain_text("This passkey is not known here")
        assert len(profile.wrong) == 1, "the browser notes the refusal"
        profile.wrong.clear()


def test_a_passkey_opens_no_lesson(world: PageWorld, browser: Browser) -> None:
    with watched(browser) as profile:
        page = profile.page()
        device(page)
        ada = join(page, world)
        set_email(world.database, ada.id, "ada@school.example")
        lesson = world.record(ada.keys, "Behind two doors")
        page.goto(world.enter(ada.id, "/account"))
        page.get_by_role("button", name="Add a passkey").click()
        expect(page.get_by_text("You can sign in with “My passkey” now.")).to_be_visible()
        page.locator("[data-part=account] summary").click()
        page.get_by_role("button", name="Sign out").click()
        page.wait_for_url(f"{world.browser}/welcome")
        page.goto(f"{world.browser}/lessons/{lesson}")
        page.get_by_role("button", name="Sign in with a passkey").click()
        page.wait_for_url(f"{world.browser}/lessons/{lesson}")
        expect(page.get_by_role("heading", name="Type your five words")).to_be_visible()


def test_a_device_that_does_not_know_who_holds_it_is_not_enough(world: PageWorld, browser: Browser) -> None:
    with watched(browser) as profile:
        page = profile.page()
        device(page, verifies=False)
        cor = join(page, world, "Cor")
        page.goto(world.enter(cor.id, "/account"))
        page.get_by_role("button", name="Add a passkey").click()
        expect(page.get_by_role("alert")).to_contain_text("Your device has not let you")
