"""What a policy must say, and labels must be like, before anything can be calibrated."""

from __future__ import annotations

from collections.abc import Sequence

from selector.calibration import drafting as draft
from selector.calibration.costs import needs_curve
from selector.calibration.gather import Gathered, Known
from selector.calibration.lines import Open
from selector.calibration.said import Judged
from selector.errors import CalibrationError
from selector.policy.policy import Policy


def fits_anything(policy: Policy, lines: Sequence[Open]) -> bool:
    """Return whether something is fitted on labels or scores, beside accept lines being found."""
    parts = draft.parts(policy)
    asks = any(draft.asks_scale(part) or draft.asks_weight(part) for part in parts)
    return asks or draft.of_probability(policy) or len(lines) > 1 or needs_curve(policy)


def check(policy: Policy) -> None:
    """Tell if a policy asks labels for nothing.

    Raises:
        CalibrationError: It has no `calibrated`.
    """
    if not policy.asks_labels:
        raise CalibrationError(
            f"{policy.where()}: {policy.name} asks labels for nothing (got no `calibrated`). Say "
            "`calibrated` where a number should come from labels: an accept line, a weight with "
            "`until_then`, the ends of a scale, the cut."
        )
    weighed = [part.of for part in draft.parts(policy) if draft.asks_weight(part)]
    if twice := next((of for of in weighed if weighed.count(of) > 1), None):
        raise CalibrationError(
            f"{policy.where()}: {twice}: two terms of it have a calibrated weight, and labels can't "
            "tell them apart. Keep one."
        )


def check_target(policy: Policy, lines: Sequence[Open]) -> None:
    """Tell if a policy has accept lines to calibrate, and nothing that they are to keep.

    Raises:
        CalibrationError: It has no target.
    """
    if lines and policy.target is None:
        raise CalibrationError(
            f"{policy.where()}: {lines[0].line} of {lines[0].on} is calibrated, and nothing says "
            "what is to be promised (got no target). Add "
            "'target: {bad_delivered: 0.02, confidence: 0.95}'."
        )


def check_kinds(policy: Policy, lines: Sequence[Open], gathered: Gathered) -> None:
    """Tell if what was judged can't tell good from bad.

    Raises:
        CalibrationError: Nobody said what is good, or all that was judged is alike.
    """
    if not lines and not draft.of_probability(policy) and not needs_curve(policy):
        return
    good = gathered.judged.good
    if not good:
        raise CalibrationError(
            f"{policy.name}: nobody said whether a candidate is good (got comparisons, or ties, "
            "alone). Get verdicts, or ratings and --good-from."
        )
    if not fits_anything(policy, lines) or len(set(good.values())) > 1:
        return
    kind = "good" if next(iter(good.values())) else "bad"
    raise CalibrationError(
        f"{policy.name}: all {len(good)} candidates that were judged are {kind} (got one class "
        "only). Get labels of both kinds."
    )


def check_parts(
    policy: Policy, judged: Judged, fitting: Sequence[Known], certifying: Sequence[Known]
) -> None:
    """Tell if there are too few requests to fit on some of them and to certify on others.

    Raises:
        CalibrationError: One part has no request of which anything was judged.
    """
    asked = {request for request, _ in judged.keys}
    if not all(any(one.id in asked for one in part) for part in (fitting, certifying)):
        raise CalibrationError(
            f"{policy.name}: too few requests with labels to fit on some and to certify on others "
            f"(got {len(asked)}). Let people judge deliveries of some hundred."
        )
