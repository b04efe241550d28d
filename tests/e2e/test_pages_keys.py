"""A teacher and the ways to her keys, in a real browser: made when she joins, and changed.

::

    join: words typed back, code typed back --> registered          before that: nobody
    words forgotten: code --> new words --> the old ones open nothing that the school keeps
    joined before there were codes --> asked to make one --> the unit's list stays as it is
"""

from collections.abc import Iterator
from datetime import UTC, datetime

import pytest
from playwright.sync_api import Browser, CDPSession, Page, expect

from lesson.footage.errors import IdentityError
from lesson.footage.identity import Identity, SealedIdentity
from lesson.footage.words import new_passphrase
from lesson.wire import from_wire
from school.accounts import join as join_school
from school.database import UnitTeacherRow
from school.units import recipients_of
from tests.suites.page_browser import axe_findings, watched
from tests.suites.page_people import Teacher, join, opened, shown_code, write_down_code, write_down_words
from tests.suites.page_world import UNIT, PageWorld

pytestmark = pytest.mark.browser

KEPT = """indexedDB.databases().then(() => new Promise((done) => {
    const asked = indexedDB.open("waitwise", 1);
    asked.onsuccess = () => {
        const all = asked.result.transaction("unlocked").objectStore("unlocked").count();
        all.onsuccess = () => done(all.result);
    };
}))"""
"""How many unlocked keys a browser keeps."""


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    with watched(browser) as profile:
        yield profile.page()


def file_at_school(page: Page, world: PageWorld) -> SealedIdentity:
    me = page.request.get(f"{world.browser}/api/me").json()
    return SealedIdentity.decode(from_wire(bytes, me["sealed_identity"]))


def sign_in(page: Page, world: PageWorld, teacher: int, to: str = "/keys") -> None:
    page.goto(world.enter(teacher, to))


def open_keys(page: Page, typed: str) -> None:
    """Answer the question that comes before every change."""
    page.get_by_role("textbox", name="Your five words, or your recovery code").fill(typed)
    page.get_by_role("button", name="Go on").click()


def test_nobody_is_registered_before_both_papers_were_typed_back(page: Page, world: PageWorld) -> None:
    invitation = world.invitation()
    page.goto(f"{world.browser}/join/{invitation.code}")
    page.get_by_role("button", name="Make my keys").click()
    page.get_by_role("button", name="I have written them down").click()
    page.get_by_role("textbox", name="Your five words").fill("five other words than those")
    page.get_by_role("button", name="Go on").click()
    expect(page.locator("[data-part=words-say]")).to_contain_text("not the same five words")
    page.get_by_role("button", name="Show the words again").click()
    words = write_down_words(page, "Go on")

    code = shown_code(page)
    page.get_by_role("button", name="I have it on paper").click()
    field = page.get_by_role("textbox", name="Your recovery code")
    says = page.locator("[data-part=code-says]")
    field.fill(code[:-1] + ("7" if code[-1] != "7" else "8"))
    page.get_by_role("button", name="Join").click()
    expect(says).to_contain_text("There is a typing error in group 8.")
    field.fill("00001-00002-00003-00004-00005-00006-00007-00008")
    page.get_by_role("button", name="Join").click()
    expect(says).to_contain_text("a recovery code, but another one")
    assert page.request.get(f"{world.browser}/join/{invitation.code}").status == 200, "the invitation is not spent"

    page.get_by_role("button", name="Show the code again").click()
    assert write_down_code(page, "Join") == code
    page.wait_for_url("**/card")

    # The file that the school keeps opens with either, and with nothing that the school has itself.
    kept = file_at_school(page, world)
    kid = page.request.get(f"{world.browser}/api/me").json()["kid"]
    assert kept.unlock(words).recipient.kid.hex() == kid
    assert kept.unlock(code, by="recovery_code").recipient.kid.hex() == kid


def test_the_code_is_printed_alone(page: Page, world: PageWorld) -> None:
    page.goto(f"{world.browser}/join/{world.invitation('Ada Okafor').code}")
    page.get_by_role("button", name="Make my keys").click()
    words = write_down_words(page, "Go on")
    code = shown_code(page)
    page.emulate_media(media="print")
    paper = page.locator("body").inner_text()
    assert all(group in paper for group in code.split("-"))
    assert "Ada Okafor" in paper
    assert not any(word in paper.split() for word in words.split()), "who finds one paper has not both"
    expect(page.get_by_role("button")).to_have_count(0)


