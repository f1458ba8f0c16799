"""What a plan will measure, and what that will cost, before anything is measured."""

from selector.forecast.simulation import Forecast, forecast
from selector.forecast.stages import Asked, Hindrance, Stage, Use, stages

__all__ = ["Asked", "Forecast", "Hindrance", "Stage", "Use", "forecast", "stages"]
