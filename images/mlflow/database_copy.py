"""Copies of MLflow's database, for the way back from an upgrade of its tables.

A copy is a database beside it in the same Postgres, with the day and the version of its tables in
its name: `mlflow_20261126_0584bdc529eb`. Only the newest are kept.
"""

from __future__ import annotations

import re
import time
from datetime import UTC, datetime

from sqlalchemy import URL, Connection, Engine, create_engine, text
from sqlalchemy.exc import OperationalError

KEPT = 2
"""How many copies are kept."""

ATTEMPTS = 10
"""How often a copy is tried while somebody is connected to the database."""


def make(url: URL, revision: str) -> str:
    """Copy the database, whose tables have the version `revision`, and return the copy's name.

    Everybody else is disconnected from it. A copy of today that has the same version stays as it
    is: an upgrade that failed is tried again.
    """
    assert url.database is not None
    name = f"{prefix(url)}{datetime.now(UTC):%Y%m%d}_{revision}"
    engine = administration(url)
    try:
        with engine.connect() as connection:
            if name not in names(connection, url):
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
            quote = connection.dialect.identifier_preparer.quote_identifier
            for name in old:
                connection.exec_driver_sql(f"DROP DATABASE {quote(name)}")
            return old
    finally:
        engine.dispose()


def names(connection: Connection, url: URL) -> list[str]:
    """The copies of the database, the oldest first."""
    found = connection.execute(text("SELECT datname FROM pg_database")).scalars()
    form = re.compile(re.escape(prefix(url)) + r"\d{8}_[0-9a-f]+")
    return sorted(name for name in found if form.fullmatch(name))


def prefix(url: URL) -> str:
    """What the names of the database's copies begin with. Postgres' names have 63 bytes at most."""
    return f"{(url.database or '')[:40]}_"


def administration(url: URL) -> Engine:
    """The way to the server by another database: nobody may use the one that is copied."""
    return create_engine(url.set(database="postgres"), isolation_level="AUTOCOMMIT")
