"""Every request is held against the policy and the journal before anything is measured."""

import pytest

from batches import FILTERS
from selector.batch.checking import NAMED, TOLD, Checked, Problems
from selector.batch.listed import Listed, ListedCandidate, Picture
from selector.errors import RequestError
from selector.planning import plan_of

GATED = FILTERS | {"gates": [{"on": "filters.clipping.shadows", "at_least": "expect.dark"}]}
EDITS = FILTERS | {"gates": [{"on": "detectors.preservation.ssim", "reject_below": 0.5}]}


def listed(number, prompt="p", **rest):
    one = ListedCandidate("a", Picture("a.png"))
    return Listed(f"r{number}", prompt, (one,), where=f"in.jsonl:{number}", **rest)


def through(policy, requests, holds=None):
    """Return which ids come through, every problem in words, and the warnings."""
    problems = Problems()
    checked = Checked(policy and plan_of(policy), problems, holds)
    ids = [one.id for one in checked.through(requests)]
    return ids, problems.lines(), checked.warnings()


def test_good_requests_come_through_in_order():
    """All of them, once, and nothing is said of them."""
    requests = [listed(number) for number in range(1234)]
    assert through(FILTERS, requests) == ([one.id for one in requests], [], [])


def test_requests_without_a_prompt_are_warned_of():
    """A column that is called otherwise is told, also where the policy reads no prompt."""
    ids, problems, warnings = through(FILTERS, [listed(1), listed(2, prompt=" ")])
    assert (len(ids), problems) == (2, [])
    assert warnings == ["prompt: 1 of 2 requests have none; is the column called so?"]


def test_what_does_not_fit_the_policy_is_told_with_its_place():
    """An instruction where the policy reads a prompt of no edit, and a prompt where it reads one."""
    _, problems, _ = through(EDITS, [listed(3)])
    assert problems[0].startswith("in.jsonl:3: prompt: detectors.preservation needs")
    ids, problems, _ = through(EDITS, [listed(3, is_edit=True, source=Picture("s.png"))])
    assert (ids, problems) == (["r3"], [])


def test_all_problems_are_counted_and_the_first_are_told():
    """Twenty in words and the number of the others, so that a terminal stays readable."""
    _, problems, _ = through(EDITS, [listed(number) for number in range(TOLD + 5)])
    assert len(problems) == TOLD + 1
    assert problems[-1] == "… and 5 more."


def test_a_problem_ends_the_listing_and_not_the_looking():
    """Nothing behind a problem is written down, and all of it is still looked at."""
    problems = Problems(["the input has one"])
    checked = Checked(plan_of(EDITS), problems)
    assert list(checked.through([listed(1), listed(2)])) == []
    assert problems.count == 3
    with pytest.raises(RequestError, match=r"the input has one\n.*in\.jsonl:1.*\n.*in\.jsonl:2"):
        problems.check()


def test_expectations_that_nobody_reads_or_says_are_told_once():
    """A column that the policy does not read, and requests that lack one that it reads."""
    requests = [
        listed(1, expect={"dark": 0.1, "hands": 2}),
        listed(2, expect={"hands": 2}),
        listed(3),
    ]
    ids, problems, warnings = through(GATED, requests)
    assert (ids, problems) == (["r1", "r2", "r3"], [])
    assert [one.partition(" requests")[0] for one in warnings] == [
        "expect.hands: 2 of 3",
        "expect.dark: 2 of 3",
    ]


def test_requests_that_a_journal_holds_are_one_problem():
    """Some are named, all are counted: an id stands in a journal once."""
    requests = [listed(number) for number in range(1001)]
    ids, problems, _ = through(FILTERS, requests, lambda ids: frozenset(ids) - {"r0"})
    assert ids == []  # already the first five hundred held some
    (said,) = problems
    assert f"and {1000 - NAMED:,} more" in said
    assert "--resume" in said


def test_without_a_plan_the_requests_alone_are_looked_at():
    """A policy with problems of its own hides none of the input's."""
    ids, problems, (warned,) = through(None, [listed(1, prompt="")])
    assert (ids, problems) == (["r1"], [])
    assert warned.startswith("prompt: 1 of 1 requests have none")
