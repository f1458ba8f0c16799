"""Templates and the one stylesheet, made into HTML that may load and run nothing."""

from __future__ import annotations

import base64
import hashlib
from functools import cache
from pathlib import Path

import jinja2
from markupsafe import Markup

from selector.foreign import NAME, shortened, visible
from selector.report.pixels import fit
from selector.report.readings import FEW
from selector.report.tags import radius
from selector.report.words import capital

TEMPLATES = Path(__file__).parent / "templates"


def render(template: str, *, rules: str = "", **what: object) -> str:
    """Return *template* filled in; every text is escaped.

    Args:
        template: Its file name.
        rules: CSS of our own making that this page has besides the stylesheet.
        what: What the template speaks of.
    """
    css = (TEMPLATES / "style.css").read_text("utf-8") + rules
    style = Markup(css)  # noqa: S704 - our own file and numbers, never foreign text
    return _environment().get_template(template).render(style=style, allowed=_allowed(css), **what)


@cache
def _environment() -> jinja2.Environment:
    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(TEMPLATES),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters["capital"] = capital
    environment.filters["name"] = lambda text: shortened(visible(text), NAME)
    environment.globals["fit"] = fit
    environment.globals["radius"] = radius
    environment.globals["few"] = FEW
    return environment


def _allowed(css: str) -> str:
    """Return what the page may load: pictures inside it, this very stylesheet, and nothing else."""
    digest = base64.b64encode(hashlib.sha256(css.encode()).digest()).decode()
    return "; ".join(
        (
            "default-src 'none'",
            "img-src data:",
            f"style-src 'sha256-{digest}'",
            "base-uri 'none'",
            "form-action 'none'",
        )
    )
