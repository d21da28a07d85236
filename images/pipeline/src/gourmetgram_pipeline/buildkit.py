"""BuildKit's command line, which builds an image and pushes it."""

from __future__ import annotations

import json
import subprocess
import tempfile
from collections import deque
from pathlib import Path

from gourmetgram_pipeline import step
from gourmetgram_pipeline.build import Build
from gourmetgram_pipeline.build_failure import failure_of
from gourmetgram_pipeline.builder import Builder
from gourmetgram_pipeline.step import Failure, log


def carry_out(build: Build, builder: Builder) -> str:
    """Build and push, again where that may help, and return the image's digest.

    What was built goes into the cache in the registry, where the next BuildKit finds it.
    """

    def attempt() -> str:
        builder.wait()
        builder.require_within_limit()
        log(f"Building {build.name} ...")
        return run(build)

    digest = step.persistently(attempt, doing="building")
    keep_cache(build)
    return digest


def run(build: Build) -> str:
    """Run BuildKit, show what it says, and return the digest of the image that it pushed."""
    with tempfile.TemporaryDirectory() as scratch:
        metadata_file = Path(scratch) / "metadata.json"
        exit_code, said = show(build.command(metadata_file))
        if exit_code != 0:
            raise failure_of(build, said, exit_code)
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


def keep_cache(build: Build) -> None:
    """Write the build's cache to the registry. Without it the next build only takes longer."""
    exit_code, said = show(build.cache_command())
    if exit_code != 0:
        reason = step.one_line("".join(list(said)[-1:]))
        log(
            f"The cache was not written to {build.caches[0]}, so the next build is slower: {reason}"
        )


def show(command: list[str]) -> tuple[int, deque[str]]:
    """Run a command, show what it says, and return its exit code and its last lines."""
    said: deque[str] = deque(maxlen=200)
    with subprocess.Popen(
        command,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        errors="replace",
    ) as process:
        assert process.stdout is not None  # It is a pipe.
        try:
            for line in process.stdout:
                log(line.rstrip())
                said.append(line)
        except BaseException:
            # The step is stopped. Leaving `with` would wait until the build has ended.
            process.kill()
            raise
    return process.returncode, said
