"""What all measures share that ask a judge."""

import pytest

from selector.backbones.judge import Manner
from selector.dialogue.asking import Read
from selector.errors import MeasureError
from selector.measures.asked import Asking, ByJudge, counted_once, no_edit, ready, scored, told
from selector.measures.judges import InProcess, Server
from selector.measures.own_file import OwnFile
from selector.types import Failure, NotApplicable, Score

SERVER = Server(base_url="http://127.0.0.1:9/v1", model="m")


def test_tokens_stand_at_the_first_output_alone():
    """The engine adds them up over outputs; the judge's words stand at each."""
    found = scored(Read({"one": 1.0, "two": 2.0}, "fine", 9), ["one", "two"])
    assert found == {
        "one": Score(1.0, {"texts": ["fine"], "tokens": 9}),
        "two": Score(2.0, {"texts": ["fine"]}),
    }


def test_a_failure_is_that_of_every_output():
    """With its tokens at the first."""
    found = scored(Failure("why", {"tokens": 9}), ["one", "two"])
    assert found == {"one": Failure("why", {"tokens": 9}), "two": Failure("why")}


def test_what_has_no_tokens_stays_as_it_is():
    """Whatever sort of outcome it is."""
    outcomes = {"a": Score(1.0), "b": NotApplicable("no"), "c": Score(2.0, {"texts": []})}
    assert counted_once(outcomes) == outcomes


def test_a_number_that_is_none_is_a_failure():
    """A mean may grow beyond all numbers."""
    assert isinstance(scored(Read({"one": float("inf")}, "", 1), ["one"])["one"], Failure)


def test_the_words_of_a_judge_are_kept_short_and_printable():
    """They are whatever the model was made to say."""
    (text,) = told(Read(1.0, "\x1b[31m" + "long " * 1000, 1))["texts"]
    assert "\x1b" not in text
    assert len(text) == 500


def test_an_edit_without_instruction_or_source_is_not_asked_about(painted):
    """And says which is missing."""
    whole = painted(1, source=9, instruction="make it red")
    assert no_edit(whole) is None
    for blank in (None, "", " \n"):
        assert "instruction" in no_edit(painted(1, source=9, instruction=blank)).reason
    assert "source" in no_edit(painted(1, instruction="make it red")).reason


def test_who_is_not_built_says_so():
    """In words, as measures are other people's code too."""
    with pytest.raises(MeasureError, match=r"scorers\.some: it is not built.*Call `build`"):
        ready(None, "scorers.some")


def test_cautions_are_told_together(cache):
    """That nobody is named, and that the words are not those of the model's training."""
    names = ("unified_reward",)
    assert Asking("w", SERVER, Manner(9)).caution() == ""
    assert Asking("w", SERVER, Manner(9), names, "own").caution() == ""
    assert "own words" in Asking("w", SERVER, Manner(9), names).caution()
    both = Asking("w", None, Manner(9), names).caution()
    assert "no judge is named" in both
    assert "own words" in both
    assert not cache.exists()


def test_who_names_no_judge_is_told_when_it_is_opened():
    """With what to set."""
    with pytest.raises(MeasureError, match=r"scorers\.some: no judge is named.*SELECTOR_JUDGE_URL"):
        Asking("scorers.some", None, Manner(9)).opened("cpu")


def test_a_wording_of_ones_own_that_is_not_there_is_told_before_the_judge(tmp_path):
    """Both are the user's own; one is told at a time."""
    file, nowhere = tmp_path / "words.txt", InProcess(folder=str(tmp_path / "gone"))
    words = OwnFile(path=str(file), sha256="0" * 64)
    asking = Asking("w", nowhere, Manner(9), ("unified_reward",), words)
    assert "words.txt" in asking.missing()
    file.touch()
    assert "gone" in asking.missing()
    assert Asking("w", SERVER, Manner(9), ("unified_reward",), words).missing() == ""


def test_a_measure_that_says_not_whom_it_asks_is_told_to():
    """At once, and by its name: nothing is answered in its place."""
    with pytest.raises(NotImplementedError, match=r"Mine\._asking"):
        type("Mine", (ByJudge,), {})().missing()


def test_words_of_ones_own_are_never_fetched(cache):
    """Nor is anything said of those that are published."""
    assert not Asking("w", SERVER, Manner(9), ("unified_reward",), "own").prepare()
    assert not cache.exists()
