"""Cases: outcomes in, verdicts out, by the very decision that requests get."""

from textwrap import dedent

import pytest

from policies import small
from selector import cases
from selector.errors import PolicyError

POLICY = small(
    measures={"small": {"use": "filters.resolution"}},
    gates=[
        {"on": "small.short_side", "reject_below": 512, "accept_above": 768},
        {"on": "detectors.faces.count", "equals": "expect.faces"},
        {"on": "detectors.hands.defect", "accept_below": 0.3, "if_absent": "pass"},
    ],
    deliver=2,
    distinct={"by": "filters.near_duplicates", "within": 6},
    on_empty="regenerate",
)
USUALLY = """\
usually:
  small.short_side: 1024
  detectors.faces.count: 1
  detectors.hands.defect: absent
  filters.blank.structure: 0.1
"""


@pytest.fixture
def book(tmp_path):
    """Write a file of cases and return its path."""

    def write(text: str, usually: str = USUALLY):
        path = tmp_path / "cases.yaml"
        path.write_text(usually + dedent(text))
        return path

    return write


def ran(path, policy=POLICY) -> dict[str, tuple[str, ...]]:
    return {one.name: one.problems for one in cases.run(policy, path)}


def refused(path, policy=POLICY) -> list[str]:
    with pytest.raises(PolicyError) as caught:
        cases.run(policy, path)
    return [line.removeprefix(f"{path}:") for line in caught.value.problems]


def test_expected_verdicts_pass(book):
    """Refusal, doubt, failure, absence, copies, duplicates and what can't be read, all at once."""
    path = book("""\
        cases:
          - name: everything
            expect: {faces: 1}
            candidates:
              best: {filters.blank.structure: 0.9}
              like: {filters.blank.structure: 0.8}
              good: {detectors.hands.defect: 0.1, filters.blank.structure: 0.7}
              tiny: {small.short_side: 100}
              soft: {small.short_side: 600, filters.blank.structure: 0.6}
              hurt: {detectors.hands.defect: failed, filters.blank.structure: 0.5}
              late:
              gone: unreadable
              twin: copy of best
            alike: [{pair: [like, best], distance: 3}]
            verdicts:
              best: accept
              like: reject duplicate
              good: accept
              tiny: reject refused
              soft: reject outranked
              hurt: reject
              gone: reject refused
              twin: reject copy
            ranking: [best, like, good, soft, hurt, late]
            answer: complete
            advice: none
            needs_person: false
        """)
    (problems,) = ran(path).values()
    assert problems == ()


def test_what_came_out_otherwise_is_told_with_its_reasons(book):
    """A failing case says what was expected, what came, and why; others pass beside it."""
    path = book("""\
        cases:
          - name: too small
            expect: {faces: 1}
            candidates: {a: {small.short_side: 600}}
            verdicts: {a: accept}
            ranking: []
            answer: complete
            advice: regenerate
            needs_person: false
          - name: as it is
            expect: {faces: 1}
            candidates: {a: {small.short_side: 600}}
            verdicts: {a: review band}
        """)
    first, second = cases.run(POLICY, path)
    assert (first.where, second.where) == (f"{path}:7", f"{path}:15")
    assert second.problems == ()
    assert first.problems == (
        "a: expected accept, got review (band: small.short_side is 600, below 768)",
        "ranking: expected nobody; got a",
        "answer: expected complete, got review",
        "advice: expected regenerate, got none",
        "needs_person: expected False, got True",
    )


def test_the_kind_of_reason_is_compared_too(book):
    """A candidate may be rejected for another reason than was meant."""
    path = book("""\
        cases:
          - name: who
            expect: {faces: 1}
            candidates: {a: {small.short_side: 100}}
            verdicts: {a: reject cut}
        """)
    (problem,) = ran(path)["who"]
    assert problem.startswith("a: expected reject cut, got reject (refused: small.short_side")


def test_an_expectation_that_is_not_given_leaves_a_doubt(book):
    """As with a request: what the caller does not say can't be compared."""
    path = book("""\
        cases:
          - name: unsaid
            candidates: {a: {}}
            verdicts: {a: review band}
        """)
    assert ran(path) == {"unsaid": ()}


def test_candidates_are_far_apart_unless_said(book):
    """Near duplicates are only those whose distance the case gives, either way round."""
    text = """\
        cases:
          - name: case
            expect: {faces: 1}
            candidates: {a: {filters.blank.structure: 0.5}, b: {}}
            alike: [{pair: [%s], distance: %s}]
            verdicts: {a: accept, b: %s}
        """
    assert ran(book(text % ("b, a", 6, "reject duplicate"))) == {"case": ()}
    assert ran(book(text % ("a, b", 6, "reject duplicate"))) == {"case": ()}
    assert ran(book(text % ("a, b", 7, "accept"))) == {"case": ()}


