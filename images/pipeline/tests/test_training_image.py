"""The image with which a run trains, with a real repository and a stand-in for BuildKit."""

from __future__ import annotations

import socket
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from git_repository import COMMITTED_AT, Repository
from gourmetgram_pipeline import build, step, training_image
from stub_buildctl import DIGEST, Buildctl
from stub_builder import StubBuilder

Outputs = Callable[[], dict[str, str]]
LAB = "localhost:30500/gourmetgram-train@sha256:" + "1" * 64
BASE = "registry:5000/gourmetgram-train-base@sha256:" + "b" * 64
BUILT = f"localhost:30500/gourmetgram-train@{DIGEST}"


@pytest.fixture
def repository(tmp_path: Path) -> Repository:
    """The training code."""
    repository = Repository(tmp_path)
    repository.git("config", "uploadpack.allowReachableSHA1InWant", "true", cwd=repository.bare)
    return repository


@pytest.fixture
def buildctl(
    tmp_path: Path,
    repository: Repository,
    kubernetes: StubBuilder,
    monkeypatch: pytest.MonkeyPatch,
) -> Iterator[Buildctl]:
    """The environment of a run that names neither branch nor commit."""
    (tmp_path / "bin").mkdir()
    stub = Buildctl(tmp_path / "bin")
    monkeypatch.setattr(build, "BUILDCTL", str(stub.program))
    with socket.create_server(("127.0.0.1", 0)) as listener:
        for name, value in {
            "BUILDKIT_ADDRESS": f"tcp://127.0.0.1:{listener.getsockname()[1]}",
            "TRAIN_REPOSITORY": repository.file_url,
            "TRAIN_BRANCH": "",
            "TRAIN_COMMIT": "",
            "TRAINING_IMAGE": LAB,
            "TRAIN_BASE_IMAGE": BASE,
            "PUSH_REPOSITORY": "registry:5000/gourmetgram-train",
            "PULL_REPOSITORY": "localhost:30500/gourmetgram-train",
        }.items():
            monkeypatch.setenv(name, value)
        yield stub


def test_without_branch_and_commit_the_lab_s_own_image_trains(
    buildctl: Buildctl,
    kubernetes: StubBuilder,
    outputs: Outputs,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.delenv("TRAIN_REPOSITORY")
    assert step.run(training_image.training_image) == 0
    assert kubernetes.scales == []
    assert outputs() == {"image": LAB, "commit": ""}
    assert buildctl.calls() == []


def test_builds_the_newest_commit_of_a_branch(
    buildctl: Buildctl, repository: Repository, outputs: Outputs, monkeypatch: pytest.MonkeyPatch
) -> None:
    head = repository.git("rev-parse", "HEAD")
    monkeypatch.setenv("TRAIN_BRANCH", "main")

    assert step.run(training_image.training_image) == 0

    assert outputs() == {"image": BUILT, "commit": head}
    [call] = buildctl.calls()
    assert f"build-arg:BASE_IMAGE={BASE}" in call
    assert f"build-arg:SOURCE_DATE_EPOCH={COMMITTED_AT}" in call
    assert f"label:org.opencontainers.image.revision={head}" in call
    name = f"registry:5000/gourmetgram-train:commit-{head[:12]}"
    assert f"type=image,name={name},push=true" in call


def test_commit_alone_may_be_an_old_one(
    buildctl: Buildctl, repository: Repository, outputs: Outputs, monkeypatch: pytest.MonkeyPatch
) -> None:
    old = repository.git("rev-parse", "HEAD")
    repository.commit({"flow.py": "print()\n"})
    repository.publish()
    monkeypatch.setenv("TRAIN_COMMIT", old)
    assert step.run(training_image.training_image) == 0
    assert outputs()["commit"] == old


def test_push_that_was_overtaken_does_not_train(
    buildctl: Buildctl,
    repository: Repository,
    outputs: Outputs,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    old = repository.git("rev-parse", "HEAD")
    new = repository.commit({"flow.py": "print()\n"})
    repository.publish()
    monkeypatch.setenv("TRAIN_BRANCH", "main")
    monkeypatch.setenv("TRAIN_COMMIT", old)
    assert step.run(training_image.training_image) == 1
    told = capsys.readouterr().err
    assert f"commit {old[:7]} is no longer the newest of the branch main" in told
    assert f"{new[:7]} is" in told
    assert outputs() == {}
    assert buildctl.calls() == []


def test_dockerfile_that_does_not_build(
    buildctl: Buildctl, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    buildctl.says('process "/bin/sh -c false" did not complete successfully: exit code: 1')
    monkeypatch.setenv("TRAIN_BRANCH", "main")
    assert step.run(training_image.training_image) == 1
    told = capsys.readouterr().err
    assert "the training code's Dockerfile does not build at commit" in told
    assert "Correct the training code, commit and push." in told
    assert len(told.splitlines()) == 1


def test_base_image_that_is_gone(
    buildctl: Buildctl, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    buildctl.says(f"{BASE}: failed to resolve source metadata for {BASE}: {BASE}: not found")
    monkeypatch.setenv("TRAIN_BRANCH", "main")
    assert step.run(training_image.training_image) == 1
    assert f"TRAIN_BASE_IMAGE={BASE} cannot be pulled" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("name", "value", "code", "told"),
    [
        ("TRAIN_BRANCH", "mlpos", 1, "has no branch TRAIN_BRANCH=mlpos; its branches are main"),
        ("TRAIN_BRANCH", "--upload-pack=id", 2, "is not the name of a branch"),
        ("TRAIN_COMMIT", "main", 2, "TRAIN_COMMIT='main' is no commit"),
        ("TRAIN_COMMIT", "0" * 39 + "1", 1, "does not have 000000"),
    ],
)
def test_what_is_not_there(
    buildctl: Buildctl,
    name: str,
    value: str,
    code: int,
    told: str,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setenv(name, value)
    assert step.run(training_image.training_image) == code
    assert told in capsys.readouterr().err
    assert buildctl.calls() == []


def test_lab_without_a_repository_of_training_code(
    buildctl: Buildctl, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("TRAIN_REPOSITORY", "")
    monkeypatch.setenv("TRAIN_BRANCH", "main")
    assert step.run(training_image.training_image) == 2
    assert "TRAIN_REPOSITORY is not set" in capsys.readouterr().err
