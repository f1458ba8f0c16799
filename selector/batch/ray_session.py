"""Ray for as long as a run takes: started on this machine for it alone, or a cluster joined."""

from __future__ import annotations

import logging
import math
import shutil
import signal
import socket
import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from selector.batch.ray_options import RayOptions
from selector.batch.wanted import cores
from selector.errors import RequestError
from selector.foreign import visible
from selector.log import operator_log

ANSWER_S = 10.0
SHORT = "/tmp"  # noqa: S108 - a folder of one's own is made in it
LONGEST = 40  # characters of a folder's path: what Ray puts below must do as a socket's name


@contextmanager
def session(ray: Any, options: RayOptions) -> Iterator[Any]:
    """Give Ray, started or joined; who had it already keeps it.

    Raises:
        RequestError: It can't be started, or reached.
    """
    if ray.is_initialized():
        yield ray
        return
    with _folder(options) as folder:
        _begin(ray, options, folder)
        try:
            yield ray
        finally:
            ray.shutdown()


def _begin(ray: Any, options: RayOptions, folder: str) -> None:
    handler = signal.getsignal(signal.SIGTERM)
    quiet = {"log_to_driver": False, "logging_level": logging.ERROR}
    try:
        if options.address is None:
            ray.init(**_of_its_own(options, folder), **quiet)
        else:
            _call(options.address)
            ray.init(address=options.address, **quiet)
    except (ConnectionError, OSError, RuntimeError, ValueError) as error:
        ray.shutdown()
        said = visible(str(error).strip().partition("\n")[0])
        what = f"{options.address} can't be reached" if options.address else "it can't be started"
        raise RequestError(f"ray: {what} (got {said}). Mend that, then begin again.") from None
    if threading.current_thread() is threading.main_thread():
        signal.signal(signal.SIGTERM, handler)  # Ray's own would end the run without a word
    for each in logging.getLogger("ray.data").handlers:
        if isinstance(each, logging.StreamHandler):
            each.setLevel(logging.CRITICAL)  # what it says is raised, too, or of no use here


def _call(address: str) -> None:
    """End here if nobody answers: Ray would try for minutes."""
    host, _, port = address.rpartition(":")
    if host and port.isdigit():
        socket.create_connection((host, int(port)), ANSWER_S).close()


def _of_its_own(options: RayOptions, folder: str) -> dict[str, Any]:
    """Return how Ray is started for this run alone."""
    return {
        "address": "local",  # whatever a variable says
        # One more than the actors hold, for what Ray Data itself may want to do; it only counts.
        "num_cpus": math.ceil(options.actors * options.each(cores())) + 1,
        "object_store_memory": options.object_store_mb * 2**20,
        "include_dashboard": False,
        "_temp_dir": folder,
    }


@contextmanager
def _folder(options: RayOptions) -> Iterator[str]:
    """Give a folder for Ray's sockets and logs; these stay if the run ends with an error."""
    if options.address is not None:
        yield ""
        return
    above = tempfile.gettempdir()
    folder = tempfile.mkdtemp(prefix="ray-", dir=above if len(above) <= LONGEST else SHORT)
    is_kept = True
    try:
        yield folder
        is_kept = False
    except KeyboardInterrupt:
        is_kept = False
        raise
    finally:
        if is_kept:
            operator_log().warning("batch.ray_logs", folder=folder)
        else:
            shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def as_ours(ray: Any) -> Iterator[None]:
    """Raise in our words that Ray came to an end; what is wrong in an actor's code is raised as it is."""
    try:
        yield
    except ray.exceptions.RayTaskError:
        raise
    except ray.exceptions.RayError as error:
        said = visible(str(error).strip().partition("\n")[0])
        raise RequestError(f"ray: it came to an end (got {said}). Go on with --resume.") from None