def test_who_has_forgotten_her_words_chooses_new_ones_with_her_code(
    page: Page, browser: Browser, world: PageWorld
) -> None:
    hers = join(page, world)
    lesson = world.record(hers.keys)
    with watched(browser) as elsewhere:
        page = elsewhere.page()
        sign_in(page, world, hers.id, f"/lessons/{lesson}")
        page.get_by_role("link", name="I have forgotten my five words").click()
        open_keys(page, hers.words.replace(hers.words.split()[0], "zebra", 1))
        expect(page.locator("[data-part=open-says]")).to_contain_text("These are not your five words.")
        open_keys(page, hers.code.lower())
        new_words = write_down_words(page, "Use these words")
        expect(page.locator("[data-part=done]")).to_contain_text("Your new five words open your keys.")

        kept = file_at_school(page, world)
        assert kept.unlock(new_words).recipient == hers.keys
        assert kept.unlock(hers.code, by="recovery_code").recipient == hers.keys
        with pytest.raises(IdentityError):
            kept.unlock(hers.words)
        assert len(kept.wraps) == 2, "nothing is left of the old words"
    with watched(browser) as third:
        again = Teacher(hers.id, new_words, hers.code, hers.keys)
        opened(third.page(), world, again, lesson)


def test_a_new_code_takes_the_place_of_the_old_one(page: Page, world: PageWorld) -> None:
    hers = join(page, world)
    page.goto(f"{world.browser}/keys")
    page.get_by_role("button", name="Make a new code").click()
    open_keys(page, hers.words)
    new_code = write_down_code(page, "Use this code")
    expect(page.locator("[data-part=done]")).to_contain_text("Your recovery code opens your keys.")
    kept = file_at_school(page, world)
    assert kept.unlock(new_code, by="recovery_code").recipient == hers.keys
    with pytest.raises(IdentityError):
        kept.unlock(hers.code, by="recovery_code")


def test_who_joined_before_there_were_codes_is_asked_and_units_hear_nothing_of_it(page: Page, world: PageWorld) -> None:
    identity, words, invitation = Identity.generate(), new_passphrase(), world.invitation("Grace Bell")
    sealed = SealedIdentity.seal(identity, words).encode()
    join_school(world.database, invitation.code, identity.recipient, sealed, now=datetime.now(UTC), hours=1)
    with world.database.writing() as session:
        session.add(UnitTeacherRow(unit=UNIT, teacher_id=invitation.teacher_id))
    before = recipients_of(world.database, UNIT)
    assert [each["name"] for each in before] == ["Grace Bell"]

    sign_in(page, world, invitation.teacher_id, "/lessons")
    expect(page.get_by_role("heading", name="Make a recovery code")).to_be_visible()
    assert axe_findings(page) == []
    page.get_by_role("link", name="Not now").click()
    page.wait_for_url("**/lessons")
    page.get_by_role("link", name="Make a code now").click()
    page.get_by_role("button", name="Make my recovery code").click()
    open_keys(page, words)
    code = write_down_code(page, "Use this code")
    expect(page.locator("[data-part=done]")).to_contain_text("Your recovery code opens your keys.")
    expect(page.get_by_role("heading", name="Make a recovery code")).to_have_count(0)

    kept = file_at_school(page, world)
    assert kept.unlock(code, by="recovery_code").to_bytes() == identity.to_bytes()
    assert kept.unlock(words).to_bytes() == identity.to_bytes()
    assert recipients_of(world.database, UNIT) == before
    sign_in(page, world, invitation.teacher_id, "/lessons")
    page.wait_for_url("**/lessons")


def test_a_lost_device_is_signed_out_and_asks_for_the_words_again(
    page: Page, browser: Browser, world: PageWorld
) -> None:
    hers = join(page, world)
    lesson = world.record(hers.keys)
    with watched(browser) as lost:
        gone = opened(lost.page(), world, hers, lesson)
        gone.goto(f"{world.browser}/welcome")  # so that no segment is on its way
        page.goto(f"{world.browser}/keys")
        page.get_by_role("button", name="Sign out everywhere else").click()
        expect(page.locator("[data-part=done]")).to_contain_text("Every other device is signed out")

        assert gone.request.get(f"{world.browser}/api/lessons/{lesson}").status == 401
        gone.goto(f"{world.browser}/lessons/{lesson}")
        gone.wait_for_url("**/sign-in**")
        # The keys that it kept are not used any more, even when somebody signs in there.
        sign_in(gone, world, hers.id, f"/lessons/{lesson}")
        expect(gone.get_by_role("heading", name="Type your five words")).to_be_visible()
        assert gone.evaluate(KEPT) == 0

    # The device in her hand stays as it was.
    page.goto(f"{world.browser}/lessons/{lesson}")
    page.wait_for_selector("[data-part=player][data-first-frame-ms]")


def plug_in(page: Page, *, makes_bytes: bool = True) -> tuple[CDPSession, str]:
    """Give the browser a device for passkeys, which says yes to everything; what talks to it, and its name."""
    session = page.context.new_cdp_session(page)
    session.send("WebAuthn.enable")
    options = {
        "protocol": "ctap2",
        "ctap2Version": "ctap2_1",
        "transport": "internal",
        "hasResidentKey": True,
        "hasUserVerification": True,
        "isUserVerified": True,
        "hasPrf": makes_bytes,
    }
    return session, session.send("WebAuthn.addVirtualAuthenticator", {"options": options})["authenticatorId"]


