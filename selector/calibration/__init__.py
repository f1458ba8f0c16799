"""Labels become scales, weights, probabilities and certified cuts; and tell how good the choice is."""

from selector.calibration.sample import Sample

__all__ = ["Sample"]
