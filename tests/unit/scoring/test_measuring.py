"""One measure on many images: every measure, every sort of image, each one's fate its own."""

import importlib
import time
from textwrap import dedent, indent

import numpy as np
import pytest

import goldens
import outside
from pictures import encoded, noise
from selector import Candidate, MeasureError, RequestError, Selector, score
from selector.measures import loader
from selector.scoring import Model, Scoring
from selector.scoring.instances import models
from selector.types import Failure, NotApplicable, Score

FOX = "a red fox sitting in the snow"
SHOWS = """
shown = [subject.evidence["filters.resolution"]["width"].value for subject in subjects]
return [{"value": Score(width / 1000)} for width in shown]
"""
READS = "return [{'value': Score(len(subject.prompt) / 100)} for subject in subjects]"
COUNTS = "BUILT.append(len(subjects)); return [{'value': Score(0.5)} for _ in subjects]"


@pytest.fixture
def made(tmp_path, monkeypatch):
    """Write measures of a team's own; return their paths."""
    monkeypatch.syspath_prepend(tmp_path)
    return lambda name, body, *needs: outside.write(tmp_path, name, body, needs)


@pytest.fixture
def files(tmp_path):
    """Ten pictures that differ, as files."""
    paths = [tmp_path / f"{at}.png" for at in range(10)]
    for at, path in enumerate(paths):
        noise(40 + at, 40, seed=at).save(path)
    return paths


RETURNS = 'return [{"value": Score(0.5)} for one in subjects]'
COMES = """

@property
def identities(self):
    return {"wording": "published" if BUILT else "our own"}

def prepare(self):
    BUILT.append("published")
    return True
"""


def runs(path):
    """Return what the measure at *path* noted of its calls: the device, and how many subjects."""
    return importlib.import_module(path).BUILT


def test_numbers_come_in_the_order_of_the_images(files):
    """Each row names its image, and has the number that this image has alone."""
    scores = score("filters.resolution", None, files)
    assert [row.image for row in scores.rows] == [str(path) for path in files]
    assert scores.values("width") == list(range(40, 50))
    assert (
        scores.values("width")[3]
        == score("filters.resolution", None, files[3:4]).values("width")[0]
    )


def test_every_sort_of_image_is_taken():
    """Paths, bytes, PIL images, arrays and candidates; those without a name are numbered."""
    picture = noise(50, 40)
    given = [encoded(picture, "PNG"), picture, np.asarray(picture), Candidate(picture, "mine")]
    scores = score("filters.resolution", None, given)
    assert [row.image for row in scores.rows] == ["image-01", "image-02", "image-03", "mine"]
    assert scores.values("width") == [50, 50, 50, 50]


def test_a_bad_image_is_a_failure_and_the_others_go_on(files, tmp_path):
    """It says why, is counted as failed, and is in no number."""
    (tmp_path / "broken.png").write_bytes(files[0].read_bytes()[:60])
    scores = score(
        "filters.resolution", None, [files[0], tmp_path / "broken.png", "gone.png", files[1]]
    )
    reasons = [row.outcomes["width"] for row in scores.rows[1:3]]
    assert all(isinstance(one, Failure) for one in reasons)
    assert "broken.png: it is damaged" in reasons[0].reason
    assert "gone.png: it can't be read" in reasons[1].reason
    summary = scores.summary("width")
    assert (summary.total, summary.evaluated, summary.failed, summary.mean) == (4, 2, 2, 40.5)
    assert scores.values("width") == [40, None, None, 41]


def test_what_a_measure_fails_on_is_told_of_that_image_alone(made, files):
    """An error of the measure is the failure of who causes it."""
    path = made("picky", "return [{'value': Score(1 / (subjects[0].image.size[0] - 42))}]")
    scores = score(path, None, files[1:4])
    assert scores.rows[1].outcomes["value"] == Failure("ZeroDivisionError: division by zero")
    assert scores.summary().failed >= 1


