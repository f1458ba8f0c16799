"""Bad pictures and measures that misbehave: each harms only itself."""

import time

import numpy as np
import pytest

from asking import SIZES, png
from selector import Edit, Selection, Selector, select
from selector.images import Limits
from selector.types import Failure, NotEvaluated, Score


def test_bad_files_are_refused_and_the_rest_is_unharmed(tmp_path):
    """Missing, empty, truncated, not an image, a folder: refused with a reason; the good one wins."""
    files = {
        "good.png": png(),
        "empty.png": b"",
        "cut.png": png()[:200],
        "text.png": b"this is not an image",
        "script.svg": b"<svg xmlns='http://www.w3.org/2000/svg'/>",
    }
    for name, content in files.items():
        (tmp_path / name).write_bytes(content)
    (tmp_path / "folder.png").mkdir()
    names = [*files, "missing.png", "folder.png"]
    selection = select("p", [tmp_path / name for name in names], SIZES)
    assert [one.id for one in selection.accepted] == ["good.png"]
    for one in selection.candidates[1:]:
        assert selection.verdict(one.id) == "reject"
        assert [reason.kind for reason in selection.reasons[one.id]] == ["refused"]
        assert one.error
        assert all(isinstance(found, NotEvaluated) for found in selection.outcomes[one.id].values())


def test_only_bad_files_is_an_empty_answer(tmp_path):
    """If nothing can be read the request still gets its answer: nothing."""
    selection = select("p", [tmp_path / "a.png", b"", b"x"], SIZES)
    assert selection.answer == "empty"
    assert not selection.accepted + selection.review


def test_limits_refuse_before_decoding():
    """Too many bytes or pixels is the candidate's failure, not the request's."""
    with Selector(SIZES, limits=Limits(max_pixels=64 * 64)) as selector:
        selection = selector.select("p", [png(64), png(65)])
    assert selection.verdict("candidate-01") == "accept"
    assert "pixels" in selection["candidate-02"].error


@pytest.mark.parametrize("thing", [7, object(), {"a": 1}, np.zeros((4, 4), np.float32)])
def test_what_is_no_picture_at_all_is_refused(thing):
    """An object that is no image becomes a refused candidate beside the others."""
    selection = select("p", [thing, png()], SIZES)
    assert selection.verdict("candidate-01") == "reject"
    assert selection.verdict("candidate-02") == "accept"


@pytest.mark.parametrize(
    ("body", "said"),
    [
        ("raise ValueError('no such layer')", "ValueError: no such layer"),
        ("return []", "returned 0 outcomes"),
        ("return [{'value': Score(float('nan'))} for _ in subjects]", "nan"),
        ("return [{} for _ in subjects]", "NoneType"),
        ("return None", "TypeError"),
    ],
)
def test_a_broken_measure_passes_nothing_silently(own, body, said):
    """A measure that breaks makes its candidates doubtful: a person decides, the reason is kept."""
    selection = select("p", [png(64, 1), png(64, 2)], own(body))
    assert selection.answer == "review"
    assert not selection.accepted
    assert said in str(selection.reasons["candidate-01"][0])


def test_one_picture_that_breaks_a_measure_harms_no_other(own):
    """The picture that crashes the measure goes to a person; another is accepted."""
    policy = own(
        """
        for one in subjects:
            if one.image.size == (65, 65):
                raise RuntimeError("odd size")
        return [{"value": Score(0.5)} for _ in subjects]
        """
    )
    selection = select("p", [png(64), png(65)], policy | {"deliver": "all"})
    assert selection.verdict("candidate-01") == "accept"
    assert selection.verdict("candidate-02") == "review"


def test_what_is_late_is_a_failure_and_the_request_ends_in_time(own):
    """A measure that takes too long is Failure("deadline"), and the caller gets its answer."""
    policy = own("time.sleep(5); return [{'value': Score(0.5)} for _ in subjects]")
    started = time.monotonic()
    selection = select("p", [png()], policy, timeout_s=0.5)
    assert time.monotonic() - started < 2
    assert selection.answer == "review"
    (outcome,) = selection.outcomes["candidate-01"].values()
    assert outcome == Failure("deadline")


def test_a_timeout_of_years_is_no_timeout():
    """More seconds than a thread can wait are taken as many, not as an error."""
    assert select("p", [png()], SIZES | {"timeout_s": 1e12}).answer == "complete"
    assert select("p", [png()], SIZES, timeout_s=1e10).answer == "complete"


