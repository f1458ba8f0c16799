"""What can be said of a truth from a few numbers: small pure functions that several rooms need."""

from selector.statistics import binomial
from selector.statistics.bootstrap import mean_interval, ratio_interval
from selector.statistics.cusum import cusum, cusum_line, cusum_steps
from selector.statistics.e_detector import bets, e_detector, e_detector_line
from selector.statistics.e_process import Wealth, combined, start, update
from selector.statistics.fixed_sequence import Lacking, fixed_sequence, lacking
from selector.statistics.line import Line, ridge
from selector.statistics.optimal_stopping import expected_gain, reservation
from selector.statistics.risk_control import conformal_offset

__all__ = [
    "Lacking",
    "Line",
    "Wealth",
    "bets",
    "binomial",
    "combined",
    "conformal_offset",
    "cusum",
    "cusum_line",
    "cusum_steps",
    "e_detector",
    "e_detector_line",
    "expected_gain",
    "fixed_sequence",
    "lacking",
    "mean_interval",
    "ratio_interval",
    "reservation",
    "ridge",
    "start",
    "update",
]
