"""Which calibrated file a policy goes by, and what the two mean together."""

from __future__ import annotations

import hashlib
from typing import Literal, NamedTuple, TypeAlias

from selector.errors import CalibrationError, PolicyError
from selector.policy.calibration import Calibration, of_policy
from selector.policy.plan import canonical
from selector.policy.policy import Policy

FOUND: Literal["found"] = "found"  # the file that lies where the policy's belongs, if one does
Given: TypeAlias = "Calibration | Literal['found'] | None"


class File(NamedTuple):
    """A calibrated file.

    Attributes:
        calibration: What it says.
        text: How it says it.
        origin: What it is called in messages.
    """

    calibration: Calibration
    text: str
    origin: str


def file_of(policy: Policy, given: Given = FOUND) -> File | None:
    """Return the calibrated file that a policy goes by; None without one, or where it asks none.

    Args:
        policy: What was written.
        given: A calibration; None for as if there were no file; by default what is found.

    Raises:
        CalibrationError: There is one, and it can't be read.
    """
    if given is None or not policy.asks_labels:
        return None
    if isinstance(given, Calibration):
        return File(given, given.text, "calibrated")
    try:
        found = of_policy(policy.name)
    except PolicyError as error:
        raise CalibrationError(str(error)) from None
    return found and File(Calibration.read(found[1], found[0]), found[1], found[0])


def meaning_hash(policy: Policy, calibration: Calibration | None) -> str:
    """Return sha256 hex of what a policy means once its calibrated numbers stand in it.

    Without a calibration it is the policy's own.
    """
    if calibration is None:
        return policy.hash
    return hashlib.sha256(canonical([policy.hash, calibration.hash]).encode()).hexdigest()
