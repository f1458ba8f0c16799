"""Calibrated files for tests, made by hand: what labels would have said of a policy."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from selector.planning import planned
from selector.policy.calibration import Calibration, bound

STRAIGHT = ((0.0, 0.0), (1.0, 1.0))


def calibration(
    source: Any, *, holds: Mapping[str, Any] | None = None, **parts: Any
) -> Calibration:
    """Return a calibration of a policy, as it fits now.

    Args:
        source: The policy.
        holds: What of `holds_for` is otherwise.
        parts: The file's scales, weights, probability, cuts; and what else is otherwise.
    """
    made = planned(source, None)
    policy = made.policy
    terms = [term["of"] for factor in parts.get("probability", ()) for term in factor["terms"]]
    outputs = [{"of": of} for of in terms]
    prints = {name: one.fingerprint for name, one in made.plan.instances.items()}
    if outputs:  # what only the probability asks for has a fingerprint too
        asking = policy.having(method={"weighted_sum": _scaled(outputs)}, cut=None, gates=[])
        prints |= {
            name: one.fingerprint for name, one in planned(asking, None).plan.instances.items()
        }
    holds_for = {
        "policy": bound(policy),
        "measures": prints,
        "candidates": [1, 16],
        "generators": [],
        "deliver": policy.deliver,
    }
    data = {"hash": "0" * 64, "requests": 9, "candidates": 9, "bad": 1, "labels": 9, "raters": 1}
    return Calibration.model_validate(
        {
            "schema": 1,
            "policy": policy.name,
            "claim": "At most 2 % of what is delivered is bad.",
            "date": "2026-03-01",
            "command": "selector calibrate",
            "holds_for": holds_for | dict(holds or {}),
            "data": data,
        }
        | parts
    )


def _scaled(outputs: list[dict[str, str]]) -> list[dict[str, Any]]:
    return [one | {"scale": {"ends": [0, 1]}, "if_absent": 0} for one in outputs]


def written(made: Calibration, folder: Path) -> Path:
    """Write a calibration where the product in *folder* finds it; return its path."""
    path = folder / "policies" / "calibrated" / f"{made.policy}.yaml"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(made.text)
    return path


def cut(on: str, line: str, value: float | None, segment: str | None = None) -> dict[str, Any]:
    """Return one line of a file."""
    return {"on": on, "line": line, "value": value, "segment": segment, "why": "by hand"}


def factor(*terms: dict[str, Any], curve: Any = STRAIGHT) -> dict[str, Any]:
    """Return one factor of the probability."""
    return {"of": "verdict", "terms": list(terms), "curve": curve, "method": "platt"}


def term(of: str, knots: Any = STRAIGHT, weight: float = 1.0) -> dict[str, Any]:
    """Return one output of a factor."""
    return {"of": of, "weight": weight, "knots": knots}
