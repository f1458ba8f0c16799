"""A journal, and requests of which all is known: enough to promise 5 %."""

from dataclasses import replace

import pytest

import populations
from selector import predicting
from selector.journal import Journal
from selector.policy.plan import Regret

SHARE, COUNT = 0.05, 60


@pytest.fixture(scope="session")
def plan():
    """A plan that may lose 5 %."""
    return populations.saving_plan(regret=Regret(SHARE))


@pytest.fixture(scope="session")
def measured(plan):
    """Requests of six candidates each."""
    return list(populations.requests(plan, COUNT, candidates=6))


@pytest.fixture(scope="session")
def chosen(plan, measured):
    """What was chosen from them."""
    return predicting.fit(plan, measured)


@pytest.fixture
def journal(tmp_path):
    with Journal(tmp_path / "j.sqlite") as opened:
        yield opened


@pytest.fixture
def saves(plan, chosen):
    """The plan with what was chosen."""
    return replace(plan, prediction=chosen)
