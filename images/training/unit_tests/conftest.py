"""What the tests of the training image share: its environment, its models and real servers."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

import make_models
from support import TRAIN, environment_of, starting_mlflow, wait_for

# Before anything imports MLflow or Prefect: they read most of it once.
os.environ.update(environment_of(TRAIN / "Dockerfile"))


@pytest.fixture(scope="session")
def mlflow_server_process(
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[tuple[str, subprocess.Popen[bytes], Path]]:
    """The server of the MLflow image, still starting."""
    with starting_mlflow(tmp_path_factory.mktemp("mlflow")) as server:
        yield server


@pytest.fixture(scope="session")
def prefect_server(mlflow_server_process: object) -> Iterator[str]:
    """The address of a Prefect server for all flows of the session. MLflow's starts beside it."""
    from prefect.settings import PREFECT_API_URL
    from prefect.testing.utilities import prefect_test_harness

    with prefect_test_harness(server_startup_timeout=600):
        yield PREFECT_API_URL.value()


@pytest.fixture(scope="session")
def mlflow_address(
    mlflow_server_process: tuple[str, subprocess.Popen[bytes], Path], prefect_server: str
) -> str:
    """The address of a real MLflow server."""
    address, process, log = mlflow_server_process
    wait_for(f"{address}/health", process, log)
    return address


@pytest.fixture(scope="session")
def models(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the models of all scenarios; the oversized one has but 4 MiB."""
    folder = tmp_path_factory.mktemp("models")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(make_models, "OVERSIZED_BYTES", 4 * 1024**2)
        make_models.main(folder)
    return folder


@pytest.fixture
def pipeline(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, mlflow_address: str, models: Path
) -> Path:
    """An environment in which flow.py can run, and the file for the model version."""
    version_file = tmp_path / "model_version"
    monkeypatch.setenv("MLFLOW_TRACKING_URI", mlflow_address)
    monkeypatch.setenv("MODEL_DIRECTORY", str(models))
    monkeypatch.setenv("MODEL_VERSION_FILE", str(version_file))
    monkeypatch.setenv("TRAINING_SECONDS", "0")
    monkeypatch.delenv("SIMULATED_ACCURACY", raising=False)
    monkeypatch.delenv("ARGO_WORKFLOW_NAME", raising=False)
    monkeypatch.delenv("TRAINING_IMAGE", raising=False)
    return version_file
