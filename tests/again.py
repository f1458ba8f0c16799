"""Made-up requests as a journal has them: decided by the cascade, audited or not, written down."""

from pathlib import Path

from selector import cascade
from selector.engine import audit
from selector.engine.outcome import outcomes
from selector.journal import Journal
from selector.journal.light import Damaged, Recorded
from selector.journal.recorded import Which, recorded
from selector.types import Selection
from worlds import World

CREATED = "2026-03-01T12:00:00.000+00:00"
EVERYTHING = Which()


def selection(world: World, request_id: str = "r", *, audited: bool = False, **rest) -> Selection:
    """Return what a world's request got, as an engine hands it to the journal."""
    found = world.resolve()
    made = Selection(
        request_id=request_id,
        created=rest.pop("created", CREATED),
        prompt=rest.pop("prompt", "a prompt"),
        policy=f"{world.plan.policy}@{world.plan.version}",
        plan_hash=world.plan.hash,
        candidates=world.candidates,
        outcomes=outcomes(world.plan, found.table),
        decision=found.decision,
        expect=world.expect,
        plan=world.plan,
        **rest,
    )
    return cascade.driven(audit.auditing(made, None), world.measure) if audited else made


def written(where: Path | str, *selections: Selection) -> str:
    """Append requests to a journal; return where it is."""
    with Journal(where) as journal:
        for one in selections:
            journal.append(one.plan, one)
    return str(where)


def read(where: Path | str, which: Which = EVERYTHING, **rest) -> list[Recorded | Damaged]:
    """Return the requests of a journal as replay reads them."""
    with Journal(where) as journal:
        return list(recorded(journal, which, **rest))
