"""What was said as plain data, and back: in files of our own, and in a journal."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, fields
from types import MappingProxyType
from typing import Any, get_args

from selector.labels.label import Flag, Label, Pair, Preference, Ranking, Rating, Said, Verdict

Plain = dict[str, Any]

_KINDS: Mapping[str, type[Verdict | Rating | Pair | Ranking | Flag]] = MappingProxyType(
    {"verdict": Verdict, "rating": Rating, "pair": Pair, "ranking": Ranking, "flag": Flag}
)
_TYPES: Mapping[str, tuple[type, ...]] = MappingProxyType(
    {"good": (bool,), "present": (bool,), "shown": (bool,)}
    | dict.fromkeys(("value", "low", "high"), (int, float))
)  # what is not named here is text


def kind_of(said: Said) -> str:
    """Return "verdict", "rating", "pair", "ranking" or "flag"."""
    return next(name for name, one in _KINDS.items() if isinstance(said, one))


def to_plain(said: Said) -> Plain:
    """Return what was said as JSON can hold it; `from_plain` makes an equal one of it."""
    return {"kind": kind_of(said), **asdict(said)}


def from_plain(data: object) -> Said:
    """Return what was said.

    Raises:
        ValueError: *data* is not what `to_plain` makes.
    """
    kind = data.get("kind") if isinstance(data, dict) else None
    if not isinstance(data, dict) or not isinstance(kind, str) or kind not in _KINDS:
        raise ValueError("no judgement of a known kind")
    made = _KINDS[kind]
    given = {name: value for name, value in data.items() if name != "kind"}
    names = {one.name for one in fields(made)}
    if not set(given) <= names:
        raise ValueError("a judgement with more than it can hold")
    if made is Ranking:
        given["order"] = _order(given.get("order"))
    for name, value in given.items():
        _check(name, value)
    try:
        return made(**given)
    except TypeError:
        raise ValueError("a judgement of which a part is missing") from None


def label_to_plain(label: Label) -> Plain:
    """Return a label as JSON can hold it, without what is empty."""
    plain: Plain = {"request": label.request, "rater": label.rater, "aspect": label.aspect}
    plain["said"] = to_plain(label.said)
    if label.created:
        plain["created"] = label.created
    if label.seconds is not None:
        plain["seconds"] = label.seconds
    if label.gold is not None:
        plain["gold"] = to_plain(label.gold)
    return plain


def label_from_plain(data: Mapping[str, Any]) -> Label:
    """Return the label that `label_to_plain` made *data* of.

    Raises:
        ValueError: It is none.
    """
    texts = {name: data.get(name, "") for name in ("request", "rater", "aspect", "created")}
    if not all(isinstance(one, str) for one in texts.values()) or not texts["request"]:
        raise ValueError("a request, rater, aspect or moment that is no text")
    seconds = data.get("seconds")
    if seconds is not None and (isinstance(seconds, bool) or not isinstance(seconds, int | float)):
        raise ValueError("a time that is no number")
    gold = data.get("gold")
    return Label(
        **texts,
        said=from_plain(data.get("said")),
        seconds=seconds,
        gold=None if gold is None else from_plain(gold),
    )


def _order(order: object) -> tuple[str, ...]:
    if not isinstance(order, list | tuple) or len(set(map(str, order))) != len(order):
        raise ValueError("a ranking that names one twice, or none")
    for one in order:
        _check("candidate", one)
    return tuple(order)


def _check(name: str, value: object) -> None:
    if name == "prefers" and value not in get_args(Preference):
        raise ValueError("a preference that is none")
    wanted = _TYPES.get(name, (tuple,) if name == "order" else (str,))
    if not isinstance(value, wanted) or (isinstance(value, bool) and bool not in wanted):
        raise ValueError(f"a {name} of another type")
