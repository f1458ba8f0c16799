"""The calibrated file on disk: where it lies, what changes in it, written whole or not at all."""

from __future__ import annotations

import os
import secrets
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

from selector.errors import CalibrationError, PolicyError
from selector.policy import find
from selector.policy.calibration import Calibration, of_policy

NOT_OURS = ("site-packages", "dist-packages")  # whoever upgrades a package loses what lies there


def before(name: str) -> Calibration | None:
    """Return what the calibrated file of a policy says now; None without one that can be read."""
    try:
        found = of_policy(name)
        return None if found is None else Calibration.read(found[1], found[0])
    except (PolicyError, CalibrationError):
        return None


def dated(new: Calibration | None, old: Calibration | None) -> Calibration | None:
    """Return the new file, or the old one where nothing but the day and the command differ."""
    if new is None or old is None:
        return new
    same = old.model_copy(update={"date": new.date, "command": new.command})
    return old if same == new else new


def target_of(name: str) -> Path:
    """Return where the calibrated file of a policy will lie.

    Raises:
        CalibrationError: That belongs to an installed package.
    """
    path = find.calibrated(name)
    if any(part in NOT_OURS for part in Path(os.path.realpath(path)).parts):
        raise CalibrationError(
            f"{path}: it belongs to an installed package (got a folder of site-packages). Run this "
            "in the folder of your product."
        )
    return path


def write(calibration: Calibration) -> Path:
    """Write the calibrated file of a policy, and return where.

    It is there whole or not at all, also after the power was cut.

    Raises:
        CalibrationError: It can't be written there.
    """
    path = target_of(calibration.policy)
    target = Path(os.path.realpath(path))  # through a link, so that the link stays one
    part = target.with_name(f".{secrets.token_hex(8)}.part")
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        with part.open("xb") as file:
            file.write(calibration.text.encode())
            file.flush()
            os.fsync(file.fileno())
        part.replace(target)
    except OSError as error:
        raise CalibrationError(
            f"{path}: it can't be written (got {error.strerror}). Make room for it there."
        ) from None
    finally:
        with suppress(OSError):  # where its folder is none, there is no part either
            part.unlink(missing_ok=True)
    return path


def changes(old: Calibration | None, new: Calibration) -> Iterator[str]:
    """Tell what stands in the new file and did not stand so in the old one."""
    was = {} if old is None else dict(_numbers(old))
    now = dict(_numbers(new))
    for name in dict.fromkeys((*was, *now)):
        if name not in was:
            yield f"{name}: {_shown(now[name])} (new)"
        elif name not in now:
            yield f"{name}: {_shown(was[name])} (gone)"
        elif was[name] != now[name]:
            yield f"{name}: {_shown(was[name])} → {_shown(now[name])}"


Told = float | str | None


def _numbers(of: Calibration) -> Iterator[tuple[str, Told]]:
    for scale in of.scales:
        yield f"scale of {scale.of}", f"{scale.knots[0][0]:.6g} to {scale.knots[-1][0]:.6g}"
    for weight in of.weights:
        yield f"weight of {weight.of}", weight.weight
    for factor in of.probability:
        yield f"probability by {factor.of}", f"{factor.method}, {len(factor.terms)} outputs"
    for cut in of.cuts:
        whose = f" ({cut.segment})" if cut.segment else ""
        yield f"{cut.line} of {cut.on}{whose}", cut.value


def _shown(told: Told) -> str:
    if told is None:
        return "not supported"
    return f"{told:.6g}" if isinstance(told, float) else told
