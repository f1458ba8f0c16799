"""`selector weights`: what there is, what is here, how the rest comes, whether it is right."""

import base64
import json
import os
import pty
import subprocess
import sys
from pathlib import Path

import pytest

from selector.cli import models
from selector.weights import manifest

NAMES = [one.name for one in manifest.entries()]
HEAD = "sa_0_4_vit_l_14_linear.pth"

POLICY = """\
name: mine
version: 1
gates:
  - {on: detectors.nudity.nudity, reject_above: 0.5}
method:
  weighted_sum:
    - {of: filters.sharpness.sharpest, scale: {ends: [0, 0.2]}}
"""


@pytest.fixture
def empty(tmp_path):
    """Variables of a machine without models and without a network."""
    return {
        "SELECTOR_CACHE": str(tmp_path / "cache"),
        "HF_HOME": str(tmp_path / "hub"),
        "SELECTOR_OFFLINE": "1",
        "HOME": str(tmp_path / "home"),
    }


@pytest.fixture
def head(empty, shared):
    """A cache that holds one small model, put there by hand."""
    folder = Path(empty["SELECTOR_CACHE"])
    folder.mkdir()
    content = (shared / "golden" / "aesthetic_heads" / HEAD).read_bytes()
    (folder / HEAD).write_bytes(content)
    return folder / HEAD


def test_the_list_says_of_each_model_what_one_must_know(shell, empty):
    """Its size, its licence, what may be sold with it, whether it is here, who loads it."""
    done = shell("weights", "list", env=empty | {"COLUMNS": "80"})
    assert (done.returncode, done.stderr) == (0, "")
    lines = done.stdout.splitlines()
    assert [line for line in lines if line in NAMES] == NAMES
    assert max(map(len, lines)) <= 80
    text = " ".join(done.stdout.split())
    assert "hand_landmarker not here · 7.8 MB · commercial use allowed · Apache-2.0" in text
    assert "for detectors.hands" in text
    assert "pickscore not here · 3.9 GB · commercial use not stated · MIT (the code;" in text
    assert f"{len(NAMES)} models, 0 of them in" in text


def test_the_list_is_data_too(shell, empty, head):
    """With where each lies or belongs, and what tells its content."""
    done = shell("weights", "list", "--json", env=empty)
    found = {one["name"]: one for one in json.loads(done.stdout)}
    assert list(found) == NAMES
    assert found["aesthetic_v1"]["here"]
    assert found["aesthetic_v1"]["path"] == str(head)
    assert found["pickscore"]["commercial"] is None
    assert not found["pickscore"]["here"]
    assert found["pickscore"]["identity"].startswith("hub:yuvalkirstain/PickScore_v1@a4e4367c")
    assert "detectors.hands" in found["hand_landmarker"]["used_by"]


def test_every_measure_that_loads_a_model_is_told(shell, empty):
    """Also where a parameter chooses among models."""
    done = shell("weights", "list", "--json", env=empty)
    users = {one["name"]: one["used_by"] for one in json.loads(done.stdout)}
    from selector.measures import loader

    for path in loader.names():
        measure = loader.construct(path, loader.load(path).example)
        assert all(path in users[name] for name in measure.weights)
    assert users["aesthetic_v1"] == ["scorers.aesthetic"]  # where the word may be a file as well


def test_what_is_here_is_pulled_at_once_and_its_path_printed(shell, empty, head):
    """Nothing is downloaded for it, which is said before."""
    done = shell("weights", "pull", "aesthetic_v1", env=empty)
    assert done.returncode == 0, done.stderr
    assert done.stdout == f"aesthetic_v1: {head}\n"
    assert done.stderr.startswith("nothing to download")


def test_what_can_not_be_had_is_told_for_each_and_ends_with_1(shell, empty, head):
    """The others still come; how much was to come is told first."""
    done = shell("weights", "pull", "pickscore", "aesthetic_v1", env=empty)
    assert done.returncode == 1
    assert done.stdout == f"aesthetic_v1: {head}\n"
    first, second, *rest = done.stderr.splitlines()
    assert first.startswith("1 to download, 3.9 GB, into ")
    assert second.startswith("pickscore: its model file can't be had")
    assert "SELECTOR_OFFLINE is set" in rest[0]


