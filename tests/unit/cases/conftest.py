"""What tests of cases may use."""

from textwrap import dedent

import pytest

from casebook import USUALLY


@pytest.fixture
def book(tmp_path):
    """Write a file of cases and return its path."""

    def write(text: str, usually: str = USUALLY):
        path = tmp_path / "cases.yaml"
        path.write_text(usually + dedent(text))
        return path

    return write
