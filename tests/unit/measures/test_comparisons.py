"""A set compared pair by pair: who wins, when two orders disagree, and what can't be read."""

import json
from collections.abc import Callable, Sequence

import pytest

from selector.backbones.judge import Question, Said
from selector.dialogue.asking import Reader
from selector.dialogue.preference import preferred
from selector.measures.comparisons import MOST, Preference, better, compared, no_contest
from selector.runner import MAX_EVIDENCE
from selector.types import Failure, NotApplicable, Score, tokens_of

FIRST, SECOND, NEITHER = "Image 1 is better.", "Image 2 is better.", "Both are equally good."


class Referee:
    """A judge by a rule: shown the places of two members, it says a sentence."""

    def __init__(self, rule: Callable[[int, int], str]) -> None:
        self.rule = rule
        self.asked: list[tuple[int, int]] = []

    def ask(self, questions: Sequence[Question]) -> list[Said | Failure]:
        pairs = [tuple(map(int, each.parts)) for each in questions]
        self.asked += [
            pair for pair, each in zip(pairs, questions, strict=True) if not each.answered
        ]
        return [Said(self.rule(*pair), 10) for pair in pairs]


def put(first: int, second: int) -> tuple[Question, Reader[Preference]]:
    return Question((str(first), str(second))), lambda text: Preference(preferred(text))


def contest(rule: Callable[[int, int], str], members: int = 4, **rest):
    """Return what becomes of so many members whose hashes go up with their places."""
    names = rest.pop("names", [f"{at:064x}"[::-1] for at in range(members)])
    more = {"put": put, "reminder": "One sentence.", "outputs": ["wins"]} | rest
    return compared(Referee(rule), names, more.pop("put"), **more)


def stronger(first: int, second: int) -> str:
    return FIRST if first > second else SECOND


def wins(found) -> list[float | None]:
    return [getattr(each["wins"], "value", None) for each in found]


def results(found, at: int) -> list[str]:
    return [each["result"] for each in found[at]["wins"].evidence["comparisons"]]


def test_wins_are_shares_of_the_comparisons():
    """Of four whose strength is known, the strongest wins all and the weakest none."""
    assert wins(contest(stronger)) == pytest.approx([0, 1 / 3, 2 / 3, 1])


def test_each_pair_is_asked_in_both_orders():
    """N × (N − 1) questions, no member against itself."""
    referee = Referee(stronger)
    compared(referee, ["a", "b", "c"], put, reminder="", outputs=["wins"])
    assert sorted(referee.asked) == [(0, 1), (0, 2), (1, 0), (1, 2), (2, 0), (2, 1)]


def test_a_judge_that_prefers_a_place_prefers_nobody():
    """Whoever is shown first wins: that is no preference, and told apart from a tie."""
    found = contest(lambda *_: FIRST)
    assert wins(found) == [0.5] * 4
    assert results(found, 0) == ["orders disagree"] * 3
    assert "3 as the two orders disagree" in found[0]["wins"].evidence["texts"][0]


def test_a_tie_in_one_order_alone_is_no_win():
    """A preference needs both orders."""
    found = contest(lambda first, second: FIRST if first > second else NEITHER, 2)
    assert wins(found) == [0.5, 0.5]
    assert results(found, 1) == ["orders disagree"]


def test_a_tie_in_both_orders_is_no_preference():
    """It is what the judge says."""
    found = contest(lambda *_: NEITHER)
    assert wins(found) == [0.5] * 4
    assert results(found, 2) == ["no preference"] * 3


def test_wins_of_a_set_are_half_of_its_comparisons():
    """Whatever the judge says, nobody gains what another does not lose."""
    found = contest(lambda first, second: (FIRST, SECOND, NEITHER)[(first * 7 + second * 3) % 3], 7)
    assert sum(wins(found)) == pytest.approx(7 / 2)


