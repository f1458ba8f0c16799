"""An earlier policy put back in force, as the journal has it: its text, and its calibrated file."""

from __future__ import annotations

import os
import secrets
import shutil
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import count
from pathlib import Path

from selector.errors import CalibrationError, PolicyError, RequestError
from selector.journal import Event, PolicyRow
from selector.planning import plan_of
from selector.policy import find
from selector.policy.calibration import Calibration
from selector.policy.policy import GIVEN, Policy
from selector.policy.resolved import file_of, meaning_hash

ASIDE = ".before-rollback"
SHORTEST = 4  # characters of a hash; fewer are the beginning of too many
NOT_OURS = ("site-packages", "dist-packages")  # whoever upgrades a package loses what lies there


@dataclass(frozen=True, slots=True)
class File:
    """One file that is written, or taken away.

    Attributes:
        path: Which.
        text: What it will hold; None for one that is taken away.
        before: What it holds now; None for nothing.
        aside: Where that is kept; None where the journal has it, or it stays as it is.
    """

    path: Path
    text: str | None
    before: bytes | None
    aside: Path | None = None

    @property
    def changes(self) -> bool:
        """Whether anything is to be done."""
        return self.before != (None if self.text is None else self.text.encode())


@dataclass(frozen=True, slots=True)
class Rollback:
    """What putting an earlier policy back means.

    Attributes:
        name: The policy's own name.
        row: What is put back.
        files: The calibrated file and the policy itself, in the order of writing.
        now: The version and the hash of the policy in force; None if it can't be read.
        others: Other texts that the journal has of the same version.
    """

    name: str
    row: PolicyRow
    files: tuple[File, ...]
    now: tuple[int, str] | None
    others: tuple[PolicyRow, ...] = ()

    @property
    def changes(self) -> bool:
        """Whether anything is to be done."""
        return any(file.changes for file in self.files)


def target_of(given: str) -> Path:
    """Return the file in which the product finds a policy, or will: never one of the package's.

    Args:
        given: A path, or a name: then it lies in ./policies.

    Raises:
        RequestError: It is a file of an installed package.
    """
    path = Path(given)
    if path.suffix not in find.SUFFIXES and path.name == given:
        ours = [Path("policies") / f"{given}{suffix}" for suffix in find.SUFFIXES]
        path = next((one for one in ours if one.exists()), ours[0])
    if path.suffix not in find.SUFFIXES:
        raise RequestError(
            f"{path}: no file of a policy (got a path without .yaml). Give its file, or its name."
        )
    if any(part in NOT_OURS for part in Path(os.path.realpath(path)).parts):
        raise RequestError(
            f"{path}: it belongs to an installed package (got a file in site-packages). Give the "
            "policy's name: the earlier one is put into ./policies, where it is found first."
        )
    return path


def name_of(given: str) -> str:
    """Return what a policy calls itself; of one that can't be read any more, the name of its file."""
    try:
        return Policy.load(given).name
    except PolicyError:
        path = Path(given)
        return path.stem if path.suffix in find.SUFFIXES else path.name


def chosen(rows: Sequence[PolicyRow], to: str, name: str) -> PolicyRow:
    """Return the text that is meant: the newest of a version, or the one of a hash.

    Of a version, a text that stood in a file goes before what a program made of it, such as
    `selector select --deliver 3`.

    Args:
        rows: What the journal has of the policy, the oldest first.
        to: A version, or how a hash begins: of a text, or of what it means.
        name: The policy's, for messages.

    Raises:
        RequestError: There is none, or several begin so.
    """
    versions = [row for row in rows if str(row.version) == to]
    if versions:
        files = [row for row in versions if not row.text.startswith(GIVEN)]
        return (files or versions)[-1]
    begins = to.lower()
    fits = [row for row in rows if len(to) >= SHORTEST and _begins(row, begins)]
    if len({row.policy_hash for row in fits}) > 1:
        listed = ", ".join(f"{row.hash[:12]} of version {row.version}" for row in fits)
        raise RequestError(f"--to: several texts begin so (got {to!r}: {listed}). Give more of it.")
    if fits:
        return fits[-1]
    known = ", ".join(dict.fromkeys(str(row.version) for row in rows)) or "none"
    raise RequestError(
        f"--to: the journal has no such version of {name} (got {to!r}; it has {known}). "
        f"List them: selector rollback {name} --list"
    )


def prepared(rows: Sequence[PolicyRow], given: str, to: str) -> Rollback:
    """Return what putting a version back means; nothing is written yet.

    Args:
        rows: What the journal has of the policy, the oldest first.
        given: A path, or a name.
        to: A version, or how a hash begins.

    Raises:
        RequestError: There is no such version, or its place is not ours to write.
        PolicyError: It can't be planned any more, or means something else now.
        CalibrationError: Its calibrated file does not fit any more.
    """
    name = name_of(given)
    row = chosen(rows, to, name)
    _check(row)
    policy = _file(target_of(given), row.text, [one.text for one in rows])
    calibrated = _file(find.calibrated(name), row.calibrated, [one.calibrated for one in rows])
    others = tuple(one for one in rows if one.version == row.version and one != row)
    return Rollback(name, row, (calibrated, policy), in_force(given), others)


