"""What measuring came to on this machine, as its journal tells."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from selector.errors import JournalError
from selector.log import operator_log
from selector.policy.order import Rates
from selector.policy.plan import Plan

if TYPE_CHECKING:
    from selector.journal import Journal


def of(plan: Plan, opened: Callable[[], Journal | None]) -> Rates:
    """Return what measuring with each instance of *plan* came to, where that is known.

    It only changes what is measured first: a journal that can't be read is logged.

    Args:
        plan: Whose instances.
        opened: Gives the journal, if there is one.
    """
    prints = {name: one.fingerprint for name, one in plan.instances.items()}
    try:
        journal = opened()
        found = journal.rates(prints.values()) if journal else {}
    except JournalError as error:
        operator_log().warning("engine.rates_not_known", error=str(error))
        return {}
    return {name: found[print_] for name, print_ in prints.items() if print_ in found}
