"""Models that a policy may not use are told where they are named; those that are missing, with size."""

from collections.abc import Mapping
from dataclasses import replace

import pytest

from policies import small
from selector.errors import PolicyError
from selector.planning import absent, plan_of, planned, unlisted
from selector.weights import manifest

MODELLED = '''
"""A scorer that loads whatever model it is told to."""

from selector.measures.base import Measure
from selector.measures.own_file import OwnFile
from selector.types import Cost, Output


class Modelled(Measure):
    kind = "scorer"
    version = 1
    models: tuple[str, ...] = ()
    {own}

    @property
    def weights(self):
        return () if getattr(self, "checkpoint", None) else self.models

    @property
    def outputs(self):
        return {{"value": Output("points", 0, 1, higher_is_better=True)}}

    @property
    def cost(self):
        return Cost(0.01)

    def run(self, subjects):
        return []
'''
PATHS = {"fixed_models.own": "", "own_models.own": "checkpoint: OwnFile | None = None"}
FREE = "hand_landmarker"


@pytest.fixture(autouse=True)
def modelled(tmp_path, monkeypatch):
    """A scorer without, and one with a parameter for a checkpoint of one's own."""
    for path, own in PATHS.items():
        package = tmp_path / path.partition(".")[0]
        package.mkdir()
        (package / "__init__.py").write_text("")
        (package / "own.py").write_text(MODELLED.format(own=own).lstrip())
    monkeypatch.syspath_prepend(tmp_path)


def model(*, commercial: bool | None) -> manifest.Entry:
    """Return a model of the manifest with such a licence."""
    return next(one for one in manifest.entries() if one.commercial is commercial)


def policy(measures: Mapping[str, dict], licences: str = "commercial", **rest) -> dict:
    terms = [{"of": f"{name}.value"} for name in measures]
    whole = {"measures": measures, "method": {"weighted_sum": terms}, "licences": licences}
    return small(**whole | rest)


def refusals(source) -> tuple[str, ...]:
    with pytest.raises(PolicyError) as caught:
        plan_of(source)
    return caught.value.problems


def fixed(*models: str) -> dict:
    return {"use": "fixed_models.own", "models": models}


def test_a_model_whose_licence_does_not_say_so_is_no_commercial_one():
    """Not stated is not allowed; the message names measure, model, licence, and what to do."""
    unclear = model(commercial=None)
    (said,) = refusals(policy({"taste": fixed(FREE, unclear.name)}))
    assert said == (
        f"policy: measures.taste: taste: the licence of its model {unclear.name} does not state "
        f"that commercial use is allowed (got {unclear.licence}). Use another measure, or say "
        "'licences: any'."
    )


def test_a_model_that_forbids_it_is_refused_likewise(monkeypatch):
    """In other words, because there is nothing to find out any more."""
    forbidden = replace(manifest.entry(FREE), licence="CC-BY-NC-4.0", commercial=False)
    known = {one.name: one for one in manifest.entries()}
    monkeypatch.setattr(manifest, "entry", (known | {FREE: forbidden}).__getitem__)
    (said,) = refusals(policy({"taste": fixed(FREE)}))
    assert f"its model {FREE} forbids commercial use (got CC-BY-NC-4.0)." in said


def test_every_such_measure_is_told_with_all_else_that_is_wrong():
    """Each at its own line, in the order of the file."""
    unclear = model(commercial=None).name
    text = f"""\
name: p
version: 1
licences: commercial
measures:
  one: {{use: fixed_models.own, models: [{unclear}]}}
  free: {{use: fixed_models.own, models: [{FREE}]}}
  two: {{use: fixed_models.own, models: [{unclear}]}}
gates:
  - {{on: filters.blnk.structure, reject_below: 0.1}}
method:
  weighted_sum:
    - {{of: one.value}}
    - {{of: two.value}}
    - {{of: free.value}}
"""
    said = refusals(text.encode())
    assert [line.split(":")[1] for line in said] == ["5", "7", "9"]


