"""The build of the application's image, with a stand-in for BuildKit's command line."""

from __future__ import annotations

import os
import socket
from collections.abc import Callable, Iterator
from pathlib import Path

import mlflow
import pytest

from conftest import COMMIT
from gourmetgram_pipeline import (
    build,
    build_image,
    builder,
    buildkit,
    registered_model,
    step,
)
from stub_buildctl import DIGEST, Buildctl
from stub_builder import StubBuilder

Outputs = Callable[[], dict[str, str]]
PUSH = "registry.kube-system.svc.cluster.local:5000/gourmetgram-app"
BASE = "registry.kube-system.svc.cluster.local:5000/gourmetgram-app-base@sha256:" + "b" * 64
COMMITTED_AT = 1735689600
BEFORE = {
    "commit": COMMIT,
    "training-image": "registry:5000/gourmetgram-train@sha256:1f",
    "model-sha256": "c" * 64,
}
"""What the steps clone and download-model have told."""


@pytest.fixture
def buildctl(
    tmp_path: Path, workspace: Path, kubernetes: StubBuilder, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Buildctl]:
    """A build that is ready to begin, of model version 3; nothing is in MLflow yet."""
    (workspace / "application").mkdir()
    (workspace / "application" / "Dockerfile").write_text("FROM scratch\n")
    os.utime(workspace / "application" / "Dockerfile", (COMMITTED_AT, COMMITTED_AT))
    (workspace / "model" / "data").mkdir(parents=True)
    (workspace / "model" / "data" / "model.pth").write_bytes(b"weights")
    (tmp_path / "bin").mkdir()
    (tmp_path / "outputs").mkdir()
    for name, value in BEFORE.items():
        (tmp_path / "outputs" / name).write_text(value)
    stub = Buildctl(tmp_path / "bin")
    monkeypatch.setattr(build, "BUILDCTL", str(stub.program))
    with socket.create_server(("127.0.0.1", 0)) as listener:
        for name, value in {
            "BUILDKIT_ADDRESS": f"tcp://127.0.0.1:{listener.getsockname()[1]}",
            "MODEL_VERSION": "3",
            "APP_REPOSITORY": "http://app-repository:8080/gourmetgram.git",
            "APP_BASE_IMAGE": BASE,
            "PUSH_REPOSITORY": PUSH,
            "PULL_REPOSITORY": "localhost:30500/gourmetgram-app",
            "ARGO_WORKFLOW_NAME": "build-container-image-x7k2p",
        }.items():
            monkeypatch.setenv(name, value)
        yield stub


