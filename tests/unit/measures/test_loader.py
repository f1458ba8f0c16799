"""A measure's name is its path: what it imports, what it refuses, and what it says then."""

import sys
from textwrap import dedent

import pytest

import outside
from selector.errors import MeasureError, PolicyError
from selector.measures import loader
from selector.measures.filters.blank import Blank
from selector.planning import plan_of

WHOLE = '''
from selector.measures.base import Measure
from selector.types import Cost, Output

class {name}(Measure):
    """Nothing."""
    kind = {kind!r}
    version = 1
    outputs = property(lambda self: {{"value": Output("share", 0.0, 1.0, higher_is_better=True)}})
    cost = property(lambda self: Cost(0.01))
    def run(self, subjects):
        return []
'''


WEIGHTS = """
    @property
    def weights(self):
        return ("no_such_model",)
"""


def whole(name: str = "Own", kind: str = "scorer") -> str:
    return WHOLE.format(name=name, kind=kind)


@pytest.fixture
def module(tmp_path, monkeypatch):
    """Write the text of a module NAME.own; return the path by which policies name it."""
    monkeypatch.syspath_prepend(tmp_path)

    def write(name: str, text: str, *, init: str = "", file: str = "own") -> str:
        (tmp_path / name).mkdir()
        (tmp_path / name / "__init__.py").write_text(dedent(init))
        (tmp_path / name / f"{file}.py").write_text(dedent(text))
        for known in [one for one in sys.modules if one.partition(".")[0] == name]:
            monkeypatch.delitem(sys.modules, known)
        return f"{name}.{file}"

    return write


def refusal(path: str, parameters: object = None) -> str:
    with pytest.raises(MeasureError) as caught:
        loader.construct(path, parameters or {})
    return str(caught.value)


def test_every_name_loads_and_names_what_it_loaded():
    """A path and its measure name each other."""
    for path in loader.names():
        assert loader.path_of(loader.load(path)) == path
        assert loader.exists(path)
    assert loader.load("filters.blank") is Blank


@pytest.mark.parametrize("path", ["", ".", "own", ".own.x", "own..x", "own.x.", "own-er.x",
                                  "own.x y", "own/x.y", "own.x:y", "own.1x", "own.x\n",
                                  "__main__.x", "own.__main__", "own.__init__", "own._private",
                                  "_own.x"])  # fmt: skip
def test_odd_names_import_nothing(path, module):
    """Relative, private, dunder and broken names are refused before any import."""
    raising = "raise RuntimeError('it was imported')"
    for name in ("own", "_own"):
        module(name, raising, init=raising, file="x")
    assert refusal(path).startswith(f"{path!r}: not the path of a measure. ")
    assert not loader.exists(path)


def test_looking_for_a_module_does_not_run_it(module):
    """Whether a measure exists is answered without importing it."""
    path = module("silent", "raise RuntimeError('it was imported')")
    assert loader.exists(path)
    assert not loader.exists("silent.other")
    assert path not in sys.modules


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("x = 1", "exactly one public measure (got none). Write a public subclass of selector.measures.base.Measure in it."),
        ("from selector.measures.filters.blank import Blank", "exactly one public measure (got none). Write a public subclass of selector.measures.base.Measure in it."),
        (whole("_Own"), "exactly one public measure (got none). Write a public subclass of selector.measures.base.Measure in it."),
        (whole("One") + whole("Two"), "exactly one public measure (got One, Two). Move the others to files of their own."),
    ],
)  # fmt: skip
def test_a_module_holds_one_measure(module, text, said):
    """None, or two, is told; what is imported or private does not count."""
    path = module("several", text)
    assert refusal(path) == f"{path}: a module holds {said}"


@pytest.mark.parametrize("text", [
    whole() + "Alias = Own\n",
    whole() + whole("_Other"),
    "from selector.measures.base import Measure\nclass Base(Measure):\n    pass\n" + whole(),
    "from selector.measures.filters.blank import Blank\n" + whole(),
])  # fmt: skip
def test_what_stands_beside_a_measure_does_not_count(module, text):
    """A second name, private and abstract classes, and imports are no second measure."""
    assert loader.load(module("beside", text)).__name__ == "Own"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("from selector.measures.base import Measure\nclass Own(Measure):\n    def run(self, subjects): ...", "Own is not whole (lacks cost, outputs, kind, version). Add them."),
        (whole().replace("version = 1", "pass"), "Own is not whole (lacks version). Add them."),
        (whole(kind="judge"), "Own.kind is none that is known (got 'judge'). Write one of filter, detector, scorer."),
    ],
)  # fmt: skip
def test_a_measure_that_is_not_whole_is_told(module, text, said):
    """What every measure declares is missed by name when planning, not when measuring."""
    path = module("partial", text)
    assert refusal(path) == f"{path}: {said}"


def test_the_contract_itself_is_no_measure():
    """`selector.measures.base` holds the class that measures are made from."""
    assert "Measure is not whole" in refusal("selector.measures.base")


