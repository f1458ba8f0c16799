"""Devices, image formats and policies, as they are and as they may be broken."""

import json
import sys
from pathlib import Path

import PIL.Image
import pytest

import outside
from selector.doctor.finding import Asked
from selector.doctor.machine import devices, formats
from selector.doctor.policies import policies

TORCH = """
class cuda:
    is_available = staticmethod(lambda: {cuda})
    device_count = staticmethod(lambda: 2)
    get_device_name = staticmethod(lambda at: "Big One")
class backends:
    class mps:
        is_available = staticmethod(lambda: False)
__version__ = "2.99"
"""


def planned():
    return {one.what: one for one in policies(Asked())}


def test_every_format_that_is_promised_can_be_read():
    """PNG, JPEG, WebP and AVIF among them, by reading a picture."""
    (one,) = formats(Asked())
    assert one.state == "ok"
    for name in ("PNG", "JPEG", "WEBP", "AVIF"):
        assert name in one.said


def test_a_format_that_this_pillow_lacks_is_broken(monkeypatch):
    """As in a Pillow built without libavif, which can't make one either; the others are read."""
    PIL.Image.init()
    monkeypatch.delitem(PIL.Image.SAVE, "AVIF")
    avif, rest = formats(Asked())
    assert (avif.what, avif.state) == ("AVIF", "broken")
    assert avif.cure.startswith('pip install --force-reinstall --no-deps "pillow==')
    assert "AVIF" not in rest.said


@pytest.fixture
def torch(tmp_path, monkeypatch):
    """Put a module of the name of torch where Python finds it first."""
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.delitem(sys.modules, "torch", raising=False)

    def write(text):
        (tmp_path / "torch.py").write_text(text)

    yield write
    sys.modules.pop("torch", None)


@pytest.mark.parametrize(
    ("text", "state", "said"),
    [
        (TORCH.format(cuda=True), "ok", "cuda:1 is Big One"),
        (TORCH.format(cuda=False), "absent", "torch 2.99 sees none"),
        ("raise OSError('libcudart.so: cannot open')", "broken", "libcudart"),
        ("import no_such_part_of_torch", "broken", "no_such_part_of_torch"),
    ],
)
def test_a_graphics_card_is_asked_of_torch(torch, text, state, said):
    """It is named as --device takes it; a torch that can't be imported is told."""
    torch(text)
    cpu, gpu = devices(Asked())
    assert cpu.state == "ok"
    assert gpu.state == state
    assert said in gpu.said


@pytest.fixture
def own_policies(machine, monkeypatch):
    """Write policies into ./policies; a process can import what lies beside them."""
    monkeypatch.setenv("PYTHONPATH", str(machine))
    folder = machine / "cwd" / "policies"
    folder.mkdir()

    def write(**texts):
        for name, text in texts.items():
            (folder / f"{name}.yaml").write_text(text)
        return planned()

    return write


def test_policies_say_where_they_come_from(own_policies):
    """One in ./policies stands in place of the packaged one of its name, and it is said so."""
    one = json.dumps(outside.policy("filters.blank.structure"))
    seen = own_policies(starter=one, mine=one)
    assert "in place of the packaged one" in seen["starter"].said
    assert seen["mine"].said == "can be planned, from ./policies"
    assert "packaged" in seen["portrait"].said
    assert {one.state for one in seen.values()} == {"ok"}


def test_a_policy_that_does_not_plan_is_broken(own_policies):
    """One of its problems and how many more; the cure tells all of them."""
    bad = own_policies(bad="name: 7\nversion: x\n")["bad"]
    assert (bad.state, bad.cure) == ("broken", "selector policy check bad")
    assert "bad.yaml:" in bad.said
    assert "more lines)" in bad.said


def test_a_policy_whose_own_model_is_missing_is_broken(own_policies):
    """It can be planned, and could not run: where the file should lie is told."""
    use = {
        "use": "detectors.classifier", "model": "gone.onnx", "sha256": "0" * 64, "size": 8,
        "classes": ["fine", "broken"], "report": ["broken"],
    }  # fmt: skip
    one = outside.policy("filters.blank.structure") | {
        "measures": {"ours": use},
        "gates": [{"on": "ours", "reject_above": 0.5}],
    }
    seen = own_policies(ours=json.dumps(one))["ours"]
    assert seen.state == "broken"
    assert f"{Path.cwd() / 'gone.onnx'}: the model file can't be read" in seen.said


@pytest.mark.parametrize(
    ("code", "said"),
    [
        ("1 / 0", "ZeroDivisionError"),
        ("class Boom(Exception): pass\nraise Boom('by name')", "by name"),
        ("class End(BaseException): pass\nraise End('of all')", "of all"),
        ("import os; os._exit(9)", "exit code 9"),
        ("import os; os._exit(0)", "exit code 0"),
    ],
)
def test_a_teams_measure_that_breaks_sinks_no_examination(machine, own_policies, capfd, code, said):
    """Whatever the code that a policy names does at its import, it is told about that policy."""
    path = outside.write(machine, "shaky", "return []")
    source = machine / "shaky" / "own.py"
    source.write_text(f"{source.read_text()}\nprint('aside', flush=True)\n{code}\n")
    seen = own_policies(shaky=json.dumps(outside.policy(path)))
    assert seen["shaky"].state == "broken"
    assert said in seen["shaky"].said
    assert seen["starter"].state == "ok"
    assert "aside" not in capfd.readouterr().out  # --json stays JSON


def test_a_teams_measure_that_hangs_is_told(machine, own_policies, monkeypatch):
    """It is ended and the examination goes on."""
    monkeypatch.setattr("selector.doctor.policies.LONGEST_S", 2.0)
    path = outside.write(machine, "slow", "return []")
    with (machine / "slow" / "own.py").open("a") as file:
        file.write("\nimport time; time.sleep(60)\n")
    seen = own_policies(slow=json.dumps(outside.policy(path)))
    assert "more than 2 s" in seen["slow"].said
    assert seen["starter"].state == "ok"
