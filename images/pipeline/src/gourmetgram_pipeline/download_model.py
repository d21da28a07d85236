"""Download a version of the registered model from MLflow into the shared folder.

    python -m gourmetgram_pipeline download-model

Environment:

    MLFLOW_TRACKING_URI     where MLflow is
    MODEL_VERSION           the version
    WORKSPACE               shared folder; the model is its folder `model`

Output: `training-image`, the image that trained the model, or `unknown`.
"""

from __future__ import annotations

import shutil
from pathlib import Path

from gourmetgram_pipeline import registered_model, step
from gourmetgram_pipeline.step import Failure, log


def download() -> None:
    """Download MODEL_VERSION, list its files and tell what trained it."""
    version = step.required_version()
    target = step.workspace() / "model"
    log(f"Downloading {registered_model.NAME} version {version} ...")
    found = registered_model.find(version)
    try:
        if target.is_dir():  # What an attempt before this one has left.
            shutil.rmtree(target)
        target.mkdir(parents=True)
    except OSError as problem:
        raise Failure(
            f"cannot write to {target}: {problem.strerror}. Is WORKSPACE={target.parent} a folder "
            "that this user may write to?"
        ) from problem
    try:
        registered_model.download(version, target)
    except OSError as problem:
        raise Failure(
            f"cannot write the model to {target}: {problem.strerror or problem}. "
            "Does the shared folder have room for it?"
        ) from problem
    list_files(target)
    step.write_output("training-image", registered_model.training_image_of(found))


def list_files(folder: Path) -> None:
    """Log the files in `folder` and their sizes."""
    files = sorted(path for path in folder.rglob("*") if path.is_file())
    for file in files:
        log(f"{file.stat().st_size:>12,d} bytes  {file.relative_to(folder)}")
    log(f"{sum(file.stat().st_size for file in files):>12,d} bytes  in {len(files)} files")
