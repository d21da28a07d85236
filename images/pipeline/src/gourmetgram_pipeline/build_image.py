"""Build the application with its model into an image, push it and note it in MLflow.

    python -m gourmetgram_pipeline build-image

Environment:

    BUILDKIT_ADDRESS        BuildKit's server, tcp://host:port
    WORKSPACE               shared folder with `application` and `model`
    OUTPUTS                 shared folder with the outputs of clone and download-model
    MODEL_VERSION           what is built, with the `commit` that clone tells
    APP_REPOSITORY          URL of the application's repository, for a label
    APP_BASE_IMAGE          base image, as BuildKit pulls it
    PUSH_REPOSITORY         where BuildKit pushes to, host:port/name
    PULL_REPOSITORY         the same, as the nodes of the cluster pull from it
    DOCKER_CONFIG           folder with a config.json for a registry that wants credentials
    MLFLOW_TRACKING_URI     where MLflow is
    ARGO_WORKFLOW_NAME      workflow that builds

Outputs: `image-digest`, and `image`, the full reference with that digest as the nodes pull it.

Nothing that differs between two builds of the same commit and model goes into the image: both give
the same digest.
"""

from __future__ import annotations

import json
import socket
import subprocess
import tempfile
from collections import deque
from pathlib import Path

from gourmetgram_pipeline import application, registered_model, step
from gourmetgram_pipeline.build import Build
from gourmetgram_pipeline.build_failure import buildkit_gone, failure_of
from gourmetgram_pipeline.step import BadInput, Failure, TemporaryFailure, log


def build_image() -> None:
    """Build, push, tag the model version in MLflow and tell the digest."""
    pull_repository = step.required("PULL_REPOSITORY", "the repository that the nodes pull from")
    workflow = step.required("ARGO_WORKFLOW_NAME", "the name of the workflow")
    build = build_from_environment()
    application.add_model(build.context, step.workspace() / "model", build.committed_at)

    step.persistently(lambda: wait_for_buildkit(build.buildkit), doing="asking BuildKit")
    log(f"Building {build.name} ...")
    digest = step.persistently(lambda: run(build), doing="building")
    image = f"{pull_repository}@{digest}"

    registered_model.tag(
        build.model_version,
        {
            "image_digest": digest,
            "image": image,
            "application_commit": build.commit,
            "workflow": workflow,
        },
    )
    step.write_output("image-digest", digest)
    step.write_output("image", image)


def build_from_environment() -> Build:
    """The build that the environment asks for."""
    context = step.workspace() / "application"
    dockerfile = context / "Dockerfile"
    if not dockerfile.is_file():
        raise BadInput(f"there is no {dockerfile}; the step clone puts the application there")
    return Build(
        buildkit=step.required("BUILDKIT_ADDRESS", "the address of BuildKit, tcp://host:port"),
        context=context,
        base_image=step.required("APP_BASE_IMAGE", "the base image of the application"),
        repository_url=step.required("APP_REPOSITORY", "the URL of the application's repository"),
        push_repository=step.required("PUSH_REPOSITORY", "the repository that BuildKit pushes to"),
        model_version=step.required_version(),
        commit=step.valid_commit("commit", step.output_of("clone", "commit")),
        training_image=step.output_of("download-model", "training-image"),
        model_digest=step.output_of("download-model", "model-sha256"),
        # The step clone has given this time to all files.
        committed_at=int(dockerfile.lstat().st_mtime),
    )


def wait_for_buildkit(address: str) -> None:
    """Raises TemporaryFailure if nothing listens at `address`."""
    parts = step.parts_of("BUILDKIT_ADDRESS", address)
    if parts.scheme != "tcp" or parts.hostname is None or parts.port is None:
        raise BadInput(f"BUILDKIT_ADDRESS={address!r} is no address of the form tcp://host:port")
    try:
        socket.create_connection((parts.hostname, parts.port), step.REQUEST_TIMEOUT).close()
    except OSError as problem:
        raise TemporaryFailure(buildkit_gone(address, step.reason_of(problem))) from problem


def run(build: Build) -> str:
    """Run BuildKit, show what it says, and return the digest of the image that it pushed."""
    with tempfile.TemporaryDirectory() as scratch:
        metadata_file = Path(scratch) / "metadata.json"
        said: deque[str] = deque(maxlen=200)
        with subprocess.Popen(
            build.command(metadata_file),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            errors="replace",
        ) as process:
            assert process.stdout is not None  # It is a pipe.
            for line in process.stdout:
                log(line.rstrip())
                said.append(line)
        if process.returncode != 0:
            raise failure_of(build, said, process.returncode)
        try:
            digest = json.loads(metadata_file.read_text()).get("containerimage.digest")
        except (OSError, ValueError, AttributeError):
            digest = None
    if not isinstance(digest, str):
        raise Failure(
            f"BuildKit at BUILDKIT_ADDRESS={build.buildkit} built {build.name}, but gave no digest "
            "of it. Is its version that of buildctl in this image?"
        )
    return digest
