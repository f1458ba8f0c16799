"""What the policies that ask a judge make of its answers, and of there being none."""

import pytest
from PIL import Image, ImageFilter

import openai_server
from judges import ASKED, asked, nothing_wrong, question_of
from motifs import landscape
from openai_server import chat, sends
from selector import Policy
from told import ids, why

OF_PATIENTS = ("injury", "procedure", "pain", "anatomy")
NOWHERE = {"base_url": "http://127.0.0.1:9/v1", "model": "a-judge", "tries": 1}


def seen_by(name: str, share: float):
    """Be of the opinion that only one thing is wrong, and so surely."""

    def opinion(question: str, picture: Image.Image) -> float:
        return share if question == name else nothing_wrong(question, picture)

    return opinion


@pytest.fixture(scope="module")
def questions(root):
    """Leave of a policy what is asked and what a filter measures; detectors have tests of their own."""

    def of(name):
        policy = Policy.load(root / "policies" / f"{name}.yaml")
        every = [gate.model_dump(exclude_unset=True) for gate in policy.gates]
        kept = [one for one in every if one["on"] in policy.measures or "filters" in one["on"]]
        sharper = {"of": "filters.sharpness.sharpest", "scale": {"ends": [0, 1]}}
        return {"gates": kept, "method": {"weighted_sum": [sharper]}}

    return of


@pytest.fixture(scope="module")
def patients(closer):
    """The same person in frames of several widths, one for each question, and one more."""
    widths = {name: 1200 - 40 * at for at, name in enumerate(("clean", *OF_PATIENTS))}
    return {name: closer.crop((0, 0, width, 1600)) for name, width in widths.items()}


@pytest.mark.parametrize(("share", "kind"), [(0.99, "refused"), (0.5, "band")])
def test_what_a_judge_sees_on_patients_is_refused_if_it_is_sure(
    choose, asking, questions, patients, share, kind
):
    """Each of four pictures for what is seen on it, and it alone; unsure, a person looks."""
    shapes = {one.width / one.height: name for name, one in patients.items()}

    def opinion(question, picture):
        shape = min(shapes, key=lambda one: abs(one - picture.width / picture.height))
        return share if shapes[shape] == question else nothing_wrong(question, picture)

    changes = questions("patient-education")
    selection = choose("patient-education", patients, judges=asking(opinion), **changes)
    for name in OF_PATIENTS:
        assert why(selection, name) == {(kind, name)}
    assert ids(selection.accepted) == ["clean"]
    assert {*ids(selection.rejected)} == ({*OF_PATIENTS} if kind == "refused" else set())


@pytest.fixture
def place(choose, asking, questions, portrait):
    """Decide a portrait of which a judge says, so surely, that it is set in another place."""

    def decided(share):
        judges = asking(seen_by("elsewhere", share))
        pictures = {"one": portrait}
        return choose("portrait", pictures, deliver=1, judges=judges, **questions("portrait"))

    return decided


@pytest.mark.parametrize(
    ("share", "answer", "reasons"),
    [
        (0.99, "empty", {("refused", "elsewhere")}),
        (0.5, "review", {("band", "elsewhere")}),
        (0.05, "complete", set()),
    ],
)
def test_a_portrait_in_another_place_is_another_picture(place, share, answer, reasons):
    """Refused where the judge is sure, looked at where it is not, delivered where it is not so."""
    selection = place(share)
    assert selection.answer == answer
    assert why(selection, "one") == reasons


def test_the_judge_is_told_what_was_ordered_only_where_it_compares(
    choose, alike, questions, portrait
):
    """The prompt is in the question about the place, and in none about what is to be seen."""
    ordered = "a bride under an elm"
    with asked() as server:
        judges = alike | {ASKED: {"judge": server.parameter()}}
        for policy in ("portrait", "patient-education"):
            choose(policy, [portrait], prompt=ordered, judges=judges, **questions(policy))
    told = {question_of(heard): ordered in heard.text for heard in server.heard}
    assert told == {"elsewhere": True} | dict.fromkeys(OF_PATIENTS, False)


@pytest.fixture
def malformed(shared):
    """Generated pictures of people whose hands are malformed."""
    folder = sorted((shared / "images" / "hands_malformed").glob("*.[jp][pn]g"))
    assert len(folder) == 7
    return folder


