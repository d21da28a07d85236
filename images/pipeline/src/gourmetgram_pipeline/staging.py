"""Staging in Kubernetes: its one Deployment, and that Deployment's pods."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from typing import Any, TypeVar

import urllib3
from kubernetes import client, config
from kubernetes.client import ApiException, V1Deployment, V1Pod

from gourmetgram_pipeline import step
from gourmetgram_pipeline.release import IMAGE_ANNOTATION, TESTED_ANNOTATION, VERSION_LABEL, Release
from gourmetgram_pipeline.step import BadInput, Failure, TemporaryFailure

Result = TypeVar("Result")


class Staging:
    """The Deployment STAGING_DEPLOYMENT in the namespace STAGING_NAMESPACE.

    Its container has the Deployment's name. Every method asks again for about a minute when
    Kubernetes does not answer, and raises a Failure when it still does not, or refuses.
    """

    def __init__(self) -> None:
        self.namespace = step.required("STAGING_NAMESPACE", "the namespace of staging")
        self.deployment = step.required("STAGING_DEPLOYMENT", "the name of staging's Deployment")
        api = connect()
        self._apps = client.AppsV1Api(api)
        self._core = client.CoreV1Api(api)

    def __str__(self) -> str:
        return f"the Deployment {self.deployment} in {self.namespace}"

    def read(self) -> V1Deployment:
        """The Deployment as it is now."""
        return self._ask(
            lambda: self._apps.read_namespaced_deployment(
                self.deployment, self.namespace, _request_timeout=step.REQUEST_TIMEOUT
            ),
            f"reading {self}",
        )

    def patch(self, body: dict[str, Any]) -> V1Deployment:
        """Merge `body` into the Deployment, and return the Deployment."""
        return self._ask(
            lambda: self._apps.patch_namespaced_deployment(
                self.deployment,
                self.namespace,
                body,
                _content_type="application/strategic-merge-patch+json",
                _request_timeout=step.REQUEST_TIMEOUT,
            ),
            f"changing {self}",
        )

    def newest_pod(self, release: Release) -> V1Pod | None:
        """The newest pod of `release`, if there is one that is not going away."""
        pods = self._ask(
            lambda: self._core.list_namespaced_pod(
                self.namespace,
                label_selector=f"{VERSION_LABEL}={release.model_version}",
                _request_timeout=step.REQUEST_TIMEOUT,
            ),
            f"listing pods in {self.namespace}",
        ).items
        ours = [
            pod
            for pod in pods
            if pod.metadata.deletion_timestamp is None
            and (pod.metadata.annotations or {}).get(IMAGE_ANNOTATION) == release.image
            and Release.of(pod.metadata).workflow == release.workflow
        ]
        return max(ours, key=lambda pod: pod.metadata.creation_timestamp, default=None)

    def deployed(self, deployment: V1Deployment) -> Release:
        """The release that `deployment` is set to run."""
        return Release.of(deployment.spec.template.metadata)

    def tested(self, deployment: V1Deployment) -> Release | None:
        """The release that passed its test last, if one ever did."""
        text = (deployment.metadata.annotations or {}).get(TESTED_ANNOTATION)
        if text is None:
            return None
        try:
            return Release.from_json(text)
        except ValueError as problem:
            raise Failure(
                f"the annotation {TESTED_ANNOTATION} of {self} is not what test-staging writes "
                f"({problem}); remove it, then train and deploy again"
            ) from problem

    def set_tested(self, release: Release) -> None:
        """Note that `release` passed its test."""
        self.patch({"metadata": {"annotations": {TESTED_ANNOTATION: release.to_json()}}})

    def _ask(self, question: Callable[[], Result], doing: str) -> Result:
        """Put `question` to Kubernetes; its errors become Failures."""

        def attempt() -> Result:
            try:
                return question()
            except urllib3.exceptions.HTTPError as problem:
                raise TemporaryFailure(
                    f"Kubernetes does not answer while {doing}: {step.reason_of(problem)}. Is its "
                    "API server running? `npm run status` tells."
                ) from problem
            except ApiException as problem:
                raise self._failure_of(problem, doing) from problem

        return step.persistently(attempt, doing)

    def _failure_of(self, problem: ApiException, doing: str) -> Failure:
        """What an error that Kubernetes answers with means here."""
        said = message_of(problem)
        if problem.status == 404:
            return Failure(f"{doing} failed: {said}. Run `npm run up`, which makes staging.")
        if problem.status in (401, 403):
            return Failure(
                f"{doing} failed: {said}. The workflow's service account `deploy-staging` needs "
                "the right to do that; `npm run up` gives it."
            )
        # 0 stands for none: the client wraps errors of TLS so.
        if problem.status in (0, 409, 429) or problem.status >= 500:
            return TemporaryFailure(
                f"{doing} failed: Kubernetes answers {problem.status}: {said}. Is its API server "
                "running? `npm run status` tells."
            )
        return Failure(
            f"{doing} failed: Kubernetes answers {problem.status}: {said}. Run `npm run up`, which "
            "restores staging's settings."
        )


def connect() -> client.ApiClient:
    """A connection to Kubernetes, as the pod's service account or as KUBECONFIG says."""
    settings = client.Configuration()
    try:
        if os.environ.get("KUBECONFIG"):
            config.load_kube_config(os.environ["KUBECONFIG"], client_configuration=settings)
        else:
            config.load_incluster_config(client_configuration=settings)
    except (config.ConfigException, OSError) as problem:
        raise BadInput(
            f"there is no way to Kubernetes: {problem}. Run this in a pod, or set KUBECONFIG."
        ) from problem
    # Retries are made, said and bounded in `persistently`.
    settings.retries = False
    return client.ApiClient(settings)


def message_of(problem: ApiException) -> str:
    """What Kubernetes says of an error, without its headers."""
    try:
        said = json.loads(problem.body)["message"]
    except (TypeError, ValueError, KeyError):
        said = problem.body or problem.reason or "no reason"
    return step.one_line(str(said)).rstrip(".")
