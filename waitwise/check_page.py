"""Does a school serve the pages of this version, and no others? Asked from outside, as a browser asks.

::

    every file of the version       GET /pages/..., /look/...      differs, missing
    pages that strangers see        GET /welcome, /about, /sign-in  other words than this version's, but for the last
    pages behind a sign-in link     GET /lessons, a lesson, /card  (only with a link)
      each page's policy            Content-Security-Policy        weaker
      each script it names          and what that imports          extra: nobody at this version serves it

What it sees is what is sent to it, now. A server that sends other scripts to one person at one moment is not found:
docs/developer/threat-model.md.
"""

from __future__ import annotations

import re
import ssl
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from hashlib import sha256
from html.parser import HTMLParser
from http.client import HTTPConnection, HTTPException, HTTPSConnection
from pathlib import Path
from typing import Self
from urllib.parse import urljoin, urlsplit

from lesson.look import CONTENT_SECURITY_POLICY
from school.page_hash import PageFiles
from waitwise.errors import CommandError

_SECONDS = 20
_LONGEST = 16 * 1024 * 1024
_REDIRECTS = 5
# As a browser asks: a server that wants to tell us from one has to look harder than at a name.
_HEADERS = {
    "User-Agent": "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0",
    "Accept": "*/*",
    "Accept-Language": "en-GB,en;q=0.9",
}
_IMPORT = re.compile(r"""(?:\bfrom\s*|\bimport\s*\(?\s*)["']([^"'\n]+\.m?js)["']""")
_FILES = {"script": "src", "link": "href", "img": "src", "iframe": "src", "object": "data", "embed": "src"}
_LESSON = re.compile(r'href="(/lessons/[0-9a-f]{32})"')


@dataclass(frozen=True, slots=True)
class Found:
    """Something that is not as this version has it."""

    path: str
    how: str


@dataclass(frozen=True, slots=True)
class PageCheck:
    """What was seen."""

    origin: str
    version: str
    page_hash: str
    """Of the version that is installed here."""
    files: int
    """Compared byte for byte."""
    pages: tuple[str, ...]
    """Looked at."""
    found: tuple[Found, ...]


@dataclass(frozen=True, slots=True)
class Answer:
    """What a server said."""

    status: int
    body: bytes
    policy: str | None
    location: str | None


class Site:
    """A server, asked over one connection. Keeps the cookies that it is given; a `with` ends it."""

    def __init__(self, origin: str, authority: Path | None = None) -> None:
        parts = urlsplit(origin)
        if parts.scheme not in {"http", "https"} or not parts.hostname or parts.path.strip("/"):
            raise CommandError(f"{origin} is no address of a school.", "Type it as https://waitwise.school.example")
        self.origin = f"{parts.scheme}://{parts.netloc}"
        self._cookies: dict[str, str] = {}
        try:
            if parts.scheme == "https":
                context = ssl.create_default_context(cafile=authority)
                self._connection: HTTPConnection = HTTPSConnection(parts.netloc, timeout=_SECONDS, context=context)
            else:
                self._connection = HTTPConnection(parts.netloc, timeout=_SECONDS)
        except OSError as error:
            raise CommandError(f"{authority} holds no certificate.", "Name the authority's file (PEM).") from error

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._connection.close()

    def get(self, path: str) -> Answer:
        """Ask for a path of this server. Raises `CommandError` when nobody answers."""
        cookies = "; ".join(f"{name}={value}" for name, value in self._cookies.items())
        try:
            self._connection.request("GET", path, headers={**_HEADERS, **({"Cookie": cookies} if cookies else {})})
            answer = self._connection.getresponse()
            body = answer.read(_LONGEST + 1)
        except (OSError, HTTPException) as error:
            self._connection.close()
            told = f"{self.origin}{path} cannot be fetched: {error}."
            raise CommandError(told, "Check the address and the network; --authority names a school's own.") from error
        if len(body) > _LONGEST:
            self._connection.close()
        for cookie in answer.headers.get_all("Set-Cookie", []):
            name, _, value = cookie.partition(";")[0].partition("=")
            self._cookies[name.strip()] = value.strip()
        headers = answer.headers
        return Answer(answer.status, body, headers["Content-Security-Policy"], headers["Location"])

    def follow(self, path: str) -> tuple[str, Answer]:
        """Ask, and go where the answer leads on this server; the last path and its answer."""
        for _ in range(_REDIRECTS):
            answer = self.get(path)
            if answer.location is None:
                return path, answer
            target = urlsplit(urljoin(self.origin + path, answer.location))
            path = target.path + (f"?{target.query}" if target.query else "")
        raise CommandError(f"{self.origin}{path} leads in a circle.", "Ask for a new sign-in link.")


