"""Metrics as Prometheus reads them, from a real server."""

import socket
import sys
import urllib.request

import pytest
from prometheus_client.parser import text_string_to_metric_families

import drifting
from drifting import falling, rows
from selector.errors import RequestError
from selector.monitoring import outlooks
from selector.monitoring.metrics import Exporter, serve


def free_port():
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return one.getsockname()[1]


@pytest.fixture(scope="module")
def samples():
    """What a scrape of a drifted policy reads."""
    exporter, port = Exporter(), free_port()
    hostile = rows(16, 120, drift=falling, segment=lambda _, at: f'"}} 1\nevil {at % 2}')
    end = serve(exporter, port, "127.0.0.1")
    try:
        exporter.show(outlooks(drifting.state(hostile)))
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/metrics", timeout=10) as answer:
            text = answer.read().decode()
    finally:
        end()
    families = text_string_to_metric_families(text)
    return [sample for family in families for sample in family.samples]


def test_requests_and_alarms_are_there(samples):
    """How many requests, which alarms are open, and how near the others are."""
    by_name = {}
    for one in samples:
        by_name.setdefault(one.name, []).append(one)
    assert [one.value for one in by_name["selector_requests_total"]] == [16 * 120]
    moved = [one.labels for one in by_name["selector_alarm"] if one.value == 1]
    assert {one["group"] for one in moved if one["level"] == "generator"} == {"model 1"}
    assert all(0 <= one.value <= 1 for one in by_name["selector_detector_level"])
    assert any(
        one.labels["of"] == "scorers.taste.score" for one in by_name["selector_stream_moved"]
    )


def test_names_from_metadata_stay_labels(samples):
    """What somebody wrote into metadata makes no metric of its own."""
    assert {one.name for one in samples} == {
        "selector_requests_total",
        "selector_stream_recent",
        "selector_stream_moved",
        "selector_detector_level",
        "selector_alarm",
    }
    assert {one.labels["group"] for one in samples if one.labels.get("level") == "segment"} == {
        '"} 1\nevil 0',
        '"} 1\nevil 1',
    }


def test_a_port_that_is_taken_is_told():
    """The operator reads which one, and what to do."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        with pytest.raises(RequestError, match="can't be listened to"):
            serve(Exporter(), taken.getsockname()[1], "127.0.0.1")


def test_a_package_that_is_missing_is_named(monkeypatch):
    """With the command that installs it."""
    monkeypatch.setitem(sys.modules, "prometheus_client", None)
    with pytest.raises(RequestError, match=r"pip install 'selector-engine\[metrics\]'"):
        serve(Exporter(), free_port(), "127.0.0.1")
