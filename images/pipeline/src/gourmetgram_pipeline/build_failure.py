"""Why a build failed: a sentence with a remedy, from what BuildKit said last."""

from __future__ import annotations

import os
import re
from collections.abc import Iterable

from gourmetgram_pipeline import application, step
from gourmetgram_pipeline.build import Build
from gourmetgram_pipeline.step import Failure, TemporaryFailure

NETWORK_TROUBLE = re.compile(
    r"connection re(fused|set)|no such host|i/o timeout|timeout exceeded|handshake timeout|\bEOF\b"
    r"|no route to host|network is unreachable|server misbehaving"
    r"|unexpected status.*\b(429|5\d\d)\b"
)
"""What BuildKit says when a registry does not answer, or answers that it cannot now."""

SERVER_TROUBLE = re.compile(
    r"unexpected status.*\b50[07]\b|unknown: (unknown error|invalid content range)", re.DOTALL
)
"""What BuildKit says of a registry that answers, and cannot do its work.

An invalid content range is the second half of a layer whose first half was not stored whole.
"""

REFUSED = re.compile(r"unauthorized|authorization failed|denied|insufficient_scope|\b40[13]\b")
NO_SPACE = re.compile(r"denied: (.* MiB that each student has in the registry\b.*)")
"""What the registry's guard says to a student who has no space left, in a sentence with a remedy.

BuildKit shows the message of a refusal alone, without the status. The sentence is written in
components/registry/registry-space.ts.
"""

BUILDKIT_GONE = re.compile(
    r"failed to (list workers|dial|get status)|code = Unavailable"
    r"|\bUnavailable: (closing transport|connection error|error reading|transport is closing)"
)
"""What its client says of a BuildKit that does not answer, or that ended: killed, or told to."""

IMAGE = re.compile(r"failed to resolve source metadata for (\S+?):? ")
"""Names the image that a build cannot get."""

NOT_COPIED = re.compile(r'"(/[^"]*)": not found')
"""Names the file of the application that a Dockerfile copies, and that is not there."""

KILLED = "exit code: 137"


def failure_of(build: Build, said: Iterable[str], exit_code: int) -> Failure:
    """What went wrong in a build, from what BuildKit `said`."""
    lines = list(said)
    errors = [line for line in lines if line.startswith("error: ")]
    last = (errors or lines or [f"it ended with {exit_code}"])[-1]
    whole = last.removeprefix("error: ").removeprefix("failed to solve: ")
    reason = step.one_line(whole)

    if BUILDKIT_GONE.search(whole):
        return TemporaryFailure(buildkit_gone(build.buildkit, reason))
    # In a push it is the registry that says so.
    if step.NO_ROOM.lower() in whole.lower() and "failed to push" not in whole:
        return Failure(
            f"BuildKit at BUILDKIT_ADDRESS={build.buildkit} has no room left: {reason}. Free space "
            "on its node, or use a smaller model or repository."
        )
    if "invalid frontend: gateway.v0" in whole:
        return foreign_frontend(build)
    if "failed to push" in whole:
        what = f"the image was built, but not pushed to PUSH_REPOSITORY={build.push_repository}"
        return registry_failure(
            what, reason, f"Check the registry at {build.push_repository} and its log."
        )
    image = IMAGE.search(whole)
    if build.base_image in whole:
        what = f"the base image {build.base_variable}={build.base_image} cannot be pulled"
        return registry_failure(
            what, reason, "Run `npm run up`, which pushes the base image again."
        )
    if image is not None:
        return missing_image(build, image[1], reason)
    return application_failure(build, reason)


def foreign_frontend(build: Build) -> Failure:
    """The failure of a Dockerfile that asks for a frontend image, which BuildKit does not run."""
    syntax = application.syntax_of(build.context)
    line = "BUILDKIT_SYNTAX" if syntax is None else f"in line {syntax[0]} `# syntax={syntax[1]}`"
    return Failure(
        f"{build.code}'s Dockerfile at commit {build.commit[:7]} names a frontend image "
        f"({line}), which this BuildKit does not run: it reads Dockerfiles itself. "
        "Remove that line, commit and push."
    )


def registry_failure(what: str, reason: str, remedy: str) -> Failure:
    """A failure of the registry of the lab, for which `remedy` helps where it answers."""
    # First: its numbers could be taken for a status.
    no_space = NO_SPACE.search(reason)
    if no_space is not None:
        return Failure(f"{what}: {no_space[1]}")
    if SERVER_TROUBLE.search(reason) or step.NO_ROOM.lower() in reason.lower():
        return TemporaryFailure(
            f"{what}: the registry fails: {reason}. Its log tells why, such as a full volume: "
            "`npm run kubectl -- logs -n kube-system deployment/registry` for the lab's own."
        )
    if NETWORK_TROUBLE.search(reason):
        return TemporaryFailure(
            f"{what}: the registry cannot be reached: {reason}. "
            "Is it running, and may BuildKit's pod reach it?"
        )
    if REFUSED.search(reason):
        return Failure(
            f"{what}: the registry refuses it: {reason}. Check the registry's credentials."
        )
    return Failure(f"{what}: {reason}. {remedy}")


def missing_image(build: Build, image: str, reason: str) -> Failure:
    """The failure to get another image that the Dockerfile names."""
    # Where names are not known there is no internet, now and later.
    passes = NETWORK_TROUBLE.search(reason) is not None and "no such host" not in reason
    kind = TemporaryFailure if passes else Failure
    syntax = application.syntax_of(build.context)
    if syntax is not None and is_same_image(syntax[1], image):
        number, named = syntax
        return kind(
            f"{build.code}'s Dockerfile asks in line {number}, `# syntax={named}`, for an image "
            f"that BuildKit cannot pull: {reason}. Remove that line, which BuildKit does not need, "
            "commit and push."
        )
    return kind(
        f"{build.code}'s Dockerfile names the image {image}, which BuildKit cannot pull: "
        f"{reason}. Build from the base image alone, which needs no internet (ARG BASE_IMAGE, then "
        "FROM ${BASE_IMAGE}), or give the lab access to that registry."
    )


def is_same_image(short: str, full: str) -> bool:
    """Whether the short name of an image stands for the full one, in Docker Hub by default."""
    plain = full.removeprefix("docker.io/").removeprefix("library/").removesuffix(":latest")
    return short.removeprefix("docker.io/").removesuffix(":latest") == plain


def application_failure(build: Build, reason: str) -> Failure:
    """The failure of a build that the code which is built can put right."""
    hints = []
    missing = NOT_COPIED.search(reason)
    if missing is not None and os.path.lexists(build.context / missing[1].lstrip("/")):
        hints.append("The file .dockerignore leaves that out.")
    if NETWORK_TROUBLE.search(reason):
        hints.append("A lab without internet fetches nothing: the base image has all packages.")
    if KILLED in reason:
        hints.append("A process was killed (137), mostly because the node lacks memory.")
    hints.append(application.not_fetched(build.context))
    return Failure(
        " ".join(
            [
                f"{build.code}'s Dockerfile does not build {build.which}: {reason}.",
                *filter(None, hints),
                f"Correct {build.code}, commit and push.",
            ]
        )
    )


def buildkit_gone(address: str, reason: str) -> str:
    """What to tell when BuildKit is not there."""
    return (
        f"BuildKit at BUILDKIT_ADDRESS={address} does not answer: {reason}. "
        "Is its pod running, and may this pod reach it (NetworkPolicy)?"
    )
