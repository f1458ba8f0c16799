"""Label Studio's export as JSON: tasks, each with what annotators answered."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from selector.labels import cells
from selector.labels.cells import MisreadError
from selector.labels.columns import USUAL, Columns, plain
from selector.labels.label import VERDICT, Flag, Label, Pair, Ranking, Rating, Said, Verdict

Plain = Mapping[str, Any]

_CHOICES = {"choices", "taxonomy"}


@dataclass(frozen=True, slots=True)
class Answer:
    """One answer of one annotator.

    Attributes:
        name: What the question is called.
        kind: Label Studio's word for what sort of answer it is.
        values: What was answered.
    """

    name: str
    kind: str
    values: tuple[Any, ...]


def labels(tasks: Sequence[Plain], columns: Columns) -> Iterator[tuple[int, Label | str]]:
    """Give the labels of an export with the number of their task, or what is wrong in their place.

    A choice that is a word for good or not is a verdict, one that says which side is better is a
    comparison, a number is a step. Any other choice names a fault that is there; the options of
    the same question that others ticked, and this annotator did not, are faults that are not.

    Args:
        tasks: As they were exported.
        columns: What the parts of a task's data are called.
    """
    options = _options(tasks)
    for number, task in enumerate(tasks, 1):
        for annotation in _annotations(task):
            try:
                yield from ((number, one) for one in _of(task, annotation, columns, options))
            except MisreadError as error:
                yield number, str(error)


def _of(
    task: Plain, annotation: Plain, columns: Columns, options: Mapping[str, frozenset[str]]
) -> Iterator[Label]:
    if annotation.get("was_cancelled") or annotation.get("ground_truth"):
        return
    said = list(_said(task, annotation, columns, options))
    truths = _truths(task, columns, options)
    data = _data(task)
    blank = Label(
        request=_request(task, data, columns),
        rater=_who(annotation.get("completed_by")),
        said=Ranking(()),
        created=cells.moment(annotation.get("created_at")),
        seconds=cells.seconds(annotation.get("lead_time")),
    )
    for aspect, one in said:
        gold = truths.get((aspect, type(one)))
        yield replace(blank, said=one, aspect=aspect, gold=gold)


def _truths(
    task: Plain, columns: Columns, options: Mapping[str, frozenset[str]]
) -> dict[tuple[str, type], Said]:
    """Return what should have been said, where the task is an attention check."""
    return {
        (aspect, type(one)): one
        for annotation in _annotations(task)
        if annotation.get("ground_truth")
        for aspect, one in _said(task, annotation, columns, options)
    }


def _said(
    task: Plain, annotation: Plain, columns: Columns, options: Mapping[str, frozenset[str]]
) -> Iterator[tuple[str, Said]]:
    data = _data(task)
    ticked: dict[str, Answer] = {}
    for answer in _answers(annotation):
        if ticked.setdefault(answer.name, answer) is not answer:
            raise MisreadError(
                f"two answers to {answer.name!r}, of which only one can count (got 2)"
            )
    for answer in ticked.values():
        if answer.name not in options:
            yield _one(answer, data, columns)
    for name, faults in options.items():
        chosen = set(ticked[name].values) if name in ticked else set()
        for fault in sorted(faults):
            yield fault, Flag(_candidate(data, columns), fault in chosen)


def _one(answer: Answer, data: Plain, columns: Columns) -> tuple[str, Said]:
    """Return what one answer says, and of which aspect."""
    aspect = columns.of or answer.name
    if answer.kind == "ranker":
        return aspect, Ranking(cells.order(answer.values))
    if len(answer.values) != 1:
        raise MisreadError(f"expected one answer to {answer.name!r} (got {len(answer.values)})")
    value = answer.values[0]
    if answer.kind == "pairwise" or (answer.kind in _CHOICES and _is_preference(value)):
        left, right = _find(data, columns.left, "left"), _find(data, columns.right, "right")
        left, right = left or "left", right or "right"
        return aspect, Pair(left, right, cells.preference(value, left, right))
    good = cells.verdict(value) if answer.kind in _CHOICES else None
    if good is not None:
        return columns.of or VERDICT, Verdict(_candidate(data, columns), good)
    candidate = _candidate(data, columns)
    step = cells.step(value, columns.low, columns.high)
    return aspect, Rating(candidate, step, columns.low, columns.high)


def _annotations(task: Plain) -> Iterator[Plain]:
    return (one for one in _list(task.get("annotations")) if isinstance(one, dict))


def _list(data: object) -> list[Any]:
    return data if isinstance(data, list) else []


def _answers(annotation: Plain) -> Iterator[Answer]:
    """Give the answers of an annotation that judge; regions and notes are passed over."""
    for result in _list(annotation.get("result")):
        value = result.get("value") if isinstance(result, dict) else None
        if isinstance(value, dict):
            kind = str(result.get("type"))
            name = str(result.get("from_name") or kind)
            values = _values(kind, value)
            if values is not None:
                yield Answer(name, kind, values)


def _values(kind: str, value: Plain) -> tuple[Any, ...] | None:
    """Return what was answered; None to what asks for no judgement."""
    match kind:
        case "choices":
            return tuple(map(str, _list(value.get("choices"))))
        case "taxonomy":
            paths = _list(value.get("taxonomy"))
            return tuple(str(one[-1]) for one in paths if _list(one))
        case "rating" | "number":
            return (value.get(kind),)
        case "pairwise":
            return (value.get("selected"),)
        case "ranker":
            ranked = value.get("ranker")
            columns = ranked.items() if isinstance(ranked, dict) else ()
            orders = [_list(one) for key, one in columns if key != "_"]
            return tuple(orders[0]) if len(orders) == 1 else ()
    return None


def _options(tasks: Sequence[Plain]) -> dict[str, frozenset[str]]:
    """Return the options of questions that ask which faults there are."""
    seen: dict[str, set[str]] = {}
    for task in tasks:
        for annotation in _annotations(task):
            for answer in _answers(annotation):
                if answer.kind in _CHOICES:
                    seen.setdefault(answer.name, set()).update(answer.values)
    return {
        name: frozenset(found)
        for name, found in seen.items()
        if not any(_means_something(one) for one in found)
    }


def _means_something(word: str) -> bool:
    """Return whether a choice says more than the name of a fault."""
    known = cells.verdict(word) is not None or cells.number(word) is not None
    return known or _is_preference(word)


def _is_preference(value: object) -> bool:
    if cells.verdict(value) is not None or cells.number(value) is not None:
        return False
    try:
        cells.preference(value, "", "")
    except MisreadError:
        return False
    return True


def _data(task: Plain) -> Plain:
    data = task.get("data")
    return data if isinstance(data, dict) else {}


def _request(task: Plain, data: Plain, columns: Columns) -> str:
    found = _find(data, columns.request, "request")
    return found or cells.name(task.get("id"), "request")


def _candidate(data: Plain, columns: Columns) -> str:
    found = _find(data, columns.candidate, "candidate")
    return found or cells.name(None, "candidate")


def _find(data: Plain, told: str | None, name: str) -> str:
    """Return a part of a task's data by the name that was told, or a usual one."""
    if told is not None:
        return cells.text(data.get(told))
    plainly = {plain(key): key for key in reversed(list(data))}
    found = next((plainly[one] for one in USUAL[name] if one in plainly), None)
    return "" if found is None else cells.text(data[found])


def _who(completed_by: Any) -> str:
    """Return who answered: a number, or a person with an address."""
    if isinstance(completed_by, dict):
        return cells.text(completed_by.get("email") or completed_by.get("id"))
    return cells.text(completed_by)
