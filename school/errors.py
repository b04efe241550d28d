"""What the school refuses, each with the answer that a unit or a browser gets.

Over HTTP every one of these is a problem document (RFC 9457)::

    HTTP/1.1 409 Conflict
    Content-Type: application/problem+json

    {"type":"about:blank","title":"Other bytes are here already","status":409,
     "detail":"...","problem":"school-refused"}
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar

from lesson.problems import NOT_TRUSTED, SCHOOL_REFUSED, Problem, WaitwiseError
from lesson.wire import to_wire


class SchoolError(WaitwiseError):
    """Something the school's server cannot do."""


class AccountError(SchoolError):
    """An invitation, a link or a unit cannot be made as asked."""


class RefusedError(SchoolError):
    """A request that is answered with no. `detail` says why, and what to do."""

    status = 400
    title = "This request was refused"
    problem: Problem | None = None
    headers: ClassVar[Mapping[str, str]] = {}
    """Surplus header lines of the answer."""

    def __init__(self, detail: str) -> None:
        super().__init__(detail)
        self.detail = detail

    def document(self) -> dict[str, object]:
        """The problem document."""
        return {
            "type": "about:blank",
            "title": self.title,
            "status": self.status,
            "detail": self.detail,
            "problem": self.problem.code if self.problem else None,
        }


class NotSignedInError(RefusedError):
    """Nobody is signed in, or a unit came without a certificate."""

    status = 401
    title = "Who is there?"


class UnknownUnitError(NotSignedInError):
    """No certificate, so no unit."""

    problem = NOT_TRUSTED


class ForbiddenError(RefusedError):
    """Somebody is known, but this is not theirs."""

    status = 403
    title = "Not for you"


class UntrustedUnitError(ForbiddenError):
    """A certificate that the school does not know, or has revoked."""

    title = "This unit is not trusted here"
    problem = NOT_TRUSTED


class NotFoundError(RefusedError):
    """It is not here, or not for whoever asked: the answer is the same."""

    status = 404
    title = "Nothing here"


class TooSlowError(RefusedError):
    """The body did not arrive."""

    status = 408
    title = "The rest of the request did not arrive"
    # What still comes of the body must not be taken for the next request.
    headers: ClassVar[Mapping[str, str]] = {"Connection": "close"}


class OtherBytesError(RefusedError):
    """Other bytes are kept under that name. Nothing is ever overwritten."""

    status = 409
    title = "Other bytes are here already"
    problem = SCHOOL_REFUSED


class GoneError(RefusedError):
    """The lesson was deleted. Nothing of it is taken any more."""

    status = 410
    title = "This lesson was deleted"
    problem = SCHOOL_REFUSED

    def __init__(self, receipt: bytes | None) -> None:
        """`receipt`: the signed deletion receipt; None while it is being destroyed."""
        super().__init__("The school has deleted this lesson and takes nothing more of it.")
        self._receipt = receipt

    def document(self) -> dict[str, object]:
        """The problem document, with the receipt for whoever still has a copy."""
        return super().document() | ({} if self._receipt is None else {"receipt": to_wire(self._receipt)})


class LengthMissingError(RefusedError):
    """The request does not say how long its body is."""

    status = 411
    title = "Content-Length is missing"


class TooLargeError(RefusedError):
    """More bytes than this name may have."""

    status = 413
    title = "Too large"
    problem = SCHOOL_REFUSED


class MisdirectedError(RefusedError):
    """The request was meant for another host name."""

    status = 421
    title = "Another address"


class HeldError(RefusedError):
    """Two people have stopped its deletion."""

    status = 423
    title = "This lesson is held"


class MismatchError(RefusedError):
    """The bytes are not what their digest, signature or format says."""

    status = 422
    title = "The bytes do not hold together"
    problem = SCHOOL_REFUSED


class BusyError(RefusedError):
    """The school cannot write just now. Nothing is lost if the sender tries again."""

    status = 503
    title = "The school cannot write just now"
    headers: ClassVar[Mapping[str, str]] = {"Retry-After": "30"}


class NotProvenError(ForbiddenError):
    """A password or a code is not right. Which of two things is wrong is not told."""

    title = "That is not right"


class TooOftenError(RefusedError):
    """Somebody has tried too often."""

    status = 429
    title = "Too many tries"

    def __init__(self, seconds: int) -> None:
        minutes = max(1, round(seconds / 60))
        super().__init__(
            f"There were too many tries. Wait {minutes} minute{'s' if minutes > 1 else ''}, then try again."
        )
        self.headers = {"Retry-After": str(seconds)}  # type: ignore[misc]