def carry_out(rollback: Rollback) -> None:
    """Write what is prepared: each file whole or not at all, the policy last.

    A calibrated file that is for another policy is refused when planning: whoever starts in
    between uses neither by mistake.

    Raises:
        RequestError: Nothing can be written there.
    """
    for file in rollback.files:
        if not file.changes:
            continue
        try:
            if file.before is not None and file.aside is not None:
                _put(file.aside, file.before)
            if file.text is None:
                file.path.unlink()
            else:
                _put(file.path, file.text.encode())
        except OSError as error:
            raise RequestError(
                f"{file.path}: it can't be written ({error.strerror}). Nothing after it was."
            ) from None


def event(rollback: Rollback) -> Event:
    """Return what the journal keeps of it; its value is the version that is in force now."""
    row, now = rollback.row, rollback.now
    return Event(
        "rollback",
        rollback.name,
        "rollback",
        float(row.version),
        {
            "from": None if now is None else {"version": now[0], "policy_hash": now[1]},
            "to": {"version": row.version, "policy_hash": row.policy_hash, "text": row.hash},
            "files": [str(file.path) for file in rollback.files if file.changes],
            "kept": [str(file.aside) for file in rollback.files if file.aside],
        },
    )


def _begins(row: PolicyRow, begins: str) -> bool:
    return row.hash.startswith(begins) or row.policy_hash.startswith(begins)


def _check(row: PolicyRow) -> None:
    """Tell if a text, with its calibrated file, does not do any more what it did."""
    what = f"{row.name} version {row.version}, as it was used"
    gone = f"{what}: it can't be used any more."
    try:
        used = Calibration.read(row.calibrated) if row.calibrated is not None else None
        now = plan_of(row.text.encode(), used).policy_hash
    except PolicyError as error:
        raise PolicyError([gone, *error.problems]) from None
    except CalibrationError as error:
        raise CalibrationError(f"{gone}\n{error}") from None
    if now != row.policy_hash:
        raise PolicyError(
            f"{what}: it means something else to this version of selector (got {now[:12]}…, it was "
            f"{row.policy_hash[:12]}…). Install the version that it was used with."
        )


def is_in_force(row: PolicyRow, given: str) -> bool:
    """Return whether what the product finds is just this text, with just this calibrated file."""
    try:
        policy = Policy.load(given)
    except PolicyError:
        return False
    calibrated = _content(find.calibrated(row.name)) if policy.asks_labels else None
    return (policy.text, calibrated) == (
        row.text,
        None if row.calibrated is None else row.calibrated.encode(),
    )


def in_force(given: str) -> tuple[int, str] | None:
    """Return the version and the hash of the policy that is found now; None if it can't be read.

    The hash is of what it means with its calibrated file.
    """
    try:
        policy = Policy.load(given)
        file = file_of(policy)
    except (PolicyError, CalibrationError):
        return None
    return policy.version, meaning_hash(policy, file and file.calibration)


def _file(path: Path, text: str | None, known: Sequence[str | None]) -> File:
    """Return what is to be done with a file; what it holds is kept, unless it is *known*."""
    before = _content(path)
    made = File(path, text, before)
    is_kept = before is None or before.decode("utf-8-sig", "replace") in known
    if is_kept or not made.changes:
        return made
    return File(path, text, before, _free(path, before))


def _content(path: Path) -> bytes | None:
    try:
        return path.read_bytes()
    except FileNotFoundError:
        return None
    except OSError as error:
        raise RequestError(f"{path}: it can't be read ({error.strerror}).") from None


def _free(path: Path, content: bytes | None) -> Path:
    """Return a place beside *path* that nothing else lies at."""
    return next(place for place in _places(path) if _content(place) in {None, content})


def _places(path: Path) -> Iterator[Path]:
    yield path.with_name(f"{path.name}{ASIDE}")
    yield from (path.with_name(f"{path.name}{ASIDE}-{number}") for number in count(2))


def _put(path: Path, content: bytes) -> None:
    """Write a file that is there whole or not at all, also after the power was cut."""
    target = Path(os.path.realpath(path))  # through a link, so that the link stays one
    target.parent.mkdir(parents=True, exist_ok=True)
    part = target.with_name(f".{secrets.token_hex(8)}.part")
    try:
        with part.open("xb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        if target.exists():
            shutil.copymode(target, part)  # who could read it still can
        part.replace(target)
    finally:
        part.unlink(missing_ok=True)
