"""Turns what a handler raises into answers: a problem document for programs, a page for people.

::

    RefusedError         its own status
    wrong path or query  404, or 422
    database is busy     503, and when to come again
    anything else        500; the journal has the traceback, the answer has nothing of it
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from http import HTTPStatus

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from sqlalchemy.exc import OperationalError
from starlette.exceptions import HTTPException
from starlette.responses import Response

from school.errors import BusyError, MismatchError, NotFoundError, RefusedError
from school.security import problem_response

_LOG = logging.getLogger(__name__)

Render = Callable[[Request, RefusedError], Response]


class UnexpectedError(RefusedError):
    """A mistake of ours."""

    status = 500
    title = "Something went wrong here"


def answer_refusals(app: FastAPI, render: Render = lambda _request, error: problem_response(error)) -> None:
    """Answer everything that a handler of `app` raises, with `render`."""

    async def refused(request: Request, error: Exception) -> Response:
        return render(request, _refusal(error))

    for kind in (RefusedError, RequestValidationError, OperationalError, HTTPException, Exception):
        app.add_exception_handler(kind, refused)


def _refusal(error: Exception) -> RefusedError:
    match error:
        case RefusedError():
            return error
        case RequestValidationError():
            if any(each["loc"][0] == "path" for each in error.errors()):
                return NotFoundError("There is nothing of this name.")
            return MismatchError("The request is not what was agreed.")
        case OperationalError():
            _LOG.error("The database cannot be written: %s", error.orig)
            return BusyError("The database cannot be written just now. Try again.")
        case HTTPException():
            refusal = RefusedError(f"{error.detail}.")
            refusal.status, refusal.title = error.status_code, HTTPStatus(error.status_code).phrase
            if error.status_code == HTTPStatus.NOT_FOUND:
                return NotFoundError("There is nothing of this name.")
            refusal.headers = error.headers or {}  # type: ignore[misc]
            return refusal
    return UnexpectedError("The school's journal says what. Try again, then tell the technician.")
