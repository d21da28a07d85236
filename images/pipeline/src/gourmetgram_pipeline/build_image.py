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
import os
import re
import shutil
import socket
import subprocess
import tempfile
from collections import deque
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from gourmetgram_pipeline import file_times, registered_model, step
from gourmetgram_pipeline.step import BadInput, Failure, TemporaryFailure, log

BUILDCTL = "buildctl"

NETWORK_TROUBLE = re.compile(
    r"connection re(fused|set)|no such host|i/o timeout|timeout exceeded|handshake timeout|\bEOF\b"
    r"|no route to host|server misbehaving|unexpected status.*\b(429|5\d\d)\b"
)
"""What BuildKit says when a registry does not answer, or answers that it cannot now."""

REFUSED = re.compile(r"unauthorized|authorization failed|denied|insufficient_scope|\b40[13]\b")
BUILDKIT_GONE = re.compile(r"failed to (list workers|dial|get status)|code = Unavailable")


@dataclass(frozen=True)
class Build:
    """What is to be built from what, and where it goes."""

    buildkit: str
    context: Path
    base_image: str
    repository_url: str
    push_repository: str
    model_version: str
    commit: str
    training_image: str
    committed_at: int
    """Seconds after 1970, in place of the time of the build."""

    @property
    def name(self) -> str:
        """The tag under which the image is pushed. It is for people: pods use the digest."""
        return f"{self.push_repository}:model-{self.model_version}-{self.commit[:7]}"

    def command(self, metadata_file: Path) -> list[str]:
        """The command line of BuildKit for this build."""
        build_arguments = {
            "BASE_IMAGE": self.base_image,
            "MODEL_VERSION": self.model_version,
            "APPLICATION_COMMIT": self.commit,
            "SOURCE_DATE_EPOCH": str(self.committed_at),
        }
        labels = {
            "org.opencontainers.image.revision": self.commit,
            "org.opencontainers.image.source": self.repository_url,
            "dev.gourmetgram.model-version": self.model_version,
            "dev.gourmetgram.training-image": self.training_image,
        }
        command = [BUILDCTL, "--addr", self.buildkit, "build", "--progress=plain"]
        command += ["--frontend", "dockerfile.v0"]
        command += ["--local", f"context={self.context}", "--local", f"dockerfile={self.context}"]
        for key, value in build_arguments.items():
            command += ["--opt", f"build-arg:{key}={value}"]
        for key, value in labels.items():
            command += ["--opt", f"label:{key}={value}"]
        command += ["--output", f"type=image,name={self.name},push=true"]
        return [*command, "--metadata-file", str(metadata_file)]


def build_image() -> None:
    """Build, push, tag the model version in MLflow and tell the digest."""
    pull_repository = step.required("PULL_REPOSITORY", "the repository that the nodes pull from")
    workflow = step.required("ARGO_WORKFLOW_NAME", "the name of the workflow")
    build = build_from_environment()
    add_model(build.context, step.workspace() / "model", build.committed_at)

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
        # The step clone has given this time to all files.
        committed_at=int(dockerfile.stat().st_mtime),
    )


def add_model(context: Path, model: Path, seconds: int) -> None:
    """Put `model` into the build context as its folder `model`, with the time `seconds` after 1970.

    The files are linked, which costs nothing however large they are.
    """
    if not model.is_dir():
        raise BadInput(f"there is no folder {model}; the step download-model makes it")
    target = context / "model"
    if target.exists():  # An attempt before this one, or the application's own.
        shutil.rmtree(target)
    shutil.copytree(model, target, copy_function=os.link)
    file_times.set_times(target, seconds)
    os.utime(context, (seconds, seconds))


def wait_for_buildkit(address: str) -> None:
    """Raises TemporaryFailure if nothing listens at `address`."""
    parts = urlsplit(address)
    if parts.scheme != "tcp" or parts.hostname is None or parts.port is None:
        raise BadInput(f"BUILDKIT_ADDRESS={address!r} is no address of the form tcp://host:port")
    try:
        socket.create_connection((parts.hostname, parts.port), step.REQUEST_TIMEOUT).close()
    except OSError as problem:
        raise TemporaryFailure(buildkit_gone(address, step.reason_of(problem))) from problem


def buildkit_gone(address: str, reason: str) -> str:
    """What to tell when BuildKit is not there."""
    return (
        f"BuildKit at BUILDKIT_ADDRESS={address} does not answer: {reason}. "
        "Is its pod running, and may this pod reach it (NetworkPolicy)?"
    )


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
        digest = json.loads(metadata_file.read_text()).get("containerimage.digest")
    if not isinstance(digest, str):
        raise Failure(
            f"BuildKit at BUILDKIT_ADDRESS={build.buildkit} built {build.name}, but gave no digest "
            "of it. Is its version that of buildctl in this image?"
        )
    return digest


def failure_of(build: Build, said: deque[str], exit_code: int) -> Failure:
    """What went wrong, from BuildKit's last words."""
    errors = [line for line in said if line.startswith("error: ")]
    last = errors[-1] if errors else next(reversed(said), f"it ended with {exit_code}")
    reason = step.one_line(last.removeprefix("error: ").removeprefix("failed to solve: "))

    if BUILDKIT_GONE.search(reason):
        return TemporaryFailure(buildkit_gone(build.buildkit, reason))
    if "invalid frontend: gateway.v0" in reason:
        return Failure(
            f"the application's Dockerfile at commit {build.commit[:7]} names a frontend image "
            "(# syntax=, or BUILDKIT_SYNTAX), which this BuildKit does not run: it reads "
            "Dockerfiles itself. Remove that line and push the application."
        )
    concerns_push = "failed to push" in reason
    concerns_base = "failed to resolve source metadata" in reason or build.base_image in reason
    if not (concerns_push or concerns_base):
        return Failure(
            f"the application's Dockerfile does not build at commit {build.commit[:7]} with model "
            f"version {build.model_version}: {reason}. Mend the application and push it."
        )
    if concerns_push:
        what = f"the image was built, but not pushed to PUSH_REPOSITORY={build.push_repository}"
    else:
        what = f"the base image APP_BASE_IMAGE={build.base_image} cannot be pulled"
    if NETWORK_TROUBLE.search(reason):
        return TemporaryFailure(
            f"{what}: the registry cannot be reached: {reason}. "
            "Is it running, and may BuildKit's pod reach it?"
        )
    if REFUSED.search(reason):
        return Failure(
            f"{what}: the registry refuses it: {reason}. Check the registry's credentials."
        )
    if concerns_push:
        return Failure(f"{what}: {reason}")
    return Failure(f"{what}: {reason}. Run `npm run up`, which pushes the base image again.")
