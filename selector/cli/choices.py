"""What was chosen from measured requests to save more than is exact, in words and as data."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from selector.cli.prose import entry, shown
from selector.cli.stages import COLUMN
from selector.cli.table import counted
from selector.policy.plan import Plan, Prediction
from selector.predicting import Choice, Trial
from selector.report.words import moment
from selector.types import to_data


def lines(plan: Plan, choice: Choice | None) -> Iterator[str]:
    """Give what a plan promises, and what is chosen for that or why nothing is."""
    if choice is None:
        return
    yield entry("Saves more", _promise(plan), column=COLUMN)
    if choice.prediction is None:
        yield entry("", f"Decided exactly for now: {choice.why_not}", column=COLUMN)
        return
    said = f"Chosen {moment(choice.since)}: {_rule(choice.prediction)} {_holds(choice.prediction)}"
    yield entry("", said, column=COLUMN)


def data(plan: Plan, choice: Choice | None) -> dict[str, Any]:
    """Return the same as JSON data."""
    if choice is None:
        return {"saves_more": None}
    chosen = choice.prediction
    return {
        "saves_more": {
            "regret": plan.regret.share if plan.regret else None,
            "value_of_quality": plan.worth.quality if plan.worth else None,
            "prediction": None if chosen is None else to_data(Prediction, chosen),
            "since": choice.since or None,
            "why_not": choice.why_not or None,
        }
    }


def chosen(plan: Plan, prediction: Prediction, trial: Trial | None) -> Iterator[str]:
    """Give what was just chosen, and what it did to the requests that it was chosen by."""
    yield f"{shown(plan.policy)}@{plan.version}: chosen, and kept in the journal"
    yield entry("Promise", _promise(plan), column=COLUMN)
    yield entry("Rule", _rule(prediction), column=COLUMN)
    if trial is not None:
        many = counted(trial.requests, "request")
        said = (
            f"{many} of which all is known: {trial.calls:.2g} calls of {prediction.instance} each, "
            f"where being exact takes {trial.exact:.2g} and measuring everything {trial.whole:.2g}; "
            f"lost {100 * trial.loss:.2g} % of what the best has over a random candidate."
        )
        yield entry("Chosen by", said, column=COLUMN)
    yield entry("Holds", _holds(prediction), column=COLUMN)


def _promise(plan: Plan) -> str:
    if plan.regret:
        share, sure = 100 * plan.regret.share, 100 * plan.regret.confidence
        return (
            f"at most {share:.3g} % is lost, on average, of what the best of a request has over a "
            f"random candidate of it; given up once audits are {sure:.3g} % sure that more is"
        )
    if plan.worth:
        return (
            f"a call of the dearest measure, at {plan.worth.call:g}, is made where it is worth "
            f"that; quality 1 instead of 0 is worth {plan.worth.quality:g}"
        )
    return "nothing"


def _rule(prediction: Prediction) -> str:
    more = f"{abs(prediction.offset):.3g}"
    than = f"{more} more than that" if prediction.offset >= 0 else f"{more} less than that"
    return (
        f"what {prediction.instance} adds to the quality is predicted from the other terms (give or "
        f"take {prediction.spread:.3g}), and a candidate is credited with {than}: where that can't "
        "win, it is not asked."
    )


def _holds(prediction: Prediction) -> str:
    few, most = prediction.fewest, prediction.most
    many = counted(few, "candidate") if few == most else f"{few} to {most} candidates"
    of = f" by {', '.join(map(shown, map(_named, prediction.generators)))}"
    by = of if prediction.generators else ""
    return f"It counts for requests of {many}{by}; others are decided exactly."


def _named(generator: str) -> str:
    return generator or "who is not named"
