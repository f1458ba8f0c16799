"""Every measure states by how much one picture may measure otherwise after an upgrade."""

import pytest

from selector.doctor.measures import example
from selector.measures import loader

ELSEWHERE = {"base_url": "https://judge.example.com/v1", "model": "a-judge"}


def steady(path: str, **parameters) -> float:
    return loader.construct(path, parameters).steady_within


@pytest.mark.parametrize("path", loader.names())
def test_every_measure_states_a_small_share(path):
    """A share of the usual span: none moves by a tenth of what is usual and is called the same."""
    assert 0 < example(path)[0].steady_within < 0.1


def test_what_computes_less_exactly_may_move_more():
    """Pixel rules, models, models in short floats, and whatever runs behind an address."""
    judge = {"question": "Is an injury visible?", "judge": ELSEWHERE}
    steps = (
        steady("filters.sharpness"),
        steady("scorers.aesthetic"),
        steady("scorers.aesthetic", precision="bf16"),
        steady("scorers.vlm_question", **judge),
    )
    assert list(steps) == sorted(set(steps))
    assert steady("detectors.hands") == steady("scorers.aesthetic")
    service = {"url": "https://vision.example.com/score", "question": "Is an injury visible?"}
    assert steady("detectors.service", **service) == steps[-1]


def test_a_parameter_of_that_name_is_something_else():
    """How far colours may be off a palette says nothing of how exactly it computes."""
    palette = {"colours": ["#ff0000"]}
    assert steady("detectors.palette", **palette, tolerance=50) == steady(
        "detectors.palette", **palette
    )
