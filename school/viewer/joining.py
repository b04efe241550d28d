"""Join a page's modules into one script, for a page that may fetch nothing.

::

    // element.js                                 modules["element.js"] = () => {
    import { utf8 } from "./bytes.js";       -->    const { utf8 } = load("bytes.js");
    export function part() {}                       function part() {}
                                                    return { part };
                                                  };

A browser loads no module from a computer's own files. Each module becomes a function that runs when it is first asked
for, as the browser would do it; nothing is shortened or renamed, so that what runs can be read beside the original.
The same modules give the same bytes.

It knows the house's way of writing modules and no other: imports and exports stand at the beginning of a line, what is
exported is declared there and never changes. Anything else is refused with its name.
"""

from __future__ import annotations

import re
from pathlib import Path, PurePosixPath

from school.errors import SchoolError

_COMMENT = re.compile(r"(/\*\*.*?\*/)", re.DOTALL)
_IMPORT = re.compile(r'^import (?:\{(?P<names>[^}]*)\} from )?"(?P<path>[^"]+)";$', re.MULTILINE)
_EXPORT = re.compile(r"^export (?P<kind>async function|function|class|const) (?P<name>[A-Za-z_$][\w$]*)", re.MULTILINE)
_LATER = re.compile(r'\bimport\("(?P<path>[^"]+)"\)')
_UNKNOWN = re.compile(r"^(?:import|export)\b.*|\bimport\s*\(.*|\bimport\.meta\b.*|^await\b.*", re.MULTILINE)
_AWAY = re.compile(r"</script|<!--", re.IGNORECASE)

_BEFORE = """(() => {
"use strict";
const modules = {};
const made = {};
const load = (name) => {
  if (!(name in made)) made[name] = modules[name]();
  return made[name];
};
"""
_AFTER = """load({start});
}})();
"""


class JoiningError(SchoolError):
    """A module is written in a way that cannot be joined."""


def modules_of(folder: Path, start: str) -> list[str]:
    """Every module that `start` asks for, at once or later, itself included, in the order of the alphabet."""
    found: set[str] = set()
    rest = [start]
    while rest:
        name = rest.pop()
        if name not in found:
            found.add(name)
            rest += _asked(folder, name)
    return sorted(found)


def joined(folder: Path, start: str) -> str:
    """One classic script that does what the module `start` of `folder` does. Raises `JoiningError`."""
    names = modules_of(folder, start)
    _expect_no_circle(folder, names)
    script = _BEFORE + "".join(_as_function(folder, name) for name in names) + _AFTER.format(start=_quoted(start))
    if away := _AWAY.search(script):
        raise JoiningError(f"A script with {away[0]} in it cannot stand in a page.")
    return script


def _as_function(folder: Path, name: str) -> str:
    exported: list[str] = []

    def asked(found: re.Match[str]) -> str:
        load = f"load({_quoted(_target(folder, name, found['path']))})"
        if found["names"] is None:
            return f"{load};"
        return f"const {{{found['names'].replace(' as ', ': ')}}} = {load};"

    def later(found: re.Match[str]) -> str:
        return f"Promise.resolve().then(() => load({_quoted(_target(folder, name, found['path']))}))"

    def told(found: re.Match[str]) -> str:
        exported.append(found["name"])
        return f"{found['kind']} {found['name']}"

    def code(text: str) -> str:
        text = _LATER.sub(later, _EXPORT.sub(told, _IMPORT.sub(asked, text)))
        if unknown := _UNKNOWN.search(text):
            raise JoiningError(f"{name} cannot be joined, because of this line: {unknown[0]}")
        return text

    body = "".join(part if part.startswith("/**") else code(part) for part in _COMMENT.split(_text(folder, name)))
    return f"\nmodules[{_quoted(name)}] = () => {{\n{body.rstrip()}\nreturn {{ {', '.join(exported)} }};\n}};\n"


def _asked(folder: Path, name: str, *, at_once: bool = False) -> list[str]:
    parts = [part for part in _COMMENT.split(_text(folder, name)) if not part.startswith("/**")]
    patterns = (_IMPORT,) if at_once else (_IMPORT, _LATER)
    return [
        _target(folder, name, each["path"]) for part in parts for pattern in patterns for each in pattern.finditer(part)
    ]


def _expect_no_circle(folder: Path, names: list[str]) -> None:
    # A function that runs when it is asked for can give nothing yet to one that it asks for itself.
    rest = {name: set(_asked(folder, name, at_once=True)) for name in names}
    while rest:
        free = {name for name, asked in rest.items() if not asked & rest.keys()}
        if not free:
            raise JoiningError(f"These modules import one another in a circle: {', '.join(sorted(rest))}.")
        rest = {name: asked for name, asked in rest.items() if name not in free}


def _target(folder: Path, name: str, path: str) -> str:
    if not path.startswith("."):
        raise JoiningError(f"{name} imports {path}, which is no file of ours.")
    parts: list[str] = []
    for part in (PurePosixPath(name).parent / path).parts:
        if part == ".." and not parts:
            raise JoiningError(f"{name} imports {path}, which is no file of ours.")
        if part == "..":
            parts.pop()
        else:
            parts.append(part)
    target = "/".join(parts)
    if not (folder / target).is_file():
        raise JoiningError(f"{name} imports {path}, and there is no such file.")
    return target


def _text(folder: Path, name: str) -> str:
    return (folder / name).read_text(encoding="utf-8")


def _quoted(name: str) -> str:
    return f'"{name}"'
