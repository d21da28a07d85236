"""BuildKit of this lab, which has a pod only while something is built.

Environment:

    BUILDKIT_ADDRESS                        BuildKit's server, tcp://host:port
    BUILDKIT_NAMESPACE, BUILDKIT_DEPLOYMENT its Deployment, whose number of pods starts and stops it
"""

from __future__ import annotations

import contextlib
import os
import random
import re
import socket
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import requests

from gourmetgram_pipeline import build, step
from gourmetgram_pipeline.build_failure import buildkit_gone
from gourmetgram_pipeline.step import BadInput, Failure, TemporaryFailure, log

STARTUP = 150.0
"""Seconds that BuildKit may take to start, its image's pull included, once a node takes its pod."""

ROOM = (600.0, 700.0)
"""Seconds that its pod may wait for room on a node, at least and at most.

Builds that wait for each other's room must not all give up at the same moment.
"""

LOOK = 5.0
"""Seconds between two looks at a pod that does not answer."""

NO_NODE = "no node takes its pod"
"""How it is told that no node has room for its pod."""

POLL = 0.25
"""Seconds between two attempts to connect."""

ACCOUNT = Path("/var/run/secrets/kubernetes.io/serviceaccount")
"""Where a pod finds the token of its account."""


class Builder:
    """The Deployment of BuildKit, and the address at which its pod answers."""

    def __init__(self) -> None:
        self.address = step.required("BUILDKIT_ADDRESS", "the address of BuildKit, tcp://host:port")
        parts = step.parts_of("BUILDKIT_ADDRESS", self.address)
        if parts.scheme != "tcp" or parts.hostname is None or parts.port is None:
            raise BadInput(
                f"BUILDKIT_ADDRESS={self.address!r} is not an address of the form tcp://host:port"
            )
        self._listens_at = (parts.hostname, parts.port)
        self.namespace = step.required("BUILDKIT_NAMESPACE", "the namespace of BuildKit")
        self.deployment = step.required("BUILDKIT_DEPLOYMENT", "the name of BuildKit's Deployment")
        self._over_limit: set[str] | None = None

    def start(self) -> None:
        """Have Kubernetes start it, if it does not run; `wait` tells when it answers."""
        step.persistently(lambda: self._scale(1), doing="starting BuildKit")

    def wait(self) -> None:
        """Return when it answers. Raises a Failure if it does not in time.

        Where other runs have all room of the nodes, it waits until some have ended.
        """
        began = time.monotonic()
        out_of_room = began + random.uniform(*ROOM)
        until = began + STARTUP
        next_look = began + LOOK
        told = "its pod is about to be made"
        while (problem := self._connect()) is not None:
            now = time.monotonic()
            has_no_node = told.startswith(NO_NODE)
            if has_no_node:
                until = now + STARTUP
            if now > (out_of_room if has_no_node else until):
                raise Failure(buildkit_gone(self.address, f"{problem}; {told}"))
            if now > next_look:
                next_look = now + LOOK
                # Another build of this lab that has ended may have stopped it.
                self._scale(1)
                told = self._pod()
                log(f"Waiting for BuildKit: {told}")
            time.sleep(POLL)
        log(f"BuildKit answers, after {time.monotonic() - began:.1f} s of waiting.")

    def require_within_limit(self) -> None:
        """Raise a Failure if kubelet has ended a pod since the first call, for what it had written.

        Another attempt would only fill the next pod's disk.
        """
        try:
            pods = self._pods()
        except Failure as problem:
            log(f"Whether BuildKit wrote more than it may is not known: {problem}")
            return
        over = {pod["metadata"]["name"]: said for pod in pods if (said := over_limit(pod))}
        new = set() if self._over_limit is None else over.keys() - self._over_limit
        self._over_limit = set(over)
        if new:
            raise Failure(
                f"BuildKit at BUILDKIT_ADDRESS={self.address} was ended, because it wrote more on "
                f"its node's disk than it may: {over[max(new)]} What the Dockerfile's steps write, "
                "and what they need of the base image, has to fit. Let them write less, commit and "
                "push; or raise `buildCacheStorage` and run `npm run up`."
            )

    def stop(self) -> None:
        """Have Kubernetes stop it, unless it builds something else. A failure is logged."""
        if self._is_busy():
            log("BuildKit goes on: it builds something else.")
            return
        try:
            self._scale(0)
        except Failure as problem:
            log(f"BuildKit was not stopped: {problem} The next build stops it.")

    @contextlib.contextmanager
    def running(self) -> Iterator[None]:
        """Start it, and stop it in any case."""
        try:
            self.start()
            yield
        finally:
            self.stop()

    @contextlib.contextmanager
    def left_for_the_build(self) -> Iterator[None]:
        """Stop it if this fails: the container that builds does not run then."""
        try:
            yield
        except BaseException:
            self.stop()
            raise

    def _connect(self) -> str | None:
        """Why nothing answers; None if something does."""
        try:
            socket.create_connection(self._listens_at, 2.0).close()
        except OSError as problem:
            return step.reason_of(problem)
        return None

    def _is_busy(self) -> bool:
        """Whether a build goes on."""
        command = [build.BUILDCTL, "--addr", self.address, "--timeout", "2"]
        command += ["debug", "histories", "--format", "{{.Type}}"]
        try:
            said = subprocess.run(command, capture_output=True, text=True, timeout=10, check=False)
        except (OSError, subprocess.TimeoutExpired):
            return False
        return "STARTED" in said.stdout

    def _scale(self, pods: int) -> None:
        """Set the number of pods."""
        path = f"apis/apps/v1/namespaces/{self.namespace}/deployments/{self.deployment}/scale"
        self._ask("PATCH", path, {"spec": {"replicas": pods}})

    def _pod(self) -> str:
        """What is to be seen of the newest pod."""
        try:
            pods = self._pods()
        except Failure as problem:
            return str(problem)
        if not pods:
            return (
                "it has no pod: `npm run kubectl -- describe replicasets -n "
                f"{self.namespace}` says why"
            )
        return sight_of(max(pods, key=lambda pod: pod["metadata"]["creationTimestamp"]))

    def _pods(self) -> list[dict[str, Any]]:
        """Its pods, also those that have ended."""
        path = f"api/v1/namespaces/{self.namespace}/pods"
        pods: list[dict[str, Any]] = self._ask("GET", path).get("items", [])
        return pods

    def _ask(self, method: str, path: str, body: dict[str, Any] | None = None) -> dict[str, Any]:
        """What the API server answers. Raises a Failure if it refuses or does not answer."""
        doing = f"{method} of {path}"
        try:
            answer = requests.request(
                method,
                f"{api_server()}/{path}",
                json=body,
                headers={
                    "Authorization": f"Bearer {token()}",
                    "Content-Type": "application/merge-patch+json",
                },
                verify=str(ACCOUNT / "ca.crt"),
                timeout=step.REQUEST_TIMEOUT,
            )
        except requests.RequestException as problem:
            raise TemporaryFailure(
                f"Kubernetes does not answer ({doing}): {step.reason_of(problem)}. Is its API "
                "server running? `npm run status` tells."
            ) from problem
        if answer.ok:
            answered: dict[str, Any] = answer.json()
            return answered
        said = f"{doing} came to {answer.status_code}: {step.one_line(answer.text)}"
        if answer.status_code in (409, 429) or answer.status_code >= 500:
            raise TemporaryFailure(f"{said}. Is the API server running? `npm run status` tells.")
        raise Failure(f"{said}. Run `npm run up`, which makes BuildKit and the right to start it.")


