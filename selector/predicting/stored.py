"""The choice as the journal keeps it: the newest counts, while what it depends on is unchanged."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from selector.errors import JournalError
from selector.log import operator_log
from selector.policy.plan import Plan, Prediction
from selector.predicting.basis import basis, changed, depends
from selector.predicting.promise import is_broken
from selector.types import Candidate, agreed, from_data, to_data

if TYPE_CHECKING:
    from selector.journal import Journal

KIND = "prediction"
AGAIN = "Run `selector plan fit` again"
_WRITER = "selector plan fit"


@dataclass(frozen=True, slots=True)
class Choice:
    """The newest choice for a policy.

    Attributes:
        prediction: What was chosen, if it may be used.
        since: When it was chosen, UTC, ISO 8601; "" if nothing ever was.
        why_not: In words, why nothing may be used; "" if *prediction* may.
        broken: Whether it may not because audited requests lost more than was promised.
    """

    prediction: Prediction | None
    since: str = ""
    why_not: str = ""
    broken: bool = False


def keep(journal: Journal, plan: Plan, prediction: Prediction) -> None:
    """Write a choice down; from now on it is the one that counts.

    Raises:
        JournalError: It was not written.
    """
    from selector.journal import Event

    body = {"prediction": to_data(Prediction, prediction), "of": depends(plan)}
    journal.record(Event(KIND, plan.policy_hash, _WRITER, prediction.offset, body))


def choice(journal: Journal, plan: Plan) -> Choice:
    """Return the newest choice for the policy of *plan*.

    Raises:
        JournalError: The journal can't be read, or the choice in it is damaged.
    """
    events = journal.events(KIND, plan.policy_hash)
    if not events:
        return Choice(None, why_not="nothing is chosen yet. Run `selector plan fit`.")
    newest = events[-1]
    prediction, before = _read(newest.body)
    if prediction.basis != basis(plan, prediction):
        what = changed(plan, before) or "the choice itself"
        return Choice(None, newest.created, f"since it was chosen this changed: {what}. {AGAIN}.")
    if is_broken(journal, replace(plan, prediction=prediction)):
        why = f"audited requests lost more than it promises. {AGAIN}."
        return Choice(None, newest.created, why, broken=True)
    return Choice(prediction, newest.created)


def holds(prediction: Prediction, candidates: Collection[Candidate]) -> bool:
    """Return whether a prediction holds for a request: by their number and their generator."""
    count, made_by = len(candidates), agreed(candidates, "generator") or ""
    known = not prediction.generators or made_by in prediction.generators
    return known and prediction.fewest <= count <= prediction.most


def stored(journal: Journal, plan: Plan) -> Prediction | None:
    """Return what was chosen for a plan; None, and a warning, if it may not be used any more.

    Raises:
        JournalError: The journal can't be read, or the choice in it is damaged.
    """
    found = choice(journal, plan)
    tell(plan, found)
    return found.prediction


def tell(plan: Plan, found: Choice) -> None:
    """Log why a choice is not used: that nothing was ever chosen is no news."""
    if found.why_not and found.since:
        say = operator_log().error if found.broken else operator_log().warning
        say("predicting.not_used", policy=plan.policy, why=found.why_not)


def why_not(journal: Journal, plan: Plan) -> str:
    """Return in words why no choice is used for a plan; "" if one is.

    Raises:
        JournalError: The journal can't be read, or the choice in it is damaged.
    """
    return choice(journal, plan).why_not


def _read(body: Any) -> tuple[Prediction, dict[str, Any]]:
    try:
        return from_data(Prediction, body["prediction"]), dict(body["of"])
    except (LookupError, TypeError, ValueError) as error:
        raise JournalError(
            f"journal: the choice in it is damaged (got {error}). {AGAIN}."
        ) from None
