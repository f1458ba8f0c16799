"""In whose words a measure asks its model: those it was trained with, this project's, its user's."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, TypeAlias

from selector.dialogue import wording
from selector.dialogue.wording import Wording
from selector.measures.own_file import OwnFile

Template: TypeAlias = Literal["published", "own"] | OwnFile


@dataclass(frozen=True, slots=True)
class Words:
    """The wordings of a measure. Making one reads and fetches nothing.

    Attributes:
        names: Of the wordings, as in the manifest without "wording/".
        template: Whose they are.
    """

    names: tuple[str, ...]
    template: Template

    @property
    def identities(self) -> dict[str, str]:
        """Each wording that would be used now, and whose it is."""
        if isinstance(self.template, OwnFile):
            return {f"wording:{name}": f"yours:{self.template.sha256}" for name in self.names}
        return {
            f"wording:{name}": f"{one.origin}:{one.sha256}" for name, one in self.found().items()
        }

    def caution(self) -> str:
        """Return that they are not those that the model was trained with; "" if they are."""
        return wording.caution(*self.names) if self.template == "published" else ""

    def prepare(self) -> bool:
        """Fetch the published ones; return whether any came."""
        if self.template != "published":
            return False
        came = [wording.bring(name) for name in self.names]  # each, whatever came
        return any(came)

    def found(self) -> dict[str, Wording]:
        """Return the wordings by name.

        Raises:
            WeightsError: The user's file can't be read, or is no such wording.
        """
        if isinstance(self.template, OwnFile):
            file = (self.template.location, self.template.sha256)
            return {name: wording.wording(name, file=file) for name in self.names}
        return {name: wording.wording(name, template=self.template) for name in self.names}