def test_nothing_to_measure_is_neither_a_number_nor_a_failure():
    """A picture alone in its set has no nearest other."""
    scores = score("filters.near_duplicates", None, [noise(50, 50)])
    summary = scores.summary()
    assert isinstance(scores.rows[0].outcomes["nearest"], NotApplicable)
    assert (summary.mean, summary.interval) == (None, None)
    assert (summary.evaluated, summary.failed, summary.not_applicable) == (0, 0, 1)


def test_equal_images_are_measured_once(made, files):
    """Equal bytes with equal prompts; another prompt is another question."""
    path = made("counting", COUNTS, "prompt")
    score(path, ["a", "a", "b", "a"], [files[0], files[0].read_bytes(), files[0], files[1]])
    assert runs(path)[0] == "cpu"
    assert sum(runs(path)[1:]) == 3


def test_a_prompt_that_is_not_read_makes_no_difference(made, files):
    """Who does not read it need not measure twice."""
    path = made("deaf", COUNTS)
    score(path, ["a", "b"], [files[0], files[0]])
    assert runs(path) == ["cpu", 1]


def test_one_prompt_for_all_or_one_each(made, files):
    """A text is that of all images; a list has one for each, and its numbers follow it."""
    path = made("reading", READS, "prompt")
    assert score(path, "four", files[:3]).values() == [0.04] * 3
    assert score(path, ["a", "bb", "ccc"], files[:3]).values() == [0.01, 0.02, 0.03]


def test_sources_are_given_for_all_or_each(made, files):
    """A measure of edits sees the picture before; one that can't be read is that row's failure."""
    body = "return [{'value': Score(s.source.size[0] / 100)} for s in subjects]"
    path = made("edits", body, "source")
    assert score(path, None, files[:2], files[9]).values() == [0.49, 0.49]
    scores = score(path, None, files[:3], [files[1], "gone.png", noise(60, 60)])
    assert scores.values() == [0.41, None, 0.6]
    assert scores.rows[1].outcomes["value"].reason.startswith("the source: gone.png: it can't be")
    assert [row.source for row in scores.rows] == [str(files[1]), "gone.png", "source-03"]


def test_of_edits_the_prompts_are_the_instructions(made, files):
    """Who needs an instruction gets it as that, and another is another question."""
    body = "return [{'value': Score(len(s.instruction) / 100)} for s in subjects if not s.prompt]"
    path = made("instructed", body, "instruction", "source")
    scores = score(path, ["a", "bb"], [files[0]] * 2, files[1])
    assert scores.values() == [0.01, 0.02]
    assert [row.prompt for row in scores.rows] == ["a", "bb"]
    with pytest.raises(RequestError, match=r"prompts: instructed\.own reads them"):
        score(path, None, files[:2], files[1])


def test_either_text_is_a_prompt_without_a_source_and_an_instruction_with_one(made, files):
    """A measure of any text is told which it is."""
    body = "return [{'value': Score(0.1 if s.prompt else 0.2)} for s in subjects if s.text == 'a']"
    path = made("either", body, "prompt or instruction")
    assert score(path, "a", files[:1]).values() == [0.1]
    assert score(path, "a", files[:1], files[1]).values() == [0.2]


def test_a_damaged_source_is_told_as_the_source(made, files):
    """What begins like a picture and is cut off is the row's failure, with what it is."""
    path = made("sourced", COUNTS, "source")
    (row,) = score(path, None, files[:1], files[1].read_bytes()[:-200]).rows
    assert row.outcomes["value"].reason.startswith("the source: ")


def test_one_image_of_two_sources_is_two_questions(made, files):
    """What is measured once is the same image with the same picture before it."""
    body = "return [{'value': Score(s.source.size[0] / 100)} for s in subjects]"
    path = made("changes", body, "source")
    sources = [files[1], files[2], files[1]]
    assert score(path, None, [files[0]] * 3, sources).values() == [0.41, 0.42, 0.41]


