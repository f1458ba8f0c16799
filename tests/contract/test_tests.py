"""What every test promises: that it says what it promises."""

import ast


def test_every_test_states_its_promise(root):
    """Each test function has a docstring, and no two of one file share a name."""
    silent, double, seen = [], [], 0
    for path in sorted((root / "tests").rglob("test_*.py")):
        tree = ast.parse(path.read_text())
        tests = [
            node
            for node in ast.walk(tree)
            if isinstance(node, ast.FunctionDef) and node.name.startswith("test_")
        ]
        seen += len(tests)
        silent += [f"{path.name}:{one.lineno}" for one in tests if not ast.get_docstring(one)]
        names = [one.name for one in tests]
        double += [f"{path.name}: {name}" for name in set(names) if names.count(name) > 1]
    assert seen > 300
    assert (silent, double) == ([], [])
