"""The contract of a measure: whatever turns candidates into numbers, and never judges them."""

from __future__ import annotations

import hashlib
import inspect
import json
import math
from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, ClassVar, Protocol, runtime_checkable

from pydantic import BaseModel, ConfigDict, JsonValue

from selector.images import Image
from selector.measures.own_file import OwnFile
from selector.types import Cost, Failure, Kind, Measured, Outcome, Output, Scope, Score
from selector.weights import manifest

CARD_LINES = ("Unit", "Needs", "Evidence", "Blind to", "Model", "Source")

# What one picture may measure otherwise, as shares of the usual span; see `Measure.steady_within`.
NO_MODEL = 1e-6  # sums of single floats in another order
MODEL = 1e-3  # fp32 differs by 2e-6 between batches, and more between machines; see the cards
SHORT_MODEL = 0.02  # bf16 keeps eight bits of a number; see the cards
ELSEWHERE = 0.05  # whatever runs behind an address: nobody says on what
LONG = "fp32"


@dataclass(frozen=True, slots=True)
class Subject:
    """One candidate as a measure sees it: its views, and exactly what the measure's `needs` names.

    Attributes:
        image: The candidate's picture; every smaller view is made once and shared.
        prompt: What the picture should show, for measures that need "prompt", or either text.
        source: The picture before an edit, for measures that need "source".
        evidence: Outcomes by output of each instance named by "evidence of INSTANCE".
        instruction: What an edit should change, for measures that need "instruction", or either.
    """

    image: Image
    prompt: str | None = None
    source: Image | None = None
    evidence: Mapping[str, Mapping[str, Outcome]] = field(default_factory=dict)
    instruction: str | None = None

    @property
    def text(self) -> str:
        """What the user wrote, for measures that need "prompt or instruction"."""
        return self.instruction or self.prompt or ""


class Measure(BaseModel, ABC):
    """Turns candidates into numbers. Its fields are its parameters; constructing it is cheap.

    A subclass is the one public class of its module, has the card's six lines in its docstring,
    and returns the same numbers (within the card's tolerance) for a candidate measured alone, in
    a batch, and in any order.

    Attributes:
        kind: When it is measured: filters, then detectors, then scorers.
        version: To be raised with any change of any number that it returns.
        scope: "candidate", or "set": then `run` gets exactly the members of one set a call.
        needs: What of the request it reads: "prompt", which says what the picture should show;
            "instruction" and "source" of an edit; "prompt or instruction", for what reads any text
            of a user's; "evidence of INSTANCE".
        extra: The optional part of the package that it needs: "detectors"; "" if none.
        favours: What it scores too high for being of that sort: ("photographs",).
        example: Parameters to show and to test it with, where some must be given.
        yours: What it needs that only its user has: "an ONNX file"; "" if nothing. Its `example` is
            then for reading, and can't run.
        batch: The most subjects of one call of `run`, for scope "candidate".
    """

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)

    kind: ClassVar[Kind]
    version: ClassVar[int]
    scope: ClassVar[Scope] = "candidate"
    extra: ClassVar[str] = ""
    favours: ClassVar[tuple[str, ...]] = ()
    example: ClassVar[Mapping[str, Any]] = {}
    yours: ClassVar[str] = ""
    batch: ClassVar[int] = 16

    @property
    def needs(self) -> frozenset[str]:
        """What of the request it reads, beside the picture."""
        return frozenset()

    @property
    @abstractmethod
    def outputs(self) -> Mapping[str, Output]:
        """The numbers that this instance returns for every subject, by name."""

    @property
    @abstractmethod
    def cost(self) -> Cost:
        """What one candidate is expected to cost."""

    @property
    def weights(self) -> tuple[str, ...]:
        """The models that this instance loads, by their names in the manifest."""
        return ()

    @property
    def unlisted(self) -> tuple[str, ...]:
        """Published models that it loads and the manifest does not know: nor their licences."""
        return ()

    @property
    def identities(self) -> Mapping[str, str]:
        """What beside code and parameters its numbers follow from, by name: each model's content."""
        return {name: manifest.entry(name).identity for name in self.weights}

    @property
    def steady_within(self) -> float:
        """By what share of an output's usual span one picture may measure otherwise elsewhere.

        On another machine, or with another version of a library: without a model only rounding
        differs, with one its arithmetic, the more the shorter its numbers are. Whole numbers are
        exact.
        """
        if getattr(self, "precision", LONG) != LONG:
            return SHORT_MODEL
        return MODEL if self.identities or self.unlisted or self.extra else NO_MODEL

    def missing(self) -> str:
        """Return which file of its user's is not where it should be, and what to do; "" if none."""
        wrong = (given.missing() for given in own_files(self).values())
        return next(filter(None, wrong), "")

    def caution(self) -> str:
        """Return what its user should know before trusting its numbers, and what to do; "" if nothing."""
        return ""

    def prepare(self) -> bool:
        """Fetch what `identities` depends on, if it is not here; return whether anything came.

        Called before anything is measured; whoever holds a fingerprint asks for it again then.
        """
        return False

    def build(self, device: str) -> None:
        """Load what `run` needs, on *device* ("cpu", "cuda", "cuda:1"). Called once before `run`."""

    @abstractmethod
    def run(self, subjects: Sequence[Subject]) -> list[dict[str, Measured]]:
        """Return every output of every subject, in their order.

        It need not catch anything: an exception becomes a Failure of the subject that causes it.
        """

    def close(self) -> None:
        """Let go of what `build` loaded."""

    def fingerprint(self) -> str:
        """Return the name of the numbers that it makes: equal fingerprints, equal numbers."""
        own = {name: given.identity for name, given in self if isinstance(given, Identified)}
        identity = {
            "path": type(self).__module__,
            "version": self.version,
            "parameters": self.model_dump(mode="json")
            | own,  # wherever a file of that content lies
            "weights": dict(self.identities),
        }
        text = json.dumps(identity, sort_keys=True, separators=(",", ":"))
        return hashlib.sha256(text.encode()).hexdigest()[:32]

    @classmethod
    def card(cls) -> dict[str, str]:
        """Return the card: the docstring's first line as "" and its six lines by name."""
        lines = inspect.cleandoc(cls.__doc__ or "").splitlines()
        card = {"": lines[0] if lines else ""}
        name = ""
        for line in lines[1:]:
            head, colon, rest = line.partition(":")
            if colon and head in CARD_LINES:
                name = head
                card[name] = rest.strip()
            elif name and line.startswith(" "):
                card[name] += " " + line.strip()
            elif not line.strip():
                name = ""
        return card


@runtime_checkable
class Identified(Protocol):
    """A parameter of which only a part decides the numbers: a file's content, not where it lies."""

    @property
    def identity(self) -> Mapping[str, JsonValue]:
        """What the numbers follow from, as JSON data."""


def own_files(measure: Measure) -> dict[str, OwnFile]:
    """Return the files of a measure's user, by the parameter that names each."""
    return {name: given for name, given in measure if isinstance(given, OwnFile)}


def measured(value: float, evidence: JsonValue = None) -> Score | Failure:
    """Return what a model gave as an outcome; what is no finite number is a Failure, never a score.

    A damaged checkpoint gives such, and one in half floats whose numbers grow too large.
    """
    if math.isfinite(value):
        return Score(value, evidence)
    return Failure(f"the model gave no finite number (got {value})")
