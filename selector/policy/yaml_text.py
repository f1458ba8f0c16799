"""A YAML text becomes plain values with the line of each; nothing in it is executed."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import yaml

Loc = tuple[str | int, ...]

MAX_DEPTH = 32  # a policy needs six levels, the parameters of a measure a few more

_TAG = "tag:yaml.org,2002:"
_UNREAD_TAG = "unread"


class Unread:
    """Stands where something is written that we don't read; what it is was noted."""

    def __repr__(self) -> str:
        return "something unread"


UNREAD = Unread()


class NotYamlError(Exception):
    """The text has no structure that can be gone on with.

    Attributes:
        line: Where it breaks, from 1.
        said: What is wrong, and what to do.
    """

    def __init__(self, line: int, said: str) -> None:
        self.line, self.said = line, said
        super().__init__(said)


@dataclass(frozen=True)
class Parsed:
    """What a text holds.

    Attributes:
        data: dict, list, str, int, float, bool, None, and `UNREAD`.
        lines: The line of each entry, by its path: ("gates", 0, "on") → 7.
        notes: What was not read: a line, and what is wrong there.
    """

    data: Any = None
    lines: dict[Loc, int] = field(default_factory=dict)
    notes: list[tuple[int, str]] = field(default_factory=list)


def parse(text: str) -> Parsed:
    """Return the one document in *text*.

    Aliases, tags, keys that are not text and second uses of a key are noted and left out.

    Raises:
        NotYamlError: It is not YAML, holds two documents, or is nested more than 32 deep.
    """
    parsed = Parsed(lines={(): 1})
    try:
        root = _composed(text, parsed.notes)
    except yaml.reader.ReaderError as error:
        raise NotYamlError(*_unreadable(text, error)) from None
    except yaml.MarkedYAMLError as error:
        raise NotYamlError(*_broken(text, error)) from None
    data = None if root is None else _plain(root, (), parsed)
    return Parsed(data, parsed.lines, parsed.notes)


def written(data: Any) -> str:
    """Return plain *data* as a text that `parse` reads back, equal."""
    text: str = yaml.dump(data, Dumper=_Dumper, sort_keys=False, allow_unicode=True, width=100)
    return text


class _Loader(yaml.SafeLoader):
    """YAML 1.2's plain values: `on` and `no` are words, 1e-3 is a number, dates are words."""

    yaml_implicit_resolvers: dict[str, Any] = {}  # noqa: RUF012 - PyYAML's own class attribute

    depth = 0
    notes: list[tuple[int, str]]

    def compose_node(self, parent: Any, index: Any) -> Any:
        event: Any = self.peek_event()  # type: ignore[no-untyped-call]
        line = event.start_mark.line + 1
        if isinstance(event, yaml.AliasEvent):
            self.get_event()  # type: ignore[no-untyped-call]
            said = f"aliases are not read (got '*{event.anchor}'). Write the value out here."
            self.notes.append((line, said))
            return _unread(event)
        if event.anchor is not None:
            said = f"anchors are not read (got '&{event.anchor}'). Take it out."
            self.notes.append((line, said))
            event.anchor = None
        if self.depth >= MAX_DEPTH:
            raise NotYamlError(line, f"nested more than {MAX_DEPTH} deep. A policy needs six.")
        self.depth += 1
        node = super().compose_node(parent, index)
        self.depth -= 1
        if event.tag is None:
            return node
        shown = event.tag.replace(_TAG, "!!")
        self.notes.append((line, f"tags are not read (got {shown!r}). Write the plain value."))
        return _unread(event)


