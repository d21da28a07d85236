"""What the tests of the training image share: its environment, its models and real servers.

MLFLOW_SERVER_PYTHON names the Python with the packages of the MLflow image; `node test/python.mjs`
sets it.
"""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from support import MLFLOW_IMAGE, TRAIN, environment_of, free_port, wait_for

sys.path.insert(0, str(TRAIN))

import make_models  # noqa: E402

# Before anything imports MLflow or Prefect: they read most of it once.
os.environ.update(environment_of(TRAIN / "Dockerfile"))


@pytest.fixture(scope="session")
def mlflow_server_process(
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[tuple[str, subprocess.Popen, Path]]:
    """The server of the MLflow image on a new database that the image prepared, still starting."""
    python = os.environ.get("MLFLOW_SERVER_PYTHON")
    if python is None:
        pytest.skip("MLFLOW_SERVER_PYTHON is not set; run `node test/python.mjs`")
    folder = tmp_path_factory.mktemp("mlflow")
    port = free_port()
    environment = {
        **os.environ,
        **environment_of(MLFLOW_IMAGE / "Dockerfile"),
        "MLFLOW_BACKEND_STORE_URI": f"sqlite:///{folder}/mlflow.db",
        "MLFLOW_SERVER_ALLOWED_HOSTS": "127.0.0.1:*",
    }
    prepare = f'"{python}" "{MLFLOW_IMAGE}/prepare_database.py"'
    serve = f'"{python}" -m mlflow server --host 127.0.0.1 --port {port} --workers 1'
    command = f'{prepare} && exec {serve} --artifacts-destination "{folder}/artifacts"'
    log = folder / "server.log"
    with log.open("w") as output:
        process = subprocess.Popen(
            ["sh", "-c", command], env=environment, stdout=output, stderr=subprocess.STDOUT
        )
    yield f"http://127.0.0.1:{port}", process, log
    process.terminate()
    process.wait(timeout=20)


@pytest.fixture(scope="session")
def prefect_server(mlflow_server_process: object) -> Iterator[str]:
    """The address of a Prefect server for all flows of the session. MLflow's starts beside it."""
    from prefect.settings import PREFECT_API_URL
    from prefect.testing.utilities import prefect_test_harness

    with prefect_test_harness(server_startup_timeout=120):
        yield PREFECT_API_URL.value()


@pytest.fixture(scope="session")
def mlflow_address(
    mlflow_server_process: tuple[str, subprocess.Popen, Path], prefect_server: str
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
    return version_file
