"""One script out of many modules, so that a first visit asks for few files.

Our modules are plain: imports at the top, by name, relative; exports where something is declared.
Each becomes a function that is run once, in the order of what needs what. Nothing else is changed,
but that comments stay behind.
"""

import posixpath
import re
from collections.abc import Mapping

_IMPORT = re.compile(r'^import (\{[^}]*\}|\* as \w+) from "(\.[^"]+)";\n', re.MULTILINE)
_EXPORT = re.compile(r"^export (?=(?:async )?(?:function\*?|class|const) (\w+))", re.MULTILINE)
_NAME = re.compile(r"[{,]\s*(\w+)")
_COMMENT = re.compile(r"^[ \t]*(?:/\*\*?(?:[^*]|\*(?!/))*\*/|//[^\n]*)[ \t]*\n", re.MULTILINE)


class BundleError(ValueError):
    """Modules that this way of joining them does not understand."""


def bundle(sources: Mapping[str, str], entry: str) -> str:
    """Return the module `entry` and all that it needs as one script."""
    order: list[str] = []
    _visit(sources, entry, (), order)
    names = {path: f"m{number}" for number, path in enumerate(order)}
    return "".join(_wrapped(sources[path], path, names) for path in order)


def _visit(sources: Mapping[str, str], path: str, above: tuple[str, ...], order: list[str]) -> None:
    if path in order:
        return
    if path in above:
        circle = " → ".join((*above, path))
        raise BundleError(f"modules need each other: {circle}")
    if path not in sources:
        raise BundleError(f"{above[-1] if above else 'a page'} needs {path}, which is not there")
    for what, target in _IMPORT.findall(sources[path]):
        needed = _resolved(path, target)
        _visit(sources, needed, (*above, path), order)
        missing = set(_NAME.findall(what)) - set(_EXPORT.findall(sources[needed]))
        if missing:
            raise BundleError(f"{needed} gives no {', '.join(sorted(missing))} to {path}")
    order.append(path)


def _resolved(path: str, target: str) -> str:
    return posixpath.normpath(posixpath.join(posixpath.dirname(path), target))


def _wrapped(source: str, path: str, names: Mapping[str, str]) -> str:
    def taken(found: re.Match[str]) -> str:
        what, target = found.groups()
        needed = names[_resolved(path, target)]
        if what.startswith("*"):
            return f"const {what.split()[-1]} = {needed};\n"
        renamed = re.sub(r"(\w+) as (\w+)", r"\1: \2", what)
        return f"const {renamed} = {needed};\n"

    exported = _EXPORT.findall(source)
    body = _EXPORT.sub("", _IMPORT.sub(taken, _COMMENT.sub("", source)))
    left = re.search(r"^(?:import|export)\b.*$", body, re.MULTILINE)
    if left:
        raise BundleError(f"{path}: can't join {left.group()!r}")
    told = ", ".join(exported)
    return f"const {names[path]} = (() => {{\n{body}return {{ {told} }};\n}})();\n"
