"""The entry point of the Postgres image, with Debian's real Postgres 15.

POSTGRES_ROOT names the folder into which Debian's packages were unpacked; `node test/python.mjs`
sets it. Without it, an installed Postgres is used.
"""

from __future__ import annotations

import os
import re
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

from support import mlflow_python

ENTRYPOINT = Path(__file__).resolve().parent.parent / "docker-entrypoint.sh"
PREPARE_DATABASE = ENTRYPOINT.parent.parent / "mlflow" / "prepare_database.py"
ROOT = Path(os.environ.get("POSTGRES_ROOT", "/"))
BINARIES = "usr/lib/postgresql/15/bin"
PASSWORD = "p'w\"d $x"
# Postgres refuses root, and needs a user that has a name.
USER = "nobody" if os.geteuid() == 0 else None

pytestmark = pytest.mark.skipif(
    not (ROOT / BINARIES / "initdb").exists(), reason="needs Debian's postgresql-15"
)


class Container:
    """What a container of the image would be: a volume, an environment and at most one server."""

    def __init__(self, volume: Path, root: Path) -> None:
        self.volume = volume
        self.binaries = root / BINARIES
        self.entrypoint = volume.parent / ENTRYPOINT.name
        shutil.copy(ENTRYPOINT, self.entrypoint)
        self.data = volume / "pgdata"
        self.log = volume.parent / "log"
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = probe.getsockname()[1]
        self.environment = {
            "PATH": f"{self.binaries}:/usr/bin:/bin",
            "LD_LIBRARY_PATH": ":".join(
                str(each) for top in ("lib", "usr/lib") for each in (root / top).glob("*-linux-gnu")
            ),
            "LANG": "C.UTF-8",
            "PGDATA": str(self.data),
            "POSTGRES_USER": "mlflow",
            "POSTGRES_DB": 'ml"flow',
            "POSTGRES_PASSWORD": PASSWORD,
        }
        self.process: subprocess.Popen[bytes] | None = None

    def start(self, *arguments: str) -> subprocess.Popen[bytes]:
        """Start the entry point, by default as a server whose socket is in the volume."""
        arguments = arguments or ("-p", str(self.port), "-k", str(self.volume))
        with self.log.open("w") as output:
            self.process = subprocess.Popen(
                [self.entrypoint, *arguments],
                env=self.environment,
                cwd=self.volume,
                stdout=output,
                stderr=output,
                user=USER,
                start_new_session=True,
            )
        return self.process

    def query(
        self, sql: str, database: str = 'ml"flow', password: str = PASSWORD
    ) -> subprocess.CompletedProcess[str]:
        """Ask the server over TCP."""
        connection = ["-h", "127.0.0.1", "-p", str(self.port), "-U", "mlflow", "-d", database]
        environment = {**self.environment, "PGPASSWORD": password}
        return subprocess.run(
            [self.binaries / "psql", "-w", "-At", *connection, "-c", sql],
            env=environment,
            capture_output=True,
            text=True,
            check=False,
        )

    def wait_until_ready(self) -> None:
        """Return when the server accepts connections."""
        deadline = time.monotonic() + 60
        while self.query("SELECT 1").returncode != 0:
            assert self.running().poll() is None and time.monotonic() < deadline, (
                self.log.read_text()
            )
            time.sleep(0.1)

    def running(self) -> subprocess.Popen[bytes]:
        """The server, which was started."""
        assert self.process is not None
        return self.process

    def stop(self) -> int:
        """End the server as a container runtime does, and return its exit code."""
        self.running().send_signal(signal.SIGINT)
        return self.running().wait(timeout=120)

    def kill(self) -> None:
        """End all processes at once, as when a container is killed or its machine fails."""
        os.killpg(self.running().pid, signal.SIGKILL)
        self.running().wait()


@pytest.fixture(scope="session")
def root() -> Iterator[Path]:
    """The folder in which Postgres is, where the user of the server may enter."""
    if Path("/") == ROOT:
        yield ROOT
        return
    with tempfile.TemporaryDirectory(prefix="postgres-") as folder:
        Path(folder).chmod(0o755)
        # Without what no query here needs, which is most of it.
        without = shutil.ignore_patterns("libLLVM*", "doc", "locale", "man", "perl*")
        shutil.copytree(ROOT, Path(folder, "root"), symlinks=True, ignore=without)
        yield Path(folder, "root")


@pytest.fixture
def container(root: Path) -> Iterator[Container]:
    """A container with an empty volume. Not in pytest's folder, which other users may not enter."""
    folder = Path(tempfile.mkdtemp(prefix="postgres-test-"))
    volume = folder / "volume"
    volume.mkdir()
    folder.chmod(0o777)
    volume.chmod(0o777)
    made = Container(volume, root)
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
    deadline = time.monotonic() + 60
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


def test_mlflow_waits_for_it_and_makes_its_tables(container: Container) -> None:
    password = urllib.parse.quote(PASSWORD)
    uri = f'postgresql://mlflow:{password}@127.0.0.1:{container.port}/ml"flow'
    environment = {**os.environ, "MLFLOW_BACKEND_STORE_URI": uri}
    command: list[str | Path] = [mlflow_python(), PREPARE_DATABASE]
    with subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, text=True) as waiting:
        assert waiting.stdout is not None
        assert "waiting for" in waiting.stdout.readline()
        assert "Connection refused" in waiting.stdout.readline()
        container.start()
        told = waiting.stdout.read()
    assert waiting.returncode == 0, told
    assert told.endswith("done\n")
    assert container.query("SELECT count(*) FROM registered_models").stdout == "0\n"


