"""Unlike measures on their scales choose better together than any alone, and stay cheap to ask.

The worlds are those of `benchmarks.mixed`; the real ratings lie beside the repository.
"""

import numpy as np
import pytest

from benchmarks.mixed import (
    CALIBRATED,
    by_method,
    fitted_scale,
    mixed,
    saved,
    uniform,
    with_missing,
)
from benchmarks.scaled import blended, rated

REQUESTS = 2500


@pytest.fixture(scope="module", params=[(4, 0.0), (8, 0.0), (16, 0.0), (8, 0.02)], ids=str)
def chosen(request):
    """How well each way to add measures up chooses, in requests of this size, with outliers."""
    size, outliers = request.param
    rng = np.random.default_rng(size)
    requests = REQUESTS * 8 // size
    worlds = [mixed(rng, count, size=size, outliers=outliers) for count in (CALIBRATED, requests)]
    return by_method(*worlds)


def test_the_sum_is_never_worse_than_the_best_measure(chosen):
    """With equal weights, and with learned ones."""
    for name in ("scales, a spread each", "scales, learned weights"):
        assert chosen[name] > chosen["best single measure"] + 0.05


def test_scales_choose_better_than_standard_deviations(chosen):
    """Differences between prompts must not silence a measure, nor outliers all of them."""
    for name in ("raw sum", "divided by the standard deviation over all"):
        assert chosen["scales, a spread each"] > chosen[name] + 0.03
    assert chosen["scales, a spread each"] > chosen["divided by the spread within requests"]


def test_a_spread_each_is_better_than_a_scale_each(chosen):
    """A measure that hardly differs within a request would count for little otherwise."""
    assert chosen["scales, a spread each"] > chosen["scales, as they are"]


def test_learned_weights_are_no_worse_than_equal_ones(chosen):
    """From 2,000 pairs; where equal is nearly right little is won, and nothing lost."""
    assert chosen["scales, learned weights"] > chosen["scales, a spread each"] - 0.015


def test_ranks_stand_outliers():
    """What is left to do where measures are not trusted: broken numbers cost it least."""
    rng = np.random.default_rng(0)
    broken = by_method(mixed(rng, CALIBRATED), mixed(rng, REQUESTS, outliers=0.02))
    assert broken["mean rank (Borda)"] > broken["divided by the spread within requests"] + 0.1
    assert broken["mean rank (Borda)"] > broken["scales, a spread each"]


def test_scores_that_are_missing_by_chance_cost_little():
    """A tenth of them at most 0.03 of what the choice is worth."""
    rng = np.random.default_rng(1)
    worlds = mixed(rng, CALIBRATED), mixed(rng, REQUESTS)
    whole = with_missing(*worlds, share=0.0, on_bad=False)
    assert whole - with_missing(*worlds, share=0.1, on_bad=False) <= 0.03
    assert whole - with_missing(*worlds, share=0.3, on_bad=False) <= 0.12


@pytest.mark.parametrize(("size", "goal"), [(8, 3.8), (16, 6.8)])
def test_the_scale_keeps_laziness_cheap(size, goal):
    """Clipped where it is, exact laziness saves what plain ranks save, but for a tenth."""
    ours, ranks = (saved(3000, scale, size=size) for scale in (fitted_scale, uniform))
    assert ours >= goal
    assert ours >= 0.9 * ranks


def test_learned_weights_choose_better_among_real_pictures(shared):
    """In folds of whole prompts that they have not seen, on average over divisions in folds."""
    given = rated(shared / "labels" / "tifa160.csv")
    learned, equal = np.mean([blended(given, seed) for seed in range(3)], axis=0)
    assert 0.53 < equal < 0.60
    assert learned >= equal + 0.02
