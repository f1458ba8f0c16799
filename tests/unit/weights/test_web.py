"""Bytes from a web server, and why not."""

import socket
import time
from http.server import BaseHTTPRequestHandler

import pytest

from selector.errors import WeightsError
from selector.weights.coming import CutOffError
from selector.weights.web import opened

from .conftest import CONTENT, Server, ranged, sends


def test_a_server_s_bytes_arrive_whole(server: Server) -> None:
    """What the server has is what comes, and how much that will be is said before."""
    coming = opened(server.page("/toy", CONTENT).address)

    assert (coming.start, coming.total) == (0, len(CONTENT))
    assert b"".join(coming.blocks) == CONTENT


def test_a_server_goes_on_in_the_middle(server: Server) -> None:
    """The rest comes, and it is said where it begins."""
    coming = opened(server.page("/toy", ranged(CONTENT)).address, 1000)

    assert (coming.start, coming.total) == (1000, len(CONTENT))
    assert b"".join(coming.blocks) == CONTENT[1000:]


@pytest.mark.parametrize("start", [1000, len(CONTENT), 10 * len(CONTENT)])
def test_a_server_that_can_not_go_on_there_sends_all(server: Server, start: int) -> None:
    """It knows no ranges, or has nothing behind what is asked for."""
    page = sends(CONTENT) if start == 1000 else ranged(CONTENT)
    coming = opened(server.page("/toy", page).address, start)

    assert coming.start == 0
    assert b"".join(coming.blocks) == CONTENT


def test_a_missing_page_says_so(server: Server) -> None:
    """The server's own word is in the reason."""
    with pytest.raises(WeightsError, match="Not Found"):
        opened(f"{server.address}/nothing")


def test_a_closed_port_says_so() -> None:
    """Nobody listening there is a reason, not a crash."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    with pytest.raises(WeightsError, match="refused"):
        opened(f"http://127.0.0.1:{port}/")


@pytest.mark.parametrize("to", ["http://a..b/", "http://[bad/", "http://127.0.0.1:no/", "data:,x"])
def test_a_server_that_sends_us_nowhere_says_so(server: Server, to: str) -> None:
    """Another place that is none is a reason, not a crash."""

    def elsewhere(request: BaseHTTPRequestHandler) -> None:
        request.send_response(302)
        request.send_header("Location", to)
        request.send_header("Content-Length", "0")
        request.end_headers()

    with pytest.raises(WeightsError, match=r"label|IPv6|port|not allowed"):
        opened(server.page("/away", elsewhere).address)


def test_a_server_that_stalls_is_left_soon(silent: str) -> None:
    """Who takes the call and says nothing holds us up no longer than the time-out."""
    started = time.monotonic()
    with pytest.raises(WeightsError, match="timed out"):
        opened(silent, stall_s=0.2)

    assert time.monotonic() - started < 2


def test_a_server_that_stalls_in_the_middle_breaks_off(server: Server) -> None:
    """It can be gone on with; that is another thing than a server that refuses."""

    def stall(request: BaseHTTPRequestHandler) -> None:
        sends(CONTENT[:1000], announced=len(CONTENT))(request)
        request.wfile.flush()
        time.sleep(1)

    with pytest.raises(CutOffError, match="timed out"):
        list(opened(server.page("/stall", stall).address, stall_s=0.2).blocks)


def test_a_server_that_drips_is_left_soon(server: Server) -> None:
    """Bytes that come just often enough don't hold us up for ever."""
    url = server.page("/drip", ranged(CONTENT, drip_s=0.1))
    started = time.monotonic()

    with pytest.raises(WeightsError, match="too slow"):
        list(opened(url.address, total_s=0.3).blocks)
    assert time.monotonic() - started < 2