# What MLflow's own `upgrade` does with a new database, ending at an older version.
MAKE_OLDER_TABLES = """
import sys
from alembic import command
from alembic.script import ScriptDirectory
from mlflow.store.db import utils
from mlflow.store.tracking.dbmodels.initial_models import Base
from sqlalchemy import create_engine
engine = create_engine(sys.argv[1])
config = utils._get_alembic_config("")
scripts = ScriptDirectory.from_config(config)
older = scripts.get_revision(scripts.get_current_head()).down_revision
Base.metadata.create_all(engine)
with engine.begin() as connection:
    config.attributes["connection"] = connection
    command.upgrade(config, older)
print(older)
"""


def test_mlflow_copies_it_before_it_upgrades_its_tables(container: Container) -> None:
    container.start()
    container.wait_until_ready()
    password = urllib.parse.quote(PASSWORD)
    uri = f'postgresql://mlflow:{password}@127.0.0.1:{container.port}/ml"flow'
    made = subprocess.run(
        [mlflow_python(), "-c", MAKE_OLDER_TABLES, uri], capture_output=True, text=True, check=False
    )
    assert made.returncode == 0, made.stderr
    older = made.stdout.split()[-1]
    container.query("INSERT INTO registered_models (name) VALUES ('kept')")
    for day in ("20200101", "20210101"):
        container.query(f'CREATE DATABASE "ml""flow_{day}_0123abcd"')

    def prepare(**variables: str) -> str:
        environment = {**os.environ, "MLFLOW_BACKEND_STORE_URI": uri, **variables}
        result = subprocess.run(
            [mlflow_python(), PREPARE_DATABASE],
            env=environment,
            capture_output=True,
            text=True,
            check=False,
        )
        assert result.returncode == 0, result.stdout
        return result.stdout

    def copies() -> list[str]:
        names = container.query("SELECT datname FROM pg_database WHERE datname LIKE 'ml%_\\_%'")
        return sorted(names.stdout.split())

    # Somebody is connected, as the MLflow before is until its pod has ended.
    with subprocess.Popen(
        [container.binaries / "psql", uri, "-c", "SELECT pg_sleep(600)"],
        env=container.environment,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    ) as other:
        told = prepare(COPY_BEFORE_UPGRADE="true")
        assert other.wait(timeout=120) != 0
    name = told.split("copied the database first, as ")[1].splitlines()[0]
    assert re.fullmatch(rf'ml"flow_{time.strftime("%Y%m%d", time.gmtime())}_\d{{6}}_{older}', name)
    assert 'deleted the old copy ml"flow_20200101_0123abcd' in told
    assert copies() == ['ml"flow_20210101_0123abcd', name]
    upgraded = container.query("SELECT version_num FROM alembic_version").stdout
    assert upgraded.strip() != older

    # The way back, as docs/how-to/update.md says it.
    for old, new in (('ml"flow', "upgraded"), (name, 'ml"flow')):
        names = [each.replace('"', '""') for each in (old, new)]
        done = container.query('ALTER DATABASE "{}" RENAME TO "{}"'.format(*names), "postgres")
        assert done.returncode == 0, done.stderr
    assert container.query("SELECT version_num FROM alembic_version").stdout.strip() == older
    assert container.query("SELECT name FROM registered_models").stdout == "kept\n"

    told = prepare()
    assert "no copy is made, because the database is not the lab's own" in told


COPY = """
import sys
sys.path.insert(0, sys.argv[1])
import database_copy
from sqlalchemy import make_url
print(database_copy.make(make_url(sys.argv[2]), "0123abcd"))
"""


def test_each_copy_is_of_its_time_and_the_first_of_a_day_stays(container: Container) -> None:
    container.start()
    container.wait_until_ready()
    password = urllib.parse.quote(PASSWORD)
    uri = f'postgresql://mlflow:{password}@127.0.0.1:{container.port}/ml"flow'
    day = time.strftime("%Y%m%d", time.gmtime())
    # As releases up to 0.3.0 named it.
    container.query(f'CREATE DATABASE "ml""flow_{day}_0123abcd"')
    made = []
    for number in range(3):
        container.query(f"CREATE TABLE work_{number} ()")
        result = subprocess.run(
            [mlflow_python(), "-c", COPY, PREPARE_DATABASE.parent, uri],
            capture_output=True,
            text=True,
            check=False,
        )
        assert result.returncode == 0, result.stderr
        made.append(result.stdout.strip())
        time.sleep(1)

    names = container.query("SELECT datname FROM pg_database WHERE datname LIKE 'ml%_\\_%'")
    assert sorted(names.stdout.split()) == sorted([f'ml"flow_{day}_0123abcd', made[2]])
    tables = "SELECT count(*) FROM pg_tables WHERE tablename LIKE 'work%'"
    assert container.query(tables, made[2]).stdout == "3\n"


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
    assert container.start().wait(timeout=120) == 1
    assert told in container.log.read_text()
    assert not (container.data / "PG_VERSION").exists()


def test_files_of_others_are_left_alone(container: Container) -> None:
    container.data.mkdir()
    (container.data / "thesis.txt").write_text("important")
    container.data.chmod(0o777)
    if USER is not None:
        shutil.chown(container.data, USER)

    assert container.start().wait(timeout=120) == 1

    assert "holds files, but no database" in container.log.read_text()
    assert (container.data / "thesis.txt").read_text() == "important"


def test_other_commands_run_as_they_are(container: Container) -> None:
    assert container.start("sh", "-c", "exit 7").wait(timeout=120) == 7
    assert list(container.volume.iterdir()) == []
