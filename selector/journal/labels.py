"""Labels of a journal: what people said of candidates, beside what the engine had said."""

from __future__ import annotations

from selector.errors import JournalError
from selector.journal import records
from selector.journal.opened import Opened
from selector.journal.plain import kept, whole
from selector.journal.records import Label, LabelRow


class Labels(Opened):
    """The part of a journal that holds labels."""

    def label(self, label: Label) -> None:
        """Write a label down.

        Raises:
            JournalError: It was not written: there is no such candidate, it holds what can't be
                kept, or the database can't be written.
        """
        from selector.journal import queries

        with self._writing() as ledger:
            about = queries.verdict_of(ledger.connection, label.request_id, label.candidate_id)
            if about is None:
                raise JournalError(
                    f"{self.name}: no such candidate (got {label.candidate_id!r} of request "
                    f"{label.request_id!r}). Label one that a request of this journal has."
                )
            with kept(self.name, f"a label of {label.candidate_id!r}"):
                row = records.label_row(label, about["verdict"], about["content_hash"])
            ledger.add("label", row)

    def labels(
        self, after: int = 0, limit: int = 10_000, aspect: str | None = None
    ) -> list[LabelRow]:
        """Return labels in the order of writing.

        Args:
            after: Those alone whose number is above this.
            limit: How many at most.
            aspect: Those alone of this aspect.

        Raises:
            JournalError: The journal can't be read, or a label is damaged. Where there is none
                yet, there are none.
        """
        from selector.journal import queries

        if not self._database.exists():
            return []
        with self._database.reading() as connection:
            listed = queries.labels_after(connection, after, limit, aspect)
        found: list[LabelRow] = []
        for row in listed:
            with whole(self.name, f"label {row['number']}"):
                found.append(records.to_label(row))
        return found
