"""Golden pictures, measured again after every upgrade: whether the same still measures the same."""

from selector.canary.compare import Alarm, Change, Compared, compare
from selector.canary.events import events
from selector.canary.recorded import Added, Asked, add, again, measures, record_anew
from selector.canary.recording import Canary, Recording

__all__ = [
    "Added",
    "Alarm",
    "Asked",
    "Canary",
    "Change",
    "Compared",
    "Recording",
    "add",
    "again",
    "compare",
    "events",
    "measures",
    "record_anew",
]
