"""Which judge a measure asks: named in a policy or by the environment, and told apart by its model."""

import json
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import tiny_vlm
from openai_server import JudgeServer, judge_server
from selector.backbones.judge import Manner, Question, Said
from selector.cli.parameters import parameters, told
from selector.errors import MeasureError, WeightsError
from selector.measures import judges, loader
from selector.measures.judges import InProcess, Server, from_environment, missing, opened, unlisted

__all__ = ["judge_server"]

COMMIT = "0123456789abcdef0123456789abcdef01234567"
SERVER = {"base_url": "http://127.0.0.1:8000/v1", "model": "UnifiedReward"}
MANNER = Manner(max_tokens=4)
QUESTION = Question((np.zeros((40, 40, 3), np.uint8), "yes or no?"))
OWN = '''
"""A measure that asks a judge."""

from pydantic import Field

from selector.measures.base import Measure
from selector.measures.judges import JudgeParameter, from_environment
from selector.types import Cost, Output


class Own(Measure):
    """What a judge thinks of it."""

    kind = "scorer"
    version = 1
    judge: JudgeParameter | None = Field(default_factory=from_environment)

    @property
    def outputs(self):
        return {"value": Output("share", 0, 1, True)}

    @property
    def cost(self):
        return Cost(1.0)

    def run(self, subjects):
        return []
'''


@pytest.fixture(autouse=True)
def nobody(monkeypatch: pytest.MonkeyPatch) -> None:
    """No judge is named by the environment of whoever runs the tests."""
    for name in (judges.URL, judges.MODEL, judges.KEY, judges.HTTP):
        monkeypatch.delenv(name, raising=False)


@pytest.fixture
def own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """The path of a team's own measure that asks a judge."""
    (tmp_path / "asking_own").mkdir()
    (tmp_path / "asking_own" / "__init__.py").write_text("")
    (tmp_path / "asking_own" / "judged.py").write_text(OWN)
    monkeypatch.syspath_prepend(str(tmp_path))
    for name in ("asking_own", "asking_own.judged"):
        monkeypatch.delitem(sys.modules, name, raising=False)
    return "asking_own.judged"


def fingerprint(own: str, judge: dict[str, Any] | None) -> str:
    """Return the name of the numbers that a judge makes."""
    return loader.construct(own, {"judge": judge}).fingerprint()


def wrong(own: str, judge: Any) -> str:
    """Return what is wrong with the parameter."""
    with pytest.raises(MeasureError) as caught:
        loader.construct(own, {"judge": judge})
    return str(caught.value).removeprefix(f"{own}: ")


@pytest.mark.parametrize(
    ("judge", "said"),
    [
        ({}, "parameter 'judge.base_url' is missing. Add it. parameter 'judge.model' is missing"),
        ({"base_url": SERVER["base_url"]}, "parameter 'judge.model' is missing. Add it."),
        (SERVER | {"modell": "x"}, "unknown parameter 'judge.modell'; drop it."),
        (SERVER | {"folder": "x"}, "unknown parameter 'judge.folder'; drop it."),
        (SERVER | {"model": ""}, "parameter 'judge.model': expected at least 1 characters"),
        (SERVER | {"base_url": 8000}, "parameter 'judge.base_url': expected text (got 8000)."),
        (SERVER | {"base_url": "http://judge/v1"}, "expected https: http only to this machine, or"),
        (SERVER | {"base_url": "https://judge/v1?a=b"}, "expected a base_url without '?'"),
        (SERVER | {"base_url": "judge"}, "expected the address of a service"),
        (SERVER | {"at_once": 0}, "parameter 'judge.at_once': expected a number from 1 (got 0)."),
        (SERVER | {"tries": 1.5}, "parameter 'judge.tries': expected a whole number (got 1.5)."),
        (SERVER | {"timeout_s": 0}, "parameter 'judge.timeout_s': expected a number above 0"),
        (SERVER | {"picture": "gif"}, "parameter 'judge.picture': expected 'png' or 'jpeg'"),
        (SERVER | {"key_from": "sk-1"}, "parameter 'judge.key_from': expected text that fits"),
        ({"folder": ""}, "expected either 'folder', or 'repo' with its 'revision'"),
        ({"folder": "a", "model": "b"}, "unknown parameter 'judge.model'; drop it."),
        ({"folder": "a", "repo": "a/b", "revision": COMMIT}, "expected either 'folder', or"),
        ({"folder": "a", "revision": COMMIT}, "expected 'revision', a commit, beside 'repo'"),
        ({"repo": "a/b"}, "expected 'revision', a commit, beside 'repo'"),
        ({"repo": "a/b", "revision": "main"}, "expected a commit, 40 hex digits: a branch changes"),
        ({"repo": "../b", "revision": "main"}, "parameter 'judge.revision'"),
        ({"repo": "a", "revision": COMMIT}, "parameter 'judge.repo': expected text that fits"),
        ({"folder": "a", "precision": "int8"}, "expected 'fp32', 'bf16' or 'fp16' (got 'int8')."),
        ("http://127.0.0.1/v1", "parameter 'judge': expected a mapping of keys to values"),
        ([SERVER], "parameter 'judge': expected a mapping of keys to values"),
    ],
)  # fmt: skip
def test_what_does_not_fit_is_told_of_the_kind_that_is_meant(
    own: str, judge: Any, said: str
) -> None:
    """By the key that was written, and nothing of the kind of judge that nobody meant."""
    found = wrong(own, judge)

    assert said in found
    assert not any(word in found for word in ("judge.server", "judge.process", "Server", "tag"))
    assert "folder' is missing" not in found