@pytest.mark.parametrize(
    ("text", "init", "said"),
    [
        ("import no_such_library", "", "ModuleNotFoundError: No module named 'no_such_library'"),
        ("from json import no_such_name", "", "ImportError: cannot import name 'no_such_name'"),
        ("x = 1", "import no_such_library", "ModuleNotFoundError: No module named 'no_such_lib"),
        ("def broken(:", "", "SyntaxError: invalid syntax"),
        ("open('/no/such/file')", "", "FileNotFoundError: [Errno 2]"),
        ("raise SystemExit('done')", "", "SystemExit: done"),
        ("import ctypes\nctypes.CDLL('libnone.so')", "", "OSError: libnone.so"),
    ],
)  # fmt: skip
def test_what_can_not_be_imported_says_what_it_lacks(module, text, init, said):
    """A library, a system library or a correction that is missing is named."""
    found = refusal(path := module("lacking", text, init=init))
    assert found.startswith(f"{path}: can't be imported ({said}")
    assert found.endswith(" Install what it needs, or correct it.")


def test_a_bug_of_a_module_stays_a_bug(module):
    """Any other exception comes through with its own traceback, as that of a program does."""
    with pytest.raises(ZeroDivisionError):
        loader.load(module("buggy", "1 / 0"))


def test_a_policy_tells_of_it_with_its_line(module):
    """What can't be imported, and a model that nobody knows, are problems of the policy's line."""
    module("lost", "import no_such_library")
    module("heavy", whole().replace("version = 1", f"version = 1\n{WEIGHTS}"))
    text = (
        "name: p\nversion: 1\nmethod: {weighted_sum: [{of: filters.blank.structure}]}\n"
        "gates:\n  - {on: lost.own.value, equals: 1}\n  - {on: heavy.own, equals: 1}\n"
    )
    with pytest.raises(PolicyError) as caught:
        plan_of(text.encode())
    first, second = caught.value.problems
    assert first.startswith("policy:5: lost.own: can't be imported (ModuleNotFoundError")
    assert second.startswith("policy:6: ")
    assert "no_such_model" in second


PARAMETERS = '''
from typing import Literal
from pydantic import Field, field_validator

class Own(_Own):
    """Nothing."""
    kind = "scorer"
    question: str = Field(min_length=3)
    count: int = Field(1, ge=1, lt=5)
    level: float = 0.5
    exact: bool = False
    names: tuple[str, ...] = Field(("a",), min_length=1, max_length=2)
    way: Literal["up", "down"] = "up"

    @field_validator("question")
    @classmethod
    def _asks(cls, question):
        if not question.endswith("?"):
            raise ValueError("expected a question")
        return question
'''
ASKED = {"question": "why?"}


@pytest.mark.parametrize(
    ("parameters", "said"),
    [
        ({}, "parameter 'question' is missing. Add it."),
        ({"question": "why"}, "parameter 'question': expected a question (got 'why')."),
        ({"question": "?"}, "parameter 'question': expected at least 3 characters (got '?')."),
        ({"question": 3}, "parameter 'question': expected text (got 3)."),
        (ASKED | {"count": "2"}, "parameter 'count': expected a whole number (got '2'). Write 2, without quotes."),
        (ASKED | {"count": 1.5}, "parameter 'count': expected a whole number (got 1.5)."),
        (ASKED | {"count": 0}, "parameter 'count': expected a number from 1 (got 0)."),
        (ASKED | {"count": 5}, "parameter 'count': expected a number below 5 (got 5)."),
        (ASKED | {"level": float("nan")}, "parameter 'level': expected a finite number (got nan)."),
        (ASKED | {"level": True}, "parameter 'level': expected a number (got true)."),
        (ASKED | {"exact": "no"}, "parameter 'exact': expected true or false (got 'no')."),
        (ASKED | {"names": "a"}, "parameter 'names': expected a list (got 'a')."),
        (ASKED | {"names": ["a", 1]}, "parameter 'names.1': expected text (got 1)."),
        (ASKED | {"names": []}, "parameter 'names': expected 1 or more entries (got 0)."),
        (ASKED | {"names": ["a", "b", "c"]}, "parameter 'names': expected no more than 2 entries (got 3)."),
        (ASKED | {"way": "sideways"}, "parameter 'way': expected 'up' or 'down' (got 'sideways')."),
        (ASKED | {"qestion": "why?"}, "unknown parameter 'qestion'; did you mean 'question'?"),
        (ASKED | {"colour": 1}, "unknown parameter 'colour'; its parameters are: question, count, level, exact, names, way."),
        (ASKED | {"names": {1, 2}}, "parameters that are not plain data (Object of type set is not JSON serializable). Give text, numbers, lists, mappings."),
    ],
)  # fmt: skip
def test_parameters_that_do_not_fit_are_told(module, parameters, said):
    """Parameters are held to their types, strictly, and told in our words."""
    path = module("asking", whole("_Own") + PARAMETERS)
    assert refusal(path, parameters) == f"{path}: {said}"


def test_all_parameters_that_do_not_fit_are_told_at_once(module):
    """One message holds every parameter to correct."""
    path = module("twofold", whole("_Own") + PARAMETERS)
    assert refusal(path, {"count": 0, "way": 1}) == (
        f"{path}: parameter 'question' is missing. Add it. "
        "parameter 'count': expected a number from 1 (got 0). "
        "parameter 'way': expected 'up' or 'down' (got 1)."
    )


def test_a_package_that_is_not_there_is_told(tmp_path, monkeypatch):
    """A package, a module in it, or an output taken for a module."""
    monkeypatch.syspath_prepend(tmp_path)
    path = outside.write(tmp_path, "present", "return []")
    for wanted in ("absent.own", "present.absent", f"{path}.value"):
        assert refusal(wanted).startswith(f"{wanted}: no such measure. Install what holds it, or ")
