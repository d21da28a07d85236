"""The deployment to staging, against a stand-in for Kubernetes."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from clock import Clock
from conftest import COMMIT, IMAGE
from gourmetgram_pipeline import deploy, step
from stub_kubernetes import StubKubernetes

Outputs = Callable[[], dict[str, str]]
URL = "http://gourmetgram.gourmetgram-staging.svc.cluster.local:8000"


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """Short times, which pass only while the step waits: a slow machine changes nothing."""
    monkeypatch.setattr(deploy, "time", Clock())
    monkeypatch.setattr(deploy, "POLL", 0.01)
    monkeypatch.setattr(deploy, "GRACE", 0.1)
    monkeypatch.setattr(deploy, "DEADLINE", 1.0)


def then(cluster: StubKubernetes, *statuses: dict[str, Any]) -> None:
    """Let a pod of the release appear at once, whose container is in each of these in turn."""

    def live(count: int) -> None:
        if count == 1:
            cluster.add_pod(statuses[0])
        elif count <= len(statuses):
            cluster.pods[-1]["status"]["containerStatuses"][0].update(statuses[count - 1])

    cluster.on_list = live


def waiting(reason: str, message: str = "") -> dict[str, Any]:
    """A container that waits."""
    return {"state": {"waiting": {"reason": reason, "message": message}}, "started": False}


def terminated(reason: str, exit_code: int, message: str = "") -> dict[str, Any]:
    """Why a container ended."""
    return {"terminated": {"reason": reason, "exitCode": exit_code, "message": message}}


RUNNING = {"state": {"running": {}}, "started": False}
STARTED = {"state": {"running": {}}, "started": True}


def test_deploys_and_waits_until_the_process_has_started(
    cluster: StubKubernetes, outputs: Outputs, capsys: pytest.CaptureFixture[str]
) -> None:
    then(cluster, waiting("ContainerCreating"), RUNNING, RUNNING, STARTED)

    assert step.run(deploy.deploy) == 0

    assert outputs() == {"staging-url": URL}
    assert cluster.lists == 4
    assert cluster.patches == [
        {
            "spec": {
                "replicas": 1,
                "template": {
                    "metadata": {
                        "labels": {"gourmetgram.dev/model-version": "7"},
                        "annotations": {
                            "gourmetgram.dev/image": IMAGE,
                            "gourmetgram.dev/application-commit": COMMIT,
                            "gourmetgram.dev/training-image": (
                                "registry:5000/gourmetgram-train@sha256:1f"
                            ),
                            "gourmetgram.dev/workflow": "build-container-image-x7k2p",
                        },
                    },
                    "spec": {"containers": [{"name": "gourmetgram", "image": IMAGE}]},
                },
            }
        }
    ]
    log = capsys.readouterr().out
    assert log.count("runs and loads its model") == 1
    assert "waits (ContainerCreating)" in log


def test_same_image_again_waits_for_a_new_pod(
    cluster: StubKubernetes, outputs: Outputs, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Neither a pod of the workflow before nor one that is going away counts."""
    then(cluster, STARTED)
    assert step.run(deploy.deploy) == 0
    monkeypatch.setenv("ARGO_WORKFLOW_NAME", "build-container-image-second")
    cluster.on_list = lambda _count: None
    assert step.run(deploy.deploy) == 1
    cluster.add_pod(STARTED, deletionTimestamp="2026-01-01T00:00:30Z")
    assert step.run(deploy.deploy) == 1
    cluster.add_pod(STARTED)
    assert step.run(deploy.deploy) == 0


@pytest.mark.parametrize("state", ["state", "lastState"])
def test_model_that_needs_too_much_memory(
    cluster: StubKubernetes, state: str, outputs: Outputs, capsys: pytest.CaptureFixture[str]
) -> None:
    then(cluster, RUNNING, {**RUNNING, state: terminated("OOMKilled", 137)})
    assert step.run(deploy.deploy) == 1
    assert capsys.readouterr().err == (
        "model version 7 could not be deployed to staging: the container was killed for want of "
        "memory (OOMKilled): it may use 512Mi and this model needs more. Train a smaller model.\n"
    )
    assert outputs() == {}


def test_process_that_ends(cluster: StubKubernetes, capsys: pytest.CaptureFixture[str]) -> None:
    end = terminated("Error", 1, "loading…\nthe model /app/model/data/model.pth is corrupt\n")
    then(cluster, {**waiting("CrashLoopBackOff"), "lastState": end})
    assert step.run(deploy.deploy) == 1
    told = capsys.readouterr().err
    assert "ended with exit code 1 (Error) instead of serving" in told
    assert "It said: loading… the model /app/model/data/model.pth is corrupt" in told


def test_image_that_cannot_be_pulled(
    cluster: StubKubernetes, capsys: pytest.CaptureFixture[str]
) -> None:
    then(
        cluster,
        waiting("ErrImagePull", "dial tcp: refused"),
        waiting("ImagePullBackOff", "Back-off"),
    )
    assert step.run(deploy.deploy) == 1
    told = capsys.readouterr().err
    assert f"its image {IMAGE} cannot be pulled (ImagePullBackOff): Back-off" in told
    assert "Is the registry running" in told
    assert cluster.lists > 10  # For all the time that it is given.


