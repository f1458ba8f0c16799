"""Templates and the one stylesheet, made into HTML that may load and run nothing."""

from __future__ import annotations

import base64
import hashlib
from functools import cache
from pathlib import Path

import jinja2
from markupsafe import Markup

from selector.foreign import NAME, shortened, visible
from selector.report.tags import radius
from selector.report.words import capital

TEMPLATES = Path(__file__).parent / "templates"


def render(template: str, **what: object) -> str:
    """Return *template* filled in; every text is escaped."""
    return _environment().get_template(template).render(**what)


@cache
def _environment() -> jinja2.Environment:
    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(TEMPLATES),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    css = (TEMPLATES / "style.css").read_text("utf-8")
    digest = base64.b64encode(hashlib.sha256(css.encode()).digest()).decode()
    environment.filters["capital"] = capital
    environment.filters["name"] = lambda text: shortened(visible(text), NAME)
    environment.globals["radius"] = radius
    environment.globals["style"] = Markup(css)  # noqa: S704 - our own file, never foreign text
    environment.globals["policy"] = "; ".join(
        (
            "default-src 'none'",
            "img-src data:",
            f"style-src 'sha256-{digest}'",
            "base-uri 'none'",
            "form-action 'none'",
        )
    )
    return environment
