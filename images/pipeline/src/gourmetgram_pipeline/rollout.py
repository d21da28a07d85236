"""What becomes of a release after it was deployed: it starts, waits for something, or fails.

Functions of what Kubernetes shows, which ask nothing themselves.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

from kubernetes.client import V1ContainerStateTerminated, V1ContainerStatus, V1Deployment, V1Pod

from gourmetgram_pipeline import step


class State(Enum):
    """How far a release has come."""

    STARTED = "started"
    """Its process runs and has loaded its model; whether it is fit to serve, its test will tell."""
    WAITING = "waiting"
    FAILING = "failing"
    """Something is wrong that may pass soon."""
    FAILED = "failed"


@dataclass(frozen=True)
class Sight:
    """What is to be seen of a release at one moment."""

    state: State
    text: str
    """A sentence without its full stop; of a failure with the remedy."""


FIXED_BY_NOBODY = {"InvalidImageName", "CreateContainerConfigError", "CreateContainerError"}
"""Reasons to wait that last until somebody changes the Deployment."""

PULL_TROUBLE = {"ErrImagePull", "ImagePullBackOff", "RegistryUnavailable", "ImageInspectError"}


def look(deployment: V1Deployment, pod: V1Pod | None, container: str) -> Sight:
    """What is to be seen in the Deployment and the release's newest pod."""
    if pod is None:
        return without_pod(deployment)
    name = pod.metadata.name
    crash = crash_of(pod, container)
    if crash is not None:
        return Sight(State.FAILED, crash)
    status = status_of(pod, container)
    if status is None:
        return without_container(pod)
    if status.started:
        return Sight(State.STARTED, f"pod {name} has started")
    waiting = status.state.waiting if status.state is not None else None
    if waiting is not None:
        return waiting_for(pod, status.image or "its image", waiting.reason, waiting.message)
    return Sight(State.WAITING, f"pod {name} runs and loads its model")


def crash_of(pod: V1Pod, container: str) -> str | None:
    """Why the container of `pod` ended, or the pod was taken away, if it did."""
    if pod.status.phase == "Failed" and not pod.status.container_statuses:
        said = pod.status.message or pod.status.reason or "no reason is given"
        return (
            f"its pod {pod.metadata.name} was taken off its node: "
            f"{step.one_line(said).rstrip('.')}. Free memory or disk of the node, and run the "
            "workflow again"
        )
    status = status_of(pod, container)
    if status is None:
        return None
    for state in (status.state, status.last_state):
        if state is not None and state.terminated is not None:
            return ended(pod, container, state.terminated)
    return None


def ended(pod: V1Pod, container: str, end: V1ContainerStateTerminated) -> str:
    """Why a container ended, in words."""
    if end.reason == "OOMKilled":
        limit = memory_limit(pod, container) or "the memory of its node"
        return (
            f"the container was killed for want of memory (OOMKilled): it may use {limit} and this "
            "model needs more. Train a smaller model"
        )
    said = f" It said: {step.one_line(end.message)}" if end.message else ""
    return (
        f"the container ended with exit code {end.exit_code} ({end.reason or 'no reason'}) instead "
        f"of serving.{said}"
    ).rstrip(".") + ". Correct the application or the model, and run the workflow again"


def memory_limit(pod: V1Pod, container: str) -> str | None:
    """The memory that the container may use, as its pod says it."""
    for each in pod.spec.containers:
        if each.name == container and each.resources is not None:
            return (each.resources.limits or {}).get("memory")
    return None


def status_of(pod: V1Pod, container: str) -> V1ContainerStatus | None:
    """The status of the container, once there is one."""
    statuses = pod.status.container_statuses or []
    return next((each for each in statuses if each.name == container), None)


def without_pod(deployment: V1Deployment) -> Sight:
    """What is to be seen while the release has no pod: why none can be made, or nothing yet."""
    for condition in deployment.status.conditions or []:
        if condition.type == "ReplicaFailure" and condition.status == "True":
            said = step.one_line(condition.message or condition.reason or "no reason is given")
            remedy = (
                "Free some of the quota, or raise it"
                if "quota" in said
                else "Run `npm run up`, which restores staging's settings"
            )
            return Sight(
                State.FAILING, f"its pod cannot be made ({condition.reason}): {said}. {remedy}"
            )
    return Sight(State.WAITING, "its pod is about to be made")


def without_container(pod: V1Pod) -> Sight:
    """What is to be seen of a pod that no node has taken yet."""
    for condition in pod.status.conditions or []:
        if condition.type == "PodScheduled" and condition.status == "False":
            said = step.one_line(condition.message or condition.reason or "no reason is given")
            return Sight(State.WAITING, f"no node takes its pod {pod.metadata.name}: {said}")
    return Sight(State.WAITING, f"pod {pod.metadata.name} waits for its node")


def waiting_for(pod: V1Pod, image: str, reason: str | None, message: str | None) -> Sight:
    """What is to be seen of a container that has not begun to run."""
    said = f": {step.one_line(message)}" if message else ""
    if reason in PULL_TROUBLE:
        return Sight(
            State.FAILING,
            f"its image {image} cannot be pulled ({reason}){said}. Is the registry running, and "
            "can the nodes reach it at that address",
        )
    text = f"pod {pod.metadata.name} waits ({reason or 'no reason'}){said}"
    if reason not in FIXED_BY_NOBODY:
        return Sight(State.WAITING, text)
    remedy = "Check the application's Dockerfile (USER and CMD), or run `npm run up`"
    return Sight(State.FAILED, f"{text.rstrip('.')}. {remedy}")
