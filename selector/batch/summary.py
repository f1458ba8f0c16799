"""What became of a run, as data and as the files that lie beside its decisions."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from selector.batch.about import About
from selector.batch.tally import Tally
from selector.policy.plan import Plan
from selector.types import to_data

COUNTED = (
    "verdicts", "answers", "needs_person", "unreadable", "failed", "audited", "calls", "saved",
    "seconds", "reasons", "errors",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Summary:
    """What became of a run so far.

    Attributes:
        out: Its folder.
        about: What run it is.
        tally: What became of all requests that are decided, by whichever of its processes.
        seconds: How long measuring took, this time; likewise the following.
        candidates: How many candidates were decided.
        done: How many shards were decided, or in part decided again.
        left: How many shards are not decided yet.
        interrupted: Whether it was asked to stop before all that was to do was done.
    """

    out: str
    about: About
    tally: Tally = field(default_factory=Tally)
    seconds: float = 0.0
    candidates: int = 0
    done: int = 0
    left: int = 0
    interrupted: bool = False

    @property
    def rate(self) -> float:
        """How many images were decided a second."""
        return self.candidates / self.seconds if self.seconds else 0.0

    def to_dict(self) -> dict[str, Any]:
        """Return it as JSON data."""
        about = to_data(type(self.about), self.about)
        about.pop("rates", None)  # they arrange measuring, and are none of its results
        return {
            "out": self.out,
            "run": about,
            "tally": self.tally.to_dict(),
            "seconds": round(self.seconds, 3),
            "images_per_second": round(self.rate, 3),
            "candidates_now": self.candidates,
            "shards_now": self.done,
            "shards_left": self.left,
            "interrupted": self.interrupted,
        }

    def as_json(self) -> bytes:
        """Return it as the text of a file."""
        return json.dumps(self.to_dict(), indent=2, ensure_ascii=False).encode() + b"\n"

    def as_page(self, plan: Plan, parts: Sequence[str]) -> bytes:
        """Return it as a page to look at.

        Args:
            plan: What decided.
            parts: The files of decisions, by their paths in the folder.
        """
        from selector.report.batch import BatchShown, page

        about, tally = self.about, self.tally
        shown = BatchShown(
            policy=about.policy,
            input=about.input,
            out=self.out,
            created=about.created,
            version=about.selector,
            plan_hash=about.plan_hash,
            requests=(tally.requests, about.requests),
            candidates=(tally.candidates, about.candidates),
            shards=(about.shards - self.left, about.shards),
            warnings=about.warnings,
            took=self.seconds,
            decided=self.candidates,
            parts=parts,
            plan=plan,
            **{name: getattr(tally, name) for name in COUNTED},
        )
        return page(shown).encode()
