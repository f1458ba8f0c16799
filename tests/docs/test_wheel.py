"""What is installed is whole: policies, schema, licence and types travel in the wheel."""

import subprocess
import sys
import zipfile

import pytest


@pytest.fixture(scope="module")
def wheel(root, tmp_path_factory):
    """The wheel, built from this checkout and unpacked."""
    folder = tmp_path_factory.mktemp("wheel")
    command = [sys.executable, "-m", "pip", "wheel", "--quiet", "--no-deps", "--no-build-isolation"]
    subprocess.run(
        [*command, "--wheel-dir", str(folder), str(root)], check=True, capture_output=True
    )
    (path,) = folder.glob("*.whl")
    with zipfile.ZipFile(path) as archive:
        archive.extractall(folder / "unpacked")
    return folder / "unpacked"


def test_wheel_holds_what_it_must_and_nothing_else(wheel):
    """The package, its policies with their schema, its licence; no tests, no tools."""
    names = {path.name for path in wheel.iterdir()}
    (info,) = (name for name in names if name.endswith(".dist-info"))
    assert names == {"selector", info}
    for name in (
        "py.typed", "policies/starter.yaml", "policies/policy.schema.json",
        "report/templates/style.css", "report/templates/page.html.j2",
    ):  # fmt: skip
        assert (wheel / "selector" / name).is_file()
    assert "Apache License" in (wheel / info / "licenses" / "LICENSE").read_text()
    assert "selector = selector.cli:main" in (wheel / info / "entry_points.txt").read_text()


def test_a_packaged_policy_is_found_from_an_empty_folder(wheel, tmp_path):
    """Installed, `starter` is found by name where there is no ./policies."""
    code = "from selector.policy import find; print(find.path_of('starter'))"
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=tmp_path, env={"PYTHONPATH": str(wheel)},
        capture_output=True, text=True, check=True,
    )  # fmt: skip
    assert done.stdout.strip() == str(wheel / "selector" / "policies" / "starter.yaml")
