"""A policy is read whole from wherever it comes, is what it means, and can be had with changes."""

import json
import threading

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from policies import EXAMPLE
from selector.errors import PolicyError
from selector.policy.grammar import Cascade, Costs, Scale, Target
from selector.policy.policy import Policy

DATA = yaml.safe_load(EXAMPLE.replace("{on:", "{'on':"))  # PyYAML takes `on` for true


def load(text: str = EXAMPLE) -> Policy:
    return Policy.load(text.encode())


def replaced(before: str, after: str) -> Policy:
    assert before in EXAMPLE
    return load(EXAMPLE.replace(before, after))


def refusals(source) -> tuple[str, ...]:
    with pytest.raises(PolicyError) as caught:
        Policy.load(source)
    return caught.value.problems


def test_everything_is_read():
    """Every key of the grammar arrives as what it says."""
    policy = load()
    assert (policy.name, policy.version, policy.deliver, policy.timeout_s) == ("portrait", 3, 2, 30)
    assert policy.measures["injury"].use == "scorers.vlm_question"
    assert policy.measures["injury"].parameters == {"question": "Is an injury visible?"}
    assert [gate.on for gate in policy.gates] == [
        "filters.resolution.short_side", "detectors.faces.count", "injury"
    ]  # fmt: skip
    assert policy.gates[0].reject_below == 768
    assert policy.gates[1].equals == "expect.faces"
    assert (policy.gates[2].reject_above, policy.gates[2].accept_below) == (0.5, 0.1)
    first, second = policy.method.weighted_sum
    assert (first.of, first.weight, first.scale) == ("scorers.pickscore", 2, Scale(ends=(17, 25)))
    assert (second.weight, second.until_then) == ("calibrated", 1)
    assert policy.cut.model_dump() == {
        "of": "quality", "reject_below": 0.3, "accept_above": "calibrated"
    }  # fmt: skip
    assert (policy.distinct.by, policy.distinct.within) == ("filters.near_duplicates", 6)
    assert (policy.on_empty, policy.licences, policy.journal) == (
        "regenerate", "commercial", "required"
    )  # fmt: skip
    assert policy.costs == Costs(false_accept=20, false_reject=2, review=1)
    assert policy.target == Target(bad_delivered=0.02, confidence=0.95)
    assert policy.cascade == Cascade(mode="exact", parallelism=2, audit=0.01)


def test_every_source_is_the_same_policy(tmp_path):
    """Bytes, a dict, a path and a policy itself mean the same."""
    path = tmp_path / "portrait.yaml"
    path.write_text(EXAMPLE)
    sources = [EXAMPLE.encode(), DATA, path, str(path), json.dumps(DATA).encode(), load()]
    assert len({Policy.load(source).hash for source in sources}) == 1
    assert Policy.load(policy := load()) is policy


@pytest.mark.parametrize("number", ["1e-3", "0.001", ".001", "1.0E-3", "+0.001"])
def test_one_number_has_many_forms(number):
    """However a number is written, it makes one policy."""
    assert replaced("0.3", number).hash == replaced("0.3", "0.0010").hash


SAME = [
    lambda text: f"# why\n\n{text}# the end\n",
    lambda text: text.replace("deliver: 2", "deliver:   2   # two"),
    lambda text: text.replace("deliver: 2", '"deliver": 2'),
    lambda text: text.replace("\n", "\r\n"),
    lambda text: json.dumps(yaml.safe_load(text.replace("{on:", "{'on':")), indent=1),
    lambda text: yaml.safe_dump(yaml.safe_load(text.replace("{on:", "{'on':")), sort_keys=True),
    lambda text: text.replace("768}", "768, on_failure: review, if_absent: pass}"),
    lambda text: text.replace("weight: 2,", "weight: 2, on_failure: review, if_absent: null,"),
    lambda text: text + "review_at_most: null\nuncertified: review\n",
    lambda text: text.replace("reject_below: 768", "reject_below: 768.0"),
    lambda text: text.replace("mode: exact, parallelism: 2", "mode: exhaustive"),
    lambda text: text.replace("mode: exact", "regret: 0.01, confidence: 0.9"),
    lambda text: text.replace(
        "mode: exact",
        "value_of_quality: 5, price_of_call: 0.01, price_of_candidate: 0.04, more: 8",
    ),
    lambda text: text.replace("parallelism: 2, audit: 0.01", "parallelism: 4, audit: 0.5"),
    lambda text: text.replace("cascade: {mode: exact, parallelism: 2, audit: 0.01}\n", ""),
    lambda text: text.replace("journal: required", "journal: best_effort"),
]


