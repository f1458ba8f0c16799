"""Where policies lie: the path that was given, ./policies, and those that come with the package."""

import os
from pathlib import Path

from selector.errors import PolicyError
from selector.policy.document import MAX_BYTES
from selector.policy.problems import nearest

SUFFIXES = (".yaml", ".yml")


def folders() -> list[Path]:
    """Return the folders in which a policy is looked for by name, in order."""
    package = Path(__file__).resolve().parents[1]
    # A wheel carries them inside the package; a checkout has them beside it.
    return [Path("policies"), package / "policies", package.parent / "policies"]


def names() -> list[str]:
    """Return the names of all policies that can be found by name."""
    found = {
        path.stem
        for folder in folders()
        for suffix in SUFFIXES
        for path in folder.glob(f"*{suffix}")
    }
    return sorted(found)


def path_of(given: str | os.PathLike[str]) -> Path:
    """Return the file that *given*, a path or a name, means.

    A name has no folder and no suffix; everything else is a path.

    Raises:
        PolicyError: There is none; names what comes nearest.
    """
    text = os.fspath(given)
    path = Path(text)
    if path.suffix in SUFFIXES or path.name != text or text in {"", ".."}:
        if not os.path.exists(text):  # noqa: PTH110 - pathlib's raises on a name that is too long
            raise PolicyError(
                f"{text or repr(text)}: no such file. Give the path of a policy, or a name; "
                f"{nearest(path.stem, names())}"
            )
        return path
    files = (folder / f"{text}{suffix}" for folder in folders() for suffix in SUFFIXES)
    found = next((file for file in files if os.path.isfile(file)), None)  # noqa: PTH113 - likewise
    if found is None:
        raise PolicyError(
            f"{text}: no policy of this name in ./policies or the package; "
            f"{nearest(path.stem, names())}"
        )
    return found


def calibrated(name: str) -> Path:
    """Return where the calibrated file of the policy of this name belongs; it may not be there."""
    return Path("policies") / "calibrated" / f"{name}.yaml"


def read(path: Path) -> bytes:
    """Return the bytes of *path*, at most one more than a policy may have.

    Raises:
        PolicyError: It can't be read.
    """
    try:
        with path.open("rb") as file:
            return file.read(MAX_BYTES + 1)
    except (OSError, ValueError) as error:  # ValueError: no name that a file could have
        said = error.strerror if isinstance(error, OSError) else error
        raise PolicyError(f"{path}: can't be read ({said}). Give a readable file.") from None
