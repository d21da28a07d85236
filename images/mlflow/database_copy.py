"""Copies of MLflow's database, for the way back from an upgrade of its tables.

A copy is a database beside it in the same Postgres, with the second in UTC and the version of its
tables in its name: `mlflow_20261126_181500_0584bdc529eb`. Only the newest are kept.
"""

from __future__ import annotations

import re
import time
from collections.abc import Iterable
from datetime import UTC, datetime

from sqlalchemy import URL, Connection, Engine, create_engine, text
from sqlalchemy.exc import OperationalError

KEPT = 2
"""How many copies are kept."""

ATTEMPTS = 10
"""How often a copy is tried while somebody is connected to the database."""


def make(url: URL, revision: str) -> str:
    """Copy the database, whose tables have the version `revision`, and return the copy's name.

    Everybody else is disconnected from it. An upgrade that failed is tried again and again: of the
    copies of one version of today, the first stays, which no try had touched, and the last.
    """
    assert url.database is not None
    now = datetime.now(UTC)
    today = f"{prefix(url)}{now:%Y%m%d}_"
    name = f"{today}{now:%H%M%S}_{revision}"
    engine = administration(url)
    try:
        with engine.connect() as connection:
            made = [each for each in names(connection, url) if each.startswith(today)]
            # Before the next one is made, which needs their room.
            drop([each for each in made if each.endswith(f"_{revision}")][1:], connection)
            copy_to(name, connection, url.database)
    finally:
        engine.dispose()
    return name


def copy_to(name: str, connection: Connection, database: str) -> None:
    """Make the copy, as soon as nobody else is connected to `database`."""
    quote = connection.dialect.identifier_preparer.quote_identifier
    others = text("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = :name")
    for left in reversed(range(ATTEMPTS)):
        connection.execute(others, {"name": database})
        try:
            connection.exec_driver_sql(f"CREATE DATABASE {quote(name)} TEMPLATE {quote(database)}")
            return
        except OperationalError as problem:
            if left == 0 or "other users" not in str(problem.orig):
                raise
        time.sleep(0.5)


def drop_old(url: URL) -> list[str]:
    """Delete all copies but the newest, and return their names."""
    engine = administration(url)
    try:
        with engine.connect() as connection:
            old = names(connection, url)[:-KEPT]
            drop(old, connection)
            return old
    finally:
        engine.dispose()


def drop(copies: list[str], connection: Connection) -> None:
    """Delete these copies."""
    quote = connection.dialect.identifier_preparer.quote_identifier
    for name in copies:
        connection.exec_driver_sql(f"DROP DATABASE {quote(name)}")


def names(connection: Connection, url: URL) -> list[str]:
    """The copies of the database, the oldest first."""
    found = connection.execute(text("SELECT datname FROM pg_database")).scalars()
    return copies_among(found, prefix(url))


def copies_among(found: Iterable[str], beginning: str) -> list[str]:
    """The copies among databases, the oldest first; those of releases up to 0.3.0 have no time."""
    form = re.compile(re.escape(beginning) + r"(\d{8}(?:_\d{6})?)_[0-9a-f]+")
    copies = [(match[1], match[0]) for name in found if (match := form.fullmatch(name))]
    return [name for _, name in sorted(copies)]


def prefix(url: URL) -> str:
    """What the names of the database's copies begin with. Postgres' names have 63 bytes at most."""
    return f"{(url.database or '')[:33]}_"


def administration(url: URL) -> Engine:
    """The way to the server by another database: nobody may use the one that is copied."""
    return create_engine(url.set(database="postgres"), isolation_level="AUTOCOMMIT")
