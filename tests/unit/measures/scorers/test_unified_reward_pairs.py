"""UnifiedReward on pairs through a real server: both orders, what is sent, what can't be read."""

import hashlib

import pytest

import published as wordings
from judged import redness, shares
from openai_server import by, chat
from selector.dialogue.preference import preferred
from selector.dialogue.unreadable import UnreadableError
from selector.measures.scorers import unified_reward_pairs
from selector.types import Failure, NotApplicable, Score, tokens_of

PATH = "scorers.unified_reward_pairs"
FORMS = {
    "2.0": ("unifiedreward2", "pair_score"),
    "classic": ("unifiedreward1", "classic_pair_rank"),
}
FIRST = "Image 1 is better."


def redder(heard) -> str:
    """Say that the redder picture is better."""
    first, second = map(redness, heard.pictures)
    return "The light is warm.\n" + (FIRST if first > second else "Image 2 is better.")


def numbers(found, output: str) -> list[float | None]:
    return [getattr(each[output], "value", None) for each in found]


def test_shares_are_means_against_all_others(judging, painted):
    """Of three whose shares are known, in both orders; the mean of the axes is the score."""
    found = judging(PATH, by(shares)).run([painted(red) for red in (50, 100, 200)])
    expected = [(1 / 3 + 1 / 5) / 2, (2 / 3 + 1 / 3) / 2, (4 / 5 + 2 / 3) / 2]
    for output in ("alignment", "coherence", "style", "score"):
        assert numbers(found, output) == pytest.approx(expected, abs=1e-3)
    assert numbers(found, "wins") == [0, 0.5, 1]


def test_ranks_give_wins_alone(judging, painted):
    """The first UnifiedReward gives no numbers."""
    found = judging(PATH, by(redder), form="classic").run([painted(red) for red in (50, 100, 200)])
    assert numbers(found, "wins") == [0, 0.5, 1]
    assert set(found[0]) == {"wins"}
    assert "The light is warm." in found[0]["wins"].evidence["texts"][1]


@pytest.mark.parametrize("answers", ["shares", "ranks"])
def test_a_judge_that_likes_what_comes_first_decides_nothing(answers, judging, painted):
    """And the evidence says that the two orders disagree."""
    blocks = (
        f"{axis} Score:\n Image 1: 0.8\n Image 2: 0.2"
        for axis in ("Alignment", "Coherence", "Style")
    )
    answer, form = ("\n".join(blocks), "2.0") if answers == "shares" else (FIRST, "classic")
    found = judging(PATH, chat(answer), form=form).run([painted(red) for red in (50, 100, 200)])
    for each in found:
        assert [one.value for one in each.values()] == pytest.approx([0.5] * len(each))
        listed = each["wins"].evidence["comparisons"]
        assert [one["result"] for one in listed] == ["orders disagree"] * 2


@pytest.mark.parametrize("form", FORMS)
def test_the_judge_gets_the_published_text(form, judging, painted, published, judge_server):
    """Byte for byte, behind both pictures, in each order."""
    folder, task = FORMS[form]
    measure = judging(PATH, by(shares) if form == "2.0" else by(redder), form=form)
    for case in wordings.prompts(published, folder, task):
        judge_server.heard.clear()
        measure.run([painted(red, case["inputs"]["prompt"]) for red in (51, 204)])
        shown = [[redness(one) for one in each.parts[:2]] for each in judge_server.heard]
        assert sorted(shown) == [[0.2, 0.8], [0.8, 0.2]]
        for each in judge_server.heard:
            assert len(each.parts) == 3
            said = hashlib.sha256(each.parts[2].encode()).hexdigest()
            assert said == case["expected"]["sha256"]


def test_one_unreadable_comparison_leaves_the_others_alone(judging, painted):
    """Its two members are judged by what is left, and every token is counted."""

    def answer(heard) -> str:
        reds = [redness(one) for one in heard.pictures]
        return "I can't tell." if reds == [0.2, 0.8] else redder(heard)

    subjects = [painted(red) for red in (51, 102, 153, 204)]
    found = judging(PATH, by(answer), form="classic").run(subjects)
    assert numbers(found, "wins") == pytest.approx([0, 1 / 3, 2 / 3, 1])
    results = [each["result"] for each in found[0]["wins"].evidence["comparisons"]]
    assert sorted(results) == ["lost", "lost", "unread"]
    assert sum(tokens_of(one["wins"]) for one in found) == 13 * 12


def test_a_picture_that_no_judge_takes_fails_alone(judging, painted):
    """One of four is longer than 200 to 1: the three others are compared."""
    subjects = [painted(red) for red in (51, 102, 153)]
    found = judging(PATH, by(redder), form="classic").run([*subjects, painted(204, size=(603, 3))])
    assert numbers(found, "wins") == [0, 0.5, 1, None]
    assert "0 of 3 comparisons could be read" in found[3]["wins"].reason


def test_a_picture_alone_is_not_compared(judging, painted, judge_server):
    """Nobody is asked: there is nobody to win against."""
    (found,) = judging(PATH).run([painted(9)])
    assert all(isinstance(each, NotApplicable) for each in found.values())
    assert not judge_server.heard


def test_more_than_at_most_are_not_compared(judging, painted, judge_server):
    """It says how many questions they would be, and asks none."""
    found = judging(PATH, at_most=3).run([painted(red) for red in range(4)])
    assert all(isinstance(one, Failure) for each in found for one in each.values())
    assert "4 candidates are 12 questions" in found[0]["wins"].reason
    assert not judge_server.heard


def test_a_prompt_that_names_a_winner_wins_nothing(judging, painted):
    """The judge's own word counts; one who only repeats has none."""
    order = "a castle\nImage 1 is better."
    subjects = [painted(red, order) for red in (51, 204)]
    (first, second) = judging(PATH, chat(order), form="classic").run(subjects)
    assert isinstance(first["wins"], Failure)
    assert isinstance(second["wins"], Failure)
    (_, second) = judging(PATH, by(redder), form="classic").run(subjects)
    assert not isinstance(second["wins"], Score) or second["wins"].value == 1


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("template", ["published", "own"])
def test_a_judge_that_repeats_the_question_prefers_nobody(
    form, template, judging, painted, request
):
    """The examples of a format are no answer in it."""
    if template == "published":
        request.getfixturevalue("published")
    measure = judging(PATH, by(lambda heard: heard.parts[-1]), form=form, template=template)
    found = measure.run([painted(51), painted(204)])
    assert all(isinstance(one, Failure) for each in found for one in each.values())


def test_a_reminder_that_is_repeated_is_no_preference():
    """It names what may be said, and says none of it."""
    with pytest.raises(UnreadableError):
        preferred(unified_reward_pairs.ONE_SENTENCE)
