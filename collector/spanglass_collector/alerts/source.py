"""Where things stand in a rules file, so that a message about a wrong key can say `file:line`.

TOML and YAML arrive as the same mapping. YAML's parser knows the line of every node; Python's TOML parser
does not tell, so headers and keys are looked up in the text, which is enough: a key stands on one line.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeAlias

import yaml

from spanglass_collector.errors import ConfigurationError

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

KeyPath: TypeAlias = "tuple[str | int, ...]"
_HEADER = re.compile(r"^\s*(\[\[|\[)\s*([^\]]+?)\s*\]")
_KEY = re.compile(r"""^\s*([A-Za-z0-9_-]+|"[^"]+"|'[^']+')\s*(?:\.|=)""")


@dataclass(frozen=True, slots=True)
class Place:
    """A spot in a file; empty for what was written in code."""

    file: str = ""
    lines: Mapping[KeyPath, int] = field(default_factory=dict, repr=False)
    path: KeyPath = ()

    def inside(self, *keys: str | int) -> Place:
        return Place(self.file, self.lines, (*self.path, *keys))

    def __str__(self) -> str:
        """`rules.toml:12: `, as precise as is known; empty without a file."""
        if not self.file:
            return ""
        path = self.path
        while path and path not in self.lines:
            path = path[:-1]
        return f"{self.file}:{self.lines[path]}: " if path in self.lines else f"{self.file}: "


NOWHERE = Place()


@dataclass(frozen=True, slots=True)
class Document:
    """A parsed file and the places in it."""

    content: Mapping[str, Any]
    place: Place = NOWHERE


def read_document(path: Path) -> Document:
    """A `.toml`, `.yaml` or `.yml` file. Raises ConfigurationError with the line of a syntax error."""
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigurationError(f"{path}: cannot be read: {error}") from error
    is_yaml = path.suffix in (".yaml", ".yml")
    return parse_yaml(text, str(path)) if is_yaml else parse_toml(text, str(path))


def parse_toml(text: str, file: str = "") -> Document:
    try:
        content = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise ConfigurationError(f"{file}{': ' if file else ''}not valid TOML: {error}") from error
    return Document(content, Place(file, dict(_toml_lines(text))))


def parse_yaml(text: str, file: str = "") -> Document:
    try:
        content = yaml.safe_load(text)
        root = yaml.compose(text, Loader=yaml.SafeLoader)
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        where = f"{file}:{mark.line + 1}: " if mark else f"{file}: "
        raise ConfigurationError(f"{where}not valid YAML: {getattr(error, 'problem', error)}") from error
    if not isinstance(content, Mapping):
        raise ConfigurationError(f"{file}: must hold a mapping, such as 'rules:' with a list under it")
    return Document(content, Place(file, dict(_yaml_lines(root, ()))))


def _yaml_lines(node: Any, path: KeyPath) -> Iterator[tuple[KeyPath, int]]:
    if path:
        yield path, node.start_mark.line + 1
    if isinstance(node, yaml.MappingNode):
        for key, value in node.value:
            inner = (*path, str(key.value))
            yield from _yaml_lines(value, inner)
            # After the value's own: a nested mapping begins a line below the key that names it.
            yield inner, key.start_mark.line + 1
    elif isinstance(node, yaml.SequenceNode):
        for index, value in enumerate(node.value):
            yield from _yaml_lines(value, (*path, index))


def _toml_lines(text: str) -> Iterator[tuple[KeyPath, int]]:
    counts: dict[KeyPath, int] = {}
    table: KeyPath = ()
    for number, line in _outside_strings(text):
        header = _HEADER.match(line)
        if header:
            table = _table(header[2], counts, is_array=header[1] == "[[")
            yield table, number
            if table and table[-1] == 0:
                yield table[:-1], number
            continue
        key = _KEY.match(line)
        if key:
            yield (*table, key[1].strip("\"'")), number


def _table(name: str, counts: dict[KeyPath, int], *, is_array: bool) -> KeyPath:
    """The path of a header: `[[a.b]]` is the next element of a.b, `[a.b.c]` is c of its newest element."""
    keys = [key.strip().strip("\"'") for key in name.split(".")]
    path: KeyPath = ()
    for position, key in enumerate(keys):
        path = (*path, key)
        if is_array and position == len(keys) - 1:
            counts[path] = counts.get(path, -1) + 1
        if path in counts:
            path = (*path, counts[path])
    return path


def _outside_strings(text: str) -> Iterator[tuple[int, str]]:
    """Lines with their numbers, without those that lie inside a string of several lines."""
    fence = ""
    for number, line in enumerate(text.splitlines(), start=1):
        if fence:
            fence = "" if fence in line else fence
            continue
        yield number, line
        for quotes in ('"""', "'''"):
            if line.count(quotes) % 2:
                fence = quotes
