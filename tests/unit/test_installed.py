"""Commands that install or mend a part are right for this very Python."""

import os
import subprocess
import sys
import traceback
from importlib.metadata import version
from pathlib import Path

import pytest

from selector import installed

BIN = str(Path(sys.executable).parent)


def failure(code):
    """Return the error of importing what *code* imports."""
    try:
        exec(compile(code, "<test>", "exec"), {})  # noqa: S102 - the test's own
    except ImportError as error:
        return error
    raise AssertionError("it can be imported")


@pytest.fixture
def activated(monkeypatch):
    """The environment of this Python is first on the PATH."""
    monkeypatch.setenv("PATH", os.pathsep.join([BIN, os.environ["PATH"]]))


@pytest.fixture
def aside(tmp_path, monkeypatch):
    """Another Python's `pip` and `selector` are first on the PATH."""
    for name in ("pip", "selector"):
        (tmp_path / name).write_text("#!/bin/sh\n")
        (tmp_path / name).chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path))


@pytest.mark.usefixtures("activated")
def test_in_an_activated_environment_commands_are_short():
    """What a person would type."""
    assert installed.command() == "selector"
    assert installed.install_extra("detectors") == 'pip install "selector-engine[detectors]"'


@pytest.mark.usefixtures("aside")
def test_elsewhere_commands_name_this_python():
    """They run as they are, where another `pip` would install into another Python."""
    for command in (f"{installed.command()} --version", f"{installed.install('x')} --help"):
        subprocess.run(["/bin/sh", "-c", command], check=True, capture_output=True)
        assert command.startswith(BIN)


def test_a_package_with_missing_files_is_put_there_anew():
    """In the version that is installed, and nothing beside it."""
    cure = installed.mend(failure("import jinja2.no_such_part"))
    assert cure.endswith(f'pip install --force-reinstall --no-deps "Jinja2=={version("jinja2")}"')
    assert "Jinja2" in installed.mend(failure("from jinja2 import no_such_name"))


def test_a_package_that_fails_by_itself_is_found_by_its_file(tmp_path, monkeypatch):
    """The error names no module, so the innermost file of its traceback tells."""
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.delitem(sys.modules, "imagehash", raising=False)
    (tmp_path / "imagehash.py").write_text("raise ImportError('undefined symbol')")
    assert '"ImageHash==' in installed.mend(failure("import imagehash"))


def test_a_package_that_is_missing_comes_with_whoever_needs_it(tmp_path, monkeypatch):
    """Installing the importer again brings what is missing and leaves the rest alone."""
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.delitem(sys.modules, "imagehash", raising=False)
    (tmp_path / "imagehash.py").write_text("import no_such_wavelets")
    cure = installed.mend(failure("import imagehash"))
    assert cure.endswith(f'pip install "ImageHash=={version("imagehash")}"')


def test_what_the_product_itself_misses_comes_with_the_product():
    """Or with the optional part that was to bring it."""
    gone = failure("import no_such_package")
    assert installed.mend(gone).endswith('pip install "selector-engine"')
    assert installed.mend(gone, "selector-engine[x]").endswith('"selector-engine[x]"')
    text = "".join(traceback.format_exception(gone))
    assert installed.mend(text) == installed.mend(gone)


def test_a_bug_of_our_own_has_no_cure():
    """No command helps where the product's own name is missing."""
    assert installed.mend(failure("from selector.errors import NoSuchError")) == ""
    assert installed.mend(failure("import selector.no_such_part")) == ""


@pytest.mark.parametrize("library", ["libGL.so.1", "libEGL.so.1", "libgthread-2.0.so.0"])
def test_a_library_of_the_system_is_not_cured_by_a_package(library):
    """What OpenCV and MediaPipe link comes from the system, whoever failed to import it."""
    said = f"ImportError: {library}: cannot open shared object file: No such file or directory"
    assert installed.mend(said).startswith("apt-get install -y ")
    assert installed.mend(ImportError(said)) == installed.mend(said)
    assert installed.mend(said.replace("lib", "libmy")) == ""


def test_several_packages_are_put_there_anew_together():
    """In one command, each in the version that is there, or all in the one that is given."""
    assert installed.reinstall("jinja2").endswith(f'"jinja2=={version("jinja2")}"')
    assert installed.reinstall("a", "b", version="5").endswith(' --no-deps "a==5" "b==5"')


def test_the_modules_of_a_package():
    """A distribution's name need not be what is imported; private modules are left out."""
    assert installed.modules_of("pillow") == ["PIL"]
    assert installed.modules_of("PyYAML") == installed.modules_of("pyyaml") == ["yaml"]
