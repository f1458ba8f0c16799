"""A server on this machine that judges."""

from openai_server import judge_server  # noqa: F401 - a fixture
