"""A YAML text becomes plain data with the line of every entry; nothing in it is executed."""

import math
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

import yaml

from selector.errors import PolicyError

MAX_BYTES = 2**20  # a policy of 20,000 lines; more is a mistake or an attack
Loc = tuple[str | int, ...]

_TAG = "tag:yaml.org,2002:"


@dataclass(frozen=True)
class Document:
    """Plain data (dict, list, str, int, float, bool, None) and where each entry stands.

    Attributes:
        data: The content.
        origin: The file's name, for messages.
        lines: The line of each entry, by its path: ("gates", 0, "on") → 7.
    """

    data: Any
    origin: str = "policy"
    lines: Mapping[Loc, int] = field(default_factory=dict)

    def where(self, loc: Loc) -> str:
        """Return "file:line" of the entry at *loc*, or of the nearest one around it."""
        if not self.lines:
            path = ".".join(str(part) for part in loc)
            return f"{self.origin}: {path}" if path else self.origin
        return f"{self.origin}:{self.line(loc)}"

    def line(self, loc: Loc) -> int:
        """Return the line of the entry at *loc*, or of the nearest one around it; 1 if unknown."""
        while loc and loc not in self.lines:
            loc = loc[:-1]
        return self.lines.get(loc, 1)


class _Loader(yaml.SafeLoader):
    """YAML 1.2's plain values: `on` and `no` are words, 1e-3 is a number, dates are words."""

    yaml_implicit_resolvers: dict[str, Any] = {}  # noqa: RUF012 - PyYAML's own class attribute

    def compose_node(self, parent: Any, index: Any) -> Any:
        if self.check_event(yaml.AliasEvent):
            raise yaml.composer.ComposerError(
                None, None, "anchors and aliases are not read", _mark(self)
            )
        return super().compose_node(parent, index)


for _tag, _pattern, _first in (
    ("null", r"~|null|Null|NULL|", ["~", "n", "N", ""]),
    ("bool", r"true|True|TRUE|false|False|FALSE", list("tTfF")),
    ("int", r"[-+]?[0-9]+", list("-+0123456789")),
    ("float", r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?", list("-+.0123456789")),
    ("float", r"[-+]?\.(inf|Inf|INF)|\.(nan|NaN|NAN)", list("-+.")),
):
    _Loader.add_implicit_resolver(_TAG + _tag, re.compile(rf"^(?:{_pattern})$"), _first)


def _mark(loader: Any) -> Any:
    return loader.peek_event().start_mark


def read(text: bytes, origin: str) -> Document:
    """Return the one document in *text*.

    Args:
        text: UTF-8, with or without a byte order mark; at most 1 MiB.
        origin: The file's name, for messages.

    Raises:
        PolicyError: It is too large, not UTF-8, not YAML, or uses what we don't read: aliases,
            tags, duplicate keys, keys that are not text. All problems that can be seen at once.
    """
    if len(text) > MAX_BYTES:
        raise PolicyError(
            f"{origin}: too large for a policy (got {len(text)} bytes). Keep it under {MAX_BYTES}."
        )
    lines: dict[Loc, int] = {}
    problems: list[str] = []
    try:
        root = yaml.compose(text.decode("utf-8-sig"), Loader=_Loader)
        data = None if root is None else _plain(root, (), _Reading(origin, lines, problems))
    except UnicodeDecodeError as error:
        raise PolicyError(f"{origin}: not UTF-8 (got {error.reason}). Save it as UTF-8.") from None
    except yaml.YAMLError as error:
        raise PolicyError(_not_yaml(origin, error)) from None
    except RecursionError:
        raise PolicyError(f"{origin}: nested too deeply. A policy needs six levels.") from None
    if problems:
        raise PolicyError(problems)
    return Document(data, origin, lines)


@dataclass(frozen=True)
class _Reading:
    origin: str
    lines: dict[Loc, int]
    problems: list[str]

    def note(self, node: yaml.Node, said: str) -> None:
        self.problems.append(f"{self.origin}:{node.start_mark.line + 1}: {said}")


def _plain(node: yaml.Node, loc: Loc, reading: _Reading) -> Any:
    reading.lines.setdefault(loc, node.start_mark.line + 1)
    kind = node.tag.removeprefix(_TAG)
    if isinstance(node, yaml.MappingNode) and kind == "map":
        return dict(_entries(node, loc, reading))
    if isinstance(node, yaml.SequenceNode) and kind == "seq":
        return [_plain(one, (*loc, at), reading) for at, one in enumerate(node.value)]
    if isinstance(node, yaml.ScalarNode) and kind in _SCALARS:
        return _SCALARS[kind](node.value)
    reading.note(node, f"tags are not read (got {node.tag!r}). Write the plain value.")
    return None


def _entries(node: yaml.MappingNode, loc: Loc, reading: _Reading) -> Iterator[tuple[str, Any]]:
    seen: dict[str, int] = {}
    for key_node, value_node in node.value:
        if key_node.tag != f"{_TAG}str":
            reading.note(key_node, f"a key must be text (got {key_node.value!r}). Quote it.")
            continue
        key = key_node.value
        if key in seen:
            reading.note(key_node, f"duplicate key {key!r} (first in line {seen[key]}). Keep one.")
            continue
        seen[key] = key_node.start_mark.line + 1
        reading.lines[(*loc, key)] = seen[key]
        yield key, _plain(value_node, (*loc, key), reading)


def _number(text: str) -> float:
    word = text.lower().lstrip("+-")
    if word == ".nan":
        return math.nan
    return math.inf if word == ".inf" else float(text)


_SCALARS: Mapping[str, Any] = {
    "str": str,
    "null": lambda _: None,
    "bool": lambda text: text.lower() == "true",
    "int": lambda text: int(text) if len(text) < 40 else float(text),  # noqa: PLR2004 - int() of a million digits takes minutes
    "float": _number,
}


def _not_yaml(origin: str, error: yaml.YAMLError) -> str:
    if isinstance(error, yaml.MarkedYAMLError) and error.problem_mark is not None:
        return (
            f"{origin}:{error.problem_mark.line + 1}: not a YAML that we read: {error.problem}. "
            "Correct this line, or the one before it."
        )
    said = str(error).replace("\n", " ")
    return f"{origin}: not YAML: {said}. Save it as plain text."
