"""Plain helpers of all Python tests.

MLFLOW_SERVER_PYTHON names the Python with the packages of the MLflow image, and UV the program that
installed them; `node test/python.mjs` sets both.
"""

from __future__ import annotations

import os
import re
import socket
import subprocess
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

PROJECT = Path(__file__).resolve().parents[2]
TRAIN = PROJECT / "images" / "training"
PIPELINE = PROJECT / "images" / "pipeline"
MLFLOW_IMAGE = PROJECT / "images" / "mlflow"


def variable(name: str) -> str:
    """An environment variable of the tests. Fails the test if it is not set."""
    value = os.environ.get(name)
    if value is None:
        pytest.fail(f"{name} is not set; run `node test/python.mjs`")
    return value


def mlflow_python() -> str:
    """The Python with the packages of the MLflow image."""
    return variable("MLFLOW_SERVER_PYTHON")


def missing_packages(python: str) -> str:
    """What the packages of `python` need and it does not have, in words; empty if they fit."""
    command = [variable("UV"), "pip", "check", "--quiet", "--python", python]
    result = subprocess.run(command, capture_output=True, text=True, check=False)
    return "" if result.returncode == 0 else result.stdout + result.stderr


def environment_of(dockerfile: Path) -> dict[str, str]:
    """The variables that a Dockerfile sets, but for the folders, which belong to the container."""
    text = dockerfile.read_text().replace("\\\n", " ")
    instructions = re.findall(r"^ENV (.*)", text, flags=re.MULTILINE)
    pairs = dict(pair.split("=", 1) for line in instructions for pair in line.split())
    return {name: value for name, value in pairs.items() if not value.startswith("/tmp")}


def free_port() -> int:
    """A port on loopback that nothing listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
    return port


def wait_for(url: str, process: subprocess.Popen[bytes], log: Path, seconds: float = 600) -> None:
    """Return when `url` answers. Fails the test if `process` ends or takes too long."""
    deadline = time.monotonic() + seconds
    while True:
        try:
            with urllib.request.urlopen(url, timeout=5):
                return
        except (urllib.error.URLError, OSError):
            if process.poll() is not None or time.monotonic() > deadline:
                pytest.fail(f"{url} did not answer; the server said:\n{log.read_text()}")
            time.sleep(0.2)


@contextmanager
def starting_mlflow(folder: Path) -> Iterator[tuple[str, subprocess.Popen[bytes], Path]]:
    """The server of the MLflow image on a new database that the image prepared, still starting.

    Gives its address, its process and its log.
    """
    python = mlflow_python()
    port = free_port()
    environment = {
        **os.environ,
        **environment_of(MLFLOW_IMAGE / "Dockerfile"),
        "MLFLOW_BACKEND_STORE_URI": f"sqlite:///{folder}/mlflow.db",
        "MLFLOW_SERVER_ALLOWED_HOSTS": "127.0.0.1:*",
    }
    prepare = f'"{python}" "{MLFLOW_IMAGE}/prepare_database.py"'
    serve = f'"{python}" -m mlflow server --host 127.0.0.1 --port {port} --workers 1'
    command = f'{prepare} && exec {serve} --artifacts-destination "{folder}/artifacts"'
    log = folder / "server.log"
    with log.open("w") as output:
        process = subprocess.Popen(
            ["sh", "-c", command], env=environment, stdout=output, stderr=subprocess.STDOUT
        )
    try:
        yield f"http://127.0.0.1:{port}", process, log
    finally:
        process.terminate()
        process.wait(timeout=120)
