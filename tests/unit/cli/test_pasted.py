"""What `selector measures NAME` gives to paste works in a policy, and means what it says."""

import pytest

import outside
from selector.cli.pasted import lines
from selector.measures import loader
from selector.planning import lint, planned

HEAD = ["name: pasted", "version: 1"]


def policy(pasted):
    """Return a policy, as the bytes of its file, in which such lines were pasted."""
    gates = [line for line in pasted if line.startswith("- {on:")]
    terms = [line for line in pasted if line.startswith("- {of:")]
    rest = [line for line in pasted if not line.startswith("- ")]
    gates = ["gates:", *(f"  {line}" for line in gates)] if gates else []
    terms = terms or ["- {of: filters.clipping.shadows}"]
    method = ["method:", "  weighted_sum:", *(f"  {line}" for line in terms)]
    return "\n".join([*HEAD, *rest, *gates, *method]).encode()


@pytest.fixture
def own(tmp_path, monkeypatch):
    """Return the lines for a scorer of a team's own with this one output."""
    monkeypatch.syspath_prepend(tmp_path)

    def make(output, *, kind="scorer"):
        path = outside.write(tmp_path, "shop", "return []")
        file = tmp_path / "shop" / "own.py"
        text = file.read_text().replace('Output("share", 0.0, 1.0, higher_is_better=True)', output)
        text = text.replace('kind = "scorer"', f'kind = "{kind}"')
        file.write_text(
            text.replace("level: float = 0.5", 'word: str\n    example = {"word": "A"}')
        )
        return lines(path, loader.construct(path, {"word": "A"}))

    return make


@pytest.mark.parametrize("path", loader.names())
def test_the_lines_of_every_measure_plan(path):
    """Pasted into a policy they plan, with no bound that can't refuse anything."""
    measure = loader.construct(path, loader.load(path).example)
    made = planned(policy(lines(path, measure)))
    assert path in {one.use for one in made.plan.instances.values()}
    # The model of an example is its user's, and not here; nor is a judge, nor published wordings.
    assert not [one for one in lint(made) if one.rule not in {"missing-file", "caution"}]


@pytest.mark.parametrize(
    ("output", "kind", "line"),
    [
        ('Output("", 0, 1, True)', "scorer",
         "- {of: own.value, weight: 1, scale: {ends: [0, 1]}}"),
        ('Output("", None, None, False, optional=True, usual=(17, 25))', "scorer",
         "- {of: own.value, weight: 1, scale: {ends: [17, 25]}, if_absent: 25}"),
        ('Output("", 0, 1, False)', "detector", "- {on: own.value, reject_above: 0.5}"),
        ('Output("", 0, 1, True, usual=(0.1, 0.9))', "filter",
         "- {on: own.value, reject_below: 0.1}"),
        ('Output("", 0, 9, None, whole=True)', "detector",
         "- {on: own.value, equals: expect.own}"),
        ('Output("", 0, None, None, usual=(2, 5))', "filter",
         "- {on: own.value, reject_below: 2, reject_above: 5}"),
        ('Output("", 0, None, None, usual=(0, 5))', "filter", "- {on: own.value, reject_above: 5}"),
        ('Output("", 0, 1, None, usual=(0, 1))', "filter", "- {on: own.value, reject_below: 0.5}"),
        ('Output("", 0, 1, False, usual=(0, 1))', "filter", "- {on: own.value, reject_above: 0.5}"),
        ('Output("", None, None, True, within_prompt=True)', "detector",
         "- {of: own.value, weight: 1, scale: {ends: [0, 1]}}"),
    ],
)  # fmt: skip
def test_each_output_gets_the_use_that_fits_it(own, output, kind, line):
    """A judgement is a term over where pictures lie, a fault a gate, a count an expectation."""
    instance, use = own(output, kind=kind)
    assert instance == 'measures: {own: {"use": "shop.own", "word": "A"}}'
    assert use == line
    assert planned(policy([instance, use])).plan.instances["own"].parameters == {"word": "A"}


def test_sets_are_ranked_by_a_scorer_and_thinned_by_a_filter():
    """Who wins most is a term; who looks like another is kept from being delivered with it."""
    pairs, alike = (
        lines(path, loader.construct(path, {}))[0]
        for path in ("scorers.unified_reward_pairs", "filters.near_duplicates")
    )
    assert pairs.startswith("- {of: scorers.unified_reward_pairs.wins, weight: 1")
    assert alike.startswith("distinct: {by: filters.near_duplicates.nearest")
