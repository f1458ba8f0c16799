"""`selector monitor`: what moved, on a terminal, as a page, as JSON, to a webhook, for Prometheus."""

import json
import shutil
import signal
import socket
import subprocess
import time
import urllib.request
from http.server import BaseHTTPRequestHandler, HTTPServer
from threading import Thread

import pytest

import drifting
from drifting import falling, rows

DRIFT = rows(16, 60, drift=falling)


@pytest.fixture(scope="module")
def _moved(tmp_path_factory):
    """What `moved` is a copy of."""
    return drifting.journal(tmp_path_factory.mktemp("moved") / "journal.sqlite", DRIFT)


@pytest.fixture
def moved(shell, _moved):
    """A journal in which one generator has moved."""
    return shutil.copy(_moved, shell.cwd / "journal.sqlite")


@pytest.fixture
def listening():
    """A service that takes alarms once its codes are used up; give its address and what it heard."""
    heard, codes = [], []

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self):
            heard.append(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))
            self.send_response(codes.pop(0) if codes else 200)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *_):
            pass

    server = HTTPServer(("127.0.0.1", 0), Handler)
    thread = Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}/", heard, codes
    server.shutdown()
    server.server_close()
    thread.join()


def test_a_new_alarm_ends_with_3_and_only_once(shell, moved):
    """Cron sees it by the exit code; the next run is quiet."""
    done = shell("monitor", "run", "--journal", moved)
    assert done.returncode == 3, done.stderr
    said = (
        "ALARM portrait: The mean of scorers.taste.score, generator model 1, fell by",
        "since 13 January 2026",
        "against the frozen reference",
        "portrait: 960 requests until 2026-01-16;",
    )
    assert all(words in done.stdout for words in said)
    again = shell("monitor", "run", "--journal", moved)
    assert again.returncode == 0, again.stderr
    assert "ALARM" not in again.stdout


def test_alarms_are_json_lines(shell, moved):
    """Each with its words, for whoever reads them by a script."""
    done = shell("monitor", "run", "--journal", moved, "--json")
    found = [json.loads(line) for line in done.stdout.splitlines()]
    (one,) = [
        one
        for one in found
        if (one["of"], one["group"], one["reference"])
        == ("scorers.taste.score", "model 1", "frozen")
    ]
    assert one["since"] == "2026-01-13"
    assert one["text"].startswith("The mean of scorers.taste.score, generator model 1, fell by ")


def test_an_alarm_of_another_policy_waits(shell, moved):
    """Who watches one policy is not told of others, and takes nothing from whoever does."""
    other = shell("monitor", "run", "--journal", moved, "--policy", "another")
    assert (other.returncode, other.stdout) == (2, "")
    assert "no request is by it" in other.stderr
    assert shell("monitor", "run", "--journal", moved).returncode == 3


def test_what_a_webhook_does_not_take_is_sent_again(shell, moved, listening):
    """The failure is told, but never the key; what is taken is never sent again."""
    url, heard, codes = listening
    codes += [404] * 100
    key = {"SELECTOR_WEBHOOK_KEY": "verysecret"}
    first = shell("monitor", "run", "--journal", moved, "--webhook", url, env=key)
    assert "verysecret" not in first.stdout + first.stderr
    assert first.returncode == 3
    assert "was not taken (no answer (got HTTP 404 Not Found)" in first.stderr
    assert len(heard) == 1  # who does not take one is not asked for each
    codes[:], heard[:] = [404], []
    second = shell("monitor", "run", "--journal", moved, "--webhook", url)
    assert (second.returncode, len(heard)) == (1, 1)
    heard.clear()
    third = shell("monitor", "run", "--journal", moved, "--webhook", url)
    assert third.returncode == 0
    assert len(heard) > 1
    heard.clear()
    assert shell("monitor", "run", "--journal", moved, "--webhook", url).returncode == 0
    assert heard == []


