"""No one request has both a prompt and an edit: a policy that needs both is told so."""

import pytest

import outside
from selector.errors import PolicyError
from selector.planning import plan_of

BODY = "return [{'value': Score(0.5)} for _ in subjects]"
POLICY = """\
name: both
version: 1
measures:
  spare: {{use: {prompt}}}
gates:
  - {{on: {source}, reject_below: 0.1}}
method:
  weighted_sum:
    - {{of: {prompt}}}
    - {{of: filters.blank.structure}}
"""


@pytest.fixture
def made(tmp_path, monkeypatch):
    """Write measures of a team's own; return their paths."""
    monkeypatch.syspath_prepend(tmp_path)
    return lambda name, *needs: outside.write(tmp_path, name, BODY, needs)


def problems(text: str) -> tuple[str, ...]:
    with pytest.raises(PolicyError) as caught:
        plan_of(text.encode())
    return caught.value.problems


def test_a_prompt_beside_an_edit_is_told_with_both_lines(made):
    """Each measure of a prompt is told, with the first measure of an edit; what is unused is not."""
    text = POLICY.format(prompt=made("asks"), source=made("compares", "source", "instruction"))
    assert plan_of(text.encode()).gates
    text = POLICY.format(prompt=made("reads", "prompt"), source="compares.own")
    (said,) = problems(text)
    assert said.startswith("policy:9: reads.own: needs a prompt, which an edit has not, and ")
    assert "compares.own (policy:6) needs the instruction and source of an edit" in said
    assert said.endswith("Write a policy for prompts and one for edits.")


def test_a_measure_that_needs_both_is_told_alone(made):
    """Nobody could serve it, whatever stands beside it."""
    text = POLICY.format(prompt=made("plain"), source=made("wants", "prompt", "source"))
    (said,) = problems(text)
    assert said.startswith("policy:6: wants.own: needs both a prompt and the source of an edit")


def test_evidence_counts_too(made):
    """A measure of a prompt whose evidence alone is needed is told where that need is named."""
    reads = made("says", "prompt")
    text = POLICY.format(
        prompt=made("plain"), source=made("sees", "source", f"evidence of {reads}")
    )
    (said,) = problems(text)
    assert said.startswith("policy:6: says.own: needs a prompt, which an edit has not")


@pytest.mark.parametrize("need", ["prompt", "source"])
def test_what_reads_any_text_stands_beside_both(made, need):
    """A need of a prompt or an instruction is served by either request."""
    either = made(f"either_{need}", "prompt or instruction")
    text = POLICY.format(prompt=either, source=made(f"beside_{need}", need))
    assert {*plan_of(text.encode()).instances} >= {either}
