"""A run on Ray: stations as actors of a fixed pool, each given shards. The only file that knows Ray."""

from __future__ import annotations

from typing import Any


def loaded() -> Any:
    """Return Ray itself, imported when a run first asks for it."""
    import ray

    return ray