def test_images_of_two_sources_are_two_sets(files):
    """Of one prompt too: who edits two pictures asks twice."""
    sources = [files[8], files[9], files[8], files[9]]
    scores = score("filters.near_duplicates", "a", [files[0]] * 2 + files[1:3], sources)
    assert all(value > 0 for value in scores.values())
    sets = [row.outcomes["nearest"].members for row in scores.rows]
    assert sets[0] == sets[2] != sets[1] == sets[3]


def test_every_model_that_makes_the_numbers_is_named():
    """Those of whose evidence is needed too, before that which needs it."""
    first = loader.construct("detectors.distortion", {})
    found = list(models({"first": first, "last": loader.construct("scorers.pickscore", {})}))
    assert [model.name for model in found] == ["brisque", "pickscore"]


def test_a_model_that_the_manifest_does_not_know_is_named_all_the_same():
    """Its licence is not stated, and nobody here knows its commit or its content."""
    name = "ViT-B-32/laion2b_s34b_b79k"
    with Scoring("scorers.clip_score", parameters={"model": name}) as scoring:
        (model,) = scoring.score("p", ["gone.png"]).models
    assert model == Model(name, "", "not stated", None, "")


def test_images_of_one_prompt_are_a_set(files):
    """Of a measure of sets each prompt's images are compared with one another, and no others."""
    images = [files[0], files[0], files[1], files[2], files[0]]
    scores = score("filters.near_duplicates", ["a", "a", "b", "b", "c"], images)
    first, second, *others, alone = (row.outcomes["nearest"] for row in scores.rows)
    assert first.value == second.value == 0
    assert all(one.value > 0 for one in others)
    assert isinstance(alone, NotApplicable)
    assert len({one.members for one in (first, second)}) == 1
    assert scores.summary().over == "prompts"
    together = score("filters.near_duplicates", None, images).values()
    assert together[4] == 0


def test_what_gives_evidence_runs_first(made, files):
    """With its default parameters, and its fingerprint is part of that of who needs it."""
    path = made("looking", SHOWS, "evidence of filters.resolution")
    scores = score(path, None, files[:3])
    assert scores.values() == [0.04, 0.041, 0.042]
    assert scores.fingerprint != loader.construct(path, {}).fingerprint()


def test_the_fingerprint_is_that_of_a_plan(made, files):
    """A number that was kept is known again, whether a policy asked for it or not."""
    path = made("planned", SHOWS, "evidence of filters.resolution")
    with Selector(outside.policy(path)) as selector:
        assert score(path, None, files[:1]).fingerprint == selector.plan.instances[path].fingerprint


def test_evidence_that_can_not_be_had_is_told(made):
    """Of no such measure, of one that looks at sets, and in a circle."""
    for name, needed, said in (
        ("lost", "filters.gone", "needs evidence of filters.gone. filters.gone: no such measure."),
        ("crowd", "filters.near_duplicates", "which looks at all candidates together."),
        ("round", "round.own", "needs evidence of round.own: a cycle."),
    ):
        path = made(name, SHOWS, f"evidence of {needed}")
        with pytest.raises(MeasureError, match=said):
            score(path, None, ["a.png"])


def test_a_measure_may_be_given_itself(files):
    """With its own parameters; others beside it are a mistake."""
    measure = loader.construct("filters.resolution", {})
    assert score(measure, None, files[:1]).measure == "filters.resolution"
    with pytest.raises(RequestError, match="a measure has its own"):
        score(measure, None, files[:1], parameters={"level": 1})
    with pytest.raises(RequestError, match="expected a path or a measure"):
        score(3, None, files[:1])


def test_parameters_are_told_and_checked(made, files):
    """They are part of what is told, and a wrong one is refused before anything is read."""
    path = made("levels", COUNTS)
    scores = score(path, None, files[:1], parameters={"level": 0.25})
    assert scores.parameters == {"level": 0.25}
    assert scores.fingerprint != score(path, None, files[:1]).fingerprint
    with pytest.raises(MeasureError, match="did you mean 'level'"):
        score(path, None, ["gone.png"], parameters={"levl": 1})