def test_constraints_criteria_and_axes_are_decided(book):
    """Cases work with every method."""
    usually = "usually: {filters.blank.structure: 0.5, filters.blank.spread: 0.5}\n"
    first, other = {"of": "filters.blank.structure"}, {"of": "filters.blank.spread"}
    bound = {"on": "filters.blank.spread", "reject_below": 0.3}
    methods = {
        "constrained": {"objective": [first], "constraints": [bound]},
        "lexicographic": [first | {"eps": 0.1}, other],
        "pareto": {"objectives": [first, other], "pick": [first]},
    }
    told = {"constrained": "reject infeasible", "lexicographic": "accept", "pareto": "accept"}
    for name, method in methods.items():
        text = f"""\
            cases:
              - name: case
                candidates:
                  a: {{filters.blank.structure: 0.7, filters.blank.spread: 0.2}}
                  b: {{}}
                verdicts: {{a: {told[name]}}}
            """
        assert ran(book(text, usually), small(method={name: method})) == {"case": ()}


def test_every_problem_of_the_file_is_told_with_its_line(book):
    """Names that don't exist, numbers that can't be, and what is lacking, in one go."""
    path = book(
        """\
        cases:
          - name: one
            expect: {facs: 1}
            candidates:
              a: {smal.short_side: 3}
              b: {filters.blank.structure: 1.5}
              c: {filters.blank.structure: absent}
              d: copy of z
            alike: [{pair: [a, y], distance: 3}]
            verdicts: {q: accept}
            ranking: [x]
          - name: one
            candidates: {a: {}}
          - name: broken
            candidates: {a: 7}
            verdicts: {a: acept}
        """,
        USUALLY.replace("  filters.blank.structure: 0.1\n", ""),
    )
    told = refused(path)
    starts = [
        "6: 'one': two cases have this name", 
        "7: expect: the policy reads no expect.facs (got 'facs'); did you mean 'faces'?",
        "9: smal.short_side: the policy does not decide by it; did you mean 'small.short_side'?",
        "9: a: filters.blank.structure not given",
        "10: filters.blank.structure: it can only be 0 to 1 (got 1.5). Give a number in this range.",
        "11: filters.blank.structure: it is never absent", "12: d: a copy of none that has outcomes",
        "13: y: no such candidate", "14: q: no such candidate", "15: x: no such candidate",
        "16: 'one': two cases have this name", "16: 'one': expects nothing",
        "17: a: filters.blank.structure not given", "19: a: expected outcomes by name",
        "20: a: expected accept, review or reject",
    ]  # fmt: skip
    assert len(told) == len(starts), told
    assert all(line.startswith(start) for line, start in zip(told, starts, strict=True)), told


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "no cases. Begin with 'cases:'."),
        ("- a", "no cases. Begin with 'cases:'."),
        ("usually: {}", "'cases' is missing. Add it."),
        ("cases: []", "cases: expected a list of one or more entries"),
        ("cases: [{name: a, candidates: {}, answer: empty}]", "candidates: "),
        ("usually: {filters.blank.structure: high}\ncases: [{name: a}]",
         "filters.blank.structure: expected a number, 'failed' or 'absent' (got 'high')."),
        ("cases: [{name: a, candidates: {a: {}}, verdict: {a: accept}}]",
         "unknown key 'verdict'; did you mean 'verdicts'?"),
        ("cases: [{name: a, candidates: {a: {}}, verdicts: {a: reject refusd}}]",
         "a: expected as its reason one of refused, infeasible, cut, "),
        ("cases: [{name: a, candidates: {a: {}}, verdicts: {a: review band cut}}]",
         "a: expected accept, review or reject, and perhaps the kind of a reason"),
        ("cases: [{name: a, candidates: {a: {}}, verdicts: {a: accept band}}]",
         "a: expected what can be: band never leads to accept"),
        ("cases: [{name: a, candidates: {a: {x: true}}, answer: empty}]",
         "x: expected a number, 'failed' or 'absent' (got true)."),
        ("cases: [{name: a, candidates: {a: {}, b: 'copy of '}, answer: empty}]",
         "b: expected outcomes by name"),
        ("cases: [{name: a, candidates: {a: {}}, answer: }]",
         "answer: expected something to compare with (got nothing)"),
        ("cases: [{name: a, candidates: {a: {}}, verdicts: {a: accept}, advice: ~}]",
         "advice: expected something to compare with (got nothing)"),
        ("cases: [{name: a, candidates: {a: {}}, alike: [{pair: [a], distance: 3}]}]",
         "pair: expected the names of two candidates, [ONE, OTHER]"),
        ("cases: [{name: a, candidates: {a: {}}, alike: [{pair: [a, a], distance: 3}]}]",
         "pair: expected the names of two candidates, [ONE, OTHER]"),
        ("cases: &all [{name: a, candidates: {a: {}}, answer: empty}]", "anchors are not read"),
    ],
)  # fmt: skip
def test_what_is_no_file_of_cases_is_refused(book, text, said):
    """With the line, and a word on what to write."""
    assert any(said in line for line in refused(book(text, "")))


