"""A plan as lines for a narrow terminal: what is measured in which order, and what that saves."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import asdict
from typing import Any

from selector.cli.measures import seconds
from selector.cli.prose import coloured, entry, shown
from selector.cli.table import CLAIM, counted
from selector.forecast import Asked, Forecast, Hindrance, Stage, Use
from selector.policy.plan import Certified, Plan
from selector.types import Output

COLUMN = 12  # where the text beside a label begins
ONCE = 1.05  # batches on average; that many are as good as one

ASKED: dict[Asked, str] = {
    "everything": "as the policy says (cascade: mode: exhaustive)",
    "standing": "all whom nothing has refused so far",
    "rivals": "only who can still win",
    "top": "only who reaches the top",
    "ahead": "only whom the first criterion leaves",
    "tied": "only whom the criteria before can't tell apart",
    "front": "only whom no other dominates",
    "set": "all together whom no earlier kind of measure has refused",
    "second": "all together whom no earlier kind of measure has refused, once one is accepted "
    "and another comes up",
    "never": "where one is delivered, no other can be its double",
    "with others": "whomever that is asked of which needs it, just before",
}
LEAST = 1.05  # times cheaper; less than that is not worth a word
HINDRANCES: dict[Hindrance, str] = {
    "axis": "It can't be pruned: on an axis nobody has a bound that others could stay under. ",
    "first criterion": "It can't be pruned: the first criterion needs the best of all who stand. ",
    "first term": (
        "It can't be pruned: no term is measured before it, so that all who stand can still win. "
        "A cheaper term would tell first who can't."
    ),
    "set": "It can't be pruned: its numbers compare all that stand. ",
    "everything": "",
    "": "",
}
NAMED = {
    "gate": "gate on",
    "constraint": "constraint on",
    "axis": "axis:",
    "pick": "pick:",
    "term": "term:",
    "criterion": "criterion",
    "cut": "cut by the probability:",
    "distinct": "no doubles:",
    "evidence": "evidence for",
}


def lines(plan: Plan, stages: Sequence[Stage], expected: Forecast) -> Iterator[str]:
    """Give a paragraph for each stage, and what they cost together."""
    few = "all that are good enough" if plan.deliver is None else f"{plan.deliver}"
    yield f"{shown(plan.policy)}@{plan.version}: {plan.method.kind}, delivers {few}"
    for place, stage in enumerate(stages, start=1):
        yield from _stage(place, stage, expected)
    yield ""
    yield from _price(expected, chooses=plan.regret is not None or plan.worth is not None)
    yield from _calibrated(plan)
    if plan.mode != "exhaustive":
        yield from _audits(plan, expected)
        least = f"the {plan.parallelism} best" if plan.parallelism > 1 else "the best"
        yield entry("At once", f"{least} that can still win, where it is dear", column=COLUMN)


def data(plan: Plan, stages: Sequence[Stage], expected: Forecast) -> dict[str, Any]:
    """Return the same as JSON data."""
    return {
        "policy": f"{plan.policy}@{plan.version}",
        "mode": plan.mode,
        "audit": plan.audit,
        "parallelism": plan.parallelism,
        "calibrated": plan.written.claim or None if plan.written else None,
        "uncertified": list(plan.uncertified),
        "stages": [_stage_data(one, expected) for one in stages],
        "expected": {
            "simulated_requests": expected.requests,
            "candidates": expected.candidates,
            "rounds": expected.rounds,
            "seconds": expected.seconds,
            "seconds_of_everything": expected.all_seconds,
            "saving": expected.saving,
        },
    }


def _stage(place: int, stage: Stage, expected: Forecast) -> Iterator[str]:
    name = stage.instance.name
    yield coloured(entry("", f"{place}. {name}", column=0, indent=0), "cyan")
    uses = ", ".join(_used(stage.uses)) or "nothing"
    yield entry(stage.instance.kind, uses, column=COLUMN)
    yield entry("costs", " · ".join((_cost(stage), *_passes(stage))), column=COLUMN)
    yield entry("asked of", _whom(stage, expected), column=COLUMN)
    if said := HINDRANCES[stage.hindrance] + _allowed(stage):
        yield entry("", said, column=COLUMN)


def _used(uses: Sequence[Use]) -> Iterator[str]:
    """Give what a stage is for; bounds of a sort together."""
    for what in dict.fromkeys(use.what for use in uses):
        alike = [use for use in uses if use.what == what]
        shares = [f"{use.of} ({100 * use.share:.3g} %)" for use in alike if use.share is not None]
        places = [f"{use.place} ({use.of})" for use in alike if use.place is not None]
        plain = [use.of for use in alike]
        yield f"{NAMED[what]} {', '.join(dict.fromkeys(shares or places or plain))}"


def _cost(stage: Stage) -> str:
    where = "measured here" if stage.is_timed else "declared"
    beside = f"; {stage.encoder_of} has run its encoder" * bool(stage.encoder_of)
    return f"{seconds(stage.seconds)} a candidate, {where}{'' if stage.is_timed else beside}"


def _passes(stage: Stage) -> Iterator[str]:
    if not stage.refuses:
        return
    if stage.passed is None or stage.rate is None:
        yield "passes: not known yet"
    else:
        yield f"passes {100 * stage.passed:.3g} % of {stage.rate.measured} here"


def _whom(stage: Stage, expected: Forecast) -> str:
    name = stage.instance.name
    calls, every, batches = (
        of[name] for of in (expected.calls, expected.all_calls, expected.batches)
    )
    if not calls:
        return f"nobody: {ASKED[stage.asked]}"
    if stage.asked == "standing" and calls == every:
        return f"all {every:.3g}"
    size = "" if batches < ONCE else f", {calls / batches:.2g} at a time"
    many = f"all {every:.3g}" if calls == every else f"about {calls:.2g} of {every:.3g}"
    return f"{many}: {ASKED[stage.asked]}{size}"


def _allowed(stage: Stage) -> str:
    """Return what would let a bound spare the others."""
    if stage.hindrance not in {"axis", "first criterion"}:
        return ""
    what = "axis" if stage.hindrance == "axis" else "criterion"
    named = next(use.of for use in stage.uses if use.what == what)
    return f"As a term of a weighted sum{_scale(stage.instance.outputs[named])} it could be."


def _scale(output: Output) -> str:
    """Return the scale that a term would need; none where the output has both ends."""
    if output.low is not None and output.high is not None:
        return ""
    ends = "LOW, HIGH" if output.usual is None else "{:g}, {:g}".format(*output.usual)
    return f" with scale: {{ends: [{ends}]}}"


def _price(expected: Forecast, *, chooses: bool) -> Iterator[str]:
    many = counted(expected.candidates, "candidate")
    whole, lazy = seconds(expected.all_seconds), seconds(expected.seconds)
    yield f"{many}: {whole} to measure everything, {lazy} as it is asked"
    times = (
        f"{expected.saving:.2g} times cheaper" if expected.saving >= LEAST else "next to nothing"
    )
    yield entry("Saves", f"{times}, in {expected.rounds:.2g} rounds", column=COLUMN)
    said = (
        f"a simulation, no promise: {expected.requests} made-up requests, decided as real ones. "
        "Scores are uniform on their scales and independent, bounds refuse as often as here "
        "(where that is not known one in ten), nothing fails, is in doubt, or is a double."
        + " What is chosen to save more is not in it."
        * chooses
    )
    yield entry("Found by", said, column=COLUMN)


def _calibrated(plan: Plan) -> Iterator[str]:
    """Tell what labels promise, for which requests, and what waits for labels."""
    if plan.written and plan.written.claim:
        yield entry("Calibrated", shown(plan.written.claim, CLAIM), column=COLUMN)
    if plan.certified:
        yield entry("Certified", shown(certified(plan.certified), CLAIM), column=COLUMN)
    if plan.uncertified:
        yield entry("Waits", f"not calibrated yet: {', '.join(plan.uncertified)}", column=COLUMN)


def certified(lines: Certified) -> str:
    """Return for which requests certified lines hold, in words."""
    span = f"{lines.fewest}" if lines.fewest == lines.most else f"{lines.fewest} to {lines.most}"
    said = [f"for requests of {span} candidates"]
    said += [f"of {', '.join(lines.generators)}"] if lines.generators else []
    said += [f"lines of their own for {', '.join(lines.segments)}"] if lines.segments else []
    said += [f"not for {', '.join(lines.open)}"] if lines.open else []
    return "; ".join(said)


def _audits(plan: Plan, expected: Forecast) -> Iterator[str]:
    if not plan.audit:
        yield entry("Audit", "none: no request is measured in full", column=COLUMN)
        return
    more = seconds(plan.audit * (expected.all_seconds - expected.seconds))
    share = f"{100 * plan.audit:.3g} % of requests are measured in full after their verdict"
    yield entry("Audit", f"{share}, which adds {more} to each on average", column=COLUMN)


def _stage_data(stage: Stage, expected: Forecast) -> dict[str, Any]:
    name = stage.instance.name
    return {
        "instance": name,
        "kind": stage.instance.kind,
        "uses": [asdict(use) for use in stage.uses],
        "seconds": stage.seconds,
        "measured_here": stage.is_timed,
        "encoder_of": stage.encoder_of or None,
        "passed": stage.passed,
        "asked": stage.asked,
        "prunable": not stage.hindrance,
        "hindrance": stage.hindrance or None,
        "calls": expected.calls[name],
        "calls_of_everything": expected.all_calls[name],
    }
