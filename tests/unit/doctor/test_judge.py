"""The judge of the environment: there, not there, or named by half; told once."""

import pytest

from openai_server import JudgeServer, judge_server
from selector.backbones import residency
from selector.doctor.finding import Asked
from selector.doctor.folders import settings
from selector.doctor.judge import judge
from selector.doctor.measures import example
from selector.measures import judges

__all__ = ["judge_server"]


@pytest.mark.usefixtures("machine")
def test_nobody_is_named() -> None:
    """That is no fault: few need a judge."""
    (found,) = judge(Asked())
    assert (found.state, found.what) == ("absent", "judge")
    assert "SELECTOR_JUDGE_URL" in found.said


@pytest.mark.usefixtures("machine")
def test_one_that_is_named_is_looked_at(
    judge_server: JudgeServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is there and has the model, or the finding says why it can't be asked; no question is put."""
    monkeypatch.setenv("SELECTOR_JUDGE_URL", judge_server.address)
    monkeypatch.setenv("SELECTOR_JUDGE_MODEL", "a-judge")
    (there,) = judge(Asked())
    monkeypatch.setenv("SELECTOR_JUDGE_MODEL", "another")
    (wrong,) = judge(Asked())

    assert (there.state, wrong.state) == ("ok", "broken")
    assert there.said.endswith("takes questions to a-judge")
    assert "no model 'another' (got 'a-judge')" in wrong.said
    assert judge_server.heard == []


@pytest.mark.usefixtures("machine")
def test_half_a_name_breaks_no_measure(monkeypatch: pytest.MonkeyPatch) -> None:
    """The variable that is missing is told of the judge; a measure that asks one is still shown."""
    monkeypatch.setenv("SELECTOR_JUDGE_URL", "http://127.0.0.1:9/v1")
    (found,) = judge(Asked())
    measure, wrong = example("scorers.vlm_question")

    assert found.state == "broken"
    assert found.said.startswith("SELECTOR_JUDGE_MODEL: it is not set")
    assert wrong == found.said
    assert measure.yours == "a judge"


@pytest.mark.usefixtures("machine")
def test_its_variables_are_known_and_not_repeated(monkeypatch: pytest.MonkeyPatch) -> None:
    """Each is said to do something, none shows what it holds, and none is taken for a path."""
    for name in (judges.URL, judges.MODEL, judges.KEY, judges.HTTP, residency.VARIABLE):
        monkeypatch.setenv(name, "hush")
    found = list(settings(Asked()))

    assert {one.state for one in found} == {"ok"}
    assert all(one.said.startswith("set: ") for one in found)
    assert not any("hush" in one.said + one.cure for one in found)
