"""A question put to a team's own service, from the policy to the verdict."""

import subprocess
import sys
import time
from typing import Any

import PIL.Image
import pytest

import outside
import services
from policies import small
from selector import Selection, select
from selector.errors import MeasureError, PolicyError
from selector.images import open_image
from selector.measures import loader
from selector.measures.base import Measure, Subject
from selector.planning import plan_of
from selector.types import Failure, Measured, NotApplicable, Score
from services import Asked, redness, says, sends

RED, GREY = (255, 0, 0), (51, 51, 51)
BOXES = [[10, 10, 20, 20], [60, 40, 80, 70]]


def measure_of(url: str, **parameters: Any) -> Measure:
    """Return the measure, built."""
    named = {"url": url, "question": "Is it red?", "timeout_s": 5.0}
    measure = loader.construct("detectors.service", named | parameters)
    measure.build("cpu")
    return measure


def picture(size: tuple[int, int] = (100, 80)) -> PIL.Image.Image:
    """Return a grey picture with a red rectangle at the second box."""
    made = PIL.Image.new("RGB", size, GREY)
    made.paste(RED, (60, 40, 80, 70))
    return made


def evidence(*boxes: Any) -> dict[str, dict[str, Measured]]:
    """Return evidence of an instance "things" whose two outputs show the same boxes."""
    shown = Score(len(boxes), {"boxes": [{"box": box, "label": "thing"} for box in boxes]})
    return {"things": {"count": shown, "defect": shown}}


def asked_of(measure: Measure, *subjects: Subject) -> list[Measured]:
    """Return the score of each subject."""
    return [said["score"] for said in measure.run(subjects)]


def verdicts(selection: Selection) -> list[str]:
    """Return the verdicts in the order in which the pictures were given."""
    return [selection.verdict(one.id) for one in selection.candidates]


def test_the_whole_picture_is_asked_about(service: Asked) -> None:
    """The service's number is the score, its words are evidence."""
    measure = measure_of(service.answering(redness))

    (said,) = asked_of(measure, Subject(open_image(PIL.Image.new("RGB", (30, 20), RED))))

    assert said == Score(1.0, {"texts": ["100% red"]})
    assert service.pictures()[0].size == (30, 20)


def test_a_large_picture_is_sent_small(service: Asked) -> None:
    """No more than `long_side` pixels leave the house, the shape kept."""
    measure = measure_of(service.answering(redness), long_side=64)

    asked_of(measure, Subject(open_image(PIL.Image.new("RGB", (800, 400)))))

    assert service.pictures()[0].size == (64, 32)


def test_each_box_is_asked_about_alone_and_the_worst_counts(service: Asked) -> None:
    """Two outputs that show the same boxes make one question each; the reddest box is the score."""
    measure = measure_of(service.answering(redness), crops_of="things", margin=0.0)
    subject = Subject(open_image(picture()), evidence=evidence(*BOXES))

    (said,) = asked_of(measure, subject)

    assert isinstance(said, Score)
    assert said.value == 1.0
    assert said.evidence == {
        "boxes": [
            {"box": BOXES[1], "label": "crop 1", "score": 1.0},
            {"box": BOXES[0], "label": "crop 2", "score": 0.2},
        ],
        "texts": ["crop 1: 100% red", "crop 2: 20% red"],
    }
    assert [one.size for one in service.pictures()] == [(20, 30), (10, 10)]


def test_where_yes_is_good_the_lowest_counts(service: Asked) -> None:
    """One bad hand among good ones makes the picture's score."""
    measure = measure_of(service.answering(redness), crops_of="things", margin=0.0, yes_is="good")

    (said,) = asked_of(measure, Subject(open_image(picture()), evidence=evidence(*BOXES)))

    assert isinstance(said, Score)
    assert said.value == 0.2
    assert measure.outputs["score"].higher_is_better is True


def test_a_crop_has_a_margin_inside_the_picture(service: Asked) -> None:
    """What is around a box is seen too, as far as there is any."""
    measure = measure_of(service.answering(redness), crops_of="things", margin=0.5)

    asked_of(measure, Subject(open_image(picture()), evidence=evidence([60, 40, 80, 70])))

    assert service.pictures()[0].size == (95 - 45, 80 - 25)


