"""Devices, image formats and policies, as they are and as they may be broken."""

import json
import sys

import PIL.Image
import pytest

import outside
from selector.doctor.devices import devices
from selector.doctor.formats import formats
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


def silent(_what):
    pass


def planned():
    return {one.what: one for one in policies(silent)}


def test_every_format_that_is_promised_can_be_read():
    """PNG, JPEG, WebP and AVIF among them, by reading a picture."""
    (one,) = formats()
    assert one.state == "ok"
    for name in ("PNG", "JPEG", "WEBP", "AVIF"):
        assert name in one.said


def test_a_format_that_this_pillow_lacks_is_broken(monkeypatch):
    """As in a Pillow built without libavif, which can't make one either; the others are read."""
    PIL.Image.init()
    monkeypatch.delitem(PIL.Image.SAVE, "AVIF")
    avif, rest = formats()
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
    cpu, gpu = devices()
    assert cpu.state == "ok"
    assert gpu.state == state
    assert said in gpu.said


def test_policies_say_where_they_come_from(machine):
    """One in ./policies stands in place of the packaged one of its name, and it is said so."""
    (machine / "cwd" / "policies").mkdir()
    one = outside.policy("filters.blank.structure")
    (machine / "cwd" / "policies" / "starter.yaml").write_text(json.dumps(one))
    (machine / "cwd" / "policies" / "mine.yaml").write_text(json.dumps(one))
    seen = planned()
    assert "in place of the packaged one" in seen["starter"].said
    assert seen["mine"].said == "own@1, 1 measures, from ./policies"
    assert "packaged" in seen["portrait"].said


def test_a_policy_that_does_not_plan_is_broken(machine):
    """Its first problem and how many more; the cure tells all of them."""
    (machine / "cwd" / "policies").mkdir()
    (machine / "cwd" / "policies" / "bad.yaml").write_text("name: 7\nversion: x\n")
    bad = planned()["bad"]
    assert (bad.state, bad.cure) == ("broken", "selector policy check bad")
    assert "bad.yaml:1" in bad.said
    assert "more)" in bad.said


def test_a_teams_measure_that_breaks_sinks_no_examination(machine, monkeypatch):
    """A bug in code that a policy names is a finding about that policy."""
    monkeypatch.syspath_prepend(machine)
    path = outside.write(machine, "shaky", "return []")
    source = machine / "shaky" / "own.py"
    source.write_text(source.read_text() + "\n1 / 0\n")
    (machine / "cwd" / "policies").mkdir()
    (machine / "cwd" / "policies" / "shaky.yaml").write_text(json.dumps(outside.policy(path)))
    seen = planned()
    assert seen["shaky"].state == "broken"
    assert "ZeroDivisionError" in seen["shaky"].said
    assert seen["starter"].state == "ok"
