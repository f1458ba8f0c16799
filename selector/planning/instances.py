"""The measures that a policy names: found, made once each, with what they need of each other."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from selector.errors import MeasureError, WeightsError
from selector.measures import loader
from selector.measures.base import Measure
from selector.policy import plan
from selector.policy.document import Spot
from selector.policy.plan import Ref
from selector.policy.policy import Policy
from selector.policy.problems import nearest
from selector.policy.values import KIND_FOLDERS
from selector.types import KINDS, Output, evidence_needed

NOWHERE = Ref("", "")  # stands for a reference that could not be resolved

Tell = Callable[[Spot, str], None]


@dataclass
class Instances:
    """Resolves references to outputs; tells what does not exist.

    Attributes:
        policy: What refers.
        tell: Takes every problem: where, and what is wrong.
        measures: Each named instance; None for one that can't be made.
    """

    policy: Policy
    tell: Tell
    measures: dict[str, Measure | None] = field(default_factory=dict)
    _wrong: dict[str, str] = field(default_factory=dict)
    _named_at: dict[str, Spot] = field(default_factory=dict)

    def declare(self) -> None:
        """Make every instance that the policy names under `measures`."""
        for name in self.policy.measures:
            spot = self.policy.spot("measures", name, "use")
            if self.measure(name, spot) is None:
                self.tell(spot, self._wrong[name])

    def ref(self, text: str, spot: Spot, tell: Tell | None = None) -> tuple[Ref, Output | None]:
        """Return which output *text* means, and what that declares; None if there is none.

        Args:
            text: As a policy names it.
            spot: Where it does.
            tell: Takes what is wrong with it; as everything else if None.
        """
        tell = tell or self.tell
        name, rest = self._split(text)
        measure = self.measure(name, spot)
        if measure is None:
            if tell != self.tell or not self._declared(name):  # of one that is, it was told there
                tell(spot, self._wrong[name])
            return NOWHERE, None
        outputs = measure.outputs
        if not rest and len(outputs) != 1:
            tell(spot, f"{text}: has several outputs. Name one of {', '.join(outputs)}.")
            return NOWHERE, None
        output = rest or next(iter(outputs))
        if output not in outputs:
            tell(spot, f"{text}: no such output; {nearest(output, list(outputs))}")
            return NOWHERE, None
        return Ref(name, output), outputs[output]

    def measure(self, name: str, spot: Spot) -> Measure | None:
        """Return the measure of an instance that is named at *spot*; None if it can't be made."""
        if name not in self.measures:
            self._named_at[name] = spot
            self.measures[name] = self._made(name)
        return self.measures[name]

    def made(self) -> Iterator[tuple[str, Spot, Measure]]:
        """Return every instance that could be made, with where it was named first."""
        for name, measure in self.measures.items():
            if measure is not None:
                yield name, self._named_at[name], measure

    def planned(self, refs: Iterable[Ref]) -> dict[str, plan.Instance]:
        """Return all instances that are referred to, and whose evidence these need.

        In the order of the kinds, then the cheap before the dear.
        """
        needed: dict[str, Measure] = {}
        for ref in refs:
            self._pull(ref.instance, needed, ())
        made: dict[str, plan.Instance] = {}
        for name, measure in needed.items():  # whose evidence is needed comes first
            made[name] = _planned(name, measure, made)
        order = sorted(
            made.values(), key=lambda one: (KINDS.index(one.kind), one.cost.seconds, one.name)
        )
        return {one.name: one for one in order}

    def _declared(self, name: str) -> bool:
        """Return whether *name* stands under `measures`, whole or not."""
        return name in self.policy.measures or self.policy.left_out.may_name(name)

    def _tell_unless_declared(self, name: str, spot: Spot, said: str) -> None:
        """Tell what is wrong with a name; of one that is declared it was told there."""
        if not self._declared(name):
            self.tell(spot, said)

    def _split(self, text: str) -> tuple[str, str]:
        """Return the instance that *text* names, and the rest: its output, if it names one."""
        parts = text.split(".")
        if parts[0] in KIND_FOLDERS:
            whole = 2
        elif self._declared(parts[0]):
            whole = 1
        else:
            whole = len(parts) if loader.exists(text) else max(1, len(parts) - 1)
        return ".".join(parts[:whole]), ".".join(parts[whole:])

    def _made(self, name: str) -> Measure | None:
        use = self.policy.measures.get(name)
        try:
            if use is None:
                measure = loader.construct(name, {})
            else:
                measure = loader.construct(use.use, use.parameters)
            measure.fingerprint()  # it names models, which may not exist
        except (MeasureError, WeightsError) as error:
            self._wrong[name] = str(error) if use or "." in name else self._unknown(name)
            return None
        return measure

    def _unknown(self, name: str) -> str:
        known = [*self.policy.measures, *loader.names()]
        return f"{name}: no such instance or measure; {nearest(name, known)}"

    def _pull(self, name: str, needed: dict[str, Measure], above: tuple[str, ...]) -> None:
        """Add an instance to what is *needed*, after those whose evidence it needs."""
        measure = self.measures.get(name)
        if name in above:
            self._tell_cycle((*above[above.index(name) :], name))
        if measure is None or name in above or name in needed:
            return
        for other in evidence_needed(measure.needs):
            self._pull_evidence(name, other, needed, (*above, name))
        needed[name] = measure

    def _pull_evidence(
        self, name: str, other: str, needed: dict[str, Measure], above: tuple[str, ...]
    ) -> None:
        spot = self._named_at[name]
        measure = self.measure(other, spot)
        if measure is None:
            said = f"{name}: needs evidence of {other}. {self._wrong[other]}"
            self._tell_unless_declared(other, spot, said)
        elif measure.scope == "set":
            self.tell(
                spot,
                f"{name}: needs evidence of {other}, which looks at all candidates together. "
                "Name one that looks at each alone.",
            )
        else:
            self._pull(other, needed, above)

    def _tell_cycle(self, names: tuple[str, ...]) -> None:
        first, *others = names
        way = ", which needs that of ".join(others)
        self.tell(
            self._named_at[first],
            f"{first}: needs evidence of {way}: a cycle. Let one of them do without.",
        )


def _planned(name: str, measure: Measure, before: Mapping[str, plan.Instance]) -> plan.Instance:
    return plan.Instance(
        name=name,
        use=loader.path_of(type(measure)),
        kind=measure.kind,
        scope=measure.scope,
        version=measure.version,
        fingerprint=fingerprint(measure, {name: one.fingerprint for name, one in before.items()}),
        parameters=measure.model_dump(mode="json"),
        outputs=dict(measure.outputs),
        needs=tuple(sorted(measure.needs)),
        cost=measure.cost,
        models=dict(measure.identities),
    )


def fingerprint(measure: Measure, before: Mapping[str, str]) -> str:
    """Return the name of an instance's numbers, which follow from the evidence it is given too.

    Args:
        measure: What makes the numbers.
        before: The fingerprints of the instances that come before it, by name; those among them
            whose evidence it needs are told apart by them.
    """
    shown = {other: before[other] for other in evidence_needed(measure.needs) if other in before}
    if not shown:
        return measure.fingerprint()
    identity = plan.canonical([measure.fingerprint(), shown])
    return hashlib.sha256(identity.encode()).hexdigest()[:32]
