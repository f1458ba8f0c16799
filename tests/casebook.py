"""A policy with cases: what tests of cases share."""

import pytest

from policies import small
from selector import cases
from selector.errors import PolicyError

POLICY = small(
    measures={"small": {"use": "filters.resolution"}},
    gates=[
        {"on": "small.short_side", "reject_below": 512, "accept_above": 768},
        {"on": "detectors.faces.count", "equals": "expect.faces"},
        {"on": "detectors.hands.defect", "accept_below": 0.3, "if_absent": "pass"},
    ],
    deliver=2,
    distinct={"by": "filters.near_duplicates", "within": 6},
    on_empty="regenerate",
)
USUALLY = """\
usually:
  small.short_side: 1024
  detectors.faces.count: 1
  detectors.hands.defect: absent
  filters.blank.structure: 0.1
"""


def ran(path, policy=POLICY) -> dict[str, tuple[str, ...]]:
    return {one.name: one.problems for one in cases.run(policy, path)}


def refused(path, policy=POLICY) -> list[str]:
    with pytest.raises(PolicyError) as caught:
        cases.run(policy, path)
    return [line.removeprefix(f"{path}:") for line in caught.value.problems]
