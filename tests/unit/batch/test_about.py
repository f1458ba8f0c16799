"""What a run is of, as its folder keeps it."""

from dataclasses import replace

from selected import ABOUT
from selector.batch.about import About
from selector.policy.order import Rate


def test_what_a_run_is_of_round_trips():
    """All that its file says is read back, equal."""
    about = replace(
        ABOUT, rates={"s": Rate(0.25, 7, 1)}, journal="j.db", originals="link", listed=True,
        columns={"a": "json"}, warnings=("w",),
    )  # fmt: skip
    assert About.from_json(about.to_json()) == about
    odd = replace(about, input="in\udcff.jsonl")
    assert About.from_json(odd.to_json()).input == r"in\udcff.jsonl"
