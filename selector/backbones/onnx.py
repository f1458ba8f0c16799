"""Runs models in the ONNX format: each loaded once a process, shared by all who use it."""

from __future__ import annotations

import hashlib
import os
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt

from selector.backbones.inherited import never_freed
from selector.backbones.model_file import read
from selector.backbones.shared import Shared
from selector.errors import MeasureError, WeightsError
from selector.installed import CURE, install_extra, mend
from selector.log import operator_log

Array: TypeAlias = npt.NDArray[Any]

THREADS = 4  # of one model; more hardly shorten one picture, and candidates are many
SILENT = 4  # what goes wrong comes as an exception; no line on standard error says it again


@dataclass(frozen=True, slots=True)
class Port:
    """What goes into a model, or comes out of it.

    Attributes:
        name: As the file has it.
        shape: By dimension; None where any length will do.
        type: "tensor(float)".
    """

    name: str
    shape: tuple[int | None, ...]
    type: str

    def __str__(self) -> str:
        lengths = ", ".join("any" if length is None else str(length) for length in self.shape)
        return f"{self.name!r} {self.type} [{lengths}]"


@dataclass(frozen=True, slots=True)
class _Known:
    """What tells models apart; the same file at another place is the same model."""

    path: Path = field(compare=False)
    sha256: str
    device: str


class OnnxModel:
    """A user's hold on a model, which is loaded once a process.

    Safe to use from several threads, and after a fork: the child process loads its own.

    Attributes:
        path: Its file, for messages.
        inputs: What it takes.
        outputs: What it gives.
    """

    def __init__(self, path: Path, sha256: str, *, device: str = "cpu") -> None:
        """Load the model, unless it is loaded.

        Args:
            path: Its file.
            sha256: Of the file, in hex; no other content is run.
            device: "cpu", "cuda" or "cuda:1"; without ONNX Runtime for CUDA it runs on the CPU.

        Raises:
            WeightsError: The file is missing or not the right one, ONNX Runtime is missing, or it
                refuses the file.
        """
        self.path = path
        self._known = _Known(path, sha256, device)
        self._closed = False
        _sessions.join(self._known)
        session = _sessions.get(self._known)
        self.inputs = tuple(map(_port, session.get_inputs()))
        self.outputs = tuple(map(_port, session.get_outputs()))

    def run(self, *given: Array) -> list[Array]:
        """Return what the model makes of one array an input, in the order of its outputs.

        Raises:
            MeasureError: This was closed, or the model can't run on these.
        """
        if self._closed:
            raise MeasureError(f"{self.path}: it was closed (got no model). Build it again.")
        session = _sessions.get(self._known)
        named = {port.name: each for port, each in zip(self.inputs, given, strict=True)}
        try:
            made = session.run(None, named)
        except _refusals() as error:
            raise MeasureError(
                f"{self.path}: the model can't run on {_shapes(given)} (got {_line(error)}). "
                f"Give what it takes: {', '.join(map(str, self.inputs))}."
            ) from None
        return [np.asarray(each) for each in made]

    def close(self) -> None:
        """Let go of the model; the last one to do so unloads it."""
        leaving, self._closed = not self._closed, True
        if leaving:
            _sessions.leave(self._known)


def runtime() -> Any:
    """Return ONNX Runtime, which from 1.29 on else tells Microsoft of every process that uses it.

    The thread that does so begins when it is imported, and a forked child, which has it not, would
    wait for it at its end. Who wants telemetry sets ORT_DISABLE_TELEMETRY to 0.

    Raises:
        ImportError: It is not installed, or a library of the system is missing.
    """
    os.environ.setdefault("ORT_DISABLE_TELEMETRY", "1")
    import onnxruntime

    onnxruntime.disable_telemetry_events()  # of the versions that do not know the variable
    return onnxruntime


def _content(path: Path, sha256: str) -> bytes:
    """Return the content of the file at *path*, whose checksum is *sha256* in hex.

    Raises:
        WeightsError: It can't be read, or is another file.
    """
    content = read(path)
    found = hashlib.sha256(content).hexdigest()
    if found != sha256:
        raise WeightsError(
            f"{path}: another model than it should be (got sha256 {found}, not {sha256}). "
            "Put the right file there, or name the sha256 of this one."
        )
    return content


def _start(known: _Known) -> Any:
    path, content = known.path, _content(known.path, known.sha256)
    try:
        onnxruntime = runtime()
    except ImportError as error:
        cure = mend(error) or install_extra("detectors")
        raise WeightsError(
            f"{path}: ONNX Runtime does not start (got {error}).{CURE}{cure}"
        ) from None
    providers = _providers(known.device, onnxruntime.get_available_providers())
    try:
        return onnxruntime.InferenceSession(content, _options(onnxruntime), providers=providers)
    except _refusals() as error:
        raise WeightsError(
            f"{path}: not a model that ONNX Runtime {onnxruntime.__version__} can run "
            f"(got {_line(error)}). Export it again, whole and in one file."
        ) from None


def _options(onnxruntime: Any) -> Any:
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = min(THREADS, os.cpu_count() or 1)
    options.inter_op_num_threads = 1
    # Threads that wait for work by turning round would take the cores from all other measures.
    options.add_session_config_entry("session.intra_op.allow_spinning", "0")
    options.log_severity_level = SILENT
    return options


def _providers(device: str, available: list[str]) -> list[Any]:
    kind, _, number = device.partition(":")
    if kind == "cuda":
        if "CUDAExecutionProvider" in available:
            own = {"device_id": int(number or 0)}
            return [("CUDAExecutionProvider", own), "CPUExecutionProvider"]
        operator_log().warning("onnx.no_cuda", device=device, cure="install onnxruntime-gpu")
    return ["CPUExecutionProvider"]


def _refusals() -> tuple[type[Exception], ...]:
    """Return what ONNX Runtime raises; its own exceptions have no class in common."""
    from onnxruntime.capi import onnxruntime_pybind11_state as state

    kinds = (each for each in vars(state).values() if isinstance(each, type))
    return (TypeError, ValueError, *(each for each in kinds if issubclass(each, Exception)))


def _line(error: Exception) -> str:
    return " ".join(str(error).split()).rstrip(".")


def _port(told: Any) -> Port:
    shape = (length if isinstance(length, int) else None for length in told.shape)
    return Port(told.name, tuple(shape), told.type)


def _shapes(given: tuple[Array, ...]) -> str:
    return ", ".join(f"{each.dtype} {list(each.shape)}" for each in given)


_sessions: Shared[_Known, Any] = Shared(_start, lambda _: None)

if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=lambda: never_freed(_sessions.loaded()))
