"""A file of cases that does not fit its policy is refused, with every problem and its line."""

import pytest

from casebook import POLICY, USUALLY, ran, refused
from policies import small
from selector import cases
from selector.errors import PolicyError


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