for _tag, _pattern, _first in (
    ("null", r"~|null|Null|NULL|", ["~", "n", "N", ""]),
    ("bool", r"true|True|TRUE|false|False|FALSE", list("tTfF")),
    ("int", r"[-+]?[0-9]+", list("-+0123456789")),
    ("float", r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?", list("-+.0123456789")),
    ("float", r"[-+]?\.(inf|Inf|INF)|\.(nan|NaN|NAN)", list("-+.")),
):
    _Loader.add_implicit_resolver(_TAG + _tag, re.compile(rf"^(?:{_pattern})\Z"), _first)


class _Dumper(yaml.SafeDumper):
    """Puts quotes around what `_Loader` would not take for a word."""

    yaml_implicit_resolvers = _Loader.yaml_implicit_resolvers

    def ignore_aliases(self, _data: Any) -> bool:
        return True

    def represent_str(self, text: str) -> yaml.ScalarNode:
        # Only in these quotes are line ends of other scripts written so that they are read back.
        style = '"' if _OTHER_LINE_ENDS.search(text) else None
        return self.represent_scalar(f"{_TAG}str", text, style)


_OTHER_LINE_ENDS = re.compile("[\x85\u2028\u2029\ufeff]")
_Dumper.add_representer(str, _Dumper.represent_str)


def _unread(event: Any) -> yaml.Node:
    return yaml.ScalarNode(_UNREAD_TAG, "", event.start_mark, event.end_mark)


def _composed(text: str, notes: list[tuple[int, str]]) -> yaml.Node | None:
    loader = _Loader(text)
    loader.notes = notes
    try:
        return _root(loader)
    except (ValueError, OverflowError):  # PyYAML's own, for "\UFFFFFFFF" and the like
        line = loader.line + 1
        raise NotYamlError(line, "not YAML: a number out of range. Correct this line.") from None


def _root(loader: Any) -> yaml.Node | None:
    loader.get_event()  # the stream begins
    if loader.check_event(yaml.StreamEndEvent):
        return None
    root: yaml.Node = loader.compose_document()
    if not loader.check_event(yaml.StreamEndEvent):
        line = loader.peek_event().start_mark.line + 1
        raise NotYamlError(line, "a second document begins here. Keep one policy a file.")
    return root


def _plain(node: yaml.Node, loc: Loc, parsed: Parsed) -> Any:
    parsed.lines.setdefault(loc, node.start_mark.line + 1)
    if isinstance(node, yaml.MappingNode):
        return dict(_entries(node, loc, parsed))
    if isinstance(node, yaml.SequenceNode):
        return [_plain(one, (*loc, at), parsed) for at, one in enumerate(node.value)]
    return _SCALARS[node.tag.removeprefix(_TAG)](node.value)


def _entries(node: yaml.MappingNode, loc: Loc, parsed: Parsed) -> Iterator[tuple[str, Any]]:
    seen: dict[str, int] = {}
    for key_node, value_node in node.value:
        line, key = key_node.start_mark.line + 1, key_node.value
        if key_node.tag != f"{_TAG}str":
            got = repr(key) if isinstance(key, str) else f"a {key_node.id}"
            if key_node.tag != _UNREAD_TAG:
                parsed.notes.append((line, f"a key must be text (got {got}). Write a word."))
        elif any("\ud800" <= letter <= "\udfff" for letter in key):
            parsed.notes.append((line, "half a character in a key. Write a word."))
        elif key in seen:
            said = f"duplicate key {key!r} (first in line {seen[key]}). Keep one."
            parsed.notes.append((line, said))
        else:
            parsed.lines[(*loc, key)] = seen[key] = line
            yield key, _plain(value_node, (*loc, key), parsed)


def _integer(text: str) -> float:
    # int() of a million digits takes minutes; what is over 64 bits is refused later anyway.
    return int(text) if len(text) < 40 else float(text)  # noqa: PLR2004


def _number(text: str) -> float:
    return float(text.lower().replace(".inf", "inf").replace(".nan", "nan"))


_COLOUR = re.compile(r"""[\[,:\s-]\s*#[0-9A-Fa-f]{6}\s*(?:[,\]]|$)""")
_SCALARS: dict[str, Any] = {
    "str": str,
    "null": lambda _: None,
    "bool": lambda text: text.lower() == "true",
    "int": _integer,
    "float": _number,
    _UNREAD_TAG: lambda _: UNREAD,
}


def _unreadable(text: str, error: yaml.reader.ReaderError) -> tuple[int, str]:
    got = f"U+{ord(text[error.position]):04X}"
    line = text.count("\n", 0, error.position) + 1
    return line, f"a character that YAML forbids (got {got}). Take it out."


def _broken(text: str, error: yaml.MarkedYAMLError) -> tuple[int, str]:
    at = error.problem_mark.line if error.problem_mark else 0
    lines = text.split("\n")
    written = lines[at] if at < len(lines) else ""
    if "\t" in written[: len(written) - len(written.lstrip())]:
        return at + 1, "indented with a tab. Indent with spaces."
    started = ""
    if error.context and error.context_mark is not None:
        started = f" {error.context} that starts in line {error.context_mark.line + 1}"
    said = f"not YAML: {error.problem}{started}. Correct this line, or one before it."
    return at + 1, said + _commented(lines[: at + 1])


def _commented(lines: list[str]) -> str:
    """Return a hint where a colour without quotes has made a comment of what follows it."""
    for number, line in enumerate(lines, 1):
        if _COLOUR.search(line):
            return f" In line {number} a '#' begins a comment: put the colour in quotes."
    return ""