@pytest.mark.parametrize("written", SAME)
def test_what_means_the_same_has_the_same_hash(written):
    """Comments, layout, key order, defaults written out, `cascade` and `journal` mean nothing."""
    text = written(EXAMPLE)
    assert text != EXAMPLE
    assert load(text).hash == load().hash


DIFFERENT = [
    ("name: portrait", "name: portraits"),
    ("version: 3", "version: 4"),
    ("injury visible", "injury seen"),
    ("reject_below: 768", "reject_below: 769"),
    ("reject_below: 768", "reject_above: 768"),
    ("short_side", "width"),
    ("expect.faces", "expect.face"),
    ("equals: expect", "at_least: expect"),
    ("on_failure: review", "on_failure: reject"),
    ("weight: 2", "weight: 2.5"),
    ("[17, 25]", "[17, 26]"),
    ("until_then: 1", "until_then: 1.5"),
    ("reject_below: 0.3", "reject_below: 0.31"),
    ("accept_above: calibrated", "accept_above: 0.9"),
    ("deliver: 2", "deliver: 3"),
    ("deliver: 2", "deliver: all"),
    ("within: 6", "within: 7"),
    ("regenerate", "review"),
    ("false_accept: 20", "false_accept: 21"),
    ("confidence: 0.95", "confidence: 0.9"),
    ("licences: commercial", "licences: any"),
    ("timeout_s: 30", "timeout_s: 31"),
]


@pytest.mark.parametrize(("before", "after"), DIFFERENT)
def test_what_means_something_else_has_another_hash(before, after):
    """Any bound, weight, reference or number to deliver makes another policy."""
    assert replaced(before, after).hash != load().hash


@given(st.floats(0, 1), st.floats(0, 1))
def test_bounds_that_differ_at_all_differ_in_the_hash(one, other):
    """The hash tells two bounds apart exactly where they are not equal."""
    hashes = {replaced("0.3", repr(bound)).hash for bound in (one, other)}
    assert len(hashes) == (1 if one == other else 2)


# -- with changes ---------------------------------------------------------------------------


def test_having_changes_what_it_names_and_nothing_else():
    """The result is the policy that the file would hold with that entry in it."""
    policy = load()
    assert policy.having(deliver=5).hash == replaced("deliver: 2", "deliver: 5").hash
    assert policy.having(cut=None).cut is None
    assert policy.having(timeout_s=None, deliver="all").deliver == "all"
    assert policy.having().hash == policy.hash
    assert policy.deliver == 2


def test_having_keeps_the_lines_of_what_is_unchanged(tmp_path):
    """Problems that come up later still name the file's lines."""
    path = tmp_path / "p.yaml"
    path.write_text(EXAMPLE)
    policy = Policy.load(path).having(deliver=5).having(timeout_s=3)
    assert policy.where("gates", 1, "on") == f"{path}:7"
    assert policy.where("deliver") == f"{path} with deliver changed"
    assert policy.where("timeout_s") == f"{path} with timeout_s changed"


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"deliver": "7x"}, "deliver: expected a whole number from 1, or 'all' (got '7x')."),
        ({"delivr": 7}, "unknown key 'delivr'; did you mean 'deliver'?"),
        ({"gates": threading.Lock()}, "gates: not plain data (got lock). Give text, numbers, lists, mappings."),
        ({"method": None}, "method: expected a mapping of keys to values (got nothing). Write it, or drop the key."),
    ],
)  # fmt: skip
def test_a_change_that_does_not_fit_is_told(changes, said):
    """A change is checked like the file, and told apart from it."""
    with pytest.raises(PolicyError) as caught:
        load().having(**changes)
    (key,) = changes
    assert caught.value.problems == (f"policy with {key} changed: {said}",)


