"""Receives what a unit sends, and holds it to what the request said before.

::

    Content-Length: 91234                  no more and no less, and never more than the school takes
    Content-Digest: sha-256=:<base64>:     RFC 9530, over the bytes that were sent
    Waitwise-Link: <base64url>             the unit's signed line for a segment

A body that stops half-way is given up after some silence. Whoever called forgets what came so far.
"""

from __future__ import annotations

import asyncio
import base64
import binascii
import hashlib
import re
from collections.abc import Callable

from starlette.concurrency import run_in_threadpool
from starlette.requests import ClientDisconnect, Request

from school.errors import LengthMissingError, MismatchError, TooLargeError, TooSlowError

LINK_HEADER = "Waitwise-Link"
MAX_LINK_BYTES = 2048
"""A link has about 400."""

_BATCH_BYTES = 256 * 1024
_DIGEST = re.compile(r"(?:^|,)\s*sha-256=:([A-Za-z0-9+/]{43}=):\s*(?=,|$)")


def content_digest(request: Request) -> bytes:
    """SHA-256 that the request promises. Raises `MismatchError`."""
    found = _DIGEST.search(request.headers.get("content-digest", ""))
    if found is None:
        raise MismatchError("Send Content-Digest with sha-256 (RFC 9530).")
    return base64.b64decode(found[1])


def content_length(request: Request, limit_bytes: int) -> int:
    """Length that the request promises. Raises `LengthMissingError` or `TooLargeError`."""
    text = request.headers.get("content-length", "")
    if not (text.isascii() and text.isdecimal()):
        raise LengthMissingError("Say how long the body is.")
    if int(text) > limit_bytes:
        raise TooLargeError(f"{text} bytes are more than the school takes under this name ({limit_bytes}).")
    return int(text)


def link_line(request: Request) -> bytes:
    """The signed line of a segment. Raises `MismatchError`."""
    text = request.headers.get(LINK_HEADER, "")
    if not 0 < len(text) <= MAX_LINK_BYTES:
        raise MismatchError(f"Send the segment's link in {LINK_HEADER}.")
    try:
        line = base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
    except (ValueError, binascii.Error) as error:
        raise MismatchError(f"{LINK_HEADER} is not base64url.") from error
    return line.removesuffix(b"\n")


async def receive(
    request: Request, digest: bytes, length: int, silence_seconds: float, write: Callable[[bytes], None]
) -> None:
    """Feed the body to `write`, in another thread. Raises `TooSlowError` or `MismatchError`."""
    sha256, received, batch = hashlib.sha256(), 0, bytearray()

    def flush() -> None:
        sha256.update(batch)
        write(bytes(batch))
        batch.clear()

    stream = request.stream()
    try:
        while True:
            async with asyncio.timeout(silence_seconds):
                chunk = await anext(stream, None)
            if chunk is None:
                break
            received += len(chunk)
            if received > length:
                raise MismatchError(f"More than the {length} bytes came that were announced.")
            batch += chunk
            if len(batch) >= _BATCH_BYTES:
                await run_in_threadpool(flush)
        await run_in_threadpool(flush)
    except (TimeoutError, ClientDisconnect) as error:
        raise TooSlowError(f"Only {received} of {length} bytes came. Send it again.") from error
    if received != length or sha256.digest() != digest:
        raise MismatchError("The body does not match its Content-Digest. Send it again.")


async def receive_whole(request: Request, limit_bytes: int, silence_seconds: float) -> bytes:
    """A small body in one piece, checked like `receive`."""
    parts: list[bytes] = []
    digest = content_digest(request)
    await receive(request, digest, content_length(request, limit_bytes), silence_seconds, parts.append)
    return b"".join(parts)
