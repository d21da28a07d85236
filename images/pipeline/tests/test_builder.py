"""Starting BuildKit and stopping it, with a stand-in for the API server."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from clock import Clock
from gourmetgram_pipeline import build, builder, step
from gourmetgram_pipeline.builder import Builder, sight_of
from gourmetgram_pipeline.step import Failure, TemporaryFailure
from stub_buildctl import Buildctl
from stub_builder import StubBuilder
from support import free_port


@pytest.fixture
def buildctl(tmp_path: Path, kubernetes: StubBuilder, monkeypatch: pytest.MonkeyPatch) -> Buildctl:
    """BuildKit, which does not run yet."""
    (tmp_path / "bin").mkdir()
    stub = Buildctl(tmp_path / "bin")
    monkeypatch.setattr(build, "BUILDCTL", str(stub.program))
    monkeypatch.setattr(builder, "POLL", 0.01)
    monkeypatch.setenv("BUILDKIT_ADDRESS", f"tcp://127.0.0.1:{free_port()}")
    return stub


@pytest.fixture
def listener(buildctl: Buildctl) -> Iterator[socket.socket]:
    """BuildKit runs."""
    port = int(os.environ["BUILDKIT_ADDRESS"].rsplit(":", 1)[1])
    with socket.create_server(("127.0.0.1", port)) as server:
        yield server


def test_runs_for_as_long_as_something_is_built(
    listener: socket.socket, kubernetes: StubBuilder
) -> None:
    it = Builder()
    with it.running():
        assert kubernetes.scales == [1]
        it.wait()
    assert kubernetes.scales == [1, 0]


def test_is_stopped_when_the_build_fails(buildctl: Buildctl, kubernetes: StubBuilder) -> None:
    with pytest.raises(Failure), Builder().running():
        raise Failure("no")
    assert kubernetes.scales == [1, 0]


def test_goes_on_while_something_else_is_built(buildctl: Buildctl, kubernetes: StubBuilder) -> None:
    buildctl.has_builds("COMPLETE", "STARTED")
    Builder().stop()
    assert kubernetes.scales == []
    buildctl.has_builds("COMPLETE")
    Builder().stop()
    assert kubernetes.scales == [0]


def test_is_left_for_the_build_unless_there_is_none(
    buildctl: Buildctl, kubernetes: StubBuilder
) -> None:
    with Builder().left_for_the_build():
        pass
    assert kubernetes.scales == []
    with pytest.raises(Failure), Builder().left_for_the_build():
        raise Failure("no")
    assert kubernetes.scales == [0]


def test_is_waited_for_and_started_again_if_another_build_stopped_it(
    buildctl: Buildctl,
    kubernetes: StubBuilder,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setattr(builder, "LOOK", 0.05)
    kubernetes.pods = [pod({"phase": "Pending"})]
    port = int(os.environ["BUILDKIT_ADDRESS"].rsplit(":", 1)[1])
    servers: list[socket.socket] = []
    timer = threading.Timer(0.3, lambda: servers.append(socket.create_server(("127.0.0.1", port))))
    timer.start()
    Builder().wait()
    timer.join()
    servers[0].close()
    assert set(kubernetes.scales) == {1}
    assert "Waiting for BuildKit: its pod buildkitd-x starts" in capsys.readouterr().out


def test_says_why_it_does_not_start(
    buildctl: Buildctl, kubernetes: StubBuilder, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(builder, "LOOK", 0.05)
    monkeypatch.setattr(builder, "STARTUP", 0.2)
    waiting = {"state": {"waiting": {"reason": "ErrImagePull", "message": "not found"}}}
    kubernetes.pods = [pod({"containerStatuses": [waiting]})]
    with pytest.raises(Failure, match=r"does not run \(ErrImagePull\) not found"):
        Builder().wait()
    kubernetes.pods = []
    with pytest.raises(Failure, match="it has no pod"):
        Builder().wait()


def test_waits_longer_for_room_on_a_node_than_for_a_pod_to_start(
    buildctl: Buildctl, kubernetes: StubBuilder, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(builder, "STARTUP", 20.0)
    monkeypatch.setattr(builder, "ROOM", (50.0, 50.0))
    no_room = {"type": "PodScheduled", "status": "False", "message": "Insufficient cpu."}
    kubernetes.pods = [pod({"conditions": [no_room]})]
    clock = Clock()
    monkeypatch.setattr(builder, "time", clock)
    with pytest.raises(Failure, match="no node takes its pod buildkitd-x: Insufficient cpu"):
        Builder().wait()
    assert clock.now == pytest.approx(50, abs=1)

    # Once a node has taken it, what it has left is what any pod has to start.
    class TakenLate(Clock):
        def sleep(self, seconds: float) -> None:
            super().sleep(seconds)
            if self.now >= 40:
                kubernetes.pods = [pod({})]

    clock = TakenLate()
    monkeypatch.setattr(builder, "time", clock)
    with pytest.raises(Failure, match="its pod buildkitd-x starts"):
        Builder().wait()
    assert clock.now == pytest.approx(60, abs=builder.LOOK + 1)


@pytest.mark.parametrize(
    ("status", "told"),
    [
        (
            {"conditions": [{"type": "PodScheduled", "status": "False", "message": "0/1 nodes"}]},
            "no node takes its pod buildkitd-x: 0/1 nodes",
        ),
        (
            {"containerStatuses": [{"state": {"terminated": {"reason": "OOMKilled"}}}]},
            "its pod buildkitd-x does not run (OOMKilled)",
        ),
        ({"containerStatuses": [{"state": {"running": {}}}]}, "its pod buildkitd-x starts"),
        (
            {"phase": "Failed", "reason": "NodeHasDiskPressure", "message": "Pod was rejected"},
            "its pod buildkitd-x was ended (NodeHasDiskPressure) Pod was rejected",
        ),
    ],
)
def test_what_is_to_be_seen_of_a_pod(status: dict[str, Any], told: str) -> None:
    assert sight_of(pod(status)).strip() == told


EVICTED = {"phase": "Failed", "reason": "Evicted"}
OVER_VOLUME = {**EVICTED, "message": 'Usage of EmptyDir volume "cache" exceeds the limit "10Gi". '}
OVER_POD = {
    **EVICTED,
    "message": "Pod ephemeral local storage usage exceeds the total limit of containers 10Gi. ",
}
OVER_CONTAINER = {
    **EVICTED,
    "message": 'Container buildkitd exceeded its local ephemeral storage limit "10Gi". ',
}
NODE_FULL = {**EVICTED, "message": "The node was low on resource: ephemeral-storage. "}


@pytest.mark.parametrize("status", [OVER_VOLUME, OVER_POD, OVER_CONTAINER])
def test_pod_that_wrote_more_than_it_may(
    buildctl: Buildctl, kubernetes: StubBuilder, status: dict[str, Any]
) -> None:
    it = Builder()
    it.require_within_limit()
    kubernetes.pods = [pod(status), pod({"phase": "Running"}, "buildkitd-y")]
    with pytest.raises(Failure, match=r"10Gi\"?\. What .* raise `buildCacheStorage`") as raised:
        it.require_within_limit()
    assert status["message"].strip() in str(raised.value)
    # Told once.
    it.require_within_limit()


@pytest.mark.parametrize("status", [NODE_FULL, {"phase": "Failed", "reason": "Evicted"}])
def test_pod_that_had_to_go_for_another_reason(
    buildctl: Buildctl, kubernetes: StubBuilder, status: dict[str, Any]
) -> None:
    it = Builder()
    it.require_within_limit()
    kubernetes.pods = [pod(status)]
    it.require_within_limit()


def test_pod_of_an_earlier_build_is_no_failure_of_this_one(
    buildctl: Buildctl, kubernetes: StubBuilder, capsys: pytest.CaptureFixture[str]
) -> None:
    it = Builder()
    kubernetes.pods = [pod(OVER_VOLUME)]
    kubernetes.refusals = [503]
    it.require_within_limit()
    assert "is not known" in capsys.readouterr().out
    it.require_within_limit()
    it.require_within_limit()


def test_asks_again_where_that_may_help(buildctl: Buildctl, kubernetes: StubBuilder) -> None:
    kubernetes.refusals = [503, 429]
    Builder().start()
    assert kubernetes.scales == [1]


def test_without_the_right_to_start_it(buildctl: Buildctl, kubernetes: StubBuilder) -> None:
    kubernetes.refusals = [403]
    with pytest.raises(Failure, match=r"came to 403.*Run `npm run up`") as raised:
        Builder().start()
    assert not isinstance(raised.value, TemporaryFailure)


def test_stopping_never_fails_a_step(
    buildctl: Buildctl, kubernetes: StubBuilder, capsys: pytest.CaptureFixture[str]
) -> None:
    kubernetes.refusals = [500]
    Builder().stop()
    assert "BuildKit was not stopped" in capsys.readouterr().out


def test_finds_the_api_server_as_every_pod_does(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.delenv("KUBERNETES_SERVICE_HOST", raising=False)
    monkeypatch.setattr(builder, "ACCOUNT", tmp_path)
    with pytest.raises(step.BadInput, match="KUBERNETES_SERVICE_HOST is not set"):
        builder.api_server()
    with pytest.raises(step.BadInput, match="no token"):
        builder.token()
    monkeypatch.setenv("KUBERNETES_SERVICE_HOST", "10.96.0.1")
    monkeypatch.setenv("KUBERNETES_SERVICE_PORT", "6443")
    assert builder.api_server() == "https://10.96.0.1:6443"


def test_step_that_is_terminated_cleans_up(tmp_path: Path) -> None:
    program = (
        "import signal, sys, time; from gourmetgram_pipeline import __main__ as main\n"
        "signal.signal(signal.SIGTERM, main.stop)\n"
        "try:\n print('ready', flush=True); time.sleep(30)\n"
        "finally:\n print('cleaning up', flush=True); input(); print('cleaned up', flush=True)\n"
    )
    process = subprocess.Popen(
        [sys.executable, "-c", program],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
    )
    assert process.stdout is not None
    assert process.stdout.readline() == "ready\n"
    process.send_signal(signal.SIGTERM)
    assert process.stdout.readline() == "cleaning up\n"
    process.send_signal(signal.SIGTERM)
    assert process.communicate("go on\n", timeout=60)[0] == "cleaned up\n"
    assert process.returncode == 128 + signal.SIGTERM


def pod(status: dict[str, Any], name: str = "buildkitd-x") -> dict[str, Any]:
    """A pod of BuildKit."""
    metadata = {"name": name, "creationTimestamp": "2026-01-01T00:00:00Z"}
    return {"metadata": metadata, "status": status}