def test_a_password_in_the_address_is_not_repeated(own: str) -> None:
    """It is refused, and the message is fit for a log."""
    found = wrong(own, SERVER | {"base_url": "https://user:hush@judge.example.com/v1"})

    assert "expected no password in the address" in found
    assert "hush" not in found


@pytest.mark.parametrize("key", ["sk-SECRETKEY123", ["sk-SECRETKEY123"]])
def test_a_key_given_as_its_variable_is_not_repeated(own: str, key: Any) -> None:
    """Whoever pasted it there reads what belongs there instead, and no log has the key."""
    found = wrong(own, SERVER | {"key_from": key})

    assert "parameter 'judge.key_from': expected text" in found
    assert "SECRETKEY" not in found


@pytest.mark.parametrize(
    "judge",
    [
        SERVER,
        SERVER | {"base_url": "http://judge:8000/v1/", "http": True, "timeout_s": 60},
        {"folder": "~/models/UR"},
        {"repo": "CodeGoat24/UnifiedReward-2.0-qwen-7b", "revision": COMMIT, "precision": "bf16"},
        None,
    ],
)
def test_what_is_written_comes_back(own: str, judge: dict[str, Any] | None) -> None:
    """A plan keeps the whole parameter, and makes the same measure of it."""
    measure = loader.construct(own, {"judge": judge})
    again = loader.construct(own, json.loads(json.dumps(measure.model_dump(mode="json"))))

    assert again == measure
    assert again.fingerprint() == measure.fingerprint()


def test_numbers_follow_from_the_model_not_from_its_place(own: str) -> None:
    """Another model, revision or form of picture makes others; where and how patiently, no."""
    same = [
        SERVER,
        SERVER | {"base_url": "https://judge.example.com/v1", "key_from": "OUR_KEY"},
        SERVER | {"base_url": "http://judge/v1", "http": True, "at_once": 4, "timeout_s": 9.0},
        SERVER | {"tries": 1},
    ]
    other = [
        SERVER | {"model": "Qwen"},
        SERVER | {"revision": "2026-08"},
        SERVER | {"picture": "jpeg"},
        {"repo": "a/b", "revision": COMMIT},
        {"repo": "a/b", "revision": COMMIT[::-1]},
        {"repo": "a/b", "revision": COMMIT, "precision": "bf16"},
        None,
    ]
    assert len({fingerprint(own, judge) for judge in same}) == 1
    assert len({fingerprint(own, judge) for judge in [SERVER, *other]}) == 1 + len(other)


def test_a_folder_is_told_by_its_content(own: str, tmp_path: Path) -> None:
    """Wherever it lies; another model makes other numbers."""
    one, two = tiny_vlm.folder(tmp_path), tiny_vlm.folder(tmp_path, seed=1)
    moved = one.rename(tmp_path / "moved")

    names = [fingerprint(own, {"folder": str(path)}) for path in (moved, two, tmp_path / "none")]
    moved.rename(one)
    assert fingerprint(own, {"folder": str(one)}) == names[0]
    assert len(set(names)) == 3


def test_parameters_read_well(own: str) -> None:
    """Both kinds of judge, by their keys."""
    (judge,) = [one for one in parameters(loader.construct(own, {})) if one["name"] == "judge"]

    assert told(judge).startswith("mapping of base_url, model, revision, ")
    assert " or mapping of folder, repo, revision, precision or null" in told(judge)


