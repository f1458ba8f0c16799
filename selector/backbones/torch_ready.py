"""Imports torch so that what builds on it starts too, whichever torchvision lies beside it."""

from __future__ import annotations

import contextlib
import os
import sys
import threading
from importlib import util
from pathlib import Path
from types import ModuleType
from typing import Any

from selector.errors import WeightsError
from selector.installed import CURE, DISTRIBUTION, install_extra, mend
from selector.log import operator_log

# What torchvision gives abstract forms to when it is imported: without its compiled part they are
# unknown, and no image model of transformers or open_clip can be imported.
DECLARED = ("nms", "qnms")
SCHEMA = "(Tensor dets, Tensor scores, float iou_threshold) -> Tensor"

_kept: list[Any] = []  # declarations end with the object that made them
_lock = threading.RLock()
_is_ready = False


def torch() -> ModuleType:
    """Return the module torch, ready for transformers and open_clip to be imported behind it.

    A torchvision that was built for another torch, or for CUDA beside a torch without, is told to
    the operator once and does no harm: nothing here uses what it lacks.

    Raises:
        WeightsError: torch is not installed or does not start; it names the command that cures it.
    """
    global _is_ready  # noqa: PLW0603 - once a process, whoever asks first
    module = _imported()
    with _lock:
        if not _is_ready:
            _mend_torchvision(module)
            _is_ready = True
    return module


def _imported() -> ModuleType:
    try:
        import torch
    except (ImportError, OSError) as error:
        cure = mend(error, f"{DISTRIBUTION}[scorers]") or install_extra("scorers")
        raise WeightsError(f"torch: it does not start (got {error}).{CURE}{cure}") from None
    return torch


def _mend_torchvision(torch: Any) -> None:
    spec = util.find_spec("torchvision") if "torchvision" not in sys.modules else None
    if spec is None:  # absent, or somebody imported it already, whole
        return
    reason = "it has no compiled part"
    for folder in spec.submodule_search_locations or ():
        for file in (*Path(folder).glob("_C*.so"), *Path(folder).glob("_C*.pyd")):
            try:
                torch.ops.load_library(str(file))
            except (ImportError, OSError) as error:
                reason = str(error)
            else:
                return
    _declare(torch.library)
    cure = "install the torchvision that belongs to this torch; nothing here needs it"
    operator_log().warning("torch.torchvision_broken", reason=reason, cure=cure)


def _declare(library: Any) -> None:
    fragment = library.Library("torchvision", "FRAGMENT")
    _kept.append(fragment)
    for name in DECLARED:
        with contextlib.suppress(RuntimeError):  # declared by somebody who met the same
            fragment.define(f"{name}{SCHEMA}")


def _after_fork() -> None:
    """Let a forked child run models: the threads that torch would wait for are its parent's."""
    global _lock  # noqa: PLW0603 - a thread that the child lacks may hold the old one
    _lock = threading.RLock()
    if "torch" in sys.modules and hasattr(sys.modules["torch"], "set_num_threads"):
        sys.modules["torch"].set_num_threads(1)


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_after_fork)
