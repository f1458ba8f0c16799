"""HTTP connections that can be cut from another thread, and lead nowhere but where they should."""

from __future__ import annotations

import contextlib
import errno
import http.client
import os
import socket
import ssl
import time
import urllib.request
from functools import cache, partial
from ipaddress import ip_address
from typing import Any
from urllib.parse import urlsplit

CONNECT_S = 10.0  # an address where nobody lives takes no call; who works long has taken it


class Call:
    """The connections of one question, which can be cut from another thread."""

    def __init__(self, until: float) -> None:
        """Hold none yet.

        Args:
            until: On the clock of `time.monotonic`.
        """
        self.until = until
        self._sockets: list[socket.socket] = []

    def hold(self, made: socket.socket) -> None:
        """Remember a connection.

        Raises:
            TimeoutError: It is too late for one.
        """
        self._sockets.append(made)
        if time.monotonic() >= self.until:  # whoever cuts may have done so before
            raise TimeoutError

    def cut(self) -> None:
        """End whatever is being waited for."""
        for each in self._sockets:
            with contextlib.suppress(OSError):  # it is closed already
                socket.socket.shutdown(each, socket.SHUT_RDWR)  # TLS would say good-bye first


def opener(url: str, call: Call) -> urllib.request.OpenerDirector:
    """Return what opens *url*: no redirect is followed, and no proxy asked for this machine."""
    if is_here(urlsplit(url).hostname or ""):  # a proxy is another machine
        return urllib.request.build_opener(_Held(call), _Stay, urllib.request.ProxyHandler({}))
    return urllib.request.build_opener(_Held(call), _Stay)


def is_here(host: str) -> bool:
    """Return whether *host* is this very machine, so that nothing goes over a network."""
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


class _Plain(http.client.HTTPConnection):
    def __init__(self, host: str, *, call: Call, **options: Any) -> None:
        super().__init__(host, **options)
        self._call = call

    def connect(self) -> None:
        patience, self.timeout = self.timeout, min(self.timeout or CONNECT_S, CONNECT_S)
        try:
            super().connect()
        except TimeoutError:
            if patience == self.timeout:
                raise
            raise OSError(errno.EHOSTUNREACH, f"no connection in {CONNECT_S:g} s") from None
        self.sock.settimeout(patience)
        self._call.hold(self.sock)


class _Safe(_Plain, http.client.HTTPSConnection):
    pass


class _Held(urllib.request.HTTPHandler, urllib.request.HTTPSHandler):
    """Opens connections that can be cut."""

    def __init__(self, call: Call) -> None:
        super().__init__()
        self._call = call

    def http_open(self, req: urllib.request.Request) -> http.client.HTTPResponse:
        return self.do_open(partial(_Plain, call=self._call), req)

    def https_open(self, req: urllib.request.Request) -> http.client.HTTPResponse:
        trusted = _trusted(os.environ.get("SSL_CERT_FILE"), os.environ.get("SSL_CERT_DIR"))
        return self.do_open(partial(_Safe, call=self._call, context=trusted), req)


class _Stay(urllib.request.HTTPRedirectHandler):
    """Follows no redirect: it could lead the key and the picture elsewhere."""

    def redirect_request(self, *_: Any) -> None:
        """Refuse, so that the redirect itself is the answer."""


@cache
def _trusted(*_: str | None) -> ssl.SSLContext:
    """Return whom to trust, for each place of certificates once: reading them takes 20 ms."""
    return ssl.create_default_context()