def test_what_comes_too_late_is_a_deadline(made, files):
    """Nobody waits longer than was said, and all that is not measured says so."""
    path = made("slow", "time.sleep(20); return [{'value': Score(0.5)} for _ in subjects]")
    started = time.monotonic()
    scores = score(path, None, files, timeout_s=0.3)
    assert time.monotonic() - started < 10
    assert {row.outcomes["value"] for row in scores.rows} == {Failure("deadline")}


def test_models_stay_loaded_between_calls(made, files):
    """`Scoring` builds once for many calls, and again only after it was closed."""
    path = made("kept", COUNTS)
    with Scoring(path) as scoring:
        scoring.score(None, files[:1])
        scoring.score(None, files[1:2])
    assert runs(path) == ["cpu", 1, 1]


def test_many_images_do_not_fill_the_memory(tmp_path):
    """Only what is measured now and what comes next is held, however many there are."""
    paths = [tmp_path / f"{at}.png" for at in range(80)]
    for at, path in enumerate(paths):
        noise(64, 64, seed=at).save(path)
    held, done = [], []
    with Scoring("filters.resolution") as scoring:
        scoring.progress = lambda *counts: (held.append(scoring._budget.used), done.append(counts))
        scoring.score(None, paths)
    assert done == [(at, 80) for at in range(16, 81, 16)]
    assert max(held) <= 16 * 64 * 64 * 3
    assert held[-1] == 0


def test_it_gives_what_the_original_program_gives():
    """A scorer on its golden checkpoint, through its own loader: the published numbers."""
    case = goldens.cases("pickscore")["all-images"]
    names = case["inputs"]["images"]
    upright = [
        at for at, name in enumerate(names) if name.endswith(("512.png", "360.png", "503.png"))
    ]
    files = [goldens.FOLDER / "images" / names[at] for at in upright]
    scores = score(
        "scorers.pickscore", FOX, files, parameters=goldens.parameters("scorers.pickscore")
    )
    expected = [case["expected"]["score"][at] for at in upright]
    assert scores.values() == pytest.approx(expected, abs=0.002)
    (model,) = scores.models
    assert model.identity == goldens.parameters("scorers.pickscore")["checkpoint"]["sha256"]


def test_the_unread_end_of_a_prompt_is_told_once():
    """Of each prompt once, however many images it has."""
    long = f"{FOX}, {'very ' * 100}white"
    image = goldens.FOLDER / "images" / "square_512.png"
    parameters = goldens.parameters("scorers.pickscore")
    other = goldens.FOLDER / "images" / "small_100x80.png"
    scores = score(
        "scorers.pickscore", [long, long, FOX], [image, other, image], parameters=parameters
    )
    (note,) = scores.notes
    assert note.startswith("scorers.pickscore did not read the end of the prompt: “")
    assert note.endswith("white”.")
    assert all(isinstance(row.outcomes["pickscore"], Score) for row in scores.rows)


def test_what_reading_left_out_is_told():
    """An animation is measured by its first frame, and its row says so."""
    frames = [noise(40, 40, seed=at) for at in range(3)]
    animation = encoded(frames[0], "GIF", save_all=True, append_images=frames[1:])
    scores = score("filters.resolution", None, [animation])
    assert scores.rows[0].notes == ("animation: first frame was read",)


def test_what_names_the_numbers_comes_before_they_are_named(made, files):
    """A wording that is fetched when scoring begins is in the fingerprint, not the one before it."""
    path = made("acme_words", RETURNS)
    file = files[0].parent / "acme_words" / "own.py"
    file.write_text(file.read_text() + indent(dedent(COMES), " " * 4))
    before = loader.construct(path, {}).fingerprint()
    first, second = score(path, None, files[:1]), score(path, None, files[:1])
    assert first.fingerprint == second.fingerprint != before