def test_builds_pushes_and_notes_the_image(
    buildctl: Buildctl,
    version: str,
    workspace: Path,
    kubernetes: StubBuilder,
    outputs: Outputs,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setenv("MODEL_VERSION", version)

    assert step.run(build_image.build_image) == 0
    assert kubernetes.scales == [1, 0]

    image = f"localhost:30500/gourmetgram-app@{DIGEST}"
    assert outputs() == {**BEFORE, "image-digest": DIGEST, "image": image}
    tags = dict(mlflow.MlflowClient().get_model_version(registered_model.NAME, version).tags)
    del tags[registered_model.DIGEST_TAG]
    assert tags == {
        "image_digest": DIGEST,
        "image": image,
        "application_commit": COMMIT,
        "workflow": "build-container-image-x7k2p",
    }
    context = workspace / "application"
    [call] = buildctl.calls()
    metadata_file = call.pop()
    assert not Path(metadata_file).exists()
    assert call == [
        *("--addr", os.environ["BUILDKIT_ADDRESS"], "build", "--progress=plain"),
        *("--frontend", "dockerfile.v0"),
        *("--local", f"context={context}", "--local", f"dockerfile={context}"),
        *("--opt", f"build-arg:BASE_IMAGE={BASE}"),
        *("--opt", f"build-arg:SOURCE_DATE_EPOCH={COMMITTED_AT}"),
        *("--opt", f"build-arg:MODEL_VERSION={version}"),
        *("--opt", f"build-arg:MODEL_SHA256={'c' * 64}"),
        *("--opt", f"build-arg:APPLICATION_COMMIT={COMMIT}"),
        *("--opt", f"label:org.opencontainers.image.revision={COMMIT}"),
        *(
            "--opt",
            "label:org.opencontainers.image.source=http://app-repository:8080/gourmetgram.git",
        ),
        *("--opt", f"label:dev.gourmetgram.model-version={version}"),
        *("--opt", f"label:dev.gourmetgram.model-sha256={'c' * 64}"),
        *(
            "--opt",
            "label:dev.gourmetgram.training-image=registry:5000/gourmetgram-train@sha256:1f",
        ),
        *("--import-cache", f"type=registry,ref={PUSH}:build-cache"),
        *("--import-cache", f"type=registry,ref={PUSH}:build-cache-model-{version}-{COMMIT[:7]}"),
        *("--output", f"type=image,name={PUSH}:model-{version}-{COMMIT[:7]},push=true"),
        "--metadata-file",
    ]
    assert "load build definition" in capsys.readouterr().out
    cache = buildctl.cache_call()
    solve = call[: call.index("--output")]
    last = f"{PUSH}:build-cache"
    how = "mode=max,image-manifest=true,oci-mediatypes=true"
    assert cache == [
        *solve,
        *("--export-cache", f"type=registry,ref={last},{how}"),
        *("--export-cache", f"type=registry,ref={last}-model-{version}-{COMMIT[:7]},{how}"),
    ]


def test_build_is_good_without_its_cache(
    buildctl: Buildctl,
    version: str,
    outputs: Outputs,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setenv("MODEL_VERSION", version)
    buildctl.says_of_the_cache("error: failed to solve: 507 Insufficient Storage")
    assert step.run(build_image.build_image) == 0
    assert outputs()["image-digest"] == DIGEST
    assert "so the next build is slower: error: failed to solve: 507" in capsys.readouterr().out


CANNOT_DIAL = 'do request: Head "http://registry:5000/v2/": dial tcp: connect: connection refused'


@pytest.mark.parametrize(
    ("said", "told", "again"),
    [
        (
            f"failed to push {PUSH}:model-3: failed to {CANNOT_DIAL}",
            [f"not pushed to PUSH_REPOSITORY={PUSH}", "cannot be reached", "Is it running"],
            True,
        ),
        (
            f"failed to push {PUSH}:model-3: unexpected status from PUT request: 503 Unavailable",
            ["not pushed", "cannot be reached"],
            True,
        ),
        (
            f"failed to push {PUSH}:model-3: insufficient_scope: authorization failed",
            ["not pushed", "registry refuses it", "Check the registry's credentials"],
            False,
        ),
        (
            f"{BASE}: failed to resolve source metadata for {BASE}: failed to {CANNOT_DIAL}",
            [f"APP_BASE_IMAGE={BASE} cannot be pulled", "cannot be reached"],
            True,
        ),
        (
            f"{BASE}: failed to resolve source metadata for {BASE}: failed to do request: "
            'Head "http://registry:5000/v2/": dial tcp: connect: network is unreachable',
            [f"APP_BASE_IMAGE={BASE} cannot be pulled", "cannot be reached"],
            True,
        ),
        (
            f"{BASE}: failed to resolve source metadata for {BASE}: {BASE}: not found",
            [f"APP_BASE_IMAGE={BASE} cannot be pulled", "npm run up"],
            False,
        ),
        (
            'process "/bin/sh -c python -c import" did not complete successfully: exit code: 1',
            ["Dockerfile does not build at commit 0123456 with model version 3", "exit code: 1"],
            False,
        ),
        (
            "Dockerfile:1 invalid frontend: gateway.v0",
            ["names a frontend image", "Remove that line"],
            False,
        ),
        ("code = Unavailable desc = closing transport", ["BuildKit at BUILDKIT_ADDRESS=tcp"], True),
        (
            'Unavailable: closing transport due to: connection error: desc = "error reading from '
            'server: EOF", received prior goaway: code: NO_ERROR, debug data: "graceful_stop"',
            ["BuildKit at BUILDKIT_ADDRESS=tcp", "does not answer"],
            True,
        ),
        (
            f"failed to push {PUSH}:model-3: unexpected status from POST request: 404 Not Found",
            ["not pushed", "404 Not Found. Check the registry at registry.kube-system"],
            False,
        ),
        (
            "failed to copy files: copy file range failed: no space left on device",
            ["has no room left", "Free space on its node"],
            False,
        ),
        ("the Dockerfile cannot be empty", ["does not build", "Correct the application"], False),
    ],
)
def test_failed_build(
    buildctl: Buildctl,
    said: str,
    told: list[str],
    again: bool,
    outputs: Outputs,
    capsys: pytest.CaptureFixture[str],
) -> None:
    buildctl.says(said)
    assert step.run(build_image.build_image) == 1
    message = capsys.readouterr().err
    assert all(each in message for each in told), message
    assert len(message.splitlines()) == 1
    assert (len(buildctl.calls()) > 1) == again
    assert outputs() == BEFORE


def test_registry_that_comes_back(
    buildctl: Buildctl, version: str, outputs: Outputs, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MODEL_VERSION", version)
    buildctl.says(f"failed to push {PUSH}:model-3: failed to {CANNOT_DIAL}", "")
    assert step.run(build_image.build_image) == 0
    assert len(buildctl.calls()) == 2
    assert outputs()["image-digest"] == DIGEST


def test_buildkit_that_wrote_more_than_it_may(
    buildctl: Buildctl,
    kubernetes: StubBuilder,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    run = buildkit.run

    def evicted(made: build.Build) -> str:
        said = 'Usage of EmptyDir volume "cache" exceeds the limit "10Gi". '
        status = {"phase": "Failed", "reason": "Evicted", "message": said}
        metadata = {"name": "buildkitd-x", "creationTimestamp": "2026-01-01T00:00:00Z"}
        kubernetes.pods = [{"metadata": metadata, "status": status}]
        return run(made)

    monkeypatch.setattr(buildkit, "run", evicted)
    buildctl.says("code = Unavailable desc = error reading from server: EOF")
    assert step.run(build_image.build_image) == 1
    assert 'exceeds the limit "10Gi"' in capsys.readouterr().err
    assert len(buildctl.calls()) == 1


def test_unreachable_buildkit(
    buildctl: Buildctl,
    nobody: str,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setenv("BUILDKIT_ADDRESS", f"tcp://{nobody}")
    monkeypatch.setattr(builder, "STARTUP", 0.3)
    assert step.run(build_image.build_image) == 1
    told = capsys.readouterr().err
    assert f"BuildKit at BUILDKIT_ADDRESS=tcp://{nobody} does not answer" in told
    assert buildctl.calls() == []


def test_unreachable_mlflow_after_the_push(
    buildctl: Buildctl,
    nobody: str,
    outputs: Outputs,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setenv("MLFLOW_TRACKING_URI", f"http://{nobody}")
    assert step.run(build_image.build_image) == 1
    assert f"MLFLOW_TRACKING_URI=http://{nobody} failed" in capsys.readouterr().err
    assert outputs() == BEFORE


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("BUILDKIT_ADDRESS", "buildkitd:1234"),
        ("BUILDKIT_ADDRESS", ""),
        ("MODEL_VERSION", "latest"),
        ("PULL_REPOSITORY", ""),
    ],
)
def test_bad_input(
    buildctl: Buildctl,
    name: str,
    value: str,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setenv(name, value)
    assert step.run(build_image.build_image) == 2
    assert name in capsys.readouterr().err
    assert buildctl.calls() == []


def test_commit_that_is_none(
    buildctl: Buildctl, environment: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (environment / "outputs" / "commit").write_text("main")
    assert step.run(build_image.build_image) == 2
    assert "commit='main' is no commit" in capsys.readouterr().err
    assert buildctl.calls() == []


def test_image_without_a_digest_is_a_failure(
    buildctl: Buildctl, capsys: pytest.CaptureFixture[str]
) -> None:
    buildctl.tells({})
    assert step.run(build_image.build_image) == 1
    assert "but gave no digest of it" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("missing", "writer"),
    [("commit", "clone"), ("training-image", "download-model"), ("model-sha256", "download-model")],
)
def test_missing_output_names_what_writes_it(
    buildctl: Buildctl,
    environment: Path,
    missing: str,
    writer: str,
    capsys: pytest.CaptureFixture[str],
) -> None:
    (environment / "outputs" / missing).unlink()
    assert step.run(build_image.build_image) == 2
    told = capsys.readouterr().err
    assert f"outputs/{missing}: No such file or directory; the step {writer} writes it" in told
    assert buildctl.calls() == []


@pytest.mark.parametrize(
    ("missing", "maker"), [("application", "clone"), ("model", "download-model")]
)
def test_missing_folder_names_what_makes_it(
    buildctl: Buildctl,
    workspace: Path,
    missing: str,
    maker: str,
    capsys: pytest.CaptureFixture[str],
) -> None:
    (workspace / missing).rename(workspace / "elsewhere")
    assert step.run(build_image.build_image) == 2
    assert f"the step {maker}" in capsys.readouterr().err