def test_a_comparison_that_cannot_be_read_is_left_out():
    """One of six: its two members are judged by the others, and say so; nobody else is touched."""
    found = contest(lambda *pair: "Hm." if pair == (0, 3) else stronger(*pair))
    assert wins(found) == pytest.approx([0, 1 / 3, 2 / 3, 1])
    assert [results(found, at).count("unread") for at in range(4)] == [1, 0, 0, 1]
    assert "left out 1 (unreadable answer" in found[3]["wins"].evidence["texts"][0]


def test_half_of_the_comparisons_are_enough_and_fewer_are_not():
    """Of four others, two that can be read give a score, one does not."""
    for silent, is_scored in ((2, True), (3, False)):
        found = contest(
            lambda *pair, least=5 - silent: (
                "Hm." if 0 in pair and max(pair) >= least else stronger(*pair)
            ),
            5,
        )
        assert isinstance(found[0]["wins"], Score) == is_scored
        assert all(isinstance(each["wins"], Score) for each in found[1:])
    assert found[0]["wins"].reason.startswith("1 of 4 comparisons could be read: unreadable answer")


def test_numbers_are_means_over_others_and_orders():
    """What each picture got, wherever it was shown."""

    def given(first: int, second: int) -> tuple[Question, Reader[Preference]]:
        numbers = {"score": 10.0 * first + 1}, {"score": 10.0 * second - 1}
        read = Preference(better(first, second), *numbers)
        return Question((str(first), str(second))), lambda _: read

    found = contest(stronger, 3, put=given, outputs=["wins", "score"])
    assert [each["score"].value for each in found] == [0, 10, 20]
    assert wins(found) == [0, 0.5, 1]


def test_every_token_counts_once():
    """Whatever is left out or asked again, the sum is what the judge read and wrote."""
    answers = []

    def rule(*pair: int) -> str:
        answers.append(pair)
        return "Hm." if pair == (1, 2) else stronger(*pair)

    def given(first: int, second: int) -> tuple[Question, Reader[Preference]]:
        question, read = put(first, second)
        return question, lambda text: Preference(read(text).preferred, {"score": 1}, {"score": 2})

    found = contest(rule, put=given, outputs=["wins", "score"])
    assert len(answers) == 13  # one is asked again
    assert sum(tokens_of(one) for each in found for one in each.values()) == 130


def test_who_is_named_how_does_not_depend_on_the_order():
    """Evidence names the others by their content, in its order."""
    found = contest(stronger, names=[letter * 64 for letter in "dbca"])
    named = [each["with"] for each in found[2]["wins"].evidence["comparisons"]]
    assert named == ["a" * 12, "b" * 12, "d" * 12]
    assert results(found, 2) == ["lost", "won", "won"]


def test_evidence_of_the_largest_set_is_small_enough_to_be_kept():
    """However much the judge says, in letters that take many bytes, and however it fails."""
    words = "画像が美しい。" * 200
    for rule in (lambda *pair: f"{words}\n{stronger(*pair)}", lambda *_: words):
        found = contest(rule, MOST)
        sizes = [
            len(json.dumps(each["wins"].evidence, ensure_ascii=False).encode()) for each in found
        ]
        assert max(sizes) < MAX_EVIDENCE


def test_who_is_alone_is_not_compared_and_too_many_are_not_either():
    """The first has nobody to win against; the second would cost more than anybody meant to."""
    assert isinstance(no_contest(1, 8), NotApplicable)
    assert no_contest(2, 8) is None
    assert no_contest(8, 8) is None
    found = no_contest(9, 8)
    assert isinstance(found, Failure)
    assert "72 questions" in found.reason


def test_rounding_is_no_preference():
    """Means of the same three numbers in another order are the same."""
    assert better((0.1 + 0.2 + 0.3) / 3, (0.3 + 0.2 + 0.1) / 3) == 0
    assert better(0.5, 0.49) == 1
    assert better(-2, -1) == 2
