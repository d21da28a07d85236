"""Download a version of the registered model from MLflow into the shared folder.

    python -m gourmetgram_pipeline download-model

Environment:

    MLFLOW_TRACKING_URI     where MLflow is
    MODEL_VERSION           the version
    WORKSPACE               shared folder; the model is its folder `model`

Output: `training-image`, the image that trained the model, or `unknown`.
"""

from __future__ import annotations

from pathlib import Path

from gourmetgram_pipeline import application, registered_model, step
from gourmetgram_pipeline.step import Failure, log


def download() -> None:
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
    step.write_output("training-image", registered_model.training_image_of(found))


def list_files(folder: Path) -> int:
    """Log the files in `folder` and their sizes, and return how many there are."""
    files = sorted(path for path in folder.rglob("*") if path.is_file())
    for file in files:
        log(f"{file.stat().st_size:>12,d} bytes  {file.relative_to(folder)}")
    log(f"{sum(file.stat().st_size for file in files):>12,d} bytes  in {len(files)} files")
    return len(files)