@pytest.mark.parametrize(
    "strange",
    [None, "box", [1, 2, 3], [0, 0, "9", 9], [5, 5, 5, 9], [200, 0, 300, 50], [9, 9, 1, 1],
     [0, 0, 10**400, True], [[0], 0, 9, 9]],
)  # fmt: skip
def test_what_is_no_box_in_the_picture_is_left_out(service: Asked, strange: Any) -> None:
    """Evidence is somebody else's: a box that is none, or lies outside, is not asked about."""
    measure = measure_of(service.answering(redness), crops_of="things")
    subject = Subject(open_image(picture()), evidence=evidence(strange))

    assert asked_of(measure, subject) == [NotApplicable("things left no box to ask about")]
    assert service.bodies == []


def test_of_a_crowd_the_largest_are_asked_about(service: Asked) -> None:
    """No more than eight questions a picture."""
    boxes = [[0, 0, side, side] for side in range(1, 31)]
    measure = measure_of(service.answering(redness), crops_of="things", margin=0.0)

    asked_of(measure, Subject(open_image(picture()), evidence=evidence(*boxes)))

    assert sorted(one.size[0] for one in service.pictures()) == list(range(23, 31))


def test_where_the_evidence_failed_so_does_the_question(service: Asked) -> None:
    """Not knowing where the hands are is not the same as no hands."""
    measure = measure_of(service.answering(redness), crops_of="things")
    failed = {"things": {"count": Failure("out of memory")}}

    (said,) = asked_of(measure, Subject(open_image(picture()), evidence=failed))

    assert isinstance(said, Failure)
    assert "things.count: it failed" in said.reason


def test_trouble_with_one_picture_leaves_the_others(service: Asked) -> None:
    """Whom the service answers has a score, the other a failure in words; each is asked once."""

    def picky(request: Any, body: dict[str, Any]) -> None:
        wide = services.picture(body).width > 50
        (sends(b"no", code=400) if wide else says(score=0.5))(request, body)

    measure = measure_of(service.answering(picky))
    sizes = [(40, 40), (60, 40), (41, 40)]
    subjects = [Subject(open_image(PIL.Image.new("RGB", size))) for size in sizes]

    first, second, third = asked_of(measure, *subjects)

    assert first == third == Score(0.5)
    assert isinstance(second, Failure)
    assert "HTTP 400" in second.reason
    assert len(service.bodies) == 3


def test_several_pictures_are_asked_about_at_once(service: Asked) -> None:
    """Four calls of a quarter second take about as long as one."""

    def thinks(request: Any, body: dict[str, Any]) -> None:
        time.sleep(0.25)
        says(score=0.5)(request, body)

    measure = measure_of(service.answering(thinks))
    subjects = [Subject(open_image(PIL.Image.new("RGB", (9, 9), (n, 0, 0)))) for n in range(4)]
    started = time.monotonic()

    asked_of(measure, *subjects)

    assert time.monotonic() - started < 0.75


def test_no_more_than_so_many_at_once(service: Asked) -> None:
    """A service that takes one at a time is asked so."""
    now: list[int] = []
    most = []

    def thinks(request: Any, body: dict[str, Any]) -> None:
        now.append(1)
        most.append(len(now))
        time.sleep(0.02)
        now.pop()
        says(score=0.5)(request, body)

    measure = measure_of(service.answering(thinks), at_once=1)
    asked_of(measure, *(Subject(open_image(PIL.Image.new("RGB", (9, 9)))) for _ in range(4)))

    assert most == [1, 1, 1, 1]