def sight_of(pod: dict[str, Any]) -> str:
    """What is to be seen of a pod that does not answer."""
    name = pod["metadata"]["name"]
    status = pod.get("status", {})
    if status.get("phase") == "Failed":
        said = status.get("message") or ""
        return step.one_line(f"its pod {name} was ended ({status.get('reason')}) {said}")
    for condition in status.get("conditions", []):
        if condition["type"] == "PodScheduled" and condition["status"] == "False":
            return f"{NO_NODE} {name}: {step.one_line(condition.get('message', ''))}"
    for container in status.get("containerStatuses", []):
        state = container.get("state", {})
        for kind in ("waiting", "terminated"):
            if kind in state:
                said = state[kind].get("message") or ""
                reason = state[kind].get("reason", "no reason")
                return step.one_line(f"its pod {name} does not run ({reason}) {said}")
    return f"its pod {name} starts"


def over_limit(pod: dict[str, Any]) -> str | None:
    """What kubelet says of a pod that it has ended, because it wrote more than it may; else None.

    A pod that had to go because its node was full is none. The sentences are in
    pkg/kubelet/eviction/helpers.go of Kubernetes.
    """
    status = pod.get("status", {})
    said = status.get("message") or ""
    if status.get("reason") != "Evicted" or re.search(r"exceed(s|ed) (the|its)\b", said) is None:
        return None
    return f"{step.one_line(said).rstrip('.')}."


def api_server() -> str:
    """The address of the API server, as every pod has it."""
    host = step.required("KUBERNETES_SERVICE_HOST", "the API server's address; run this in a pod")
    return f"https://{host}:{os.environ.get('KUBERNETES_SERVICE_PORT', '443')}"


def token() -> str:
    """The token of the pod's account."""
    try:
        return (ACCOUNT / "token").read_text()
    except OSError as problem:
        raise BadInput(f"there is no token of the pod's account: {problem}") from problem
