"""Made-up requests of every shape: what Hypothesis draws for the tests of deciding and asking."""

from dataclasses import replace
from random import Random

from hypothesis import strategies as st

from selector.policy import plan as p
from selector.policy.order import Rate
from selector.types import Candidate, Failure, Measured, NotApplicable, Score
from worlds import DOWN, UP, World, candidate, instance, ref

LEVELS = (0.0, 0.25, 0.5, 0.75, 1.0)  # few, so that ties are common
NAMES = ("f1", "f2", "d1", "d2", "s1", "s2", "s3")
SETS = ("near", "apart")
KINDS = {"f": "filter", "d": "detector", "s": "scorer"}
COSTS = (0.001, 0.01, 0.1, 1.0, 10.0)  # in seconds: rounds of one, of some and of all
BESIDE = p.Ref("d1", "beside")  # the second output of a measure that has two
KEYS = (*(f"{name}.value" for name in NAMES), BESIDE.key)

levels = st.sampled_from(LEVELS)
CURVED = (
    p.Scale(0.1, 0.9, True, ((0.1, 0.0), (0.3, 0.1), (0.4, 0.7), (0.9, 1.0))),
    p.Scale(0.0, 0.7, False, ((0.0, 1.0), (0.25, 0.9), (0.5, 0.9), (0.7, 0.0))),
)
STRAIGHT = (UP, UP, DOWN, DOWN, p.Scale(0.1, 0.7, True), p.Scale(0.2, 0.9, False))
scales = st.sampled_from([*STRAIGHT, *CURVED])
on_failure = st.sampled_from(["review", "review", "reject"])
of_values = st.sampled_from([ref(name) for name in NAMES])
of_candidates = st.one_of(of_values, of_values, st.just(BESIDE))
of_sets = st.sampled_from([p.Ref(name, "nearest") for name in SETS])
anything = st.one_of(of_candidates, of_candidates, of_candidates, of_sets)


@st.composite
def gates(draw: st.DrawFn, refs: st.SearchStrategy[p.Ref] = anything) -> p.Gate:
    low, high = sorted((draw(levels), draw(levels)))
    lines = draw(
        st.sampled_from(
            [
                {"reject_below": low},
                {"reject_above": high},
                {"reject_below": low, "accept_above": high},
                {"reject_above": high, "accept_below": low},
                {"equals": low},
                {"at_least": low},
                {"equals": "wanted"},
            ]
        )
    )
    absent = draw(st.sampled_from(["pass", "review", "reject"]))
    return p.Gate(draw(refs), **lines, on_failure=draw(on_failure), if_absent=absent)


@st.composite
def term_lists(draw: st.DrawFn, refs: st.SearchStrategy[p.Ref] = anything) -> tuple[p.Term, ...]:
    weights = draw(st.lists(st.sampled_from([1.0, 2.0, 3.0]), min_size=1, max_size=4))
    absent = st.sampled_from([None, 0.0, 0.5])
    return tuple(
        p.Term(draw(refs), weight / sum(weights), draw(scales), draw(absent), draw(on_failure))
        for weight in weights
    )


def criteria(
    least: int = 1, refs: st.SearchStrategy[p.Ref] = anything
) -> st.SearchStrategy[tuple[p.Criterion, ...]]:
    eps, absent = st.sampled_from([0.0, 0.25, 0.3]), st.sampled_from([None, 0.5])
    one = st.builds(p.Criterion, refs, scales, eps, absent, on_failure)
    return st.lists(one, min_size=least, max_size=3).map(tuple)


def methods(kind: str, refs: st.SearchStrategy[p.Ref] = anything) -> st.SearchStrategy[p.Method]:
    """Return the methods of one kind."""
    terms = term_lists(refs)
    if kind == "weighted_sum":
        return terms.map(p.WeightedSum)
    if kind == "lexicographic":
        return criteria(1, refs).map(p.Lexicographic)
    if kind == "constrained":
        bounds = st.lists(gates(refs), min_size=1, max_size=2).map(tuple)
        return st.builds(p.Constrained, terms, bounds)
    return st.builds(p.Pareto, criteria(2, refs), st.one_of(st.just(()), terms))


CURVES = (
    ((0.0, 0.0), (1.0, 1.0)),
    ((0.0, 0.1), (0.3, 0.2), (0.5, 0.8), (1.0, 0.97)),
    ((0.2, 0.0), (0.5, 0.5), (0.6, 0.5), (0.9, 1.0)),
)
factors = st.builds(p.Factor, term_lists(of_candidates), st.sampled_from(CURVES))
probabilities = st.lists(factors, min_size=1, max_size=2).map(tuple).map(p.Probability)


@st.composite
def certificates(draw: st.DrawFn, gates: int) -> p.Certified:
    """Draw for which requests the lines hold, and which segments have lines of their own."""
    fewest, most = sorted((draw(st.integers(1, 9)), draw(st.integers(1, 9))))
    lines = [p.Line("cut", "accept_above", draw(levels))]
    if gates:
        below = draw(st.sampled_from(["accept_below", "accept_above"]))
        lines.append(p.Line("d1.beside", below, draw(levels), (draw(st.integers(0, gates - 1)),)))
    return p.Certified(
        fewest,
        most,
        draw(st.sampled_from([(), ("flux", "sdxl")])),
        draw(st.sampled_from([{}, {"food": tuple(lines)}])),
        draw(st.sampled_from([(), ("people",)])),
    )


METHODS = ("weighted_sum", "constrained", "lexicographic", "pareto")
any_method = st.sampled_from(METHODS).flatmap(methods)