def test_distances_that_nothing_measures_are_refused(book):
    """They would change nothing, so that a case would pass for the wrong reason."""
    path = book(
        """\
        cases:
          - name: one
            candidates: {a: {}, b: {}}
            alike: [{pair: [a, b], distance: 3}]
            verdicts: {a: accept}
        """,
        "usually: {filters.blank.structure: 0.1}\n",
    )
    assert refused(path, small()) == [
        "5: alike: the policy has no 'distinct', so it measures no distances. Drop it."
    ]


def test_a_file_that_is_not_there_is_told(tmp_path):
    """As a policy that is not there is; a name that no file can have likewise."""
    with pytest.raises(PolicyError, match=r"none\.yaml: can't be read"):
        cases.run(POLICY, tmp_path / "none.yaml")
    with pytest.raises(PolicyError, match="can't be read"):
        cases.run(POLICY, "a\0b")


def test_a_wrong_case_is_told_alone(book):
    """Its mistake is one problem, and does not make the file seem empty."""
    path = book("cases: [{name: a, candidates: {a: {filters.blank.structure: x}}, answer: short}]")
    (told,) = refused(path)
    assert told.startswith("6: filters.blank.structure: expected a number, 'failed' or 'absent'")


def test_what_is_usual_and_wrong_hides_nothing_else(book):
    """Without it every candidate would seem to lack something; that is not told."""
    path = book(
        "cases: [{name: a, candidates: {a: {}}, answer: short}]",
        USUALLY.replace("0.1", "high"),
    )
    (told,) = refused(path)
    assert told.startswith("5: filters.blank.structure: expected a number")


@pytest.mark.parametrize(
    ("row", "said"),
    [
        ("small.width: 5", "small.width: the policy does not decide by it"),
        ("filters.blank.spread: 0.5", "filters.blank.spread: the policy does not decide by it"),
        ("filters.near_duplicates.nearest: 3", "filters.near_duplicates.nearest: the policy does"),
        ("filters.near_duplicates: 3", "filters.near_duplicates: the policy does not decide by"),
        ("small.short_side: 767.5", "small.short_side: expected a whole number (got 767.5)."),
        ("small.short_side: 0", "small.short_side: it can only be 1 to ∞ (got 0)."),
        ("small: 700", "small: the policy does not decide by it"),
    ],
)
def test_what_could_not_be_or_decides_nothing_is_refused(book, row, said):
    """A case must not pass because of something that no measure gives or nobody asks."""
    path = book(f"cases: [{{name: a, candidates: {{a: {{{row}}}}}, answer: short}}]")
    (told,) = refused(path)
    assert told.startswith(f"6: {said}")


@pytest.mark.parametrize(
    ("alike", "said"),
    [
        ("[{pair: [a, gone], distance: 3}]", "a and gone are not both measured. Name two that"),
        ("[{pair: [a, twin], distance: 3}]", "a and twin have the same bytes. Name two others."),
        ("[{pair: [a, b], distance: 65}]", "it can only be 0 to 64 (got 65)."),
        ("[{pair: [a, b], distance: 6.5}]", "expected a whole number (got 6.5)."),
        ("[{pair: [a, b], distance: 3}, {pair: [b, twin], distance: 9}]", "b and twin stand here "),
    ],
)
def test_distances_that_can_not_be_are_refused(book, alike, said):
    """They would be ignored, or the last would win."""
    path = book(f"""\
        cases:
          - name: case
            expect: {{faces: 1}}
            candidates: {{a: {{}}, b: {{}}, twin: copy of a, gone: unreadable}}
            alike: {alike}
            answer: complete
        """)
    (told,) = refused(path)
    assert told.startswith(f"10: alike: {said}")


