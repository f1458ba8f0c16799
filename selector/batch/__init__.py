"""Many requests: from folders and manifests to shards of decisions, here or on a cluster."""

from selector.batch.ray_options import RayOptions
from selector.batch.run import run
from selector.batch.summary import Summary

__all__ = ["RayOptions", "Summary", "run"]
