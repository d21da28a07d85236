"""Wait for MLflow's database, then create or upgrade the tables in it.

    python prepare_database.py

Runs before the server, which neither waits for a database nor upgrades an old schema by itself.
Environment:

    MLFLOW_BACKEND_STORE_URI    the database, as in postgresql://user:password@host:5432/name
    DATABASE_WAIT_SECONDS       how long to wait for it (default: 120)
    COPY_BEFORE_UPGRADE         `true` for a Postgres of the lab's own: before an upgrade of the
                                tables, the database is copied within it (default: no copy)

The exit code is 1 when the database cannot be used, and 2 when the environment is wrong. The
password is never printed.
"""

from __future__ import annotations

import os
import sys
import time

import database_copy
from sqlalchemy import URL, create_engine, make_url
from sqlalchemy.exc import ArgumentError, NoSuchModuleError, OperationalError, SQLAlchemyError

LONGEST_PAUSE = 10.0
"""Seconds between two attempts at most."""

COPIES = os.environ.get("COPY_BEFORE_UPGRADE") == "true"
"""Whether the database may be copied within its server."""


def log(message: str) -> None:
    """Print a line of progress at once, so that it can be followed."""
    print(f"prepare_database.py: {message}", flush=True)


def reason(problem: Exception) -> str:
    """What the driver said, in one line."""
    said = getattr(problem, "orig", None) or problem
    return " ".join(str(said).split())


def wait_for_database(url: URL, seconds: float) -> None:
    """Return as soon as the database accepts a connection.

    Raises TimeoutError, with the last reason, after `seconds`.
    """
    engine = create_engine(url, connect_args={"connect_timeout": 5} if url.host else {})
    deadline = time.monotonic() + seconds
    pause = 0.5
    said_before = ""
    while True:
        try:
            with engine.connect():
                return
        except OperationalError as problem:
            left = deadline - time.monotonic()
            if left <= 0:
                raise TimeoutError(reason(problem)) from problem
            said = reason(problem)
            log(f"not yet, {left:.0f} s left" + (f": {said}" if said != said_before else ""))
            said_before = said
        finally:
            engine.dispose()
        time.sleep(min(pause, max(left, 0.1)))
        pause = min(pause * 2, LONGEST_PAUSE)


def settings() -> tuple[URL, float]:
    """The database and the seconds to wait for it.

    Raises ValueError if the environment does not give them.
    """
    uri = os.environ.get("MLFLOW_BACKEND_STORE_URI")
    if not uri:
        raise ValueError("MLFLOW_BACKEND_STORE_URI is not set")
    try:
        url = make_url(uri)
        url.get_dialect().import_dbapi()
    except (ArgumentError, NoSuchModuleError, ImportError, ValueError) as problem:
        # The reason may quote the URI, and with it the password.
        raise ValueError(
            "MLFLOW_BACKEND_STORE_URI is no database URI that this image knows, such as "
            "postgresql://user:password@host:5432/database"
        ) from problem
    wait = os.environ.get("DATABASE_WAIT_SECONDS", "120")
    if not wait.isdecimal():
        raise ValueError(f"DATABASE_WAIT_SECONDS={wait!r} is no whole number of seconds")
    return url, float(wait)


def upgrade_ahead(url: URL) -> tuple[str, str] | None:
    """The version of the tables and the one that this MLflow gives them, if it is a newer one.

    None for tables that are yet to be made, and for those of a newer MLflow.
    """
    # These take a second to load.
    from alembic.migration import MigrationContext
    from alembic.script import ScriptDirectory
    from mlflow.store import db_migrations

    scripts = ScriptDirectory(db_migrations.__path__[0])
    newest = scripts.get_current_head()
    engine = create_engine(url)
    try:
        with engine.connect() as connection:
            current = MigrationContext.configure(connection).get_current_revision()
    finally:
        engine.dispose()
    known = {script.revision for script in scripts.walk_revisions()}
    if current is None or newest is None or current == newest or current not in known:
        return None
    return current, newest


def copy_before_upgrade(url: URL) -> None:
    """Copy the database if its tables are about to be upgraded.

    Raises SQLAlchemyError if it cannot be copied.
    """
    ahead = upgrade_ahead(url)
    if ahead is None:
        return
    log(f"the tables have version {ahead[0]} and get {ahead[1]}; MLflow itself has no way back")
    if COPIES:
        log(f"copied the database first, as {database_copy.make(url, ahead[0])}")
    else:
        log("no copy is made, because the database is not the lab's own: a backup has to do")


def main() -> int:
    """Prepare the database and return the exit code."""
    try:
        url, seconds = settings()
    except ValueError as problem:
        log(str(problem))
        return 2

    # A query, as in ?password=..., may hold a password too.
    shown = url.set(query={}).render_as_string(hide_password=True)
    log(f"waiting for {shown}")
    try:
        wait_for_database(url, seconds)
    except TimeoutError as problem:
        log(
            f"{shown} did not accept a connection within {seconds:.0f} s: {problem}\n"
            "Check that the database is running, that its name, user and password are right, "
            "and that this pod may reach it over the network."
        )
        return 1

    log("creating or upgrading the tables")
    try:
        copy_before_upgrade(url)
    except SQLAlchemyError as problem:
        log(
            f"the tables were not upgraded, because the database could not be copied before: "
            f"{reason(problem)}\n"
            "Nothing was changed, and the release before works with it. Make room on the "
            "database's volume, or delete old copies; then delete this pod to try again."
        )
        return 1
    # This takes seconds to load, so not before there is something to do.
    from mlflow.db import upgrade

    try:
        upgrade.main([url.render_as_string(hide_password=False)], standalone_mode=False)
        if COPIES:
            for name in database_copy.drop_old(url):
                log(f"deleted the old copy {name}")
    except Exception as problem:  # Whatever it is, a traceback could quote the URI.
        log(
            f"the tables could not be made ready: {type(problem).__name__}: {reason(problem)}\n"
            "Check that the user may create tables, and that no newer MLflow used this database."
        )
        return 1
    log("done")
    return 0


if __name__ == "__main__":
    sys.exit(main())
