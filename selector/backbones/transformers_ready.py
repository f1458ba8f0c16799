"""Imports transformers behind a torch that is ready for it, and keeps it quiet."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from types import ModuleType

from selector.backbones.torch_ready import torch
from selector.errors import WeightsError
from selector.installed import CURE, install_extra, mend

# ImportError: what a folder wants installed that is not, as another kind of attention.
_ODD = (
    *(OSError, ValueError, TypeError, AttributeError, LookupError, RuntimeError, AssertionError),
    *(ArithmeticError, ImportError),
)


def transformers() -> ModuleType:
    """Return the module transformers.

    Raises:
        WeightsError: It or torch is not installed or does not start; it names what cures it.
    """
    torch()
    try:
        import transformers as module
    except (ImportError, OSError) as error:
        cure = mend(error) or install_extra("scorers")
        raise WeightsError(f"transformers: it does not start (got {error}).{CURE}{cure}") from None
    return module


def complaints() -> tuple[type[Exception], ...]:
    """Return what transformers raises of damaged and foreign files: its readers' own among it."""
    transformers()
    from huggingface_hub.errors import StrictDataclassError
    from safetensors import SafetensorError

    return (*_ODD, StrictDataclassError, SafetensorError)


@contextmanager
def without_bars() -> Iterator[None]:
    """Keep transformers from drawing bars of progress meanwhile."""
    told = transformers().utils.logging
    drawn = told.is_progress_bar_enabled()
    told.disable_progress_bar()
    try:
        yield
    finally:
        if drawn:
            told.enable_progress_bar()
