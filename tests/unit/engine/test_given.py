"""What a caller may give, and what is its mistake."""

import json

import numpy as np
import pytest

from asking import SIZES, nested, picture, png
from selector import Candidate, Edit, Policy, Selection, select
from selector.errors import PolicyError, RequestError
from selector.types import Score


def test_candidates_of_every_form(tmp_path):
    """Paths, bytes, PIL images, arrays and Candidates are all candidates of one request."""
    path = tmp_path / "file.png"
    path.write_bytes(png(40, 1))
    given = [
        path,
        str(path.rename(tmp_path / "other.png")),
        png(50, 2),
        picture(60, 3),
        np.asarray(picture(70, 4)),
        Candidate(png(80, 5), id="named", metadata={"seed": 7, "tags": ["x"]}),
    ]
    selection = select("p", given[1:], SIZES)
    assert [one.id for one in selection.candidates] == [
        "other.png", "candidate-02", "candidate-03", "candidate-04", "named",
    ]  # fmt: skip
    assert selection.accepted == (selection["named"],)
    assert selection["named"].metadata == {"seed": 7, "tags": ["x"]}
    assert selection["other.png"].path == str(tmp_path / "other.png")
    assert all(len(one.content_hash) == len(one.pixel_hash) == 64 for one in selection.candidates)


def test_same_picture_in_memory_and_in_a_file_gets_the_same_scores(tmp_path):
    """What is measured depends on the pixels, not on how they were handed over."""
    path = tmp_path / "a.png"
    path.write_bytes(png(64, 9))
    forms = [path, png(64, 9), picture(64, 9), np.asarray(picture(64, 9))]
    values = [select("p", [one], SIZES).outcomes for one in forms]
    numbers = [next(iter(one.values()))["filters.resolution.short_side"] for one in values]
    assert numbers == [Score(64.0)] * 4


@pytest.mark.parametrize("form", ["dict", "path", "Policy", "bytes"])
def test_policy_of_every_form(form, tmp_path):
    """A policy may be a dict, a path, YAML bytes or a Policy."""
    path = tmp_path / "sizes.yaml"
    path.write_text(json.dumps(SIZES))
    policy = {
        "dict": SIZES,
        "path": path,
        "Policy": Policy.load(SIZES),
        "bytes": path.read_bytes(),
    }[form]
    assert select("p", [png()], policy).answer == "complete"


def test_ids_are_file_names_or_whole_paths(tmp_path):
    """Files that share a name are told apart by their whole paths."""
    paths = []
    for folder in ("x", "y"):
        (tmp_path / folder).mkdir()
        paths.append(tmp_path / folder / "same.png")
        paths[-1].write_bytes(png(64, len(paths)))
    selection = select("p", paths, SIZES)
    assert [one.id for one in selection.candidates] == [str(path) for path in paths]


@pytest.mark.parametrize(
    ("candidates", "said"),
    [
        ([], "there are none"),
        ("a.png", "expected a list (got str)"),
        (b"bytes", "expected a list (got bytes)"),
        (None, "expected a list (got NoneType)"),
        (np.zeros((4, 4, 3), np.uint8), "expected a list (got ndarray)"),
        (picture(), "expected a list (got Image)"),
        (Candidate(b""), "expected a list (got Candidate)"),
        ([Candidate(b"", id="x"), Candidate(b"", id="x")], "ids must be unique (got 'x'"),
        ([Candidate(b"", metadata={"x": {1, 2}})], "metadata must be JSON"),
        ([Candidate(b"", metadata={"x": float("nan")})], "metadata must be JSON"),
        ([Candidate(b"", metadata=nested(100_000))], "metadata must be JSON"),
        ([Candidate(b"", metadata=nested(400))], "must not nest deeper"),
        ([Candidate(b"", id=7)], "id must be text"),
        ([Candidate(b"", id="\ud800")], "id must be text"),
    ],
)
def test_candidates_that_are_the_callers_mistake(candidates, said):
    """What can't be a request is a RequestError that says what to change."""
    with pytest.raises(RequestError, match=r".") as caught:
        select("p", candidates, SIZES)
    assert said in str(caught.value)


@pytest.mark.parametrize("prompt", [None, 7, b"bytes", "\ud800", ["x"]])
def test_prompts_that_are_no_text(prompt):
    """A prompt is text, or an edit."""
    with pytest.raises(RequestError, match="prompt"):
        select(prompt, [png()], SIZES)


@pytest.mark.parametrize("prompt", ["", "x" * 10_000, "“quotes” <b>&amp;</b> 🙂\n\x00", " "])
def test_prompts_that_nobody_reads_may_be_anything(prompt):
    """If no measure reads the prompt, any text will do, and it comes back unchanged."""
    selection = select(prompt, [png()], SIZES)
    assert selection.prompt == prompt
    assert Selection.from_json(selection.to_json()) == selection


EDIT = Edit("make it red", png())


@pytest.mark.parametrize(
    ("request_", "needs", "said"),
    [
        ("  ", "prompt", "prompt: {who} reads it (got nothing). Give the prompt."),
        ("", "prompt or instruction", "prompt: {who} reads it (got nothing). Give the prompt."),
        (Edit(7, png()), "source", "instruction: expected text or an Edit (got int)."),
        (Edit("\ud800", png()), "source", "instruction: not valid Unicode"),
        (EDIT, "prompt", "{who} compares with a text that says what the picture should show"),
        ("make it red", "source", "{who} needs the instruction or the source of an edit"),
        ("make it red", "instruction", "Give an Edit, on the command line its --source"),
    ],
)
def test_a_request_that_a_measure_can_do_nothing_with(own, request_, needs, said):
    """It is told before anything is measured, with who needs what."""
    policy = own("raise SystemExit('it measured')", needs)
    with pytest.raises(RequestError) as caught:
        select(request_, [png()], policy)
    assert said.format(who=policy["method"]["weighted_sum"][0]["of"]) in str(caught.value)


@pytest.mark.parametrize("request_", ["make it red", EDIT, Edit("", png()), Edit("", None)])
def test_who_reads_neither_takes_both(request_):
    """Where no measure reads text or source, an edit is as good as a prompt."""
    assert select(request_, [png()], SIZES).answer == "complete"


@pytest.mark.parametrize(
    "expect", [{"faces": "2"}, {"faces": float("nan")}, {"faces": True}, {7: 1}]
)
def test_expectations_are_numbers(expect):
    """An expectation that is no finite number is a RequestError."""
    with pytest.raises(RequestError, match="expect"):
        select("p", [png()], SIZES, expect=expect)


@pytest.mark.parametrize("timeout_s", [0, -1, "3", float("nan"), float("inf"), True])
def test_timeouts_are_seconds(timeout_s):
    """A time-out is a number of seconds above 0."""
    with pytest.raises(RequestError, match="timeout_s"):
        select("p", [png()], SIZES, timeout_s=timeout_s)


def test_an_unknown_policy_is_a_policy_error():
    """A policy that does not exist says what there is."""
    with pytest.raises(PolicyError, match="starter"):
        select("p", [png()], "startr")