def test_a_measure_under_its_own_path_is_told_where_it_is_first_referred_to():
    """A policy need not declare it."""
    unclear = model(commercial=None)
    paths = {"pickscore": "scorers.pickscore"}
    term = {"of": paths[unclear.name], "scale": {"ends": [17, 25]}}
    (said,) = refusals(small(method={"weighted_sum": [term]}, licences="commercial"))
    assert said.startswith("policy: method.weighted_sum[0]: scorers.pickscore: the licence of its")


def test_a_checkpoint_of_ones_own_is_ones_own_business(tmp_path):
    """The message names that way out where there is one, and it is one."""
    unclear = model(commercial=None).name
    mine = {"use": "own_models.own", "models": [unclear]}
    (said,) = refusals(policy({"taste": mine}))
    assert "Use another measure, give 'checkpoint', a file that you may use, or say" in said
    own = {"path": str(tmp_path / "ours.safetensors"), "sha256": "0" * 64}
    assert plan_of(policy({"taste": mine | {"checkpoint": own}}))


def test_any_licence_will_do_unless_the_policy_says_otherwise():
    """The same measures are planned, also where a licence is not clear."""
    unclear = model(commercial=None).name
    assert plan_of(policy({"taste": fixed(unclear)}, licences="any"))
    assert plan_of(policy({"free": fixed(FREE)}))


def test_models_that_are_not_in_the_cache_are_known_before_anything_runs(tmp_path, monkeypatch):
    """Each once, whoever loads it; a file of the right size counts as there."""
    monkeypatch.setenv("SELECTOR_CACHE", str(tmp_path / "cache"))
    two = policy({"one": fixed(FREE, "brisque"), "two": fixed("brisque")})
    measures = planned(two).measures.values()
    assert [one.name for one in absent(measures)] == [FREE, "brisque"]
    file = tmp_path / "cache" / "hand_landmarker.task"
    file.parent.mkdir()
    with file.open("wb") as empty:
        empty.truncate(manifest.entry(FREE).size)
    assert [one.name for one in absent(measures)] == ["brisque"]


def test_without_a_cache_folder_every_model_is_missing(monkeypatch):
    """A machine without a home can still tell what a policy would need."""
    for name in ("HOME", "XDG_CACHE_HOME"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("SELECTOR_CACHE", "~nobody-of-this-name/cache")
    assert [
        one.name for one in absent(planned(policy({"one": fixed(FREE)})).measures.values())
    ] == [FREE]


def test_a_published_model_that_the_manifest_does_not_know_is_not_commercial():
    """Nobody here knows the licence of what open_clip downloads; one's own file may be used."""
    policy = small() | {
        "licences": "commercial",
        "measures": {"fit": {"use": "scorers.clip_score", "model": "ViT-B-32/laion2b_s34b_b79k"}},
        "method": {"weighted_sum": [{"of": "fit", "weight": 1}]},
    }
    with pytest.raises(
        PolicyError, match=r"fit: the licence of its model ViT-B-32/laion2b_s34b_b79k is not known"
    ) as caught:
        plan_of(policy)
    assert "checkpoint" in str(caught.value)
    assert plan_of(policy | {"licences": "any"})


def test_a_model_that_the_manifest_does_not_know_is_told_once():
    """It is not among those that can be fetched beforehand."""
    use = {"use": "scorers.clip_score", "model": "ViT-B-32/laion2b_s34b_b79k"}
    terms = [{"of": "one", "scale": {"ends": [0, 1]}}, {"of": "two", "scale": {"ends": [0, 1]}}]
    two = small(measures={"one": use, "two": use}, method={"weighted_sum": terms})
    measures = planned(two).measures.values()
    assert unlisted(measures) == ("ViT-B-32/laion2b_s34b_b79k",)
    assert absent(measures) == ()
