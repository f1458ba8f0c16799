"""Whole models of the hub: their weights and what tells how to read them, and nothing else."""

import hashlib
import json
import os
import subprocess
import sys
import time
from pathlib import Path

from .conftest import COMMIT, Server, hub_page

CODE = """
import sys
from selector.errors import WeightsError
from selector.weights.snapshot import snapshot
try:
    print("PATH", snapshot("ours/toy", sys.argv[1], fits=lambda at: (at / "config.json").is_file()))
except WeightsError as error:
    print("REFUSED", error)
"""
FILES = {
    "config.json": b"{}",
    "model.safetensors": bytes(200),
    "chat_template.jinja": b"{{ messages }}",
    "modeling_toy.py": b"print('hello')",
    "pytorch_model.bin": b"pickle",
    "original/model.safetensors": bytes(100),
}
WANTED = {"config.json", "model.safetensors", "chat_template.jinja"}


def publish(server: Server) -> None:
    """Let the hub have a model with code and pickles beside."""
    listed = [
        {
            "type": "file",
            "path": name,
            "size": len(content),
            "oid": hashlib.sha256(content).hexdigest(),
        }
        for name, content in FILES.items()
    ]
    about = json.dumps({"id": "ours/toy", "sha": COMMIT, "siblings": []}).encode()
    tree = json.dumps(listed).encode()
    server.page(f"/api/models/ours/toy/revision/{COMMIT}", about)
    server.page(f"/api/models/ours/toy/tree/{COMMIT}?recursive=true&expand=false", tree)
    for name, content in FILES.items():
        server.page(f"/ours/toy/resolve/{COMMIT}/{name}", hub_page(content))


def taken(home: Path, **environment: str) -> str:
    """Return what a process prints that takes the model; nothing else is printed."""
    clean = {name: text for name, text in os.environ.items() if not name.startswith("HF_")}
    own = {"HF_HOME": str(home), "HF_HUB_DISABLE_TELEMETRY": "1"}
    done = subprocess.run(
        [sys.executable, "-c", CODE, COMMIT],
        env=clean | own | environment,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert not done.stderr, done.stderr
    return done.stdout


def test_a_model_comes_without_code_and_pickles(server: Server, tmp_path: Path) -> None:
    """What transformers reads at the top of the repository; once it is here, nobody is asked."""
    publish(server)

    path = Path(taken(tmp_path, HF_ENDPOINT=server.address).removeprefix("PATH ").strip())

    assert {each.name for each in path.iterdir()} == WANTED
    assert (path / "model.safetensors").read_bytes() == FILES["model.safetensors"]
    server.asked.clear()
    for offline in ({}, {"HF_HUB_OFFLINE": "1"}, {"SELECTOR_OFFLINE": "1"}):
        assert str(path) in taken(tmp_path, HF_ENDPOINT=server.address, **offline)
    assert not [page for page in server.asked if "toy" in page]


def test_without_a_network_it_is_said_in_seconds(silent: str, tmp_path: Path) -> None:
    """What to do is said too, and where downloads are forbidden nothing is tried."""
    start = time.monotonic()
    assert "no answer in 6 s" in taken(tmp_path, HF_ENDPOINT=silent)
    assert time.monotonic() - start < 15

    said = taken(tmp_path, HF_ENDPOINT=silent, SELECTOR_OFFLINE="1")
    assert said.startswith(
        "REFUSED ours/toy: the model can't be had from the hub (got SELECTOR_OFF"
    )
    assert "give 'folder'" in said
    assert "HF_HUB_OFFLINE is set" in taken(tmp_path, HF_ENDPOINT=silent, HF_HUB_OFFLINE="1")


def test_what_the_hub_has_not_is_told(server: Server, tmp_path: Path) -> None:
    """Another repository or commit is an error in words."""
    assert taken(tmp_path, HF_ENDPOINT=server.address).startswith("REFUSED ours/toy: ")
