"""What is counted of requests that are decided again: flips, winners, a few examples of each."""

from dataclasses import replace

import worlds
from selector.journal.light import Damaged, Recorded
from selector.policy import plan as p
from selector.replay.again import Lacking
from selector.replay.examples import KEPT
from selector.replay.replayed import Range, Replayed, Told
from selector.replay.tally import TOLD, Tally, otherwise, winner
from selector.replay.words import headline, percent, sentences
from selector.types import Decision, Reason


def decision(*accepted: str, review: str = "", rejected: str = "") -> Decision:
    """Return a decision that ranks in the order in which candidates are named."""
    names = [*accepted, *review, *rejected]
    verdicts = {
        **dict.fromkeys(accepted, "accept"),
        **dict.fromkeys(review, "review"),
        **dict.fromkeys(rejected, "reject"),
    }
    answer = "complete" if accepted else "review" if review else "empty"
    return Decision(
        tuple(names), verdicts, dict.fromkeys(names, ()), {}, answer,
        needs_person=bool(review) and not accepted,
    )  # fmt: skip


def request(of: Decision, name: str = "r", number: int = 1) -> Recorded:
    """Return a recorded request that was decided so."""
    candidates = tuple(map(worlds.candidate, sorted(of.verdicts)))
    return Recorded(
        number, name, f"2026-03-01T12:00:{number % 60:02d}.000+00:00", "a prompt", "test@1", "hash",
        {}, candidates, (), of, audited=False, disagreed=None,
    )  # fmt: skip


def counted(*pairs: tuple[Decision, Decision]) -> Tally:
    """Return what is counted of requests by what was decided before and after."""
    tally = Tally()
    for at, (old, new) in enumerate(pairs, start=1):
        tally.take(request(old, f"r{at}", at), new, own=False)
    return tally


def test_flips_are_counted_by_both_verdicts():
    """Each candidate once, by what it got then and now."""
    tally = counted(
        (decision("a", review="b", rejected="c"), decision("b", review="c", rejected="a"))
    )
    assert tally.flips == {
        ("accept", "reject"): 1,
        ("review", "accept"): 1,
        ("reject", "review"): 1,
    }
    assert tally.before == {"accept": 1, "review": 1, "reject": 1}
    assert (tally.answers, tally.answered) == ({"complete": 1}, {"complete": 1})


def test_winners_are_the_best_that_are_accepted():
    """Changed, gained, lost, the same, or none then and now."""
    none = decision(rejected="ab")
    tally = counted(
        (decision("a", "b"), decision("b", "a")),
        (none, decision("a", rejected="b")),
        (decision("a", rejected="b"), none),
        (decision("a", "b"), decision("a", rejected="b")),
        (none, none),
    )
    assert tally.winners == {"changed": 1, "gained": 1, "lost": 1, "same": 1, "none": 1}
    assert [one.request for one in tally.wins] == ["r1"]
    assert [each.candidate.id for each in tally.wins[0].turned] == ["a", "b"]
    assert winner(none) is None


def test_examples_are_few_and_drawn_alike():
    """However many flip, and in whatever order: the same few of each flip, with both sides."""
    pairs = [(decision("a", rejected="b"), decision("b", rejected="a"))] * 50
    forwards = counted(*pairs)
    backwards = Tally()
    for at in range(50, 0, -1):
        backwards.take(request(pairs[0][0], f"r{at}", at), pairs[0][1], own=False)
    assert forwards == backwards
    assert {len(some) for some in forwards.examples.values()} == {KEPT}
    one = forwards.examples["accept", "reject"][0].turned[0]
    assert (one.candidate.id, one.old.verdict, one.new.verdict) == ("a", "accept", "reject")


def test_what_can_not_be_decided_counts_both_ways():
    """Who is gone is rejected in any case; who is open may get anything, up to how many are wanted."""
    tally = counted((decision("a", rejected="bc"), decision("a", rejected="bc")))
    lacking = Lacking({"s": 1}, {"s": 2}, frozenset("c"), frozenset("ab"), 1)
    tally.take(request(decision("a", rejected="bc"), "open", 2), lacking, own=False)
    found = Replayed(tally, worlds.by_score(), told=Told(price=2.0))
    rates = {one.name: one for one in found.rates}
    assert rates["accepted"].after == Range(1 / 6, 2 / 6)
    assert rates["for review"].after == Range(0.0, 2 / 6)
    assert rates["rejected"].after == Range(3 / 6, 5 / 6)
    assert rates["needs a person"].after == Range(0.0, 0.5)
    assert found.reviews.after == Range(0.0, 2000.0)
    said = " ".join(sentences(found))
    assert "1 request (50.0 %) can't be decided" in said
    assert "at least 1 more call, at most 2 (s 1 to 2)" in said


def test_what_differs_is_told_in_words():
    """A verdict, the order of what is kept, the answer; reasons alone too."""
    old = decision("a", review="b", rejected="c")
    assert otherwise(request(old), old) == ""
    assert otherwise(request(old), decision("a", rejected="bc")) == (
        "'b': review → reject; order: ['a', 'b'] → ['a']"
    )
    told = replace(old, reasons={**old.reasons, "c": (Reason("cut"),)})
    assert otherwise(request(old), told) == "reasons"
    assert "was not measured" in otherwise(
        request(old), Lacking({"s": 1}, {"s": 1}, frozenset(), frozenset("abc"), 1)
    )


def test_an_old_audit_is_compared_by_what_it_can_not_have_changed():
    """Where nobody wrote down what only the audit measured, reasons may be told otherwise."""
    old = decision("a", rejected="b")
    told = replace(old, reasons={**old.reasons, "b": (Reason("cut"),)})
    audited = replace(request(old), audited=True)
    assert otherwise(audited, told) == ""
    assert otherwise(replace(audited, disagreed=False), told) == "reasons"
    assert otherwise(audited, decision("b", rejected="a")) != ""


def test_only_the_first_of_many_are_told():
    """By their place in the journal, however they came."""
    tally = Tally()
    for number in range(2 * TOLD, 0, -1):
        part = Tally()
        part.take_damaged(Damaged(number, f"r{number}", "torn"))
        tally.add(part)
    assert tally.damaged == 2 * TOLD
    assert [one.number for one in tally.broken] == list(range(1, TOLD + 1))


def test_the_headline_says_what_matters_most():
    """Nothing changes; so much changes; nothing can be told; all as recorded, or not."""
    same, other = decision("a", rejected="b"), decision("b", rejected="a")
    plan = worlds.by_score()
    assert headline(Replayed(Tally(), plan)) == "No recorded request was decided again."
    assert headline(Replayed(counted((same, same)), plan)).startswith("Nothing changes")
    assert headline(Replayed(counted((same, other), (same, same)), plan)) == (
        "50.0 % of 2 requests would get another best candidate (1 request), and 2 verdicts would "
        "change."
    )
    assert "each exactly as it was recorded" in headline(Replayed(counted((same, same))))


def test_percents_never_hide_the_few():
    """Hardly any is not none, nearly all is not all."""
    assert [percent(share) for share in (0.0, 0.00001, 0.0123, 0.99999, 1.0)] == [
        "0 %", "0.001 %", "1.2 %", "99.9 %", "100 %",
    ]  # fmt: skip


def test_plans_of_nothing_recorded_are_unmeasured():
    """A measure is named as never recorded only if the plan decides by it."""
    plan = worlds.plan(
        p.WeightedSum((p.Term(worlds.ref("s"), 1.0, worlds.UP),)),
        instances=[worlds.instance("unused")],
    )
    assert Replayed(counted((decision("a"), decision("a"))), plan).unmeasured == ("s",)
