"""Whatever a database refuses reaches the operator in one form, with what to do."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import Engine, create_engine

from selector.errors import JournalError
from selector.journal.faults import explained

# What is asked of a database of at most two pages, and what it says.
REFUSALS = {
    "CREATE TABLE wide AS SELECT zeroblob(100000)": (
        r"the disk is full \(got SQLITE_FULL: .+\)\. Make room"
    ),
    "PRAGMA user_version = 1": (
        r"it can't be written \(got SQLITE_READONLY: .+\)\. Let this user write"
    ),
    "SELECT * FROM absent": (
        r"the database refuses \(got SQLITE_ERROR: no such table: absent\)\. Check it"
    ),
}


@pytest.fixture
def engine(tmp_path: Path) -> Iterator[Engine]:
    """A real database."""
    engine = create_engine(f"sqlite:///{tmp_path}/x")
    yield engine
    engine.dispose()


@pytest.mark.parametrize("asked", REFUSALS)
def test_what_a_database_refuses(engine: Engine, asked: str) -> None:
    """SQLite's errors read the same from the driver and wrapped by SQLAlchemy."""
    with engine.connect() as connection:
        connection.exec_driver_sql("PRAGMA max_page_count = 2")
        connection.exec_driver_sql(f"PRAGMA query_only = {asked.startswith('PRAGMA')}")
        driver = connection.connection.cursor()
        for ask in (connection.exec_driver_sql, driver.execute):
            said = f"^my journal: {REFUSALS[asked]}"
            with pytest.raises(JournalError, match=said) as caught, explained("my journal"):
                ask(asked)
            assert caught.value.__cause__ is not None


def test_what_the_system_refuses(tmp_path: Path) -> None:
    """An error of the operating system becomes one of the journal."""
    said = r"can't be opened .+Is a directory"
    with pytest.raises(JournalError, match=said), explained(tmp_path):
        tmp_path.open()


def test_bugs_stay_bugs() -> None:
    """An error of our own making is not dressed up as the operator's."""
    with pytest.raises(ZeroDivisionError), explained("my journal"):
        raise ZeroDivisionError
