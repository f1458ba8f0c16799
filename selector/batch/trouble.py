"""What a worker was at when it ended, whose fault that is, and what is done differently then."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from selector.batch.listed import Listed
from selector.foreign import visible

MOST_ENDED = 16  # processes that one request may cost: five bad images and more, never a whole run

What = Literal["start", "load", "image", "source", "measure", "rest"]
Ends = Mapping[str, str]  # by candidate, why what was begun with it does not end well


@dataclass(frozen=True, slots=True)
class Step:
    """What a worker begins, and can't be interrupted in.

    Attributes:
        what: Starting, loading a model, reading an image or the source of an edit, measuring; else
            "rest", which is quick.
        instance: What it loads or measures with.
        candidates: Whom it reads or measures.
        is_set: Whether these are measured as one set.
    """

    what: What
    instance: str = ""
    candidates: tuple[str, ...] = ()
    is_set: bool = False


LATE = "does not end"
START = Step("start")
REST = Step("rest")


@dataclass
class Trouble:
    """What is known of a request that cost worker processes.

    What does not end is at fault at once, since waiting for it again takes long. What ends a
    process is at fault the second time: the first may have been anybody's.

    Attributes:
        images: Why an image is not read again.
        source: Why the source of the edit is not; "" if it is.
        failed: By instance, why a candidate is not measured again.
        alone: Instances that measure one candidate at a time, to find out whose fault it is.
        fatal: Why the whole request is given up; "" if it is not.
        ended: How many processes it cost.
    """

    images: dict[str, str] = field(default_factory=dict)
    source: str = ""
    failed: dict[str, dict[str, str]] = field(default_factory=dict)
    alone: set[str] = field(default_factory=set)
    fatal: str = ""
    ended: int = 0
    _seen: set[Step] = field(default_factory=set)

    def learn(self, step: Step, listed: Listed, how: str, *, is_late: bool) -> None:
        """Learn that a process ended, or had to be ended.

        Args:
            step: What it was at.
            listed: Of this request.
            how: How it ended: "no end in 60 s", "signal 9, killed".
            is_late: Whether it was ended for not ending the step.
        """
        self.ended += 1
        if step.what == "measure" and len(step.candidates) > 1 and not step.is_set:
            self.alone.add(step.instance)
        elif is_late or step in self._seen:
            self._blame(step, listed, LATE if is_late else "ends the process", how)
        self._seen.add(step)
        if self.ended >= MOST_ENDED and not self.fatal:
            self.fatal = _given_up(listed, f"{self.ended} processes that ended")

    def _blame(self, step: Step, listed: Listed, does: str, how: str) -> None:
        longer = ", or give it a longer step_s" if does == LATE else ""
        match step.what:
            case "image":
                (one,) = step.candidates
                picture = next(each.picture for each in listed.candidates if each.id == one)
                self.images[one] = _unreadable(str(picture), does, how, longer)
            case "source":
                self.source = (
                    f"the edit's source: {_unreadable(str(listed.source), does, how, longer)}"
                )
            case "measure":
                why = f"{step.instance}: measuring it {does} (got {how}). Mend the measure{longer}."
                self.failed.setdefault(step.instance, {}).update(
                    dict.fromkeys(step.candidates, why)
                )
            case _:
                self.fatal = _given_up(listed, how)


def _unreadable(name: str, does: str, how: str, longer: str) -> str:
    return f"{visible(name)}: reading it {does} (got {how}). Make or fetch the image again{longer}."


def _given_up(listed: Listed, got: str) -> str:
    where = listed.where or visible(listed.id)
    return f"{where}: no worker gets through this request (got {got}). Try fewer workers, or a longer step_s."
