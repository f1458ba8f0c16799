"""Cases are decided by the very decision that requests get, and compared with what is expected."""

from calibrated import calibration, cut, written
from casebook import POLICY, ran
from policies import small
from selector import cases


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


def test_a_copy_may_stand_for_its_original(book):
    """The smallest id is measured, whichever of the two the case calls the copy."""
    path = book("""\
        cases:
          - name: case
            expect: {faces: 1}
            candidates: {z: {filters.blank.structure: 0.9}, a: "copy of  z ", m: {}}
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


def test_a_bound_on_the_nearest_follows_from_who_is_alike(book):
    """The smallest distance counts; who is alone has none, which passes."""
    gate = {"on": "filters.near_duplicates.nearest", "reject_below": 3}
    policy = POLICY | {"gates": [*POLICY["gates"], gate]}
    path = book("""\
        cases:
          - name: several
            expect: {faces: 1}
            candidates: {a: {}, b: {}, c: {}}
            alike: [{pair: [a, b], distance: 2}, {pair: [b, c], distance: 9}]
            verdicts: {a: reject refused, b: reject refused, c: accept}
          - name: alone
            expect: {faces: 1}
            candidates: {a: {}}
            verdicts: {a: accept}
        """)
    assert ran(path, policy) == {"several": (), "alone": ()}


def test_a_case_need_not_have_as_many_candidates_as_were_labelled(tmp_path, monkeypatch):
    """It shows what the lines do; another number is none of its business, a line that waits is."""
    monkeypatch.chdir(tmp_path)
    dark = "filters.clipping.shadows"
    policy = small(gates=[{"on": dark, "accept_below": "calibrated"}])
    path = tmp_path / "cases.yaml"
    path.write_text(
        f"usually: {{filters.blank.structure: 0.5, {dark}: 0.05}}\n"
        "cases:\n"
        "  - name: dark\n"
        f"    candidates: {{a: {{}}, b: {{{dark}: 0.5, filters.blank.structure: 0.9}}}}\n"
        "    verdicts: {a: accept, b: review band}\n"
    )
    assert [result.problems != () for result in cases.run(policy, path)] == [True]
    holds = {"candidates": [8, 8], "generators": ["flux"]}
    written(calibration(policy, cuts=[cut(dark, "accept_below", 0.1)], holds=holds), tmp_path)
    assert [result.problems for result in cases.run(policy, path)] == [()]
