"""The entry point of the Postgres image, with Debian's real Postgres 15 where there is one."""

from __future__ import annotations

import os
import pwd
import shutil
import signal
import socket
import subprocess
import tempfile
import time
import urllib.parse
from collections.abc import Iterator
from pathlib import Path

import pytest

ENTRYPOINT = Path(__file__).resolve().parent.parent / "docker-entrypoint.sh"
PREPARE_DATABASE = ENTRYPOINT.parent.parent / "mlflow" / "prepare_database.py"
BINARIES = Path("/usr/lib/postgresql/15/bin")
PASSWORD = "p'w\"d $x"


def user() -> str | None:
    """Whom to run Postgres as: it refuses root."""
    return "postgres" if os.geteuid() == 0 else None


def has_postgres() -> bool:
    """Whether Postgres and its user are there."""
    names = {entry.pw_name for entry in pwd.getpwall()}
    return (BINARIES / "initdb").exists() and (user() is None or user() in names)


pytestmark = pytest.mark.skipif(not has_postgres(), reason="needs Debian's postgresql-15")


class Container:
    """What a container of the image would be: a volume, an environment and at most one server."""

    def __init__(self, volume: Path) -> None:
        self.volume = volume
        self.data = volume / "pgdata"
        self.log = volume.parent / "log"
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = probe.getsockname()[1]
        self.environment = {
            "PATH": f"{BINARIES}:/usr/bin:/bin",
            "LANG": "C.UTF-8",
            "PGDATA": str(self.data),
            "POSTGRES_USER": "mlflow",
            "POSTGRES_DB": 'ml"flow',
            "POSTGRES_PASSWORD": PASSWORD,
        }
        self.process: subprocess.Popen | None = None

    def start(self, *arguments: str) -> subprocess.Popen:
        """Start the entry point, by default as a server whose socket is in the volume."""
        arguments = arguments or ("-p", str(self.port), "-k", str(self.volume))
        with self.log.open("w") as output:
            self.process = subprocess.Popen(
                [ENTRYPOINT, *arguments],
                env=self.environment,
                stdout=output,
                stderr=output,
                user=user(),
                start_new_session=True,
            )
        return self.process

    def query(self, sql: str, password: str = PASSWORD) -> subprocess.CompletedProcess[str]:
        """Ask the server over TCP."""
        connection = ["-h", "127.0.0.1", "-p", str(self.port), "-U", "mlflow", "-d", 'ml"flow']
        environment = {"PATH": str(BINARIES), "PGPASSWORD": password}
        return subprocess.run(
            [BINARIES / "psql", "-w", "-At", *connection, "-c", sql],
            env=environment,
            capture_output=True,
            text=True,
        )

    def wait_until_ready(self) -> None:
        """Return when the server accepts connections."""
        deadline = time.monotonic() + 60
        while self.query("SELECT 1").returncode != 0:
            assert self.process.poll() is None and time.monotonic() < deadline, self.log.read_text()
            time.sleep(0.1)

    def stop(self) -> int:
        """End the server as a container runtime does, and return its exit code."""
        self.process.send_signal(signal.SIGINT)
        return self.process.wait(timeout=30)

    def kill(self) -> None:
        """End all processes at once, as when a container is killed or its machine fails."""
        os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()


@pytest.fixture
def container() -> Iterator[Container]:
    """A container with an empty volume. Not in pytest's folder, which other users may not enter."""
    folder = Path(tempfile.mkdtemp(prefix="postgres-test-"))
    volume = folder / "volume"
    volume.mkdir()
    folder.chmod(0o777)
    volume.chmod(0o777)
    made = Container(volume)
    yield made
    if made.process is not None and made.process.poll() is None:
        made.kill()
    shutil.rmtree(folder)