@st.composite
def instances(draw: st.DrawFn) -> dict[str, p.Instance]:
    """Draw what all the measures are: costs, of which kind the sets are, twins, evidence."""
    costs = draw(st.sampled_from([COSTS, COSTS[-1:]]))  # all dear: everything is asked one by one
    made = {one: instance(one, KINDS[one[0]], cost=draw(st.sampled_from(costs))) for one in NAMES}
    made["d1"] = instance(
        "d1", "detector", cost=made["d1"].cost.seconds, outputs=("value", BESIDE.output)
    )
    if draw(st.booleans()):
        made["s2"] = replace(made["s2"], fingerprint=made["s1"].fingerprint)
    if draw(st.booleans()):
        made["s3"] = replace(made["s3"], needs=("evidence of d1",))
    for name in SETS:
        kind = draw(st.sampled_from(["filter", "detector", "scorer"]))
        made[name] = instance(name, kind, scope="set", cost=draw(st.sampled_from(costs)))
    return {one.name: one for kind in KINDS.values() for one in made.values() if one.kind == kind}


@st.composite
def plans(
    draw: st.DrawFn,
    method_of: st.SearchStrategy[p.Method] = any_method,
    refs: st.SearchStrategy[p.Ref] = anything,
) -> p.Plan:
    method = draw(method_of)
    composite = isinstance(method, p.WeightedSum | p.Constrained)
    low, high = sorted((draw(levels), draw(levels)))
    walks = not isinstance(method, p.Pareto) or bool(method.pick)
    likely = draw(st.sampled_from([None, None, probabilities])) if walks else None
    cuts: list[p.Cut | None] = [None, p.Cut("quality", low, high), p.Cut("quality", low)]
    if likely is not None:
        low /= 2  # so that most are worth asking about
        cuts = [p.Cut("probability", low, high), p.Cut("probability", None, high)]
        cuts.append(p.Cut("probability", low))
    cut = draw(st.sampled_from(cuts)) if composite or likely is not None else None
    made = tuple(draw(st.lists(gates(refs), max_size=3)))
    near = p.Distinct(p.Ref("near", "nearest"), draw(st.sampled_from([0.0, 1.0, 3.0])))
    return p.Plan(
        "test", 1, "hash",
        draw(instances()),
        made,
        method,
        cut=cut,
        deliver=draw(st.sampled_from([None, 1, 1, 2, 3])),
        review_at_most=draw(st.sampled_from([None, None, 1, 2])) if walks else None,
        distinct=draw(st.sampled_from([None, near])) if walks else None,
        on_empty=draw(st.sampled_from(["none", "review", "regenerate"])),
        uncertified=draw(st.sampled_from([(), (), ("cut.accept_above",)])),
        if_uncertified=draw(st.sampled_from(["review", "accept"])),
        parallelism=draw(st.sampled_from([1, 1, 1, 2, 4, 8])),
        probability=draw(likely) if likely is not None else None,
        certified=draw(st.sampled_from([None, None, certificates(len(made))]).flatmap(
            lambda one: st.none() if one is None else one)),
    )  # fmt: skip


@st.composite
def rates(draw: st.DrawFn) -> dict[str, Rate]:
    """Draw what measuring came to before, for some."""
    known = draw(st.lists(st.sampled_from([*NAMES, *SETS]), unique=True, max_size=4))
    seconds = st.sampled_from([None, *COSTS])
    return {name: Rate(draw(seconds), 50, draw(st.sampled_from([0, 5, 50]))) for name in known}


def measured(random: Random, absent: float, *, coarse: bool) -> Measured:
    """Return what a measure finds: nothing in an *absent* share, else a number."""
    if random.random() < absent:
        return random.choice([Failure("broken"), NotApplicable("nothing there")])
    return Score(random.choice(LEVELS) if coarse else random.random())


def shown(name: str, random: Random, odd: float) -> Candidate:
    """Return a candidate; in an *odd* share a copy of others, or what can't be read."""
    if random.random() < odd:
        return candidate(name, "same")
    error = "cut off" if random.random() < odd else None
    return candidate(name, f"{name} {random.random()}", error)


@st.composite
def worlds(draw: st.DrawFn, plan_of: st.SearchStrategy[p.Plan] | None = None) -> World:
    """Draw a request: the plan piece by piece, the truth from a seed, so that more happens in it."""
    plan = draw(plans() if plan_of is None else plan_of)
    names = [f"c{at}" for at in range(draw(st.integers(1, 9)))]
    absent, coarse = draw(st.sampled_from([0.0, 0.1, 0.4])), draw(st.booleans())
    odd = draw(st.sampled_from([0.0, 0.2]))  # the share of copies, and of what can't be read
    random = draw(st.randoms(use_true_random=True))
    named = {"generator": random.choice(["flux", "sdxl", "own"])}
    named["segment"] = random.choice(["food", "people", "rest"])
    named = draw(st.sampled_from([named, named, {}]))
    candidates = [replace(shown(name, random, odd), metadata=named) for name in names]
    truth = {name: {key: measured(random, absent, coarse=coarse) for key in KEYS} for name in names}
    prints = {name: one.fingerprint for name, one in plan.instances.items()}
    if "s1" in prints and prints["s1"] == prints.get("s2"):
        for row in truth.values():
            row["s2.value"] = row["s1.value"]
    random.shuffle(candidates)
    return World(
        plan=plan,
        candidates=tuple(candidates),
        truth=truth,
        places={name: random.randint(0, 5) for name in names},
        expect=draw(st.sampled_from([{}, {"wanted": 0.5}])),
        rates=draw(rates()),
    )
