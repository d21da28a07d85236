"""BuildKit's command line, which builds an image and pushes it."""

from __future__ import annotations

import json
import socket
import subprocess
import tempfile
from collections import deque
from pathlib import Path

from gourmetgram_pipeline import step
from gourmetgram_pipeline.build import Build
from gourmetgram_pipeline.build_failure import buildkit_gone, failure_of
from gourmetgram_pipeline.step import BadInput, Failure, TemporaryFailure, log


def carry_out(build: Build) -> str:
    """Build and push, again where that may help, and return the image's digest."""
    step.persistently(lambda: wait_for_buildkit(build.buildkit), doing="asking BuildKit")
    log(f"Building {build.name} ...")
    return step.persistently(lambda: run(build), doing="building")


def wait_for_buildkit(address: str) -> None:
    """Raises TemporaryFailure if nothing listens at `address`."""
    parts = step.parts_of("BUILDKIT_ADDRESS", address)
    if parts.scheme != "tcp" or parts.hostname is None or parts.port is None:
        raise BadInput(
            f"BUILDKIT_ADDRESS={address!r} is not an address of the form tcp://host:port"
        )
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
