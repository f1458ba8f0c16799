"""MediaPipe starts quietly and privately, or an error names the cure."""

import ctypes
import os
import shutil
import socket
import ssl
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from selector.backbones.mediapipe_task import why_not
from selector.errors import WeightsError
from selector.weights.fetch import fetch

LOOK = """
import numpy as np
from selector.backbones.landmarker import Landmarker
model = Landmarker("face_landmarker")
model.find(np.zeros((300, 400, 3), np.uint8))
model.close()
"""


@pytest.fixture(autouse=True, scope="module")
def fetched() -> None:
    """Have the model's file in place, so that no test waits for it."""
    fetch("face_landmarker")


def test_a_missing_system_library_names_the_apt_command() -> None:
    """What the system's loader says of an absent library becomes one command to run."""
    with pytest.raises(OSError, match="cannot open") as caught:
        ctypes.CDLL("libselector-absent.so.1")

    said = why_not(caught.value)
    assert "no libselector-absent.so.1" in said
    assert "apt-get install -y --no-install-recommends libegl1 libgles2 libgl1" in said


@pytest.mark.parametrize(
    "message",
    [
        "libGL.so.1: cannot open shared object file: No such file or directory",
        "libgthread-2.0.so.0: cannot open shared object file: No such file or directory",
    ],
)
def test_opencv_s_import_error_names_the_apt_command(message: str) -> None:
    """OpenCV, which MediaPipe imports, reports an absent library as an ImportError."""
    assert "apt-get install" in why_not(ImportError(message))


def test_a_damaged_package_names_the_pip_command() -> None:
    """What is installed and can't be imported is put there anew; installing it would do nothing."""
    code = f"import sys\nsys.modules['mediapipe'] = None\n{LOOK}"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)

    last = done.stderr.strip().splitlines()[-1]
    assert last.startswith(f"{WeightsError.__module__}.WeightsError: face_landmarker: ")
    assert " Run: " in last
    assert 'pip install --force-reinstall --no-deps "mediapipe==' in last


def test_a_file_that_is_no_model_is_refused(tmp_path: Path) -> None:
    """MediaPipe's own words are kept when it does not take the file."""
    from selector.backbones import mediapipe_task

    path = tmp_path / "face_landmarker.task"
    path.write_bytes(b"no model")

    with pytest.raises(WeightsError, match="face_landmarker: MediaPipe does not start"):
        mediapipe_task.start("face_landmarker", path)


def test_a_missing_package_names_the_optional_part() -> None:
    """Without the detectors' packages the command installs what the product needs for them."""
    gone = ModuleNotFoundError("No module named 'no_such_mediapipe'", name="no_such_mediapipe")
    assert why_not(gone).endswith('pip install "selector-engine[detectors]"')


@pytest.mark.skipif(os.name != "posix", reason="pseudo-terminals exist on POSIX only")
def test_a_terminal_stays_clean() -> None:
    """On a terminal nothing of MediaPipe's chatter is seen, and all of our own words are."""
    ours, theirs = os.openpty()
    code = f"{LOOK}\nimport os\nos.write(2, b'our own words')"
    subprocess.run([sys.executable, "-c", code], stderr=theirs, check=True)
    os.close(theirs)

    seen = os.read(ours, 65536)
    os.close(ours)
    assert seen == b"our own words"


@pytest.mark.skipif(os.name != "posix", reason="pseudo-terminals exist on POSIX only")
def test_a_terminal_still_shows_errors() -> None:
    """What is not chatter reaches the terminal, though it was said while MediaPipe started."""
    ours, theirs = os.openpty()
    code = """
import os
from selector.backbones.quiet import quiet
with quiet():
    os.write(2, b"W0000 chatter\\nE0000 something broke\\n")
"""
    subprocess.run([sys.executable, "-c", code], stderr=theirs, check=True)
    os.close(theirs)

    seen = os.read(ours, 65536)
    os.close(ours)
    assert seen.split() == [b"E0000", b"something", b"broke"]


@pytest.mark.skipif(not shutil.which("openssl"), reason="a certificate must be made: no openssl")
def test_no_report_of_use_is_sent(tmp_path: Path) -> None:
    """MediaPipe's report to its maker is not sent, even to a server that the machine trusts."""
    _make_certificate(tmp_path)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(tmp_path / "certificate.pem", tmp_path / "key.pem")
    asked: list[bytes] = []
    sent: list[bytes] = []

    def proxy(connection: socket.socket) -> None:
        with connection:
            asked.append(connection.recv(4096).split(b"\r\n")[0])
            connection.sendall(b"HTTP/1.1 200 OK\r\n\r\n")
            try:
                with context.wrap_socket(connection, server_side=True) as private:
                    sent.append(private.recv(4096))
            except OSError:
                pass  # broken off: what we want

    with socket.create_server(("127.0.0.1", 0)) as listening:
        threading.Thread(target=_serve, args=(listening, proxy), daemon=True).start()
        # The package that names the certificates to trust: here it names our server's.
        (tmp_path / "certifi.py").write_text(
            f"def where():\n    return {str(tmp_path / 'certificate.pem')!r}\n"
        )
        paths = os.pathsep.join([str(tmp_path), *filter(None, sys.path)])
        address = f"http://127.0.0.1:{listening.getsockname()[1]}"
        environment = os.environ | {"PYTHONPATH": paths, "https_proxy": address}
        subprocess.run(
            [sys.executable, "-c", LOOK], env=environment, check=True, capture_output=True
        )

    assert [b for b in sent if b] == [], asked


def _make_certificate(folder: Path) -> None:
    command = ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2"]
    names = ["-subj", "/CN=test", "-addext", "subjectAltName=DNS:play.googleapis.com"]
    files = ["-keyout", str(folder / "key.pem"), "-out", str(folder / "certificate.pem")]
    subprocess.run([*command, *names, *files], check=True, capture_output=True)


def _serve(listening: socket.socket, answer: object) -> None:
    while True:
        try:
            connection, _ = listening.accept()
        except OSError:
            return
        threading.Thread(target=answer, args=(connection,), daemon=True).start()
