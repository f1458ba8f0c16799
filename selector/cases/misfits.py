"""Where a file of cases does not fit its policy: every name, number and expectation is checked."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from selector.cases.grammar import ABSENT, Book, Case, Given, Row
from selector.policy.document import Document, Loc, Problem
from selector.policy.plan import Plan
from selector.policy.problems import nearest
from selector.types import Output


def key_of(plan: Plan, name: str) -> str | None:
    """Return the key of the output that *name* means in a plan, as in the policy; None: none."""
    if name in plan.instances and len(plan.instances[name].outputs) == 1:
        return f"{name}.{next(iter(plan.instances[name].outputs))}"
    return name if name in _outputs(plan) else None


def found(plan: Plan, book: Book, text: Document) -> Iterator[Problem]:
    """Find what does not fit."""
    for loc, said in _all(plan, book):
        yield Problem(text.spot(loc), said)


def _all(plan: Plan, book: Book) -> Iterator[tuple[Loc, str]]:
    yield from _row(plan, book.usually, ("usually",))
    names = Counter(case.name for case in book.cases)
    for at, case in enumerate(book.cases):
        loc: Loc = ("cases", at)
        if names[case.name] > 1:
            yield (*loc, "name"), f"{case.name!r}: two cases have this name. Change one."
        yield from _case(plan, case, loc)
        yield from _lacking(plan, book, case, loc)


def _case(plan: Plan, case: Case, loc: Loc) -> Iterator[tuple[Loc, str]]:
    for name, row in case.rows().items():
        yield from _row(plan, row, (*loc, "candidates", name))
    for name in case.candidates:
        twin = case.copy_of(name)
        if twin is not None and twin not in case.rows():
            yield (
                (*loc, "candidates", name),
                f"{name}: a copy of none that has outcomes; {nearest(twin, list(case.rows()))}",
            )
    for name in case.expect:
        if name not in plan.expectations:
            known = sorted(plan.expectations)
            yield (
                (*loc, "expect", name),
                f"expect.{name}: not in the policy; {nearest(name, known)}",
            )
    yield from _alike(plan, case, loc)
    yield from _expected(case, loc)


def _row(plan: Plan, row: Row, loc: Loc) -> Iterator[tuple[Loc, str]]:
    outputs = _outputs(plan)
    for name, given in row.items():
        key = key_of(plan, name)
        if key is None:
            said = f"{name}: the policy's measures have no such output; "
            yield (*loc, name), said + nearest(name, list(outputs))
        elif said := _beyond(outputs[key], given):
            yield (*loc, name), f"{name}: {said}"


def _beyond(output: Output, given: Given) -> str:
    """Return why no measure can give this, or nothing."""
    if given == ABSENT and not output.optional:
        return "is never absent. Give a number."
    low = output.low if output.low is not None else given
    high = output.high if output.high is not None else given
    if isinstance(given, float) and not low <= given <= high:  # type: ignore[operator]
        return f"can't be {given:.12g}; it goes from {output.low} to {output.high}."
    return ""


def _alike(plan: Plan, case: Case, loc: Loc) -> Iterator[tuple[Loc, str]]:
    of_sets = any(one.scope == "set" for one in plan.instances.values())
    for at, one in enumerate(case.alike):
        here = (*loc, "alike", at)
        if not of_sets:
            yield here, "alike: the policy measures no distances. Drop it."
        for name in one.pair:
            if name not in case.candidates:
                yield (*here, "pair"), _nobody(name, case)


def _expected(case: Case, loc: Loc) -> Iterator[tuple[Loc, str]]:
    for name in case.verdicts:
        if name not in case.candidates:
            yield (*loc, "verdicts", name), _nobody(name, case)
    for name in case.ranking or ():
        if name not in case.candidates:
            yield (*loc, "ranking"), _nobody(name, case)
    rest = (case.ranking, case.answer, case.advice, case.needs_person)
    if not case.verdicts and all(one is None for one in rest):
        yield loc, f"{case.name!r}: expects nothing. Give 'verdicts', 'ranking' or 'answer'."


def _nobody(name: str, case: Case) -> str:
    return f"{name}: no such candidate in this case; {nearest(name, list(case.candidates))}"


def _lacking(plan: Plan, book: Book, case: Case, loc: Loc) -> Iterator[tuple[Loc, str]]:
    """Find candidates of which something is not said that the policy may ask for."""
    usual = {key_of(plan, name) for name in book.usually}
    for name, row in case.rows().items():
        said = usual | {key_of(plan, one) for one in row}
        if lacking := [key for key in _needed(plan) if key not in said]:
            listed = ", ".join(lacking)
            todo = f"{name}: {listed} not given, here or under 'usually'. Give a number."
            yield (*loc, "candidates", name), todo


def _needed(plan: Plan) -> list[str]:
    """Return the keys of all outputs that a plan decides by, but those of sets."""
    alone = [ref for ref in plan.refs if plan.instances[ref.instance].scope == "candidate"]
    return list(dict.fromkeys(ref.key for ref in alone))


def _outputs(plan: Plan) -> dict[str, Output]:
    return {
        f"{name}.{output}": one
        for name, instance in plan.instances.items()
        for output, one in instance.outputs.items()
    }
