"""Where a file of cases does not fit its policy: every name, number and expectation is checked."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from selector.cases.grammar import ABSENT, Alike, Book, Case, Given, Row
from selector.policy.document import Document, Loc, Problem
from selector.policy.plan import Plan
from selector.policy.problems import nearest
from selector.types import Output

Misfits = Iterator[tuple[Loc, str]]


def key_of(plan: Plan, name: str) -> str | None:
    """Return the key of the output that *name* means in a plan, as in the policy; None: none."""
    if name in plan.instances and len(plan.instances[name].outputs) == 1:
        return f"{name}.{next(iter(plan.instances[name].outputs))}"
    instance, _, output = name.rpartition(".")
    known = instance in plan.instances and output in plan.instances[instance].outputs
    return name if known else None


def needed(plan: Plan) -> list[str]:
    """Return the keys of all outputs that cases must say: those that decide, but for distances."""
    keys = dict.fromkeys(ref.key for ref in plan.refs)
    if plan.distinct is not None:
        keys.pop(plan.distinct.by.key)  # it follows from who is alike
    return list(keys)


def found(plan: Plan, book: Book, text: Document) -> Iterator[Problem]:
    """Find what does not fit."""
    for loc, said in _all(plan, book):
        yield Problem(text.spot(loc), said)


def _all(plan: Plan, book: Book) -> Misfits:
    yield from _row(plan, book.usually, ("usually",))
    names = Counter(case.name for case in book.cases)
    for at, case in enumerate(book.cases):
        loc: Loc = ("cases", at)
        if names[case.name] > 1:
            yield (*loc, "name"), f"{case.name!r}: two cases have this name. Change one."
        yield from _candidates(plan, case, loc)
        yield from _lacking(plan, book, case, loc)
        yield from _distances(plan, case, loc)
        yield from _expected(case, loc)


def _candidates(plan: Plan, case: Case, loc: Loc) -> Misfits:
    for name, row in case.rows().items():
        yield from _row(plan, row, (*loc, "candidates", name))
    for name in case.candidates:
        twin = case.copied(name)
        if twin != name and twin not in case.rows():
            said = f"{name}: a copy of none that has outcomes (got {twin!r}); "
            yield (*loc, "candidates", name), said + nearest(twin, list(case.rows()))
    for name in case.expect:
        if name not in plan.expectations:
            said = f"expect: the policy reads no expect.{name} (got {name!r}); "
            yield (*loc, "expect", name), said + nearest(name, sorted(plan.expectations))


def _row(plan: Plan, row: Row, loc: Loc) -> Misfits:
    asked, outputs = needed(plan), _outputs(plan)
    seen: set[str] = set()
    for name, given in row.items():
        key = key_of(plan, name)
        if key is None or key not in asked:
            said = f"{name}: the policy does not decide by it; "
            yield (*loc, name), said + nearest(name, asked)
        elif key in seen:
            yield (*loc, name), f"{name}: said twice, by two names. Keep one."
        elif said := _beyond(outputs[key], given):
            yield (*loc, name), f"{name}: {said}"
        seen.add(key or name)


def _beyond(output: Output, given: Given) -> str:
    """Return why no measure can give this; "" if one can."""
    if given == ABSENT and not output.optional:
        return "it is never absent (got 'absent'). Give a number."
    if not isinstance(given, float):
        return ""
    if output.whole and not given.is_integer():
        return f"expected a whole number (got {given:.12g}). Give one."
    if not output.holds(given):
        return f"it can only be {output.span} (got {given:.12g}). Give a number in this range."
    return ""


def _lacking(plan: Plan, book: Book, case: Case, loc: Loc) -> Misfits:
    """Find candidates of which something is not said that the policy may ask for."""
    usual = {key_of(plan, name) for name in book.usually}
    for name, row in case.rows().items():
        known = usual | {key_of(plan, one) for one in row}
        if lacking := [key for key in needed(plan) if key not in known]:
            said = f"{name}: {', '.join(lacking)} not given, here or under 'usually'. "
            yield (*loc, "candidates", name), f"{said}Give a number, failed, or absent."


def _distances(plan: Plan, case: Case, loc: Loc) -> Misfits:
    pairs: set[frozenset[str]] = set()
    for at, one in enumerate(case.alike):
        here = (*loc, "alike", at)
        strangers = [name for name in one.pair if name not in case.candidates]
        for name in strangers:
            yield (*here, "pair"), _nobody(name, case)
        if strangers:
            continue
        pair = frozenset(map(case.copied, one.pair))
        if said := _no_distance(plan, case, one, pair):
            yield here, f"alike: {said}"
        elif pair in pairs:
            yield here, f"alike: {' and '.join(one.pair)} stand here twice. Keep one."
        pairs.add(pair)


def _no_distance(plan: Plan, case: Case, one: Alike, pair: frozenset[str]) -> str:
    """Return why this distance would change nothing, or can't be; "" if it is well."""
    if plan.distinct is None:
        return "the policy has no 'distinct', so it measures no distances. Drop it."
    if not pair <= case.rows().keys():
        return f"{' and '.join(one.pair)} are not both measured. Name two that are."
    if len(pair) == 1:
        return f"{' and '.join(one.pair)} have the same bytes. Name two others."
    return _beyond(_outputs(plan)[plan.distinct.by.key], one.distance)


def _expected(case: Case, loc: Loc) -> Misfits:
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


def _outputs(plan: Plan) -> dict[str, Output]:
    return {
        f"{name}.{output}": one
        for name, instance in plan.instances.items()
        for output, one in instance.outputs.items()
    }
