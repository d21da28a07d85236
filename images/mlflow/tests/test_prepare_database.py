"""The preparation of MLflow's database, run as the image runs it.

MLFLOW_SERVER_PYTHON names the Python with the packages of the image; `node test/python.mjs` sets
it.
"""

from __future__ import annotations

import os
import socket
import sqlite3
import subprocess
import threading
import time
from pathlib import Path

import pytest

from support import mlflow_python

SCRIPT = Path(__file__).resolve().parent.parent / "prepare_database.py"


def prepare(uri: str | None, wait: str = "0") -> subprocess.CompletedProcess[str]:
    """Run the script for the database `uri`."""
    environment = {**os.environ, "DATABASE_WAIT_SECONDS": wait}
    environment.pop("MLFLOW_BACKEND_STORE_URI", None)
    if uri is not None:
        environment["MLFLOW_BACKEND_STORE_URI"] = uri
    return subprocess.run(
        [mlflow_python(), SCRIPT],
        env=environment,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


def revision(database: Path) -> str:
    """The version of the schema in a SQLite database."""
    with sqlite3.connect(database) as connection:
        row = connection.execute("SELECT version_num FROM alembic_version").fetchone()
    return str(row[0])


def test_creates_the_tables_and_leaves_those_that_are_there(tmp_path: Path) -> None:
    database = tmp_path / "mlflow.db"
    uri = f"sqlite:///{database}"

    created = prepare(uri)
    assert created.returncode == 0, created.stderr
    newest = revision(database)
    with sqlite3.connect(database) as connection:
        connection.execute("INSERT INTO registered_models (name) VALUES ('GourmetGramFood11Model')")

    again = prepare(uri)
    assert again.returncode == 0, again.stderr
    assert "done" in again.stdout
    assert revision(database) == newest
    with sqlite3.connect(database) as connection:
        assert connection.execute("SELECT name FROM registered_models").fetchall() == [
            ("GourmetGramFood11Model",)
        ]


def test_schema_of_a_newer_mlflow_is_an_error(tmp_path: Path) -> None:
    database = tmp_path / "mlflow.db"
    with sqlite3.connect(database) as connection:
        connection.execute("CREATE TABLE alembic_version (version_num VARCHAR(32) NOT NULL)")
        connection.execute("CREATE TABLE experiments (experiment_id INTEGER)")
        connection.execute("INSERT INTO alembic_version VALUES ('fffffffffff0')")

    result = prepare(f"sqlite:///{database}")

    assert result.returncode == 1
    assert "could not be made ready" in result.stdout
    assert "no newer MLflow used this database" in result.stdout


@pytest.mark.parametrize("scheme", ["postgresql", "postgresql+psycopg2"])
def test_database_that_never_answers(scheme: str) -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))  # Taken but not listening: connections are refused.
        port = free.getsockname()[1]
        started = time.monotonic()
        result = prepare(
            f"{scheme}://mlflow:gEh3im@127.0.0.1:{port}/mlflow?application_name=x", wait="2"
        )

    assert result.returncode == 1
    assert 2 <= time.monotonic() - started < 60
    assert "waiting for " + f"{scheme}://mlflow:***@127.0.0.1:{port}/mlflow\n" in result.stdout
    assert "not yet, 2 s left:" in result.stdout
    assert "did not accept a connection within 2 s" in result.stdout
    assert "Check that the database is running" in result.stdout
    assert "gEh3im" not in result.stdout + result.stderr


@pytest.mark.parametrize(
    "uri",
    [
        "no address",
        "postgresql://mlflow:gEh3im@host:port/mlflow",
        "mysql://mlflow:gEh3im@host/mlflow",
        "",
        None,
    ],
)
def test_uri_that_is_none(uri: str | None) -> None:
    result = prepare(uri)
    assert result.returncode == 2
    assert "MLFLOW_BACKEND_STORE_URI is " in result.stdout
    assert "gEh3im" not in result.stdout + result.stderr


def test_wait_that_is_no_number() -> None:
    result = prepare("sqlite://", wait="2m")
    assert result.returncode == 2
    assert "DATABASE_WAIT_SECONDS='2m'" in result.stdout


def answer_as_a_postgres_that_starts_up(listener: socket.socket) -> None:
    """Take connections, and refuse each as Postgres does while it is starting up."""
    listener.listen()
    fields = b"SFATAL\0C57P03\0Mthe database system is starting up\0\0"
    while True:
        try:
            connection, _ = listener.accept()
        except OSError:
            return
        with connection:
            connection.recv(1024)
            connection.sendall(b"N")  # No TLS here.
            connection.recv(1024)
            connection.sendall(b"E" + (len(fields) + 4).to_bytes(4, "big") + fields)


def test_each_new_reason_for_waiting_is_told_once() -> None:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        uri = f"postgresql://mlflow:gEh3im@127.0.0.1:{listener.getsockname()[1]}/mlflow"
        environment = {**os.environ, "DATABASE_WAIT_SECONDS": "5", "MLFLOW_BACKEND_STORE_URI": uri}
        with subprocess.Popen(
            [mlflow_python(), SCRIPT], env=environment, stdout=subprocess.PIPE, text=True
        ) as process:
            assert process.stdout is not None
            told = [process.stdout.readline(), process.stdout.readline()]
            threading.Thread(
                target=answer_as_a_postgres_that_starts_up, args=[listener], daemon=True
            ).start()
            told += process.stdout.readlines()
        listener.shutdown(socket.SHUT_RDWR)

    assert process.returncode == 1
    assert "Connection refused" in told[1]
    reasons = [line for line in told if "the database system is starting up" in line]
    assert len(reasons) == 2  # When it came up, and at the end.
    assert "did not accept a connection" in reasons[1]
