"""Stand-ins for everything that labels will say let any policy be planned."""

import pytest

from remembered import BLANK, FADED, policy
from selector.calibration import drafting
from selector.calibration.lines import open_lines
from selector.planning import plan_of

SCALED = {"of": BLANK, "scale": {"ends": "calibrated", "until_then": [0, 1]}}
TWICE = [
    {"pareto": {"objectives": [SCALED, {"of": FADED}], "pick": [SCALED]}},
    {"lexicographic": [SCALED | {"eps": 0.1}, {"of": FADED}, SCALED]},
]


@pytest.mark.parametrize("method", TWICE, ids=["pareto", "lexicographic"])
def test_an_output_that_ranks_twice_has_one_scale(method):
    """Two would be refused by planning, whatever they say."""
    gates = [{"on": FADED, "accept_below": "calibrated"}]
    asking = policy(method=method, cut=None, gates=gates)
    plan = plan_of(asking, None)
    drafted = drafting.first(asking, plan, open_lines(asking, plan), [0.25])
    assert [one.of for one in drafted.scales] == [BLANK]
    planned = plan_of(asking, drafted)
    assert [one.of.key for one in planned.parts].count(BLANK) == 2
    assert planned.gates[0].accept_below == 0.25