def add_passkey(page: Page, world: PageWorld, words: str) -> None:
    page.goto(f"{world.browser}/keys")
    page.get_by_role("button", name="Add a passkey").click()
    open_keys(page, words)
    expect(page.locator("[data-part=done]")).to_contain_text("The passkey opens your keys.")


def lock(page: Page) -> None:
    """Let this device forget her keys; the page loads again, with a closed menu."""
    page.get_by_text("Ada Okafor").first.click()
    page.get_by_role("button", name="Lock this device").click()
    expect(page.get_by_role("button", name="Lock this device")).to_be_hidden()


def test_a_passkey_opens_a_lesson_until_it_is_removed(page: Page, world: PageWorld) -> None:
    hers = join(page, world)
    lesson = world.record(hers.keys)
    plug_in(page)
    add_passkey(page, world, hers.words)
    rows = page.locator("[data-way]")
    expect(rows).to_have_count(3)
    expect(rows.nth(2)).to_contain_text("Passkey")
    expect(rows.nth(2).get_by_role("time")).to_have_text(f"{datetime.now(UTC):%Y-%m-%d}")
    assert axe_findings(page) == []
    kept = file_at_school(page, world)
    assert [wrap.by for wrap in kept.wraps] == ["passphrase", "recovery_code", "passkey"]
    assert kept.unlock(hers.words).recipient == kept.unlock(hers.code, by="recovery_code").recipient == hers.keys

    # Locked, and opened again with the device alone.
    lock(page)
    page.goto(f"{world.browser}/lessons/{lesson}")
    page.get_by_role("button", name="Use a passkey instead").click()
    page.wait_for_selector("[data-part=player][data-first-frame-ms]")

    # It also stands in for forgotten words; then it goes.
    page.goto(f"{world.browser}/keys")
    page.get_by_role("button", name="Choose new words").click()
    page.get_by_role("button", name="Use a passkey").click()
    new_words = write_down_words(page, "Use these words")
    expect(page.locator("[data-part=done]")).to_contain_text("Your new five words")
    page.get_by_role("button", name="Remove it").click()
    open_keys(page, new_words)
    expect(page.locator("[data-part=done]")).to_contain_text("does not open your keys any more")
    kept = file_at_school(page, world)
    assert sorted(wrap.by for wrap in kept.wraps) == ["passphrase", "recovery_code"]
    assert kept.unlock(new_words).recipient == hers.keys
    lock(page)
    page.goto(f"{world.browser}/lessons/{lesson}")
    expect(page.get_by_role("heading", name="Type your five words")).to_be_visible()
    expect(page.get_by_role("button", name="Use a passkey instead")).to_be_hidden()


def test_the_words_and_the_code_cannot_be_removed(page: Page, world: PageWorld) -> None:
    hers = join(page, world)
    plug_in(page)
    add_passkey(page, world, hers.words)
    expect(page.get_by_role("button", name="Remove it")).to_have_count(1)
    expect(page.locator("[data-way=passkey]").get_by_role("button", name="Remove it")).to_be_visible()


def test_a_device_makes_one_passkey_for_her_keys(page: Page, world: PageWorld) -> None:
    hers = join(page, world)
    plug_in(page)
    add_passkey(page, world, hers.words)
    before = file_at_school(page, world)
    page.get_by_role("button", name="Add a passkey").click()
    open_keys(page, hers.code)
    expect(page.locator("[data-part=open-says]")).to_contain_text("This device has a passkey for your keys already.")
    assert file_at_school(page, world) == before


def test_a_passkey_that_makes_no_bytes_is_refused_and_nothing_changes(page: Page, world: PageWorld) -> None:
    hers = join(page, world)
    plug_in(page, makes_bytes=False)
    before = file_at_school(page, world)
    page.goto(f"{world.browser}/keys")
    page.get_by_role("button", name="Add a passkey").click()
    open_keys(page, hers.words)
    expect(page.locator("[data-part=open-says]")).to_contain_text("This passkey cannot unlock keys.")
    assert file_at_school(page, world) == before


def test_another_devices_passkey_opens_nothing(page: Page, world: PageWorld) -> None:
    hers = join(page, world)
    session, name = plug_in(page)
    add_passkey(page, world, hers.words)
    session.send("WebAuthn.removeVirtualAuthenticator", {"authenticatorId": name})
    plug_in(page)
    page.get_by_role("button", name="Choose new words").click()
    page.get_by_role("button", name="Use a passkey").click()
    expect(page.locator("[data-part=open-says]")).to_contain_text("No passkey was used.")