def test_one_output_by_two_names_is_refused(book):
    """The policy's shorthand and the whole name mean the same."""
    policy = small(measures={"near": {"use": "filters.near_duplicates"}},
                   gates=[{"on": "near", "reject_below": 3}])  # fmt: skip
    path = book(
        "cases: [{name: a, candidates: {a: {near: 9, near.nearest: 9}}, answer: complete}]",
        "usually: {filters.blank.structure: 0.1}\n",
    )
    assert refused(path, policy) == ["2: near.nearest: said twice, by two names. Keep one."]
    path = book(
        "cases: [{name: a, candidates: {a: {near: 9}, b: {near: 1}}, answer: complete,"
        " verdicts: {b: reject refused}}]",
        "usually: {filters.blank.structure: 0.1}\n",
    )
    assert ran(path, policy) == {"a": ()}


def test_a_copy_may_stand_for_its_original(book):
    """The smallest id is measured, whichever of the two the case calls the copy."""
    path = book("""\
        cases:
          - name: case
            expect: {faces: 1}
            candidates: {z: {filters.blank.structure: 0.9}, a: copy of z, m: {}}
            alike: [{pair: [a, m], distance: 6}]
            verdicts: {a: accept, z: reject copy, m: reject duplicate}
            ranking: [a, m]
        """)
    assert ran(path) == {"case": ()}


def test_the_order_of_a_ranking_is_compared(book):
    """The same candidates in another order are another ranking."""
    path = book("""\
        cases:
          - name: case
            expect: {faces: 1}
            candidates: {a: {filters.blank.structure: 0.9}, b: {}}
            ranking: [b, a]
        """)
    assert ran(path) == {"case": ("ranking: expected b, a; got a, b",)}


def test_any_reason_of_a_candidate_may_be_the_expected_one(book):
    """A candidate that is outranked tells its doubts too."""
    text = """\
        cases:
          - name: case
            expect: {faces: 1}
            candidates:
              a: {filters.blank.structure: 0.9}
              b: {filters.blank.structure: 0.8}
              c: {small.short_side: 600}
            verdicts: {c: reject %s}
        """
    assert ran(book(text % "band")) == ran(book(text % "outranked")) == {"case": ()}


def test_needing_a_person_is_expectation_enough(book):
    """A case may expect just that."""
    text = "cases: [{name: a, expect: {faces: 1}, candidates: {a: {}}, needs_person: %s}]"
    assert ran(book(text % "false")) == {"a": ()}
    assert ran(book(text % "true")) == {"a": ("needs_person: expected True, got False",)}


def test_an_expectation_that_hangs_on_a_tie_is_told(book):
    """Bytes decide ties, and a case has none; what comes out either way may be expected."""
    text = """\
        cases:
          - name: case
            candidates: {a: {}, b: {}}
            %s
        """
    usually = "usually: {filters.blank.structure: 0.1}\n"
    for expected in ("ranking: [a, b]", "ranking: [b, a]", "verdicts: {b: accept}"):
        (said,) = ran(book(text % expected, usually), small())["case"]
        assert said.startswith("it depends on a tie, which bytes decide.")
    assert ran(book(text % "answer: complete", usually), small()) == {"case": ()}


def test_two_names_of_the_same_numbers_are_decided_as_they_are(book):
    """The cascade measures once what has one fingerprint; a case that says each part is not lost."""
    policy = small(
        measures={"size": {"use": "filters.resolution"}, "shape": {"use": "filters.resolution"}},
        gates=[{"on": "size.short_side", "reject_below": 512},
               {"on": "shape.aspect", "reject_above": 2}],
    )  # fmt: skip
    path = book(
        """\
        cases:
          - name: case
            candidates: {tiny: {size.short_side: 1}, wide: {shape.aspect: 3}, good: {}}
            verdicts: {tiny: reject refused, wide: reject refused, good: accept}
        """,
        "usually: {size.short_side: 1024, shape.aspect: 1, filters.blank.structure: 0.1}\n",
    )
    assert ran(path, policy) == {"case": ()}


def test_candidates_are_not_alike_to_those_that_are_gone(book):
    """A measure of sets looks only at who is left; alone in its set there is no distance."""
    policy = POLICY | {"distinct": {"by": "filters.near_duplicates", "within": 63}}
    path = book("""\
        cases:
          - name: case
            expect: {faces: 1}
            candidates: {a: {}, tiny: {small.short_side: 1}}
            alike: [{pair: [a, tiny], distance: 0}]
            verdicts: {a: accept}
        """)
    assert ran(path, policy) == {"case": ()}
