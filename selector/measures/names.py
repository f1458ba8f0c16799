"""Which measures come with the package: found by their files, none of them imported."""

import pkgutil

from selector import measures
from selector.policy.values import KIND_FOLDERS


def names() -> list[str]:
    """Return the paths of the measures that come with the package, in the order of measuring."""
    found = []
    for folder in KIND_FOLDERS:
        search = [f"{root}/{folder}" for root in measures.__path__]
        modules = sorted(module.name for module in pkgutil.iter_modules(search))
        found += [f"{folder}.{name}" for name in modules if not name.startswith("_")]
    return found
