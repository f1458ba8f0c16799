"""Qwen-Image-Bench through a real server: dimensions, their parts, the total, and what it is shown."""

import json

import numpy as np
import pytest
from PIL import Image

import goldens
import published as wordings
from judged import asked_about
from openai_server import by, chat
from selector.dialogue.checklist import HIERARCHY
from selector.errors import MeasureError
from selector.images import open_image
from selector.measures import loader
from selector.measures.base import Subject
from selector.measures.scorers.qwen_image_bench import named
from selector.types import Failure, NotApplicable, Score, tokens_of

PATH = "scorers.qwen_image_bench"
GOLDEN = goldens.document("qwen_image_bench")
DIMENSIONS = [named(level1) for level1 in HIERARCHY]


def marked(mark, level1: str) -> str:
    """Return an answer that gives every criterion of a dimension the same mark."""
    return json.dumps(
        {
            part: {facet: {"score": mark} for facet in facets}
            for part, facets in HIERARCHY[level1].items()
        }
    )


def number(outcome) -> float | None:
    """Return a score; None if nothing applies. A failure is neither."""
    assert not isinstance(outcome, Failure), outcome
    return outcome.value if isinstance(outcome, Score) else None


@pytest.mark.parametrize("case", GOLDEN["cases"], ids=lambda case: case["id"])
def test_golden_answers_give_golden_numbers(case, judging, painted):
    """A dimension and its parts, from the server to the outcomes; what is unreadable fails."""
    level1, expected = case["inputs"]["level1"], case["expected"]
    measure = judging(PATH, chat(case["inputs"]["raw_answer"]), dimensions=[named(level1)])
    (found,) = measure.run([painted(9)])
    if expected["status"] == "unparsed":
        assert all(isinstance(each, Failure) for each in found.values())
        return
    assert number(found[named(level1)]) == number(found["total"]) == expected["level1_score"]
    for part in HIERARCHY[level1]:
        assert number(found[named(level1, part)]) == expected["level2_scores"].get(part)


@pytest.mark.parametrize("case", GOLDEN["totals"], ids=lambda case: case["id"])
def test_golden_totals(case, judging, painted):
    """Means over dimensions, but where one can't be read there is no total: the authors' skips it."""
    answers = case["inputs"]["answers"]
    chosen = [named(level1) for level1 in answers]
    measure = judging(PATH, by(lambda heard: answers[asked_about(heard)]), dimensions=chosen)
    (found,) = measure.run([painted(9)])
    expected = case["expected"]
    for level1, points in expected["level1"].items():
        if level1 in expected["failed"]:
            assert isinstance(found[named(level1)], Failure)
        else:
            assert number(found[named(level1)]) == pytest.approx(points)
    if expected["failed"]:
        assert isinstance(found["total"], Failure)
    else:
        assert number(found["total"]) == pytest.approx(expected["total"])


def test_the_judge_gets_the_published_texts(judging, painted, published, judge_server):
    """Byte for byte: the system's turn, what stands before the picture, what stands behind it."""
    for case in wordings.prompts(published, "qwen_image_bench"):
        level1, said = case["inputs"]["level1"], case["inputs"]["prompt"]
        measure = judging(PATH, chat(marked(1, level1)), dimensions=[named(level1)])
        measure.run([painted(9, said)])
        before, _, behind = judge_server.heard[-1].parts
        assert f"{before}<image>{behind}" == case["expected"]["user"]
        assert judge_server.heard[-1].system == case["expected"]["system"]


@pytest.mark.usefixtures("published")
def test_a_prompt_with_a_mark_for_pictures_does_not_move_the_picture(
    judging, painted, judge_server
):
    """Only the wording says where it stands."""
    measure = judging(PATH, chat(marked(1, "Quality")), dimensions=["quality"])
    measure.run([painted(9, "an <image> of an <image>")])
    before, picture, behind = judge_server.heard[0].parts
    assert picture.size == (40, 30)
    assert "an " in before
    assert "Realism" in behind


@pytest.mark.parametrize("rule", GOLDEN["image_size_rule"], ids=lambda rule: str(rule["size"]))
def test_large_pictures_are_squeezed(rule, judging, judge_server):
    """To 1024 × 1024 by Lanczos, whatever their shape, as the authors do; small ones stay."""
    noise = np.random.default_rng(0).integers(0, 256, (16, 16, 3), np.uint8)
    given = Image.fromarray(noise).resize(tuple(rule["size"]))
    measure = judging(PATH, chat(marked(1, "Quality")), dimensions=["quality"])
    measure.run([Subject(open_image(given), "noise")])
    (sent,) = judge_server.heard[0].pictures
    expected = tuple(rule["result"])
    assert sent.size == expected
    assert sent.tobytes() == given.resize(expected, Image.Resampling.LANCZOS).tobytes()


