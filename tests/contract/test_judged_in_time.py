"""A request that has no time left: what a judge said in time counts, and nothing more is asked."""

import time

import numpy as np
from PIL import Image

from openai_server import Answer, Heard, JudgeServer, chat, judge_server, slowly
from selector import Selector
from selector.types import Failure, Score

__all__ = ["judge_server"]

RATING = chat("3")
NEVER = slowly(RATING, 30)


def policy(server: JudgeServer, timeout_s: float, **more) -> dict:
    judge = {"base_url": server.address, "model": "a-judge", "timeout_s": 60.0, **more}
    use = {"use": "scorers.vlm_question", "question": "How good?", "answer": "rating"}
    return {
        "name": "in-time",
        "version": 1,
        "measures": {"good": use | {"judge": judge}},
        "method": {"weighted_sum": [{"of": "good"}]},
        "timeout_s": timeout_s,
        "cascade": {"parallelism": 6},  # all are asked at once
    }


def pictures(count: int) -> list[Image.Image]:
    return [Image.fromarray(np.full((16, 16, 3), 20 * at, np.uint8)) for at in range(count)]


def hanging_on(which: int) -> Answer:
    """Return an answer that never comes for one of `pictures`."""

    def answer(request, body) -> None:
        (shown,) = map(np.asarray, Heard(body).pictures)
        (NEVER if shown[0, 0, 0] == 20 * which else RATING)(request, body)

    return answer


def outcomes(selection) -> list:
    return [row["good.rating"] for row in selection.outcomes.values()]


def test_one_that_hangs_fails_alone_and_the_next_request_is_answered(judge_server):
    """Its picture is late; what was said of the others counts, and nobody waits for it later."""
    judge_server.answering(hanging_on(3))
    with Selector(policy(judge_server, 3)) as selector:
        found = outcomes(selector.select("p", pictures(6)))
        assert sorted(one.kind for one in found) == ["failure", *["score"] * 5]
        assert Failure("deadline") in found
        judge_server.answering(RATING)
        (again,) = outcomes(selector.select("p", pictures(1)))
        assert isinstance(again, Score)


def test_nothing_is_asked_when_nobody_listens(judge_server):
    """Of questions one after the other those that came too late are never put."""
    judge_server.answering(slowly(RATING, 0.4))
    with Selector(policy(judge_server, 1.4, at_once=1)) as selector:
        found = outcomes(selector.select("p", pictures(8)))
    put = len(judge_server.heard)
    assert put < 8
    assert 1 <= sum(isinstance(one, Score) for one in found) <= put
    time.sleep(1)
    assert len(judge_server.heard) == put