def test_the_models_of_a_policy_are_pulled(shell, empty):
    """All that its measures load, and no others."""
    (shell.cwd / "mine.yaml").write_text(POLICY)
    done = shell("weights", "pull", "brisque", "--policy", "mine.yaml", env=empty)
    assert done.returncode == 1
    told = [line.split(":")[0] for line in done.stderr.splitlines() if "can't be had" in line]
    assert told == ["brisque", "open_nsfw"]


@pytest.mark.parametrize(
    ("name", "models"),
    [
        ("hpsv2", ["hpsv2.1"]),
        ("scorers.hpsv2", ["hpsv2.1"]),
        ("image_reward", ["image_reward", "bert_vocabulary"]),
        ("hpsv2.0", ["hpsv2.0"]),
    ],
)
def test_a_measure_s_name_means_all_that_it_loads(shell, empty, *, name, models):
    """Who wants a scorer need not know what its files are called, nor how many they are."""
    done = shell("weights", "pull", name, env=empty)
    told = [line.split(":")[0] for line in done.stderr.splitlines() if "can't be had" in line]
    assert told == models

    done = shell("weights", "path", name, env=empty)
    assert (done.returncode, len(done.stdout.splitlines())) == (1, len(models))


def test_all_are_pulled(shell, empty):
    """--all is all."""
    done = shell("weights", "pull", "--all", env=empty)
    told = [line.split(":")[0] for line in done.stderr.splitlines() if "can't be had" in line]
    assert told == NAMES


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["pull"], "weights pull: no model is named"),
        (["pull", "pikscore"], "Did you mean 'pickscore'?"),
        (["verify", "nothing"], "no model of this name"),
        (["verify", "blank"], "filters.blank: it loads no model (got 'blank')."),
        (["path", "nothing"], "no model of this name"),
        (["pull", "--policy", "nothing"], "nothing"),
    ],
)
def test_a_mistake_ends_with_2(shell, empty, *, words, said):
    """And says what would be right."""
    done = shell("weights", *words, env=empty)
    assert (done.returncode, done.stdout) == (2, "")
    assert said in done.stderr


def test_verifying_reads_what_is_here(shell, empty, head):
    """What is not here is no fault unless it is named; what is wrong is told and ends with 1."""
    done = shell("weights", "verify", env=empty)
    assert done.returncode == 0
    assert "aesthetic_v1     right\n" in done.stdout
    assert "pickscore        not here\n" in done.stdout
    assert shell("weights", "verify", "pickscore", env=empty).returncode == 1

    facts = head.stat()
    head.write_bytes(bytes(facts.st_size))
    os.utime(head, ns=(facts.st_atime_ns, facts.st_mtime_ns))  # as nobody would notice
    done = shell("weights", "verify", env=empty)
    assert done.returncode == 1
    assert "another file than it should be" in done.stdout


def test_a_path_is_for_scripts(shell, empty, head):
    """It is printed whether or not something lies there; only the exit code tells."""
    done = shell("weights", "path", "aesthetic_v1", env=empty)
    assert (done.returncode, done.stdout, done.stderr) == (0, f"{head}\n", "")
    done = shell("weights", "path", "pickscore", env=empty)
    assert (done.returncode, done.stdout) == (1, f"{head.parent / 'pickscore.safetensors'}\n")
    assert "selector weights pull pickscore" in done.stderr


def test_names_can_not_play_with_the_terminal(shell, empty):
    """A folder may be called anything; on a terminal it is harmless."""
    evil = empty | {"SELECTOR_CACHE": f"{empty['HOME']}/a\x1b[31m\u202eb"}
    for words in (("list",), ("pull", "brisque"), ("verify",)):
        done = shell("weights", *words, env=evil)
        assert "\x1b" not in done.stdout + done.stderr
        assert "\u202e" not in done.stdout + done.stderr


def test_names_of_models_are_completed(shell):
    """Wherever a model is named."""
    for command in ("pull", "verify", "path"):
        asked = {"COMP_WORDS": f"selector weights {command} hps", "COMP_CWORD": "3"}
        done = shell(env=asked | {"_SELECTOR_COMPLETE": "complete_bash"})
        assert done.stdout.split() == ["hpsv2.0", "hpsv2.1", "hpsv3"]