def test_how_the_judge_is_to_answer_is_said_explicitly(judging, painted, judge_server):
    """It thinks, for long, and does not go in circles."""
    judging(PATH, chat(marked(1, "Quality")), dimensions=["quality"]).run([painted(9)])
    body = judge_server.heard[0].body
    assert (body["temperature"], body["seed"], body["max_tokens"]) == (0, 42, 4096)
    assert body["repetition_penalty"] == 1.05
    assert body["chat_template_kwargs"] == {"enable_thinking": True}


def test_each_dimension_is_asked_about_once(judging, painted, judge_server):
    """All five unless told otherwise; each leaves its criteria and its tokens at its own output."""
    measure = judging(PATH, by(lambda heard: marked(2, asked_about(heard))))
    rows = measure.run([painted(9), painted(10)])
    assert len(judge_server.heard) == 10
    assert list(rows[0]) == list(measure.outputs)
    assert {number(each) for row in rows for each in row.values()} == {100}
    assert [tokens_of(rows[0][name]) for name in DIMENSIONS] == [12] * 5
    assert sum(map(tokens_of, rows[0].values())) == 60
    assert rows[0]["quality"].evidence["texts"][0] == (
        "Realism: Physical Logic 100, Material Texture 100"
    )
    sizes = [len(json.dumps(each.evidence)) for each in rows[0].values()]
    assert max(sizes) < 16 * 1024


def test_a_dimension_that_cannot_be_read_takes_the_total_with_it(judging, painted):
    """And no other dimension."""

    def answer(heard) -> str:
        level1 = asked_about(heard)
        return "A fine picture." if level1 == "Aesthetics" else marked(1, level1)

    (found,) = judging(PATH, by(answer)).run([painted(9)])
    assert found["total"].reason.startswith("aesthetics: unreadable answer")
    assert isinstance(found["aesthetics_lighting"], Failure)
    assert number(found["quality"]) == 60
    assert sum(map(tokens_of, found.values())) == 12 * 6


def test_where_nothing_applies_there_is_no_number(judging, painted):
    """Neither of the dimension nor of the whole, and never zero."""
    measure = judging(PATH, chat(marked("N/A", "Alignment")), dimensions=["alignment"])
    (found,) = measure.run([painted(9)])
    assert all(isinstance(each, NotApplicable) for each in found.values())
    assert all(each.optional for each in measure.outputs.values())


def test_a_thought_without_end_is_no_answer(judging, painted):
    """As where the tokens did not suffice."""
    thought = f"<think>{marked(2, 'Quality')}"
    (found,) = judging(PATH, chat(thought), dimensions=["quality"]).run([painted(9)])
    assert all(isinstance(each, Failure) for each in found.values())


def test_a_prompt_that_says_marks_does_not_set_them(judging, painted):
    """The judge's own count; one who only repeats gives none."""
    order = f"a castle {marked(2, 'Quality')}"
    own = judging(PATH, chat(marked(1, "Quality")), dimensions=["quality"])
    assert number(own.run([painted(9, order)])[0]["total"]) == 60
    for repeated in (lambda _: order, lambda heard: "".join(heard.parts[::2])):
        measure = judging(PATH, by(repeated), dimensions=["quality"])
        (found,) = measure.run([painted(9, order)])
        assert all(isinstance(each, Failure) for each in found.values())


def test_dimensions_are_the_same_in_any_order():
    """One number has one name; what is named twice or not known is told."""
    made = [
        loader.construct(PATH, {"dimensions": names})
        for names in (["quality", "alignment"], ["alignment", "quality"])
    ]
    assert made[0].dimensions == made[1].dimensions == ("quality", "alignment")
    for wrong in ([], ["quality", "quality"], ["beauty"]):
        with pytest.raises(MeasureError, match="dimensions"):
            loader.construct(PATH, {"dimensions": wrong})


def test_outputs_have_names_that_policies_can_say():
    """One a dimension and one a part, told apart where two dimensions have a part of one name."""
    outputs = loader.construct(PATH, {}).outputs
    assert len(outputs) == 1 + 5 + 23
    assert all(name.isidentifier() for name in outputs)
    assert {"total", "real_world_fidelity_safety_compliance", "quality_realism"} <= set(outputs)
