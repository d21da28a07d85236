"""The process as a container starts it: `python -m gourmetgram`."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from gourmetgram import __main__ as program
from networks import digit_network, food_network, saved

APPLICATION = Path(__file__).resolve().parents[1]
RunHere = Callable[[Path, int | str], tuple[int, str]]
COMMAND = [sys.executable, "-m", "gourmetgram"]


@pytest.fixture
def port() -> int:
    """A port that nothing listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        free: int = probe.getsockname()[1]
    return free


def environment_with(model: Path, port: int | str) -> dict[str, str]:
    """The environment of a container, which limits the threads too."""
    return {
        **os.environ,
        "MODEL_PATH": str(model),
        "PORT": str(port),
        "OMP_NUM_THREADS": "1",
        "PYTHONUNBUFFERED": "1",
    }


def get(address: str, timeout: float = 5) -> tuple[int, dict[str, Any]]:
    """Status and content of the answer at `address`."""
    try:
        with urllib.request.urlopen(address, timeout=timeout) as response:
            return response.status, json.load(response)
    except urllib.error.HTTPError as problem:
        with problem:
            return problem.code, json.load(problem)


def wait_until_alive(address: str, process: subprocess.Popen[bytes], log: Path) -> None:
    """Return when the process serves. Fails the test if it ends or takes a minute."""
    deadline = time.monotonic() + 60
    while True:
        try:
            assert get(f"{address}/live")[0] == 200
            return
        except OSError:
            if process.poll() is not None or time.monotonic() > deadline:
                pytest.fail(f"it does not serve:\n{log.read_text()}")
            time.sleep(0.1)


def test_an_unfit_model_is_served_until_told_to_stop(tmp_path: Path, port: int) -> None:
    log = tmp_path / "log"
    environment = environment_with(saved(digit_network(), tmp_path), port)
    address = f"http://127.0.0.1:{port}"
    with log.open("w") as output:
        process = subprocess.Popen(
            COMMAND, cwd=APPLICATION, env=environment, stdout=output, stderr=subprocess.STDOUT
        )
    try:
        wait_until_alive(address, process, log)
        status, answer = get(f"{address}/health")
        assert status == 503
        assert "(1, 1, 28, 28)" in answer["reason"]
        assert f"the model does not fit the application: {answer['reason']}" in log.read_text()
        assert get(f"{address}/test")[0] == 503
        request = urllib.request.Request(f"{address}/predict", data=b"picture")
        with pytest.raises(urllib.error.HTTPError, match="503"):
            urllib.request.urlopen(request, timeout=5)

        process.send_signal(signal.SIGTERM)
        # Requests that are on their way still get an answer.
        assert get(f"{address}/live")[0] == 200
        assert process.wait(timeout=120) == 0
    finally:
        process.kill()
        process.wait()


def test_without_a_model_it_ends_and_says_why(tmp_path: Path, port: int) -> None:
    path = tmp_path / "model.pth"
    environment = environment_with(path, port)
    ended = subprocess.run(
        COMMAND,
        cwd=APPLICATION,
        env=environment,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert ended.returncode == 1
    expected = f"gourmetgram: no usable model: there is no file {path}"
    assert ended.stderr.splitlines()[-1] == expected


@pytest.fixture
def run_here(monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]) -> RunHere:
    """Runs the program in this process, which has torch already: exit code and last line."""
    monkeypatch.setattr("signal.signal", lambda *_: None)
    monkeypatch.setattr("logging.basicConfig", lambda **_: None)

    def run(model: Path, port: int | str) -> tuple[int, str]:
        for name, value in environment_with(model, port).items():
            monkeypatch.setenv(name, value)
        code = program.main()
        return code, capfd.readouterr().err.splitlines()[-1]

    return run


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"not a model", "could not be read as a PyTorch model"),
        ({"weights": 1}, "holds an object of type dict and not a PyTorch model"),
    ],
)
def test_an_unusable_model_ends_it(
    tmp_path: Path, port: int, run_here: RunHere, content: object, reason: str
) -> None:
    path = saved(content, tmp_path)
    if isinstance(content, bytes):
        path.write_bytes(content)
    code, last_line = run_here(path, port)
    assert code == 1
    assert last_line.startswith(f"gourmetgram: no usable model: {path} {reason}")


def test_a_port_that_is_taken_ends_it(tmp_path: Path, run_here: RunHere) -> None:
    with socket.create_server(("0.0.0.0", 0)) as other:
        port = other.getsockname()[1]
        code, last_line = run_here(saved(food_network(), tmp_path), port)
    assert code == 1
    assert last_line.startswith(f"gourmetgram: cannot listen on port {port}: ")


def test_a_wrong_port_ends_it(tmp_path: Path, run_here: RunHere) -> None:
    code, last_line = run_here(tmp_path / "model.pth", "http")
    assert code == 2
    assert last_line == "gourmetgram: PORT='http' is not a number from 1 to 65535"
