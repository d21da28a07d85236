"""Download a version of the registered model from MLflow into the shared folder.

    python -m gourmetgram_pipeline download-model

Environment:

    MLFLOW_TRACKING_URI     where MLflow is
    MODEL_VERSION           the version
    WORKSPACE               shared folder; the model is its folder `model`
    BUILDKIT_*              BuildKit, as `builder` tells; stopped if there is no model to build

Outputs: `training-image`, the image that trained the model, or `unknown`; and `model-sha256`, the
digest of the model file.

The file has to be the one that the training noted, and must name nothing that is known to be
dangerous. The version gets the tag `pickle_scan` with the result.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from gourmetgram_pipeline import application, model_file, registered_model, step
from gourmetgram_pipeline.builder import Builder
from gourmetgram_pipeline.step import Failure, log

if TYPE_CHECKING:
    from mlflow.entities.model_registry import ModelVersion


def download() -> None:
    """Download MODEL_VERSION, list its files and tell what trained it."""
    with Builder().left_for_the_build():
        take()


def take() -> None:
    """Download MODEL_VERSION, list its files and tell what trained it."""
    version = step.required_version()
    target = step.workspace() / "model"
    log(f"Downloading {registered_model.NAME} version {version} ...")
    found = registered_model.find(version)
    try:
        application.remove(target)  # What an attempt before this one has left.
        target.mkdir(parents=True)
    except OSError as problem:
        raise Failure(
            f"cannot write to {target}: {problem.strerror}. Is WORKSPACE={target.parent} a folder "
            "that this user may write to?"
        ) from problem
    try:
        registered_model.download(version, target)
    except OSError as problem:
        raise step.file_failure(problem, f"cannot write the model to {target}") from problem
    if not list_files(target):
        raise Failure(
            f"{registered_model.NAME} version {version} has no files: they were deleted from "
            "MLflow's store. Run the workflow with another version, or train a new one."
        )
    file = target / model_file.MODEL_FILE
    digest = check_digest(found, file)
    scan(version, file)
    step.write_output("model-sha256", digest)
    step.write_output("training-image", registered_model.training_image_of(found))


def list_files(folder: Path) -> int:
    """Log the files in `folder` and their sizes, and return how many there are."""
    files = sorted(path for path in folder.rglob("*") if path.is_file())
    for file in files:
        log(f"{file.stat().st_size:>12,d} bytes  {file.relative_to(folder)}")
    log(f"{sum(file.stat().st_size for file in files):>12,d} bytes  in {len(files)} files")
    return len(files)


def check_digest(version: ModelVersion, file: Path) -> str:
    """The digest of `file`. Raises a Failure if it is not the one that the training noted."""
    name = f"{registered_model.NAME} version {version.version}"
    if not file.is_file():
        raise Failure(f"{name} has no {model_file.MODEL_FILE}. Register a model of PyTorch's.")
    noted = version.tags.get(registered_model.DIGEST_TAG)
    if noted is None:
        raise Failure(
            f"{name} has no tag {registered_model.DIGEST_TAG}, with which the training notes the "
            "digest of its model: it was registered by hand or by an earlier version of the lab. "
            "Train again (npm run train), and build that version."
        )
    digest = model_file.digest_of(file)
    if digest != noted:
        raise Failure(
            f"the model file of {name} is not the one that was trained: its SHA-256 is {digest}, "
            f"the training noted {noted}. Someone has changed it in MLflow. Train again "
            "(npm run train), and build that version."
        )
    log(f"The model file has the digest that the training noted: {digest}")
    return digest


def scan(version: str, file: Path) -> None:
    """Tag `version` with what a scan of `file` finds. Raises a Failure if that is dangerous."""
    dangerous = model_file.dangerous_calls_in(file)
    result = f"dangerous: {', '.join(dangerous)}" if dangerous else "nothing dangerous found"
    result = f"{result} ({model_file.scanner()})"
    log(f"Scan of the pickle: {result}")
    registered_model.tag(version, {"pickle_scan": result})
    if dangerous:
        raise Failure(
            f"{registered_model.NAME} version {version} is not built: loading its pickle would "
            f"use {', '.join(dangerous)}. Find out who stored it; train again (npm run train), "
            "and build that version."
        )
