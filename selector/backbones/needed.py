"""Imports what a measure will need later, so that what is missing is said when it is built."""

from __future__ import annotations

import importlib
from collections.abc import Mapping

from selector.backbones.mediapipe_task import why_not
from selector.errors import WeightsError


def need(name: str, packages: Mapping[str, str]) -> None:
    """Import modules now that are used only once a picture asks for them.

    Args:
        name: What needs them.
        packages: The modules, each with the package that it is installed from.

    Raises:
        WeightsError: One is missing or does not start; it names the command that cures it.
    """
    for module, package in packages.items():
        try:
            importlib.import_module(module)
        except (ImportError, OSError) as error:
            raise WeightsError(f"{name}: {why_not(error, package, package)}") from None
