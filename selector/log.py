"""The operator's log: events for whoever runs the product; product data goes to the journal."""

from typing import Any


def operator_log() -> Any:
    """Return the logger, a structlog logger on top of the standard logger "selector".

    It is configured by the application, through structlog or `logging`, never by this package.
    Unlike structlog's own default it does not print to standard output, which may be an answer
    in JSON.
    """
    import logging

    import structlog

    return structlog.wrap_logger(logging.getLogger("selector"))
