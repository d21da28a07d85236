"""Plain helpers of the tests of the training image."""

from __future__ import annotations

import re
import socket
import subprocess
import time
import urllib.error
import urllib.request
from pathlib import Path

import pytest

TRAIN = Path(__file__).resolve().parent.parent
MLFLOW_IMAGE = TRAIN.parent / "images" / "mlflow"


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
        return probe.getsockname()[1]


def wait_for(url: str, process: subprocess.Popen, log: Path, seconds: float = 120) -> None:
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
