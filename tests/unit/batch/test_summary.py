"""What became of a run, for scripts and for people."""

import json

from selector.batch.about import About
from selector.batch.summary import Summary
from selector.batch.tally import Tally
from selector.batch.wanted import Wanted
from selector.policy.order import Rate

ABOUT = About(
    input="/in.jsonl", policy="p@1", policy_hash="a", plan_hash="b", selector="0.1.0",
    created="2026-01-01T00:00:00+00:00", rates={"filters.blank": Rate(0.1, 10, 1)}, requests=4,
    candidates=12, shards=2, warnings=["night.tar: it is cut short"],
)  # fmt: skip
TALLY = Tally(
    requests=2, candidates=6, verdicts={"accept": 2, "reject": 4}, answers={"complete": 2}
)


def test_it_is_json_with_all_that_was_counted():
    """What arranged the measuring is left out: it is no result."""
    summary = Summary(
        "out", ABOUT, TALLY, seconds=2.0, candidates=6, done=1, left=1, interrupted=True
    )
    told = json.loads(summary.as_json())
    assert told == summary.to_dict()
    assert Tally.from_dict(told["tally"]) == TALLY
    assert (told["images_per_second"], told["shards_left"], told["interrupted"]) == (3.0, 1, True)
    assert told["run"]["warnings"] == ["night.tar: it is cut short"]
    assert "rates" not in told["run"]


def test_nothing_takes_no_time_and_has_no_rate():
    """A run that was finished before divides by nothing."""
    assert Summary("out", ABOUT).rate == 0.0


def test_an_input_is_the_same_from_whichever_folder_it_is_named(tmp_path, monkeypatch):
    """Who resumes from elsewhere resumes the same run; an address is an address."""
    monkeypatch.chdir(tmp_path)
    assert Wanted("in.jsonl", {}, "out").input == f"{tmp_path}/in.jsonl"
    assert Wanted("s3://bucket/in.jsonl", {}, "out").input == "s3://bucket/in.jsonl"
    assert Wanted(f"file://{tmp_path}/in.jsonl", {}, "out").input == f"{tmp_path}/in.jsonl"
