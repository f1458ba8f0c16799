"""Alarms posted to a real service on this machine, which may be busy, gone or elsewhere."""

import json
import socket
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread

import pytest

from selector.errors import RequestError
from selector.monitoring import webhook
from selector.monitoring.webhook import endpoint, posted

BODY = {"id": "portrait/escalation@frozen#7", "text": "It rose."}


@contextmanager
def service(*codes):
    """Serve an address that answers with these codes in turn, then 200; give it and what it heard."""
    heard = []

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self):
            body = self.rfile.read(int(self.headers["Content-Length"]))
            heard.append((json.loads(body), self.headers.get("Authorization")))
            code = codes[len(heard) - 1] if len(heard) <= len(codes) else 200
            self.send_response(code)
            if code == 302:
                self.send_header("Location", "/elsewhere")
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *_):
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = Thread(target=server.serve_forever)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/alarms", heard
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


@pytest.fixture(autouse=True)
def _soon(monkeypatch):
    monkeypatch.setattr(webhook, "WAIT_S", 0.01)


def test_an_alarm_is_posted_once_with_the_key():
    """As JSON, with the key as bearer token; without one there is no such header."""
    with service() as (url, heard):
        assert posted(endpoint(url, "secret"), BODY) == ""
        assert posted(endpoint(url, ""), BODY) == ""
    assert heard == [(BODY, "Bearer secret"), (BODY, None)]


def test_a_busy_service_is_asked_again():
    """Twice; then it is said what it answered, and the key never."""
    with service(503, 503) as (url, heard):
        assert posted(endpoint(url, ""), BODY) == ""
    assert len(heard) == 3
    with service(503, 503, 503) as (url, heard):
        why = posted(endpoint(url, "secret"), BODY)
    assert "503" in why
    assert "secret" not in why
    assert len(heard) == 3


@pytest.mark.parametrize("code", [302, 403, 404])
def test_what_would_fail_again_is_not_repeated(code):
    """A refusal, and a redirect, to which no key follows."""
    with service(code, 200) as (url, heard):
        assert str(code) in posted(endpoint(url, "secret"), BODY)
    assert len(heard) == 1


def test_nobody_there_is_told():
    """A port that nothing listens to, after three tries."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{taken.getsockname()[1]}/"
        assert "after 3 of 3 tries" in posted(endpoint(url, ""), BODY)


@pytest.mark.parametrize("url", ["file:///etc/passwd", "ftp://a/b", "alarms", "http://u:pw@a/", ""])
def test_other_addresses_are_refused(url):
    """Neither http nor https, or with a password in it, which is not repeated."""
    with pytest.raises(RequestError, match="--webhook") as caught:
        endpoint(url, "")
    assert "pw@" not in str(caught.value)
