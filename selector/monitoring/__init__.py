"""Notices change: drift of what the journal's request summaries tell, and alarms."""

from selector.monitoring.alarm import Alarm
from selector.monitoring.outlook import Outlook, Panel, Point, Spread, Standard, outlooks
from selector.monitoring.run import alarms, catch_up, claim, freeze, load, record, sent, told
from selector.monitoring.state import State

__all__ = [
    "Alarm",
    "Outlook",
    "Panel",
    "Point",
    "Spread",
    "Standard",
    "State",
    "alarms",
    "catch_up",
    "claim",
    "freeze",
    "load",
    "outlooks",
    "record",
    "sent",
    "told",
]