def test_the_environment_names_a_server(own: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """It stands in the parameters, so that a plan knows it, the key's variable and not the key."""
    assert loader.construct(own, {}).model_dump(mode="json") == {"judge": None}

    monkeypatch.setenv(judges.URL, "http://judge:8000/v1")
    monkeypatch.setenv(judges.MODEL, "UnifiedReward")
    monkeypatch.setenv(judges.KEY, "sk-hush")
    monkeypatch.setenv(judges.HTTP, "1")

    kept = loader.construct(own, {}).model_dump(mode="json")["judge"]
    assert kept == Server(**SERVER | {"base_url": "http://judge:8000/v1"}, http=True,
                          key_from="SELECTOR_JUDGE_KEY").model_dump()  # fmt: skip
    assert "hush" not in json.dumps(kept)
    assert loader.construct(own, {"judge": None}).model_dump() == {"judge": None}


@pytest.mark.parametrize(
    ("named", "said"),
    [
        ({judges.URL: SERVER["base_url"]}, "^SELECTOR_JUDGE_MODEL: it is not set"),
        ({judges.URL: "http://judge/v1", judges.MODEL: "a"}, "^SELECTOR_JUDGE_URL: .*JUDGE_HTTP=1"),
        ({judges.URL: "foo", judges.MODEL: "a"}, "^SELECTOR_JUDGE_URL: .*such as http://127.*/v1"),
        (
            {judges.URL: "http://judge/v1", judges.MODEL: "a", judges.HTTP: "maybe"},
            r"^SELECTOR_JUDGE_HTTP: expected 1 or 0 \(got 'maybe'\)",
        ),
        ({judges.URL: "https://a/v1", judges.MODEL: "a" * 301}, "^SELECTOR_JUDGE_MODEL: expected"),
    ],
)
def test_an_environment_that_does_not_fit_is_told(
    own: str, monkeypatch: pytest.MonkeyPatch, named: dict[str, str], said: str
) -> None:
    """By the name of the variable, also where a measure is made."""
    for name, text in named.items():
        monkeypatch.setenv(name, text)

    with pytest.raises(MeasureError, match=said):
        from_environment()
    with pytest.raises(MeasureError, match=said):
        loader.construct(own, {})


@pytest.mark.parametrize("no", ["", "0", "false", "False", "no", "off"])
@pytest.mark.parametrize("yes", ["1", "true", "TRUE", "yes"])
def test_http_is_allowed_by_a_yes_alone(monkeypatch: pytest.MonkeyPatch, yes: str, no: str) -> None:
    """Whoever says no in words is not overheard."""
    monkeypatch.setenv(judges.URL, "http://judge:8000/v1")
    monkeypatch.setenv(judges.MODEL, "a")
    monkeypatch.setenv(judges.HTTP, yes)
    assert from_environment() == Server(base_url="http://judge:8000/v1", model="a", http=True)

    monkeypatch.setenv(judges.HTTP, no)
    with pytest.raises(MeasureError, match="expected https"):
        from_environment()


def test_a_server_is_looked_at_before_it_is_asked(
    judge_server: JudgeServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is there, takes the key and has the model; then it answers."""
    monkeypatch.setenv("OUR_KEY", "sk-hush")
    judge_server.key = "sk-hush"
    given = Server(**judge_server.parameter(key_from="OUR_KEY"))

    judge = opened(given, MANNER, device="cpu", where="scorers.x")
    assert judge.ask([QUESTION]) == [Said("Yes.", 12)]
    judge.close()

    with pytest.raises(MeasureError, match="no model"):
        opened(given.model_copy(update={"model": "b"}), MANNER, device="cpu", where="scorers.x")
    monkeypatch.delenv("OUR_KEY")
    with pytest.raises(MeasureError, match=r"^scorers\.x: no key in .* OUR_KEY"):
        opened(given, MANNER, device="cpu", where="scorers.x")


def test_a_model_answers_in_this_process(tmp_path: Path) -> None:
    """From its folder; what changed since it was looked at is refused."""
    folder = tiny_vlm.folder(tmp_path)
    given = InProcess(folder=str(folder))
    assert given.identity["precision"] == "fp32"

    judge = opened(given, MANNER, device="cpu", where="scorers.x")
    (said,) = judge.ask([QUESTION])
    judge.close()
    assert isinstance(said, Said)
    assert said.tokens > 4

    (folder / "chat_template.jinja").write_text("{{ messages }}")
    with pytest.raises(WeightsError, match="changed since it was looked at"):
        opened(given, MANNER, device="cpu", where="scorers.x")


def test_who_is_missing_is_told_without_asking(tmp_path: Path) -> None:
    """No judge, an empty folder; a server may be down and a repository absent as yet."""
    assert "Set SELECTOR_JUDGE_URL and SELECTOR_JUDGE_MODEL, or give 'judge'" in missing(None)
    assert "no config.json" in missing(InProcess(folder=str(tmp_path)))
    assert missing(InProcess(repo="a/b", revision=COMMIT)) == ""
    assert missing(Server(**SERVER)) == ""

    with pytest.raises(MeasureError, match=r"^scorers\.x: no judge is named"):
        opened(None, MANNER, device="cpu", where="scorers.x")
    with pytest.raises(WeightsError, match=r"no config\.json"):
        opened(InProcess(folder=str(tmp_path)), MANNER, device="cpu", where="scorers.x")


def test_a_model_of_the_hub_has_a_licence_that_nobody_here_knows() -> None:
    """One's own folder, and a server that somebody runs, are their users' business."""
    assert unlisted(InProcess(repo="a/b", revision=COMMIT)) == ("a/b@01234567",)
    assert unlisted(InProcess(folder="a")) == ()
    assert unlisted(Server(**SERVER)) == ()
    assert unlisted(None) == ()
