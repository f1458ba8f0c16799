"""What labels certified holds for requests like those that were labelled, and for no others."""

from dataclasses import replace

import pytest

import worlds
from selector.decision.certified import for_request
from selector.policy import plan as p
from worlds import UP, candidate, decided, kinds, outcomes, plan, ref

TERMS = p.WeightedSum((p.Term(ref("s"), 1.0, UP),))
CERTIFIED = p.Certified(2, 2, ("flux", "sdxl"))
WAITS = "accept_above of g"


def request(count=2, *, error=None, same=False, **metadata):
    names = [f"c{at}" for at in range(count)]
    made = [
        candidate(name, "same" if same else None, error if name == "c1" else None) for name in names
    ]
    rows = {name: {"s": 0.9 - 0.1 * at, "g": 0.5} for at, name in enumerate(names)}
    given = tuple(replace(one, metadata=metadata) for one in made)
    return outcomes(rows, candidates=given)


def verdict(certified=CERTIFIED, *, of=None, **rest):
    """Return the verdict on the best, and why it is not certified."""
    a_plan = plan(TERMS, certified=certified, **rest)
    decision = decided(a_plan, request(generator="flux") if of is None else of)
    notes = [one.note for one in decision.reasons["c0"] if one.kind == "uncertified"]
    return decision.verdicts["c0"], *notes


def test_what_is_like_the_labelled_ones_is_certified():
    """As many candidates, of a generator that was labelled: accepted."""
    assert verdict() == ("accept",)


OTHERS = [
    (request(3, generator="flux"), "calibrated for 2 candidates (got 3)"),
    (request(1, generator="flux"), "calibrated for 2 candidates (got 1)"),
    (request(generator="own"), "calibrated for images of flux, sdxl (got own)"),
    (request(), "calibrated for images of flux, sdxl (got none that all name)"),
    (request(3, generator="own"),
     "calibrated for 2 candidates (got 3); calibrated for images of flux, sdxl (got own)"),
]  # fmt: skip


@pytest.mark.parametrize(("of", "note"), OTHERS)
def test_other_requests_go_to_a_person_and_are_told_why(of, note):
    """Another number of candidates, another generator, or one that not all name."""
    assert verdict(of=of) == ("review", note)
    assert verdict(of=of, if_uncertified="accept") == ("accept",)


def test_all_that_were_given_are_counted():
    """Copies and what can't be read were generated too."""
    assert verdict(of=request(2, error="cut off", generator="flux")) == ("accept",)
    assert verdict(of=request(2, same=True, generator="flux")) == ("accept",)


def test_where_no_generator_is_named_any_will_do():
    """The labels did not say what made the images."""
    assert verdict(p.Certified(2, 2), of=request(generator="own")) == ("accept",)
    assert verdict(p.Certified(2, 2), of=request()) == ("accept",)


@pytest.mark.parametrize(("count", "note"), [(1, "2 to 4"), (2, ""), (4, ""), (5, "2 to 4")])
def test_a_range_of_candidates_has_two_ends(count, note):
    """Both ends belong to it."""
    found = verdict(p.Certified(2, 4), of=request(count))
    assert found == (("review", f"calibrated for {note} candidates (got {count})") if note
                     else ("accept",))  # fmt: skip


# -- segments --------------------------------------------------------------------------------

GATE = p.Gate(ref("g"), accept_above=0.6)
FOOD = {"food": (p.Line("g", "accept_above", 0.4, (0,)),)}


def test_a_segment_goes_by_lines_of_its_own():
    """Named by all candidates; whoever names another one goes by the plan's."""
    certified = p.Certified(1, 9, segments=FOOD)
    for segment, expected in (("food", "accept"), ("people", "review"), (None, "review")):
        of = request(segment=segment) if segment else request()
        assert verdict(certified, of=of, gates=(GATE,)) == (expected,)
    mixed = request()
    named = tuple(
        replace(one, metadata={"segment": name})
        for one, name in zip(mixed.candidates, ("food", "people"), strict=True)
    )
    assert verdict(certified, of=replace(mixed, candidates=named), gates=(GATE,)) == ("review",)


def test_a_segment_without_a_name_has_its_lines():
    """An empty name is what its candidates say, and not the same as saying nothing."""
    certified = p.Certified(1, 9, segments={"": FOOD["food"]})
    assert verdict(certified, of=request(segment=""), gates=(GATE,)) == ("accept",)
    assert verdict(certified, of=request(), gates=(GATE,)) == ("review",)


def test_a_segment_that_labels_do_not_support_is_uncertified():
    """Its own name is told; the lines of the others still count."""
    certified = p.Certified(1, 9, open=("people",))
    passes = replace(GATE, accept_above=0.4)
    assert verdict(certified, of=request(segment="people"), gates=(passes,)) == (
        "review", "too few labels for the segment people"
    )  # fmt: skip
    assert verdict(certified, of=request(segment="people"), gates=(GATE,)) == ("review",)
    assert verdict(certified, of=request(segment="food"), gates=(passes,)) == ("accept",)


def test_a_line_that_waits_for_the_others_does_not_wait_for_a_segment_that_has_it():
    """Just what the segment has is settled."""
    certified = p.Certified(1, 9, segments=FOOD)
    bare = replace(GATE, accept_above=None, reject_below=0.1)
    waiting = {"gates": (bare,), "uncertified": (WAITS,)}
    assert verdict(certified, of=request(segment="food"), **waiting) == ("accept",)
    assert verdict(certified, of=request(segment="people"), **waiting) == (
        "review", f"not calibrated yet: {WAITS}"
    )  # fmt: skip
    waiting["uncertified"] = (WAITS, "cut.accept_above")
    assert verdict(certified, of=request(segment="food"), **waiting) == (
        "review", "not calibrated yet: cut.accept_above"
    )  # fmt: skip


def test_a_plan_that_promises_nothing_is_for_every_request():
    """It is the very plan that decides."""
    bare = plan(TERMS)
    assert for_request(bare, request().candidates) == (bare, "")
    waiting = plan(TERMS, uncertified=(WAITS,))
    assert for_request(waiting, request().candidates) == (waiting, f"not calibrated yet: {WAITS}")


def test_only_what_would_be_accepted_is_uncertified():
    """Who is in a band, or rejected, is so for that reason alone."""
    of = request(3, generator="flux")
    decision = decided(plan(TERMS, certified=CERTIFIED, cut=p.Cut("quality", 0.75, 0.85)), of)
    assert [kinds(decision, name) for name in ("c0", "c1", "c2")] == [
        ["uncertified"], ["outranked"], ["outranked"]
    ]  # fmt: skip
    everyone = plan(TERMS, certified=CERTIFIED, cut=p.Cut("quality", 0.75, 0.85), deliver=None)
    assert [kinds(decided(everyone, of), name) for name in ("c0", "c1", "c2")] == [
        ["uncertified"], ["band"], ["cut"]
    ]  # fmt: skip
    assert worlds.decided(everyone, of).answer == "review"
