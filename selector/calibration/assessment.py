"""What is asked of a selector, and what is found: how good it is beside every other way to choose."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

import numpy.typing as npt

from selector.calibration.best_of_n import Curve
from selector.calibration.economics import Advice
from selector.calibration.risk import Coverage
from selector.policy.grammar import Costs

Array = npt.NDArray[Any]
Kind = Literal["policy", "blend", "measure", "person", "random"]


@dataclass(frozen=True, slots=True)
class Asked:
    """What is asked of a sample.

    Attributes:
        good_from: From which worth on a candidate counts as good; None where that can't be said, as
            people only compared.
        lower: Outputs of which less is better.
        policy: What the policy under test is called, and how it scores each candidate of the
            sample, higher is better; None: there is none.
        prices: Of one candidate, and of one unit of the label, in the same money.
        costs: What mistakes cost.
        seed: Of everything that is drawn.
    """

    good_from: float | None
    lower: frozenset[str] = frozenset()
    policy: tuple[str, Array] | None = None
    prices: tuple[float, float] | None = None
    costs: Costs | None = None
    seed: int = 0


@dataclass(frozen=True, slots=True)
class Row:
    """One way to choose.

    Attributes:
        name: What it is called; of a measure, the output.
        kind: What it is.
        efficiency: The share of what a perfect pick would gain that it captures, as people's mean
            judgement says; noise in that makes it a lower bound.
        interval: Between which values that lies with 95 % confidence; None with too few requests.
        upper: An upper bound: what it captures of what other people would; None without repeated
            judgements.
        without_noise: Between both, where worth is spread like a bell; None where it is not.
        too_good: Whether without noise it would capture more than there is to capture.
        accuracy: In which share of pairs it prefers what people prefer.
        by_pairs: The efficiency that goes with that where all is spread like a bell.
        fair: Whether it was judged by requests that it was not chosen or learned from.
    """

    name: str
    kind: Kind
    efficiency: float
    interval: tuple[float, float] | None = None
    upper: float | None = None
    without_noise: float | None = None
    too_good: bool = False
    accuracy: float | None = None
    by_pairs: float | None = None
    fair: bool = True


@dataclass(frozen=True, slots=True)
class Weight:
    """What a measure weighs among others, in units of how far candidates of a request differ.

    Attributes:
        name: Of the output.
        share: Of all weights.
        interval: Between which shares it lies with 95 % confidence, where that is known.
        efficiency: Of the measure by itself.
    """

    name: str
    share: float
    interval: tuple[float, float] | None
    efficiency: float


@dataclass(frozen=True, slots=True)
class Lead:
    """By how much one way to choose is better than another.

    Attributes:
        over: What the other one is called.
        by: The difference of their efficiencies.
        interval: Between which values it lies with 95 % confidence.
    """

    over: str
    by: float
    interval: tuple[float, float] | None


@dataclass(frozen=True)
class Assessment:
    """How good a selector is.

    Attributes:
        subject: Which row is asked about: the policy, else what is learned, else the measure.
        rows: Every way to choose, the best first.
        requests: How many requests; *candidates* and *judgements* likewise.
        raters: How many people judged; 0 where they only compared.
        shares_good: The share of candidates that are good, and of requests that have a good one;
            None where nobody said what good is.
        curve: What the best of n is worth by the subject; None where there is nothing to choose.
        advice: How many candidates pay; None without prices.
        coverage: What may be delivered unseen, by the subject; likewise.
        weights: What was learned of all requests, the heaviest first.
        weights_by: How.
        lead: Of the learned weights over equal ones.
        suspects: Measures that look as if they were made of the labels.
        notes: What else to know, in sentences.
    """

    subject: Row
    rows: tuple[Row, ...]
    requests: int
    candidates: int
    judgements: int
    raters: int
    shares_good: tuple[float, float] | None
    curve: Curve | None
    advice: Advice | None
    coverage: Coverage | None
    weights: tuple[Weight, ...] = ()
    weights_by: str = ""
    lead: Lead | None = None
    suspects: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
