"""Made-up requests whose scores agree so far: the world in which saving is simulated."""

from collections.abc import Iterator

import numpy as np

from selector.policy import plan as p
from selector.types import Decision, Score, Selection
from worlds import UP, candidate, instance, plan, ref

COSTS = {"s1": 0.001, "s2": 0.01, "s3": 0.01, "s4": 0.03, "vlm": 1.0}  # seconds a candidate
DEAR = "vlm"
NOTHING = Decision((), {}, {}, {}, "empty", needs_person=False)


def saving_plan(weight: float = 0.3, **rest) -> p.Plan:
    """Return the plan of five scorers, one of them dear and of this weight."""
    cheap = (1 - weight) / (len(COSTS) - 1)
    terms = tuple(p.Term(ref(name), weight if name == DEAR else cheap, UP) for name in COSTS)
    made = [instance(name, cost=cost) for name, cost in COSTS.items()]
    rest.setdefault("parallelism", 1)
    return plan(p.WeightedSum(terms), instances=made, **rest)


def requests(
    a_plan: p.Plan,
    count: int,
    *,
    candidates: int = 8,
    rho: float = 0.5,
    seed: int = 0,
) -> Iterator[tuple[p.Plan, Selection]]:
    """Give so many requests of which all is known, with the plan.

    Scores are evenly spread over [0, 1]; any two of one candidate correlate by *rho*.

    Args:
        a_plan: Of `saving_plan`.
        count: How many.
        candidates: Of each request.
        rho: How far scores agree.
        seed: The same gives the same requests.
    """
    from scipy.special import ndtr

    rng = np.random.default_rng([seed, candidates])
    names = [candidate(f"{at:02d}") for at in range(candidates)]
    for number in range(count):
        shared, own = rng.standard_normal((candidates, 1)), rng.standard_normal((candidates, 5))
        scores = ndtr(np.sqrt(rho) * shared + np.sqrt(1 - rho) * own)
        table = {
            one.id: {f"{name}.value": Score(float(v)) for name, v in zip(COSTS, row, strict=True)}
            for one, row in zip(names, scores, strict=True)
        }
        yield (
            a_plan,
            Selection(
                request_id=f"{seed}-{number}",
                created="2026-01-01T00:00:00.000+00:00",
                prompt="p",
                policy="test@1",
                plan_hash=a_plan.hash,
                candidates=tuple(names),
                outcomes=table,
                decision=NOTHING,
                audited=True,
                plan=a_plan,
            ),
        )
