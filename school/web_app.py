"""The port that browsers open: pages, what they fetch, and the files they are made of.

::

    Security            host, origin, headers          on every answer, errors included
      /look/...         style and fonts                lesson/look, the same as the unit's page
      /pages/...        scripts and styles             school/pages
      web_pages.py      HTML                           refused: a page that says why
      web_api.py        JSON and server-sent events    refused: a problem document
      web_groups.py     the same, of her groups
      web_deletion.py   the same, about deleting
      web_comments.py   JSON, what is said of a lesson
      web_sign_in.py    both, for who is not signed in
      web_account.py    both, for who changes how she signs in
      web_keeping.py    a lesson as a zip              refused: a page that says why
      web_about.py      which pages these should be    for everybody

A route that does not say who may use it stops the server before it opens a port (web_parts.py).
"""

from __future__ import annotations

from pathlib import Path

from fastapi import FastAPI, Request
from jinja2 import ChoiceLoader, Environment, FileSystemLoader, PackageLoader, StrictUndefined
from starlette.responses import RedirectResponse, Response
from starlette.staticfiles import StaticFiles
from starlette.types import ASGIApp

from school import (
    web_about,
    web_account,
    web_api,
    web_comments,
    web_deletion,
    web_groups,
    web_keeping,
    web_pages,
    web_sign_in,
)
from school.errors import NotSignedInError, RefusedError
from school.refusing import answer_refusals
from school.security import Security, problem_response
from school.web_parts import WebParts, check_gates
from school.web_sign_in import sign_in_address

ROUTERS = (
    web_pages.router,
    web_sign_in.router,
    web_account.router,
    web_api.router,
    web_comments.router,
    web_groups.router,
    web_deletion.router,
    web_keeping.router,
    web_about.router,
)


def page_templates(folder: Path) -> Environment:
    """The templates of a folder. A name that nobody passed is a mistake, not an empty place."""
    loader = ChoiceLoader([FileSystemLoader(folder), PackageLoader("lesson", "look")])
    return Environment(loader=loader, autoescape=True, undefined=StrictUndefined, auto_reload=False)


def routes_app(parts: WebParts) -> FastAPI:
    """The routes alone, without what `Security` adds."""
    app = FastAPI(openapi_url=None)
    app.state.parts = parts
    for router in ROUTERS:
        app.include_router(router)
    app.mount("/look", StaticFiles(packages=[("lesson", "look")]))
    app.mount("/pages", StaticFiles(directory=parts.settings.pages_folder))
    check_gates(app.routes)
    answer_refusals(app, _render)
    return app


def web_app(parts: WebParts) -> ASGIApp:
    """Make the application of the browsers' port."""
    return Security(routes_app(parts), parts.settings.origin)


def _render(request: Request, error: RefusedError) -> Response:
    if request.url.path.startswith(("/api/", "/look/", "/pages/")):
        return problem_response(error)
    if isinstance(error, NotSignedInError):
        return RedirectResponse(sign_in_address(request), 303)
    parts: WebParts = request.app.state.parts
    return parts.problem_page(error)
