"""What this server says about its own pages, and how to find out whether that is true.

::

    GET /about    version, page hash, the command that checks both from outside      for everybody
"""

from __future__ import annotations

from fastapi import APIRouter
from jinja2 import Environment
from starlette.responses import HTMLResponse, Response

from lesson.version import VERSION
from school.page_hash import PageFiles, page_files
from school.web_parts import FOR_EVERYBODY, Parts

router = APIRouter()


@router.get("/about", dependencies=FOR_EVERYBODY)
def about(parts: Parts) -> Response:
    """Say which version this is, and what its pages are. The same page for whoever asks."""
    settings = parts.settings
    files = page_files(settings.pages_folder, settings.templates_folder)
    return HTMLResponse(about_page(parts.templates, files, settings.origin))


def about_page(templates: Environment, files: PageFiles, origin: str) -> str:
    """The page, of these files, at this address."""
    page = templates.get_template("about.html")
    return page.render(teacher=None, version=VERSION, page_hash=files.page_hash, count=len(files.files), origin=origin)


def known_pages(templates: Environment, files: PageFiles, origin: str) -> dict[str, str]:
    """Pages of which every word is known: what a server of these files at this address has to show a stranger."""
    welcome = templates.get_template("welcome.html").render(teacher=None)
    return {"/welcome": welcome, "/about": about_page(templates, files, origin)}