@pytest.mark.parametrize(
    ("share", "reason"), [(0.99, ("refused", "malformed_hands")), (0.01, ("band", "sound_hands"))]
)
def test_a_judge_that_always_answers_the_same_passes_no_hand(
    choose, asking, questions, malformed, share, reason
):
    """Yes to everything refuses whoever shows a hand, no to everything leaves them to a person."""

    def opinion(question, picture):
        return share if "hand" in question else nothing_wrong(question, picture)

    judges, changes = asking(opinion), questions("portrait")
    selection = choose("portrait", malformed, deliver="all", judges=judges, **changes)
    left = [one.id for one in selection.ranking]  # the others are too small for print
    asked_about = [one for one in malformed if reason in why(selection, one.name)]
    assert asked_about
    assert {*left} <= {one.name for one in asked_about}
    assert selection.accepted == ()


def test_the_judge_is_shown_each_hand_alone_and_is_believed(choose, alike, questions, malformed):
    """It sees the hand and what is around it; what it overlooks is delivered, as the policy says."""
    with asked() as server:
        judges = alike | {ASKED: {"judge": server.parameter()}}
        changes = questions("portrait") | {"cascade": {"audit": 0}}
        selection = choose("portrait", malformed, deliver="all", judges=judges, **changes)
    assert selection.accepted
    heard = [(question_of(one), one.pictures[0]) for one in server.heard]
    whole = [picture.size for question, picture in heard if question == "elsewhere"]
    hands = [picture.size for question, picture in heard if question == "sound_hands"]
    assert len(whole) == len(selection.ranking)
    assert len(hands) >= len(whole)
    assert max(map(max, hands)) < min(map(min, whole))


def test_what_may_be_misread_is_the_editors(choose, asking):
    """However sure the judge is of two readings, it refuses none and accepts none."""
    judges = asking(seen_by("ambiguous", 0.99))
    selection = choose("editorial", {"drawing": landscape(0)}, judges=judges)
    assert (selection.answer, selection.needs_person) == ("review", True)
    assert why(selection, "drawing") == {("band", "ambiguous")}


@pytest.mark.parametrize("judge", [None, NOWHERE], ids=["nobody is named", "nobody is there"])
@pytest.mark.parametrize("policy", ["portrait", "editorial", "patient-education"])
def test_without_a_judge_whatever_is_not_refused_is_for_a_person(
    choose, alike, portrait, policy, judge
):
    """The request finishes; what is broken is refused all the same, with no word of the judge."""
    good = landscape(0) if policy == "editorial" else portrait
    pictures = {"good": good, "blurred": good.filter(ImageFilter.GaussianBlur(10))}
    judges = alike | {ASKED: {"judge": judge}}
    selection = choose(policy, pictures, expect={"faces": 1}, judges=judges)
    assert (selection.answer, selection.needs_person) == ("review", True)
    assert ids(selection.review) == ["good"]
    assert "failure" in {kind for kind, _ in why(selection, "good")}
    assert why(selection, "blurred") == {("refused", "filters.sharpness")}


@pytest.mark.parametrize(
    "answer",
    [
        sends(b"busy", code=503),
        sends(b"<html>It works!</html>"),
        sends(b'{"error": {"message": "out of memory"}}'),
        chat("Yes."),  # and no word on how likely that was
        chat("I can't help with that."),
    ],
    ids=["busy", "HTML", "an error that says 200", "no probabilities", "no answer"],
)
def test_a_judge_that_breaks_is_no_judge(choose, alike, questions, answer):
    """Whatever it sends that is no answer, the picture is for a person, and the rest is decided."""
    with openai_server.serving() as server:
        server.answering(answer)
        judges = alike | {ASKED: {"judge": server.parameter(tries=1)}}
        pictures = {"drawing": landscape(0), "empty": Image.new("RGB", (1024, 1024), "white")}
        selection = choose("editorial", pictures, judges=judges, **questions("editorial"))
    assert why(selection, "drawing") == {("failure", "ambiguous")}
    assert ids(selection.rejected) == ["empty"]


def test_the_environment_names_the_judge(choose, alike, monkeypatch):
    """As the first lines of the policies say: the policy as it ships, and two variables."""
    judges = {path: given for path, given in alike.items() if path != ASKED}
    with asked() as server:
        monkeypatch.setenv("SELECTOR_JUDGE_URL", server.address)
        monkeypatch.setenv("SELECTOR_JUDGE_MODEL", server.models[0])
        assert choose("editorial", [landscape(0)], judges=judges).answer == "complete"
    assert [question_of(heard) for heard in server.heard] == ["ambiguous"]