def test_a_page_and_json_of_everything(shell, moved):
    """Both at once; the page goes where it is told, JSON to standard output."""
    done = shell("monitor", "report", "--journal", moved, "--out", "drift.html", "--json")
    assert done.returncode == 0, done.stderr
    (policy,) = json.loads(done.stdout)
    assert policy["policy"] == "portrait"
    assert policy["requests"] == len(DRIFT)
    assert {panel["standing"] for panel in policy["panels"]} >= {"moved", "quiet"}
    assert "– drift report</title>" in (shell.cwd / "drift.html").read_text()
    assert shell("monitor", "run", "--journal", moved).returncode == 3  # the page told nobody


def test_the_journal_is_not_overwritten_by_a_page(shell, moved):
    """A slip of the keyboard costs nothing."""
    done = shell("monitor", "report", "--journal", moved, "--out", moved)
    assert done.returncode == 2
    assert shell("monitor", "run", "--journal", moved).returncode == 3


def test_freezing_ends_the_alarm(shell, moved):
    """The last weeks become the standard."""
    shell("monitor", "run", "--journal", moved)
    done = shell("monitor", "freeze", "--journal", moved, "--policy", "portrait")
    assert "portrait: a new frozen reference of" in done.stdout
    assert done.returncode == 0


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["run", "--journal", "nowhere.sqlite"], "there is no journal"),
        (["report"], "where to? Give --out OUT.html, or --json"),
        (["run", "--metrics-port", "9"], "Give it too"),
        (["run", "--webhook", "file:///etc/passwd"], "--webhook: no address"),
        (["freeze", "--journal", "journal.sqlite", "--policy", "x"], "no request is by it"),
        (["report", "--journal", "journal.sqlite", "--policy", "x", "--json"], "no request is by"),
    ],
)
def test_mistakes_are_told(shell, words, said):
    """With 2, one line, and what to do."""
    drifting.journal(shell.cwd / "journal.sqlite", [])
    done = shell("monitor", *words)
    assert done.returncode == 2
    assert said in done.stderr
    assert "Traceback" not in done.stderr
    assert not (shell.cwd / "nowhere.sqlite").exists()


def test_hostile_names_are_harmless_on_a_terminal(shell):
    """A generator's name may hold anything; a terminal is sent none of it."""
    name = "\x1b[2J\u202eevil\nALARM fake"
    evil = [
        row._replace(generator=name)
        for row in rows(16, 60, drift=lambda day, g: g * 0 - 3.0 * (day > 11))
    ]
    done = shell("monitor", "run", "--journal", drifting.journal(shell.cwd / "j.sqlite", evil))
    assert done.returncode == 3
    assert not {"\x1b", "\u202e"} & set(done.stdout)
    assert not [line for line in done.stdout.splitlines() if line.startswith("ALARM fake")]


def test_it_goes_on_and_serves_metrics(shell, moved):
    """With --every it sees what comes later, and Prometheus reads how it stands; Ctrl-C ends it."""
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        port = one.getsockname()[1]
    words = ["monitor", "run", "--journal", moved, "--every", "1", "--metrics-port", str(port)]
    selector = shell("--version")  # so that the first start of all is not counted
    assert selector.returncode == 0
    running = subprocess.Popen(
        [*selector.args[:1], *map(str, words)],
        env=shell.environment,
        cwd=shell.cwd,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    try:
        assert 'selector_requests_total{policy="portrait"} 960.0' in scraped(port, "960.0")
        drifting.journal(moved, rows(1, 60, first=16))
        assert "1020.0" in scraped(port, "1020.0")
    finally:
        running.send_signal(signal.SIGINT)
        out, errors = running.communicate(timeout=20)
    assert running.returncode == 130, errors
    assert "ALARM portrait" in out


def scraped(port, until):
    """Return the metrics once they hold *until*, or what they are after half a minute."""
    text, end = "", time.monotonic() + 30
    while until not in text and time.monotonic() < end:
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{port}/metrics", timeout=5) as answer:
                text = answer.read().decode()
        except OSError:
            time.sleep(0.2)
    return text
