"""Download one version of the registered model from MLflow.

    python download_model.py <version> <target directory>

The WorkflowTemplate `build-container-image` runs this before it builds. MLFLOW_TRACKING_URI says
where MLflow is. The exit code is 1 when the model could not be downloaded, and 2 when the command
was not called as above.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path

import mlflow
import requests
from mlflow.exceptions import MlflowException
from mlflow.protos.databricks_pb2 import RESOURCE_DOES_NOT_EXIST, ErrorCode

REGISTERED_MODEL = "GourmetGramFood11Model"


class Refused(Exception):
    """The download cannot be done; the message says why."""


def download(version: str, target: Path) -> list[Path]:
    """Download the files of model version `version` into `target`, which is created if need be.

    Raises Refused if there is no such version. Returns the files.
    """
    try:
        mlflow.MlflowClient().get_model_version(REGISTERED_MODEL, version)
    except MlflowException as problem:
        if problem.error_code != ErrorCode.Name(RESOURCE_DOES_NOT_EXIST):
            raise
        raise Refused(
            f"{REGISTERED_MODEL} has no version {version}; {existing_versions()}"
        ) from problem

    target.mkdir(parents=True, exist_ok=True)
    mlflow.artifacts.download_artifacts(
        artifact_uri=f"models:/{REGISTERED_MODEL}/{version}", dst_path=str(target)
    )
    return sorted(path for path in target.rglob("*") if path.is_file())


def existing_versions() -> str:
    """A phrase that tells which versions there are."""
    found = mlflow.MlflowClient().search_model_versions(
        f"name = '{REGISTERED_MODEL}'", max_results=100
    )
    numbers = sorted(int(each.version) for each in found)
    if not numbers:
        return "it has none yet: run the workflow train-model until a model passes its tests"
    return "it has " + ", ".join(map(str, numbers))


def main(arguments: list[str]) -> int:
    """Download as the command line asks, print what came and return the exit code."""
    if len(arguments) != 2:
        print("usage: python download_model.py <version> <target directory>", file=sys.stderr)
        return 2
    version, target = arguments[0], Path(arguments[1])
    address = os.environ.get("MLFLOW_TRACKING_URI")
    if not address:
        print(
            "download_model.py: MLFLOW_TRACKING_URI is not set; give the address of MLflow, http://host:port",
            file=sys.stderr,
        )
        return 2
    if not (version.isascii() and version.isdigit()):
        print(
            f"download_model.py: {version!r} is no model version; a version is a number",
            file=sys.stderr,
        )
        return 2

    print(f"Downloading {REGISTERED_MODEL} version {version} from {address} ...", flush=True)
    try:
        files = download(version, target)
    except Refused as problem:
        print(f"download_model.py: {problem}", file=sys.stderr)
        return 1
    except (MlflowException, requests.RequestException) as problem:
        print(
            f"download_model.py: MLflow at MLFLOW_TRACKING_URI={address} failed. "
            f"Is that its address, is it running, and does it accept this host name?\n{problem}",
            file=sys.stderr,
        )
        return 1
    except OSError as problem:
        print(f"download_model.py: cannot write to {target}: {problem}", file=sys.stderr)
        return 1

    for file in files:
        print(f"{file.stat().st_size:>12,d} bytes  {file.relative_to(target)}")
    print(f"{sum(file.stat().st_size for file in files):>12,d} bytes  in {len(files)} files")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