def test_a_silent_service_does_not_keep_the_program(service: Asked) -> None:
    """A request that ended at its deadline is the end of it: the process can leave at once."""
    url = service.answering(lambda *_: time.sleep(20))
    code = """
import sys
import PIL.Image
from selector import select
judge = {"use": "detectors.service", "url": sys.argv[1], "question": "?", "timeout_s": 600}
policy = {"name": "p", "version": 1, "measures": {"judge": judge},
          "gates": [{"on": "judge", "reject_above": 0.5}],
          "method": {"weighted_sum": [{"of": "filters.blank.structure"}]}}
print(select("a chair", [PIL.Image.radial_gradient("L")], policy, timeout_s=2).answer)
"""
    command = [sys.executable, "-c", code, url]
    done = subprocess.run(command, check=True, capture_output=True, text=True, timeout=15)

    assert done.stdout == "review\n"
    assert len(service.bodies) == 1


def test_the_key_comes_from_the_environment(
    service: Asked, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is sent, and stands neither in the parameters nor in the fingerprint."""
    monkeypatch.setenv("OUR_KEY", "sk-secret")
    measure = measure_of(service.answering(redness), key_from="OUR_KEY")

    asked_of(measure, Subject(open_image(picture())))

    assert service.headers[0]["Authorization"] == "Bearer sk-secret"
    assert "sk-secret" not in measure.model_dump_json() + repr(measure)


@pytest.mark.parametrize("key", [None, "", "two words", "line\nend", "schlüssel"])
def test_a_key_that_can_not_be_sent_is_told(monkeypatch: pytest.MonkeyPatch, key: str) -> None:
    """A variable that is missing or holds what is no key is an error that does not show it."""
    monkeypatch.delenv("OUR_KEY", raising=False)
    if key is not None:
        monkeypatch.setenv("OUR_KEY", key)

    with pytest.raises(MeasureError, match="environment variable OUR_KEY") as caught:
        measure_of("https://example.com", key_from="OUR_KEY")
    assert not key or key not in str(caught.value)


def test_fingerprints_name_what_the_numbers_depend_on() -> None:
    """Another question, address or revision is another measure; key and patience are not."""

    def fingerprint(**parameters: Any) -> str:
        return measure_of("https://example.com", **parameters).fingerprint()

    same = fingerprint()
    assert fingerprint(timeout_s=60.0, at_once=1) == same
    others = [{"question": "Is it blue?"}, {"revision": "2"}, {"margin": 0.1}, {"yes_is": "good"}]
    assert len({same, *(fingerprint(**one) for one in others)}) == 5


def test_an_unsafe_address_is_told_when_the_policy_is_read() -> None:
    """Nobody's pictures go over a network in the clear, or to a host that can't be one."""
    for url, said in (("http://example.com", "https"), ("https://a..b", "the address")):
        use = {"use": "detectors.service", "url": url, "question": "?"}
        with pytest.raises(PolicyError, match=rf"measures\.injury.*expected {said}"):
            plan_of(small(measures={"injury": use}, gates=[{"on": "injury", "reject_above": 0.5}]))


def test_a_question_about_crops_gates_a_request(
    service: Asked, tmp_path: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The boxes of one instance are asked about after it; what the service refuses goes to review."""
    monkeypatch.syspath_prepend(tmp_path)
    body = f"""
        boxes = {BOXES!r}
        return [
            {{"value": Score(0.5, {{"boxes": [{{"box": box}} for box in boxes]}})}}
            if one.image.size[0] > 90 else {{"value": Score(0.0)}}
            for one in subjects
        ]
    """
    things = outside.write(tmp_path, "findsthings", body)
    question = {
        "use": "detectors.service",
        "url": service.answering(redness),
        "question": "Is it red?",
        "crops_of": things,
        "margin": 0.0,
    }
    policy = small(
        measures={"red": question}, gates=[{"on": "red", "reject_above": 0.8}], deliver=3
    )
    clean, nothing = PIL.Image.new("RGB", (100, 80), GREY), PIL.Image.new("RGB", (80, 80), RED)
    selection = select("a chair", [picture(), clean, nothing], policy)

    found = [selection.outcomes[one.id]["red.score"] for one in selection.candidates]
    assert [one.kind for one in found] == ["score", "score", "not_applicable"]
    assert verdicts(selection) == ["reject", "accept", "accept"]
    assert len(service.bodies) == 4

    service.answering(sends(b"{}"))
    assert verdicts(select("a chair", [picture(), clean], policy)) == ["review", "review"]
