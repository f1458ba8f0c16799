"""Notices change: drift of what the journal's request summaries tell, and alarms."""

from selector.monitoring.alarm import Alarm
from selector.monitoring.run import catch_up, claim, freeze, load, record, sent, told
from selector.monitoring.state import State

__all__ = ["Alarm", "State", "catch_up", "claim", "freeze", "load", "record", "sent", "told"]