def test_image_that_is_pulled_after_all(cluster: StubKubernetes, outputs: Outputs) -> None:
    then(cluster, waiting("ErrImagePull"), waiting("ContainerCreating"), STARTED)
    assert step.run(deploy.deploy) == 0
    assert outputs() == {"staging-url": URL}


def test_configuration_error_is_not_waited_for(
    cluster: StubKubernetes, capsys: pytest.CaptureFixture[str]
) -> None:
    then(cluster, waiting("CreateContainerConfigError", 'secret "x" not found'))
    assert step.run(deploy.deploy) == 1
    assert 'CreateContainerConfigError): secret "x" not found.' in capsys.readouterr().err
    assert cluster.lists == 1


def test_quota(cluster: StubKubernetes, capsys: pytest.CaptureFixture[str]) -> None:
    cluster.deployment["status"]["conditions"] = [
        {
            "type": "ReplicaFailure",
            "status": "True",
            "reason": "FailedCreate",
            "message": 'pods "gourmetgram-1" is forbidden: exceeded quota: staging',
        }
    ]
    assert step.run(deploy.deploy) == 1
    told = capsys.readouterr().err
    assert "cannot be made (FailedCreate)" in told
    assert "exceeded quota: staging. Free some of the quota, or raise it." in told


def test_pod_that_no_node_takes(
    cluster: StubKubernetes, capsys: pytest.CaptureFixture[str]
) -> None:
    def pend(count: int) -> None:
        if count == 1:
            pod = cluster.add_pod({})
            reason = {"reason": "Unschedulable", "message": "0/1 nodes: 1 Insufficient cpu"}
            condition = {"type": "PodScheduled", "status": "False", **reason}
            pod["status"] = {"phase": "Pending", "conditions": [condition]}

    cluster.on_list = pend
    assert step.run(deploy.deploy) == 1
    told = capsys.readouterr().err
    assert "has not started within 1 s: no node takes its pod gourmetgram-0" in told
    assert "Insufficient cpu" in told


def test_model_that_never_finishes_loading(
    cluster: StubKubernetes, capsys: pytest.CaptureFixture[str]
) -> None:
    then(cluster, RUNNING)
    assert step.run(deploy.deploy) == 1
    assert "within 1 s: pod gourmetgram-0 runs and loads its model." in capsys.readouterr().err


def test_controller_that_does_not_notice(
    cluster: StubKubernetes, capsys: pytest.CaptureFixture[str]
) -> None:
    cluster.observes = False
    assert step.run(deploy.deploy) == 1
    assert "Kubernetes has not taken notice yet" in capsys.readouterr().err


def test_change_by_somebody_else(
    cluster: StubKubernetes, capsys: pytest.CaptureFixture[str]
) -> None:
    def change(count: int) -> None:
        labels = cluster.deployment["spec"]["template"]["metadata"]["labels"]
        labels["gourmetgram.dev/model-version"] = "8"

    cluster.on_list = change
    assert step.run(deploy.deploy) == 1
    assert "changed to another release" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("refusals", "code"),
    [([(503, "overloaded")] * 2, 0), ([(429, "slowly")], 0), ([(500, "etcd")] * 9, 1)],
)
def test_kubernetes_that_cannot_now(
    cluster: StubKubernetes, refusals: list[tuple[int, str]], code: int, outputs: Outputs
) -> None:
    cluster.refusals = refusals
    then(cluster, STARTED)
    assert step.run(deploy.deploy) == code
    assert bool(outputs()) == (code == 0)


@pytest.mark.parametrize(
    ("refusal", "told"),
    [
        ((403, 'User "x" cannot patch'), 'User "x" cannot patch. The workflow\'s service account'),
        (
            (404, 'deployments.apps "gourmetgram" not found'),
            "Run `npm run up`, which makes staging",
        ),
        ((422, "Deployment is invalid"), "Kubernetes answers 422: Deployment is invalid"),
    ],
)
def test_kubernetes_that_refuses(
    cluster: StubKubernetes,
    refusal: tuple[int, str],
    told: str,
    capsys: pytest.CaptureFixture[str],
) -> None:
    cluster.refusals = [refusal]
    assert step.run(deploy.deploy) == 1
    said = capsys.readouterr()
    assert told in said.err
    assert "attempt" not in said.out


def test_unreachable_kubernetes(
    cluster: StubKubernetes, nobody: str, capsys: pytest.CaptureFixture[str], environment: Any
) -> None:
    cluster.address = f"http://{nobody}"
    cluster.write_kubeconfig(environment / "kubeconfig")
    assert step.run(deploy.deploy) == 1
    told = capsys.readouterr()
    assert "Kubernetes does not answer" in told.err
    assert "attempt 1 failed" in told.out


def test_outside_of_a_pod(
    cluster: StubKubernetes, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.delenv("KUBECONFIG")
    monkeypatch.delenv("KUBERNETES_SERVICE_HOST", raising=False)
    assert step.run(deploy.deploy) == 2
    assert "Run this in a pod, or set KUBECONFIG" in capsys.readouterr().err
