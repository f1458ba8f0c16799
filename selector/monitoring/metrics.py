"""What monitoring knows as metrics for Prometheus, served over HTTP."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import TYPE_CHECKING

from selector.errors import RequestError
from selector.monitoring.outlook import Outlook, Panel

if TYPE_CHECKING:
    from prometheus_client.metrics_core import Metric

STREAM = ("policy", "level", "group", "kind", "of")


class Exporter:
    """The metrics of the outlooks that it was shown last.

    A policy has a bounded number of streams, whatever its candidates' metadata say.
    """

    def __init__(self) -> None:
        self._outlooks: Sequence[Outlook] = ()

    def show(self, outlooks: Sequence[Outlook]) -> None:
        """Tell of *outlooks* from now on."""
        self._outlooks = outlooks

    def collect(self) -> Iterator[Metric]:
        """Yield the metrics, as a registry of prometheus_client asks for them."""
        from prometheus_client.metrics_core import CounterMetricFamily, GaugeMetricFamily

        requests = CounterMetricFamily(
            "selector_requests", "Requests that monitoring has seen.", labels=["policy"]
        )
        for one in self._outlooks:
            requests.add_metric([one.policy], one.requests)
        yield requests
        gauges: dict[str, tuple[str, tuple[str, ...]]] = {
            "selector_stream_recent": ("Mean of the last days, in the stream's unit.", STREAM),
            "selector_stream_moved": (
                "How far the last days are from a reference: standard deviations; of rates, share.",
                (*STREAM, "reference"),
            ),
            "selector_detector_level": (
                "The way to an alarm that the detectors have gone, 0 to 1.",
                (*STREAM, "reference"),
            ),
            "selector_alarm": ("1 while an alarm is not over.", (*STREAM, "reference")),
        }
        made = {
            name: GaugeMetricFamily(name, about, labels=labels)
            for name, (about, labels) in gauges.items()
        }
        for name, labels, value in self._samples():
            made[name].add_metric(list(labels), value)
        yield from made.values()

    def _samples(self) -> Iterator[tuple[str, tuple[str, ...], float]]:
        for panel in (panel for one in self._outlooks for panel in one.panels):
            where = (panel.policy, panel.level, panel.group, panel.kind, panel.of)
            yield from _of_stream(panel, where)


def serve(exporter: Exporter, port: int, host: str) -> Callable[[], None]:
    """Serve metrics at http://HOST:PORT/metrics from a thread; return what ends that.

    Raises:
        RequestError: prometheus_client is not installed, or the port can't be had.
    """
    try:
        from prometheus_client import CollectorRegistry, start_http_server
    except ImportError:
        raise RequestError(
            "--metrics-port: prometheus_client is not installed. "
            "Install it: pip install 'selector-engine[metrics]'"
        ) from None
    registry = CollectorRegistry()
    registry.register(exporter)
    try:
        server, thread = start_http_server(port, host, registry)
    except OSError as error:
        raise RequestError(
            f"--metrics-port: {host}:{port} can't be listened to ({error.strerror}). "
            "Give another port."
        ) from None

    def end() -> None:
        server.shutdown()
        server.server_close()
        thread.join()

    return end


def _of_stream(
    panel: Panel, where: tuple[str, ...]
) -> Iterator[tuple[str, tuple[str, ...], float]]:
    open_ = {alarm.reference for alarm in panel.episodes}
    for standard in panel.standards:
        labels = (*where, standard.name)
        if standard.effects is not None:
            yield "selector_stream_moved", labels, standard.effects.moved
        yield "selector_detector_level", labels, panel.heights[standard.name]
        yield "selector_alarm", labels, float(standard.name in open_)
    known = [one.effects for one in panel.standards if one.effects is not None]
    if known:
        yield "selector_stream_recent", where, known[0].mean