def check_page(
    site: Site, files: PageFiles, pages: Mapping[str, str], version: str, *, sign_in: str | None = None
) -> PageCheck:
    """Look at everything that can be seen from outside; of `pages` every word is known. Raises `CommandError`."""
    walk = _Walk(site, files.served)
    for path in files.served:
        walk.file(path)
    for path, html in pages.items():
        walk.page(path, site.get(path), html.encode())
    walk.page("/sign-in", site.get("/sign-in"))
    if sign_in is not None:
        for path, answer in _behind(site, sign_in):
            walk.page(path, answer)
    return PageCheck(
        origin=site.origin,
        version=version,
        page_hash=files.page_hash,
        files=len(files.served),
        pages=tuple(walk.pages),
        found=tuple(walk.found),
    )


def _behind(site: Site, sign_in: str) -> Iterator[tuple[str, Answer]]:
    link = urlsplit(sign_in)
    if f"{link.scheme}://{link.netloc}" != site.origin:
        raise CommandError(f"{sign_in} is no link of {site.origin}.", "Type the whole link, with https://")
    site.follow(link.path + "?next=/lessons")
    path, lessons = site.follow("/lessons")
    if path != "/lessons" or lessons.status != 200:
        raise CommandError("The sign-in link does not sign in.", "Ask for a new one: each works once.")
    yield "/lessons", lessons
    yield "/card", site.get("/card")
    if lesson := _LESSON.search(lessons.body.decode(errors="replace")):
        yield lesson[1], site.get(lesson[1])


@dataclass(slots=True)
class _Walk:
    """Goes from pages to scripts to what those import, each once."""

    site: Site
    served: dict[str, str]
    found: list[Found] = field(default_factory=list)
    pages: list[str] = field(default_factory=list)
    _seen: set[str] = field(default_factory=set)

    def file(self, path: str, named_by: str | None = None) -> None:
        """Compare a file, and go on to what it imports."""
        if path in self._seen:
            return
        self._seen.add(path)
        answer = self.site.get(f"/{path}")
        expected = self.served.get(path)
        if answer.status != 200 and expected is not None:
            self._say(path, f"missing (answer {answer.status})")
            return
        if expected is None:
            self._say(path, f"extra: {named_by} asks for it, and this version has no such file")
        elif sha256(answer.body).hexdigest() != expected:
            self._say(path, "differs")
        if path.endswith((".js", ".mjs")):
            for target in _IMPORT.findall(answer.body.decode(errors="replace")):
                self._named(f"/{path}", target)

    def page(self, path: str, answer: Answer, expected: bytes | None = None) -> None:
        """Look at a page: its policy, its words where they are known, and every file it asks for."""
        self.pages.append(path)
        if answer.status != 200:
            self._say(path, f"missing (answer {answer.status})")
            return
        if answer.policy != CONTENT_SECURITY_POLICY:
            self._say(path, f"other policy: {answer.policy}")
        if expected is not None and answer.body != expected:
            self._say(path, "differs")
        reader = _Reader(lambda what: self._say(path, what))
        reader.feed(answer.body.decode(errors="replace"))
        for target in reader.files:
            self._named(path, target)

    def _named(self, by: str, target: str) -> None:
        address = urlsplit(urljoin(self.site.origin + by, target))
        if f"{address.scheme}://{address.netloc}" != self.site.origin:
            self._say(target, f"extra: {by} asks for it, and it is not of this school")
        elif address.query:  # the same path with a question behind it may be answered with other bytes
            self._say(target, f"extra: {by} asks for it, and this version asks for no file with a question")
        elif not address.path.startswith("/api/"):  # data, which the page's own scripts check
            self.file(address.path.lstrip("/"), by)

    def _say(self, path: str, how: str) -> None:
        self.found.append(Found(path, how))


class _Reader(HTMLParser):
    """Collects what a page makes a browser fetch or run."""

    def __init__(self, say: Callable[[str], None]) -> None:
        super().__init__()
        self.files: list[str] = []
        self._say = say

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note a tag's files, and whatever runs by itself."""
        given = dict(attrs)
        if (file := given.get(_FILES.get(tag, ""))) is not None:
            self.files.append(file)
        if tag in {"script", "iframe", "object", "embed", "base"} and not (tag == "script" and given.get("src")):
            self._say(f"extra: a <{tag}> in the page itself")
        if tag == "meta" and "http-equiv" in given:
            self._say(f"extra: {given['http-equiv']} in the page itself")
        if events := sorted(name for name in given if name.startswith("on")):
            self._say(f"extra: {', '.join(events)} in the page itself")
