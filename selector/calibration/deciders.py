"""Which recorded requests were decided by a policy as it is now, and of which all was measured."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from sqlalchemy import Select, select

from selector.errors import JournalError, PolicyError
from selector.journal import Journal
from selector.journal.recorded import recorded_plan
from selector.journal.tables import requests
from selector.policy.plan import Plan
from selector.policy.policy import Policy
from selector.policy.values import CALIBRATED

Kind = Literal["whole", "lazy", "other policy", "other measures"]
CHUNK = 500  # ids that are asked for at once

# What changes neither what is measured nor who stands before whom: a line that is drawn elsewhere,
# another target, another number to deliver.
_ALIKE = {
    "version", "cut", "deliver", "on_empty", "uncertified", "costs", "target", "cascade",
    "licences", "journal", "timeout_s", "style", "acknowledged",
}  # fmt: skip
_LINES = {"accept_below", "accept_above"}
_UNTIL_THEN = "until_then"


@dataclass(frozen=True)
class Deciders:
    """The plans that decided requests under a policy's name.

    Attributes:
        kinds: Of each plan, by its hash, whether its requests count; "whole" are all of it,
            "lazy" those alone that were audited.
    """

    kinds: Mapping[str, Kind]

    def kind(self, plan_hash: str, *, audited: bool) -> Kind:
        """Return whether a request counts, or why not."""
        kind = self.kinds.get(plan_hash, "other policy")
        return "whole" if kind == "lazy" and audited else kind

    def of(self, kind: Kind) -> tuple[str, ...]:
        """Return the plans of this kind."""
        return tuple(one for one, its in self.kinds.items() if its == kind)


def deciders(journal: Journal, policy: Policy, plan: Plan) -> Deciders:
    """Return what decided the requests that a journal has under the name of a policy.

    Raises:
        JournalError: There is no journal, or it can't be read.
    """
    meanings = _meanings(journal, policy)
    return Deciders(
        {name: _kind(journal, name, plan, meanings) for name in _plans(journal, policy.name)}
    )


def kinds_of(journal: Journal, ids: Iterable[str], by: Deciders) -> dict[str, Kind]:
    """Return of requests, by id, whether they count; those that are not there are left out.

    Raises:
        JournalError: There is no journal, or it can't be read.
    """
    found: dict[str, Kind] = {}
    listed = sorted(set(ids))
    with journal.reading() as connection:
        for at in range(0, len(listed), CHUNK):
            for row in connection.execute(_about(listed[at : at + CHUNK])):
                found[row.id] = by.kind(row.plan_hash, audited=row.audited)
    return found


def _about(ids: Sequence[str]) -> Select[Any]:
    return select(requests.c.id, requests.c.plan_hash, requests.c.audited).where(
        requests.c.id.in_(ids)
    )


def _plans(journal: Journal, name: str) -> list[str]:
    query = select(requests.c.plan_hash).where(requests.c.policy == name).distinct()
    with journal.reading() as connection:
        return sorted(str(one) for one in connection.scalars(query))


def _meanings(journal: Journal, policy: Policy) -> dict[str, bool]:
    """Return of each text of the policy, by what it means resolved, whether it is this policy's."""
    meant = _meaning(policy)
    found = {}
    for row in journal.policies(policy.name):
        try:
            found[row.policy_hash] = _meaning(Policy.load(row.text.encode())) == meant
        except PolicyError:
            found[row.policy_hash] = False
    return found


def _meaning(policy: Policy) -> Any:
    """Return what a policy measures and ranks by as long as there is no calibration."""
    return _before(policy.meaning(_ALIKE))


def _before(meaning: Any) -> Any:
    if isinstance(meaning, list):
        return [_before(each) for each in meaning]
    if not isinstance(meaning, dict):
        return meaning
    given = {name: each for name, each in meaning.items() if name not in _LINES}
    then = given.pop(_UNTIL_THEN, None)
    return {name: then if each == CALIBRATED else _before(each) for name, each in given.items()}


def _kind(journal: Journal, plan_hash: str, plan: Plan, meanings: Mapping[str, bool]) -> Kind:
    try:
        other = recorded_plan(journal, plan_hash)
    except JournalError:
        return "other policy"
    if not meanings.get(other.policy_hash, other.policy_hash == plan.policy_hash):
        return "other policy"
    if dict(_prints(other)) != dict(_prints(plan)):
        return "other measures"
    return "whole" if other.mode == "exhaustive" else "lazy"


def _prints(plan: Plan) -> Iterator[tuple[str, str]]:
    for name, one in plan.instances.items():
        yield name, one.fingerprint
