"""The registered model in MLflow, as the steps of the pipeline use it.

Every function asks again for PATIENCE seconds when MLflow does not answer, and raises a Failure
that names its address when it still does not.
"""

from __future__ import annotations

import errno
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

import mlflow
import requests
from mlflow.entities.model_registry import ModelVersion
from mlflow.exceptions import MlflowException

from gourmetgram_pipeline import step
from gourmetgram_pipeline.step import BadInput, Failure, TemporaryFailure

NAME = "GourmetGramFood11Model"
STAGING = "staging"
"""Alias of the version that staging serves and that has passed its test there."""

PATIENCE = 120.0
"""Seconds in which MLflow may come back: a pod that starts again takes one of these two minutes."""

DIGEST_TAG = "model_sha256"
"""Tag with which the training notes the digest of the model file on its version."""

UNKNOWN = "unknown"
"""Stands for a training image that nobody noted."""

MISSING = "RESOURCE_DOES_NOT_EXIST"
TEMPORARY = {
    "INTERNAL_ERROR",
    "TEMPORARILY_UNAVAILABLE",
    "REQUEST_LIMIT_EXCEEDED",
    "RESOURCE_EXHAUSTED",
    "DEADLINE_EXCEEDED",
    # What stands before MLflow, as an Ingress or a proxy, answers so while MLflow is away. MLflow
    # itself has the code MISSING for what it does not find.
    "ENDPOINT_NOT_FOUND",
}
"""Codes with which MLflow's client tells of trouble that has nothing to do with what was asked."""

OF_THE_ADDRESS = {"PERMISSION_DENIED", "UNAUTHENTICATED"}
"""Codes of an answer that mostly is not MLflow's, or whose host name MLflow does not accept."""

Result = TypeVar("Result")


def find(version: str) -> ModelVersion:
    """The model version. Raises a Failure that names those that exist if it does not."""

    def look() -> ModelVersion:
        try:
            return client().get_model_version(NAME, version)
        except MlflowException as problem:
            if problem.error_code != MISSING:
                raise
            raise Failure(f"{NAME} has no version {version}; {existing_versions()}.") from problem

    return ask(look, f"looking up version {version}")


def existing_versions() -> str:
    """A phrase that tells which versions there are."""
    found = client().search_model_versions(f"name = '{NAME}'", max_results=100)
    numbers = sorted(int(each.version) for each in found)
    if not numbers:
        return "it has none yet: run the workflow train-model until a model passes its tests"
    return f"it has {', '.join(map(str, numbers))}. Run the workflow with one of these"


def training_image_of(version: ModelVersion) -> str:
    """The image that trained `version`, which the training notes on its run, or `unknown`."""
    run_id = version.run_id
    if not run_id:
        return UNKNOWN

    def look() -> str:
        try:
            tags = client().get_run(run_id).data.tags
        except MlflowException as problem:
            if problem.error_code != MISSING:
                raise
            return UNKNOWN
        return tags.get("training_image") or UNKNOWN

    return ask(look, "looking up the training run")


def download(version: str, target: Path) -> None:
    """Download the files of the model version into the existing folder `target`.

    Raises an OSError if they cannot be written there.
    """
    uri = f"models:/{NAME}/{version}"

    def fetch() -> None:
        try:
            mlflow.artifacts.download_artifacts(artifact_uri=uri, dst_path=str(target))
        except MlflowException as problem:
            # MLflow wraps it, and it is not an error of MLflow's.
            if step.is_full(problem):
                raise OSError(errno.ENOSPC, step.NO_ROOM) from problem
            raise

    ask(fetch, "downloading")


def tag(version: str, tags: dict[str, str]) -> None:
    """Set `tags` on the model version; others stay."""
    for key, value in tags.items():

        def set_tag(key: str = key, value: str = value) -> None:
            client().set_model_version_tag(NAME, version, key, value)

        ask(set_tag, f"tagging version {version} with {key}")


def version_in_staging() -> str | None:
    """The version with the alias `staging`, if there is one."""

    def look() -> str | None:
        try:
            aliases = client().get_registered_model(NAME).aliases
        except MlflowException as problem:
            # Before the first training there is no model.
            if problem.error_code != MISSING:
                raise
            return None
        version = aliases.get(STAGING)
        return None if version is None else str(version)

    return ask(look, "looking up the alias")


def set_version_in_staging(version: str | None) -> None:
    """Move the alias `staging` to `version`, or remove it for None."""
    if version is None:
        ask(lambda: client().delete_registered_model_alias(NAME, STAGING), "removing the alias")
    else:
        ask(
            lambda: client().set_registered_model_alias(NAME, STAGING, version), "setting the alias"
        )


def client() -> mlflow.MlflowClient:
    """A client of the MLflow at MLFLOW_TRACKING_URI."""
    tracking_address()
    return mlflow.MlflowClient()


def tracking_address() -> str:
    """Where MLflow is."""
    name = "MLFLOW_TRACKING_URI"
    address = step.required(name, "the address of MLflow, http://host:port")
    if step.parts_of(name, address).scheme not in ("http", "https"):
        raise BadInput(f"{name}={address!r} is not a URL that begins with http:// or https://")
    return address


def ask(question: Callable[[], Result], doing: str) -> Result:
    """Put `question` to MLflow, again if it does not answer. Its errors become Failures."""
    address = tracking_address()

    def attempt() -> Result:
        try:
            return question()
        except (MlflowException, requests.RequestException) as problem:
            code = getattr(problem, "error_code", "TEMPORARILY_UNAVAILABLE")
            kind = TemporaryFailure if code in TEMPORARY else Failure
            reason = step.reason_of(problem).rstrip(".")
            raise kind(
                f"MLflow at MLFLOW_TRACKING_URI={address} failed: {reason}. {remedy_for(code)}"
            ) from problem

    return step.persistently(attempt, f"MLflow, {doing}", PATIENCE)


def remedy_for(code: str) -> str:
    """What helps against an error of MLflow's with the `code`."""
    if code in TEMPORARY | OF_THE_ADDRESS:
        return "Is that its address, is it running, and does it accept this host name?"
    if code == MISSING:
        return (
            "It was deleted or renamed in MLflow: run the workflow with a version that is there, "
            "or train a new one."
        )
    return f"Look at {NAME} on MLflow's page, correct that there, and run the workflow again."
