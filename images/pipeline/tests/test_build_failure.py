"""What a failed build of an application tells, from what BuildKit 0.26 says of it."""

from __future__ import annotations

from pathlib import Path

import pytest

from conftest import COMMIT
from git_repository import COMMITTED_AT
from gourmetgram_pipeline import application, build_failure
from gourmetgram_pipeline.build import ApplicationBuild
from gourmetgram_pipeline.step import TemporaryFailure

LFS_POINTER = f"{application.LFS_POINTER.decode()}\noid sha256:4d7a21\nsize 12345\n"
BASE_IMAGE = "registry:5000/gourmetgram-app-base@sha256:" + "b" * 64


def build_of(context: Path) -> ApplicationBuild:
    """A build of the application in `context`."""
    return ApplicationBuild(
        buildkit="tcp://buildkitd:1234",
        context=context,
        base_image=BASE_IMAGE,
        repository_url="http://app-repository:8080/gourmetgram.git",
        push_repository="registry:5000/gourmetgram-app",
        model_version="3",
        commit=COMMIT,
        training_image="unknown",
        model_digest="c" * 64,
        committed_at=COMMITTED_AT,
    )


NO_HOST = (
    'failed to do request: Head "https://registry-1.docker.io/v2/docker/dockerfile/manifests/1": '
    "dial tcp: lookup registry-1.docker.io on 10.96.0.10:53: no such host"
)
"""What BuildKit 0.26 says of Docker Hub without internet."""


@pytest.mark.parametrize(
    ("files", "said", "told"),
    [
        (
            {"Dockerfile": "# check=skip=all\n# Syntax = docker/dockerfile:1\nFROM scratch\n"},
            f"failed to resolve source metadata for docker.io/docker/dockerfile:1: {NO_HOST}",
            ["asks in line 2, `# syntax=docker/dockerfile:1`,", "Remove that line"],
        ),
        (
            {"Dockerfile": "# syntax=docker/dockerfile:1\nFROM python:3.12\n"},
            "python:3.12: failed to resolve source metadata for docker.io/library/python:3.12: "
            + NO_HOST.replace("docker/dockerfile/manifests/1", "library/python/manifests/3.12"),
            ["names the image docker.io/library/python:3.12", "FROM ${BASE_IMAGE}"],
        ),
        (
            {"Dockerfile": "FROM scratch\n"},
            "failed to resolve source metadata for "
            f"{BASE_IMAGE}: {'x' * 400} {BASE_IMAGE[-9:]}: not found",
            ["the base image APP_BASE_IMAGE=", "Run `npm run up`"],
        ),
        (
            {"Dockerfile": "COPY model .", ".dockerignore": "model", "model/MLmodel": ""},
            'failed to compute cache key: failed to calculate checksum of a: "/model": not found',
            ["does not build at commit 0123456", ".dockerignore leaves that out", "push"],
        ),
        (
            {"Dockerfile": "COPY modle ."},
            'failed to compute cache key: failed to calculate checksum of a: "/modle": not found',
            ['"/modle": not found. Correct the application, commit and push.'],
        ),
        (
            {"Dockerfile": "RUN make"},
            'process "/bin/sh -c make" did not complete successfully: exit code: 137',
            ["A process was killed (137)", "lacks memory"],
        ),
        (
            {"Dockerfile": "ADD https://example.com/x /x"},
            'failed to load cache key: Get "https://example.com/x": dial tcp: lookup '
            "example.com on 10.96.0.10:53: no such host",
            ["A lab without internet fetches nothing"],
        ),
        (
            {"Dockerfile": "COPY w .", "w": LFS_POINTER},
            'process "/bin/sh -c python w" did not complete successfully: exit code: 1',
            ["Not fetched are files in Git's Large File Storage: w."],
        ),
        ({"Dockerfile": "\0"}, "unknown instruction: \0\x07F", ["instruction: F. Correct"]),
    ],
)
def test_failed_build_of_an_application(
    tmp_path: Path, files: dict[str, str], said: str, told: list[str]
) -> None:
    for name, text in files.items():
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(text)
    lines = ["#1 [internal] load build definition", f"error: failed to solve: {said}"]
    failure = build_failure.failure_of(build_of(tmp_path), lines, 1)
    assert all(each in str(failure) for each in told), str(failure)
    assert "\n" not in str(failure)
    assert not isinstance(failure, TemporaryFailure)


def test_registry_of_another_image_that_has_no_time_now(tmp_path: Path) -> None:
    (tmp_path / "Dockerfile").write_text("FROM python:3.12\n")
    said = (
        "error: failed to solve: failed to resolve source metadata for "
        "docker.io/library/python:3.12: unexpected status from HEAD request: 429 Too Many Requests"
    )
    failure = build_failure.failure_of(build_of(tmp_path), [said], 1)
    assert isinstance(failure, TemporaryFailure)
    assert "names the image docker.io/library/python:3.12" in str(failure)


@pytest.mark.parametrize(
    "reason",
    [
        "unexpected status from PUT request to http://registry/v2/a: 500 Internal Server Error",
        "server message: unknown: unknown error",
        "unknown: invalid content range",
        "write /var/lib/registry/x: no space left on device",
    ],
)
def test_registry_that_fails(tmp_path: Path, reason: str) -> None:
    (tmp_path / "Dockerfile").write_text("FROM scratch\n")
    said = f"error: failed to solve: failed to push registry:5000/gourmetgram-app: {reason}"
    failure = build_failure.failure_of(build_of(tmp_path), [said], 1)
    assert isinstance(failure, TemporaryFailure)
    assert "not pushed to PUSH_REPOSITORY=registry:5000/gourmetgram-app: the registry fails" in (
        str(failure)
    )
    assert "such as a full volume" in str(failure)


@pytest.mark.parametrize(
    "told",
    [
        "the images and build caches of alice take 512 MiB of the 500 MiB that each student has in "
        "the registry. Ask your teacher to delete old images, or to raise registrySpacePerStudent.",
        "a layer is larger than the 500 MiB that each student has in the registry. Leave out of "
        "the image what it does not need.",
    ],
)
def test_student_without_space_in_the_registry(tmp_path: Path, told: str) -> None:
    (tmp_path / "Dockerfile").write_text("FROM scratch\n")
    name = f"registry:5000/alice/gourmetgram-app:model-3-{COMMIT[:7]}"
    said = f"error: failed to solve: failed to push {name}: denied: {told}"
    failure = build_failure.failure_of(build_of(tmp_path), [said], 1)
    # It does not pass by itself.
    assert not isinstance(failure, TemporaryFailure)
    assert str(failure) == (
        "the image was built, but not pushed to PUSH_REPOSITORY=registry:5000/gourmetgram-app: "
        + told
    )
