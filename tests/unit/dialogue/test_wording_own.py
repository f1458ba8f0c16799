"""Our own words: whole, our own, and in the form that the answers are read in."""

import re
from functools import partial
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from selector.dialogue import checklist, wording_file
from selector.dialogue.axes import Axes, axes
from selector.dialogue.checklist import HIERARCHY
from selector.dialogue.edit_marks import marks
from selector.dialogue.edit_scores import edit_scores
from selector.dialogue.final_score import final_score
from selector.dialogue.preference import preferred
from selector.dialogue.shares import shares
from selector.dialogue.unreadable import UnreadableError
from selector.dialogue.wording import wording
from selector.weights import manifest

NAMES = [
    one.name.removeprefix("wording/")
    for one in manifest.entries()
    if one.name.startswith("wording/")
]


def test_each_published_wording_has_one_of_our_own_and_no_more() -> None:
    """So that a judge can be asked without a network, whichever it is."""
    assert sorted(path.stem for path in wording_file.OWN.iterdir()) == sorted(NAMES)


@pytest.mark.parametrize("name", NAMES)
def test_our_own_words_have_the_parts_of_the_published_ones(name: str) -> None:
    """Whoever asks names a part, and need not know whose words it is."""
    files = manifest.entry(f"wording/{name}").files
    parts = [Path(one.name).stem for one in files] if len(files) > 1 else ["text"]
    assert list(wording(name, template="own").parts) == parts


def test_our_checklists_name_what_the_answers_are_read_by() -> None:
    """All parts and facets, spelt as the judge was trained to spell them, each with a question."""
    ours = wording("qwen_image_bench", template="own").parts
    for level1, level2 in HIERARCHY.items():
        found: dict[str, list[str]] = {}
        for line in ours[level1].splitlines():
            if line.startswith("## "):
                found[line[3:]] = []
            else:
                name, _, asked = line.removeprefix("- ").partition(": ")
                assert asked.endswith("?")
                found[list(found)[-1]].append(name)
        assert found == {part: list(facets) for part, facets in level2.items()}


def test_our_words_are_our_own(shared: Path) -> None:
    """No line of any length is that of a published text."""
    theirs = " ".join(path.read_text() for path in (shared / "golden" / "templates").iterdir())
    texts = [one for name in NAMES for one in wording(name, template="own").parts.values()]
    lines = {line.strip() for text in texts for line in text.splitlines() if len(line) > 30}
    assert lines
    assert not [line for line in lines if line in theirs]


def filled(name: str, part: str = "text", **answers: str) -> str:
    """Return the form in which our own words ask for an answer, filled in."""
    form = wording(name, template="own").parts[part].rpartition(":\n\n")[2]
    for blank, answer in answers.items():
        form = re.sub(rf"\b{blank.replace('_', ' ')}\b", answer, form)
    return form


READERS = {
    "unified_reward": axes,
    "unified_reward_pair": shares,
    "unified_reward_classic": final_score,
    "unified_reward_classic_axes": axes,
    "unified_reward_classic_pair": preferred,
    "unified_reward_edit": marks,
    "unified_reward_edit_quality": marks,
    "unified_reward_edit_rank": preferred,
    "unified_reward_edit_score": edit_scores,
    "qwen_image_bench": partial(checklist.read, level1="Quality"),
}


def test_the_form_that_we_ask_for_is_the_one_that_is_read() -> None:
    """Whoever fills it in as our words say is understood."""
    three = {"X": "3", "Y": "2.5", "Z": "4"}
    assert axes(filled("unified_reward", **three)) == Axes(3, 2.5, 4)
    assert axes(filled("unified_reward_classic_axes", **three)) == Axes(3, 2.5, 4)
    assert final_score(filled("unified_reward_classic", X="4.5")) == 4.5
    shared_out = shares(filled("unified_reward_pair", X="0.7", Y="0.3"))
    assert set(shared_out.values()) == {(0.7, 0.3)}
    for name in ("unified_reward_edit", "unified_reward_edit_quality"):
        found = marks(filled(name, first="20", second="18.5"))
        assert (found.first, found.second) == (20, 18.5)
    assert edit_scores(filled("unified_reward_edit_score", X="-1.5", Y="2")) == (-1.5, 2)


@pytest.mark.parametrize("name", ["unified_reward_classic_pair", "unified_reward_edit_rank"])
def test_the_three_endings_that_we_ask_for_are_read(name: str) -> None:
    """The first, the second, neither."""
    endings = filled(name).splitlines()[:3]
    assert [preferred(f"The first is sharp.\n{one}") for one in endings] == [1, 2, 0]


def test_the_object_that_we_ask_for_is_read() -> None:
    """With names of the checklist in the places of names."""
    answer = filled(
        "qwen_image_bench",
        "user",
        name_of_a_part="Detail",
        name_of_a_facet="Noise",
        name_of_another_facet="Edge Clarity",
    )
    found = checklist.read(answer, "Quality")
    assert found.level3_scores == {"Detail": {"Noise": 60, "Edge Clarity": None}}


@pytest.mark.parametrize("name", READERS)
def test_a_judge_that_only_repeats_our_words_says_nothing(name: str) -> None:
    """An echo of the question must not be read as an answer to it."""
    own = wording(name, template="own")
    part = "text" if "text" in own.parts else "user"
    asked = own.render(part, prompt="a fox", level1_dim="Quality", format_checklist="## Detail")
    with pytest.raises(UnreadableError):
        READERS[name](asked)


@given(said=st.text())
def test_a_prompt_can_not_leave_its_quotation(said: str) -> None:
    """Each line of it stands behind ">", whatever it takes for the end of one."""
    own = wording("unified_reward", template="own")
    before, behind = own.parts["text"].split("> {prompt}")
    asked = own.render(prompt=said)
    assert asked.startswith(before)
    assert asked.endswith(behind)
    quoted = asked[len(before) : len(asked) - len(behind)].splitlines()
    assert quoted
    assert all(line.startswith("> ") for line in quoted)
    assert [line[2:] for line in quoted] == (said.splitlines() or [""])