def test_what_has_begun_is_told(empty, monkeypatch):
    """The list says how much of a model has come, and pulling asks for the rest only."""
    for name, text in empty.items():
        monkeypatch.setenv(name, text)
    entry = manifest.entry("pickscore")
    from selector.weights.place import places

    part = places(Path(empty["SELECTOR_CACHE"]), entry)[0].part(entry.sources[0])
    part.parent.mkdir(parents=True)
    with part.open("wb") as file:
        file.truncate(2_000_000_000)
    assert "not here, but 2.0 GB of it" in "\n".join(models.listed())
    assert models.ahead([entry]).startswith("1 to download, 1.9 GB")


PULLING = """
from selector.cli import models
from selector.weights.entry import Entry, File, Url
from selector.weights.fetch import obtain
import hashlib
url, content = {url!r}, {content!r}
file = File("toy", len(content), hashlib.sha256(content).hexdigest())
with models.progress() as tell:
    obtain(Entry("toy", (file,), (Url(url),), "bytes", "MIT", True), tell)
"""


def test_a_person_sees_it_come(empty):
    """On a terminal a bar moves on standard error; nobody else gets one."""
    content = bytes(3_000_000)
    url = "data:application/octet-stream;base64," + base64.b64encode(content).decode()
    code = PULLING.format(url=url, content=content)
    script = Path(empty["SELECTOR_CACHE"]).with_name("pulling.py")
    script.write_text(code)
    environment = os.environ | empty | {"SELECTOR_OFFLINE": "", "TERM": "xterm", "COLUMNS": "100"}
    run = [sys.executable, str(script)]
    master, slave = pty.openpty()
    subprocess.run(run, stderr=slave, env=environment, check=True)
    os.close(slave)
    shown = os.read(master, 1 << 16).decode()
    os.close(master)
    assert "toy" in shown
    assert "3.0/3.0 MB" in shown

    (Path(empty["SELECTOR_CACHE"]) / "toy").unlink()
    done = subprocess.run(run, capture_output=True, env=environment, check=True)
    assert (done.stdout, done.stderr) == (b"", b"")


WORDED = """\
name: mine
version: 1
measures:
  liked:
    use: scorers.unified_reward
    judge: {base_url: "http://127.0.0.1:9/v1", model: any}
method:
  weighted_sum:
    - {of: liked.score, weight: 1}
"""


@pytest.mark.parametrize("how", [["scorers.unified_reward"], ["--policy", "mine.yaml"]])
def test_the_words_that_a_judge_is_asked_in_come_as_models_do(shell, empty, how):
    """By the measure that asks in them, or by a policy; and where they belong is told."""
    (shell.cwd / "mine.yaml").write_text(WORDED)
    done = shell("weights", "pull", *how, env=empty)
    assert done.returncode == 1
    assert "1 to download, 0.7 kB" in done.stderr
    assert f"{empty['SELECTOR_CACHE']}/wording/unified_reward.txt" in done.stderr
    assert "SELECTOR_OFFLINE is set" in done.stderr


def test_the_list_says_who_asks_in_which_words(shell, empty):
    """Each wording has a measure, in whichever form that asks in it."""
    listed = json.loads(shell("weights", "list", "--json", env=empty).stdout)
    used = {one["name"]: one["used_by"] for one in listed if one["name"].startswith("wording/")}
    assert used["wording/unified_reward_classic"] == ["scorers.unified_reward"]
    assert used["wording/qwen_image_bench"] == ["scorers.qwen_image_bench"]
    assert [name for name, users in used.items() if not users] == []


def test_half_a_judge_hides_nobody_who_asks_in_words(shell, empty):
    """The list tells who loads what, however the environment names a judge."""
    half = {"SELECTOR_JUDGE_URL": "http://127.0.0.1:9/v1", "SELECTOR_JUDGE_MODEL": ""}
    listed = shell("weights", "list", env=empty | half).stdout
    assert listed == shell("weights", "list", env=empty).stdout
    assert "scorers.unified_reward" in listed


def test_the_judge_of_a_policy_is_pulled(shell, empty):
    """A model of the hub that runs in this process is among all that a policy needs."""
    (shell.cwd / "judged.yaml").write_text(
        "name: judged\nversion: 1\nmeasures:\n  red:\n    use: scorers.vlm_question\n"
        "    question: Is it red?\n"
        f"    judge: {{repo: acme/judge, revision: {'ab' * 20}}}\n"
        "method:\n  weighted_sum: [{of: red, weight: 1}]\n"
    )
    done = shell("weights", "pull", "--policy", "judged.yaml", env=empty)
    assert done.returncode == 1
    assert "acme/judge" in done.stderr
    assert "nothing to download" not in done.stderr
