"""Whole models of the hub that a user names, at a commit: fetched by the hub's own library."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from selector.errors import WeightsError
from selector.installed import install_extra
from selector.log import operator_log
from selector.weights.fetch import OFFLINE, is_offline
from selector.weights.hub import ANSWER_S, failures, in_time, in_words, misspelt

# What a model is read from; neither code nor pickles, which could do anything.
FILES = ("*.safetensors", "*.json", "*.txt", "*.jinja", "*.model")
INSIDE = "*/*"  # folders hold other forms of the same weights


def snapshot(repo: str, revision: str, *, fits: Callable[[Path], bool]) -> Path:
    """Return the folder of a model, downloaded into the hub library's cache if need be.

    Args:
        repo: "owner/name".
        revision: The commit, 40 hex digits: a folder that is here whole is used as it is.
        fits: Whether a folder holds all that a model needs.

    Raises:
        WeightsError: It is not here and can't be had; without a network that is said in seconds.
    """
    if wrong := misspelt():
        raise _unavailable(repo, wrong)
    try:
        from huggingface_hub.constants import ENDPOINT, is_offline_mode
    except ImportError:
        said = f"the hub's library is not installed: {install_extra('scorers')}"
        raise _unavailable(repo, said) from None
    except ValueError as error:  # it reads the variables when it is imported
        raise _unavailable(repo, f"a variable of the hub's library, HF_…: {error}") from None
    here = _here(repo, revision)
    if here and fits(here):
        return here
    if is_offline() or is_offline_mode():
        by = OFFLINE if is_offline() else "HF_HUB_OFFLINE"
        raise _unavailable(repo, f"{by} is set: no download, and the hub's cache has it not")
    return _downloaded(repo, revision, ENDPOINT)


def _here(repo: str, revision: str) -> Path | None:
    from huggingface_hub import snapshot_download

    try:
        return Path(snapshot_download(repo, revision=revision, local_files_only=True, **_wanted()))
    except failures():
        return None


def _downloaded(repo: str, revision: str, endpoint: str) -> Path:
    from huggingface_hub import HfApi, snapshot_download

    said = {"model": repo, "revision": revision}
    try:
        # The library would wait most of a minute for a hub that is not there.
        in_time(ANSWER_S, lambda: HfApi().model_info(repo, revision=revision), endpoint)
        operator_log().info("weights.fetching", **said)
        with _without_bars():
            found = snapshot_download(repo, revision=revision, **_wanted())
    except WeightsError as error:
        raise _unavailable(repo, str(error)) from None
    except failures() as error:
        raise _unavailable(repo, in_words(error)) from None
    operator_log().info("weights.fetched", **said, path=found)
    return Path(found)


def _wanted() -> dict[str, Any]:
    return {"allow_patterns": list(FILES), "ignore_patterns": [INSIDE]}


@contextmanager
def _without_bars() -> Iterator[None]:
    """Keep the library from drawing bars of progress, unless its user says that it shall."""
    from huggingface_hub.constants import HF_HUB_DISABLE_PROGRESS_BARS as TOLD
    from huggingface_hub.utils import (  # type: ignore[attr-defined]
        disable_progress_bars,
        enable_progress_bars,
    )

    if TOLD is not None:
        yield
        return
    disable_progress_bars()
    try:
        yield
    finally:
        enable_progress_bars()


def _unavailable(repo: str, why: str) -> WeightsError:
    return WeightsError(
        f"{repo}: the model can't be had from the hub (got {why}). Make the hub reachable, or give "
        "'folder', where a copy of it lies."
    )