def test_creates_the_database_and_keeps_it(container: Container) -> None:
    container.start()
    container.wait_until_ready()
    assert container.query("SELECT current_user, current_database()").stdout == 'mlflow|ml"flow\n'
    assert container.query("SHOW password_encryption").stdout == "scram-sha-256\n"
    assert container.query("SHOW listen_addresses").stdout == "*\n"
    assert "password authentication failed" in container.query("SELECT 1", password="wrong").stderr
    container.query("CREATE TABLE kept AS SELECT 42 AS answer")
    assert container.stop() == 0
    assert not (container.data / ".initialising").exists()
    assert container.data.stat().st_mode & 0o777 == 0o700

    del container.environment["POSTGRES_PASSWORD"]  # A database that exists needs none.
    container.start()
    container.wait_until_ready()
    container.kill()
    container.start()
    container.wait_until_ready()
    assert container.query("SELECT answer FROM kept").stdout == "42\n"


def test_starts_afresh_after_an_interruption(container: Container) -> None:
    process = container.start()
    part = container.data / ".initialising" / "data" / "base"
    deadline = time.monotonic() + 30
    while not part.exists():
        assert process.poll() is None and time.monotonic() < deadline, container.log.read_text()
        time.sleep(0.01)
    container.kill()
    assert not (container.data / "PG_VERSION").exists()

    # The other moment: while the files move up.
    (container.data / "PG_VERSION").write_text("15\n")

    container.start()
    container.wait_until_ready()
    assert "did not finish creating" in container.log.read_text()
    assert container.query("SELECT 1").stdout == "1\n"


@pytest.mark.skipif("MLFLOW_SERVER_PYTHON" not in os.environ, reason="run `node test/python.mjs`")
def test_mlflow_waits_for_it_and_makes_its_tables(container: Container) -> None:
    password = urllib.parse.quote(PASSWORD)
    uri = f'postgresql://mlflow:{password}@127.0.0.1:{container.port}/ml"flow'
    environment = {**os.environ, "MLFLOW_BACKEND_STORE_URI": uri}
    command = [os.environ["MLFLOW_SERVER_PYTHON"], PREPARE_DATABASE]
    with subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, text=True) as waiting:
        assert "waiting for" in waiting.stdout.readline()
        assert "Connection refused" in waiting.stdout.readline()
        container.start()
        told = waiting.stdout.read()
    assert waiting.returncode == 0, told
    assert told.endswith("done\n")
    assert container.query("SELECT count(*) FROM registered_models").stdout == "0\n"


def test_password_from_a_file(container: Container) -> None:
    file = container.volume.parent / "password"
    file.write_text(PASSWORD + "\n")
    del container.environment["POSTGRES_PASSWORD"]
    container.environment["POSTGRES_PASSWORD_FILE"] = str(file)
    container.start()
    container.wait_until_ready()


@pytest.mark.parametrize(
    ("variables", "told"),
    [
        ({"POSTGRES_PASSWORD": ""}, "needs a password; set POSTGRES_PASSWORD"),
        ({"POSTGRES_PASSWORD_FILE": "/etc/hostname"}, "are both set"),
        (
            {"POSTGRES_PASSWORD": "", "POSTGRES_PASSWORD_FILE": "/no/file"},
            "POSTGRES_PASSWORD_FILE=/no/file",
        ),
        ({"PGDATA": ""}, "PGDATA: is not set"),
    ],
)
def test_bad_environment(container: Container, variables: dict[str, str], told: str) -> None:
    container.environment.update(variables)
    assert container.start().wait(timeout=30) == 1
    assert told in container.log.read_text()
    assert not (container.data / "PG_VERSION").exists()


def test_files_of_others_are_left_alone(container: Container) -> None:
    container.data.mkdir()
    (container.data / "thesis.txt").write_text("important")
    container.data.chmod(0o777)
    if user() is not None:
        shutil.chown(container.data, user())

    assert container.start().wait(timeout=30) == 1

    assert "holds files, but no database" in container.log.read_text()
    assert (container.data / "thesis.txt").read_text() == "important"


def test_other_commands_run_as_they_are(container: Container) -> None:
    assert container.start("sh", "-c", "exit 7").wait(timeout=30) == 7
    assert list(container.volume.iterdir()) == []