# -- all problems at once -------------------------------------------------------------------

WRONG = """\
name: two words
gates:
  - {on: filters.blank.structure, reject_blow: 1}
  - {on: filters.blank.structure, reject_below: !!float 1, equals: .inf}
measures: {injury: {use: 3}, a b: {use: filters.blank}}
deliver: 0
method:
  weighted_sum:
    - {of: filters.blank.structure, weight: heavy}
deliver: 2
"""


def test_all_problems_come_at_once_in_the_order_of_the_file():
    """Reading, keys and values: one list, by line; what is missing stands with the file's start."""
    assert refusals(WRONG.encode()) == (
        "policy:1: name: expected one word of letters, digits, '-', '_' and '.' (got 'two words').",
        "policy:1: 'version' is missing. Add it.",
        "policy:3: unknown key 'reject_blow'; did you mean 'reject_below'?",
        "policy:4: tags are not read (got '!!float'). Write the plain value.",
        "policy:4: equals: expected a finite number (got inf).",
        "policy:5: use: expected a name such as filters.blank.structure (got 3).",
        "policy:5: a b: expected one word of letters, digits and '_', not beginning with a digit (got 'a b').",
        "policy:6: deliver: expected a whole number from 1, or 'all' (got 0).",
        "policy:9: weight: expected a number, or 'calibrated' (got 'heavy').",
        "policy:10: duplicate key 'deliver' (first in line 6). Keep one.",
    )  # fmt: skip


def test_problems_of_data_come_in_its_order():
    """A dict has no lines; its problems come as its keys do."""
    said = refusals({"version": 0, "deliver": 0, "gates": [{}, {"on": 1}], "name": 1, "method": {}})
    assert [one.split(":")[1].strip() for one in said] == [
        "version", "deliver", "gates[0]", "gates[1]", "name", "method"
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("text", "got"),
    [("", "nothing"), ("# a comment", "nothing"), ("- a", "a list"), ("portrait", "'portrait'")],
)
def test_a_policy_is_a_mapping(text, got):
    """What holds no keys is told how a policy begins."""
    said = f"policy:1: a policy is a mapping of keys to values (got {got}). Begin with 'name:'."
    assert refusals(text.encode()) == (said,)


def test_a_tag_on_a_whole_policy_is_told_too():
    """What was not read is told also where nothing is left to check."""
    assert refusals(b"!!map [a]")[0].startswith("policy:1: tags are not read")


def test_a_file_that_is_held_to_its_checksum_means_the_same_wherever_it_lies():
    """A calibration made on one machine is of the same policy on another; other content is not."""

    def with_file(path, sha256):
        checkpoint = {"path": path, "sha256": sha256}
        return replaced("filters", "filters").having(
            measures={"ours": {"use": "scorers.pickscore", "checkpoint": checkpoint}}
        )

    first, second = (with_file(path, "0" * 64).hash for path in ("models/a.pt", "/opt/b.pt"))
    assert first == second != with_file("models/a.pt", "1" * 64).hash


def test_the_text_of_a_file_is_what_stands_in_it():
    """Comments and layout are kept; a byte order mark is not."""
    assert load(f"\ufeff# why\n{EXAMPLE}").text == f"# why\n{EXAMPLE}"


@pytest.mark.parametrize(
    "policy",
    [Policy.load(DATA), load().having(deliver="all", on_empty="none"), Policy(**DATA)],
    ids=["a dict", "changed", "made"],
)
def test_what_was_never_a_text_has_one_that_means_the_same(policy):
    """Whatever a policy came from, its text is a policy with the same hash, and the same cascade."""
    again = load(policy.text)
    assert (again.hash, again.cascade) == (policy.hash, policy.cascade)