def test_a_policys_own_timeout_counts(own):
    """`timeout_s` of the policy holds where the call gives none."""
    policy = own("time.sleep(5); return [{'value': Score(0.5)} for _ in subjects]", timeout_s=0.3)
    assert select("p", [png()], policy).answer == "review"


def test_a_measure_sees_exactly_what_it_needs(own):
    """The prompt reaches only a measure that says it needs it."""
    body = "return [{'value': Score(0.9 if one.prompt == 'red' else 0.1)} for one in subjects]"
    with_prompt = select("red", [png()], own(body, "prompt"))
    without = select("red", [png()], own(body))
    assert with_prompt.decision.quality == {"candidate-01": 0.9}
    assert without.decision.quality == {"candidate-01": 0.1}


def test_evidence_of_another_instance_reaches_who_needs_it(own):
    """A measure that needs another's evidence finds all its outcomes, measured before."""
    body = """
        return [{"value": Score(one.evidence["filters.resolution"]["width"].value / 100)}
                for one in subjects]
    """
    selection = select("p", [png(64)], own(body, "evidence of filters.resolution"))
    assert selection.decision.quality == {"candidate-01": 0.64}
    assert selection.outcomes["candidate-01"]["filters.resolution.height"] == Score(64.0)


@pytest.mark.parametrize("needs", ["instruction", "prompt or instruction"])
def test_an_empty_instruction_fails_who_reads_it(own, needs):
    """The request finishes with a clear reason, and the picture goes to a person."""
    body = "return [{'value': Score(0.5)} for one in subjects]"
    selection = select(Edit(" ", png(64, 3)), [png()], own(body, needs))
    (outcome,) = selection.outcomes["candidate-01"].values()
    assert outcome == Failure("the edit's instruction: it is empty. Say what was to be changed.")
    assert selection.verdict("candidate-01") == "review"


SOURCE = """
asked = [(one.instruction, one.prompt, one.source and one.source.size) for one in subjects]
return [{'value': Score(float(each == ('make it red', None, (64, 64))))} for each in asked]
"""


def test_an_edit_brings_its_source_to_the_measure_that_needs_it(own):
    """Instruction and source reach the measure; the record names the source by its hash."""
    edit = Edit("make it red", png(64, 3))
    selection = select(edit, [png()], own(SOURCE, "instruction", "source"))
    assert selection.decision.quality == {"candidate-01": 1.0}
    assert len(selection.prompt.content_hash) == 64
    assert Selection.from_json(selection.to_json()) == selection


SOURCES = {
    "missing": (lambda folder: folder / "gone.png", "gone.png"),
    "none": (lambda _: None, "there is none (got None). Give the picture before"),
    "empty": (lambda _: b"", "empty"),
    "cut off": (lambda _: png(64, 3)[:-2000], "damaged or cut off"),
    "no image": (lambda _: b"not an image", "the edit's source"),
}


@pytest.mark.parametrize("kind", SOURCES)
def test_a_bad_source_is_a_failure_for_a_person(own, tmp_path, kind):
    """An edit whose source can't be read is decided, by a person, who hears what is wrong."""
    make, said = SOURCES[kind]
    edit = Edit("make it red", make(tmp_path))
    selection = select(edit, [png(), png(64, 1)], own(SOURCE, "instruction", "source"))
    assert selection.answer == "review"
    for one in selection.candidates:
        (reason,) = selection.reasons[one.id]
        assert "the edit's source: " in str(reason)
        assert said in str(reason)


def test_a_bad_source_harms_no_measure_that_does_not_need_it(own, tmp_path):
    """Who reads the instruction alone measures; the record has the path, and no hash."""
    body = "return [{'value': Score(len(one.instruction) / 100)} for one in subjects]"
    edit = Edit("make it red", tmp_path / "gone.png")
    selection = select(edit, [png()], own(body, "instruction"))
    assert selection.decision.quality == {"candidate-01": 0.11}
    assert selection.prompt == Edit("make it red", path=str(tmp_path / "gone.png"))


def test_either_text_is_what_the_user_wrote(own):
    """A measure of any text gets a prompt as a prompt, an instruction as an instruction."""
    body = "return [{'value': Score(len(one.text + (one.prompt or '')) / 100)} for one in subjects]"
    policy = own(body, "prompt or instruction")
    assert select("red", [png()], policy).decision.quality == {"candidate-01": 0.06}
    assert select(Edit("red", png()), [png()], policy).decision.quality == {"candidate-01": 0.03}
