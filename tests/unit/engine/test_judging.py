"""What judges bring into a request: tokens that are counted, wordings that come before planning."""

import sqlite3
from textwrap import dedent, indent

import outside
from asking import png
from selector import Selector, select
from selector.journal import Journal
from selector.planning import plan_of

TALKS = """
return [{"value": Score(0.5, {"tokens": 120, "texts": ["fine"]})} for one in subjects]
"""
RETURNS = 'return [{"value": Score(0.5)} for one in subjects]'
COMES = """

@property
def identities(self):
    return {"wording": BUILT[0] if BUILT else "our own"}

def prepare(self):
    if not BUILT:
        BUILT.append("published")
        return True
    return False
"""


def test_tokens_are_added_up_and_journaled(own, tmp_path):
    """What a judge read and wrote for each candidate is one number of the request, and is kept."""
    with Journal(tmp_path / "journal.sqlite") as journal:
        selection = select("p", [png(64), png(65)], own(TALKS), journal=journal)
        (name,) = selection.spent.tokens
        assert selection.spent.tokens[name] == 240
        assert journal.read(selection.request_id)[1].spent == selection.spent
    with sqlite3.connect(tmp_path / "journal.sqlite") as database:
        (spent,) = database.execute("SELECT spent FROM requests").fetchone()
    assert '"tokens":{' in spent


def test_measures_that_are_no_judges_spend_no_tokens(own):
    """Nothing is said of tokens where nobody was asked."""
    body = 'return [{"value": Score(0.5, {"tokens": "many"})} for one in subjects]'
    assert select("p", [png()], own(body)).spent.tokens == {}


def test_what_comes_before_measuring_is_what_the_plan_says(tmp_path, monkeypatch):
    """A wording that is fetched when the selector is made is in its plan, and in its fingerprint."""
    monkeypatch.syspath_prepend(tmp_path)
    path = outside.write(tmp_path, "acme_wording", RETURNS)
    file = tmp_path / "acme_wording" / "own.py"
    file.write_text(file.read_text() + indent(dedent(COMES), " " * 4))
    before = plan_of(outside.policy(path))
    with Selector(outside.policy(path)) as selector:
        assert before.instances[path].models == {"wording": "our own"}
        assert selector.plan.instances[path].models == {"wording": "published"}
        assert selector.plan.instances[path].fingerprint != before.instances[path].fingerprint
