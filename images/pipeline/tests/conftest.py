"""What the tests of the pipeline share: its environment, quick retries and a real MLflow."""

from __future__ import annotations

import hashlib
import os
import pickle
import subprocess
from collections import OrderedDict
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from gourmetgram_pipeline import step
from stub_builder import StubBuilder
from stub_kubernetes import StubKubernetes
from support import PIPELINE, environment_of, free_port, starting_mlflow, wait_for

# Before anything imports MLflow: it reads most of it once.
os.environ.update(environment_of(PIPELINE / "Dockerfile"))

VARIABLES = [
    "APP_REPOSITORY",
    "APP_BRANCH",
    "APP_REPOSITORY_USERNAME",
    "APP_REPOSITORY_PASSWORD_FILE",
    "APP_REPOSITORY_CREDENTIALS_FOR",
    "TRAIN_REPOSITORY",
    "TRAIN_BRANCH",
    "TRAIN_COMMIT",
    "TRAIN_BASE_IMAGE",
    "WORKSPACE",
    "MODEL_VERSION",
    "COMMIT",
    "TRAINING_IMAGE",
    "IMAGE",
    "STAGING_URL",
    "ARGO_WORKFLOW_NAME",
    "BUILDKIT_ADDRESS",
    "BUILDKIT_NAMESPACE",
    "BUILDKIT_DEPLOYMENT",
    "APP_BASE_IMAGE",
    "PUSH_REPOSITORY",
    "PULL_REPOSITORY",
    "DOCKER_CONFIG",
    "STAGING_NAMESPACE",
    "STAGING_DEPLOYMENT",
    "STAGING_SERVICE_URL",
    "MLFLOW_TRACKING_URI",
    "KUBECONFIG",
]

MODEL = pickle.dumps(OrderedDict(weights=[1, 2, 3]))
"""The model file of a version."""

COMMIT = "0123456789abcdef0123456789abcdef01234567"
IMAGE = "registry:5000/gourmetgram-app@sha256:" + "7" * 64


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Let the tests that need MLflow be the last ones: it takes a while to start."""
    items.sort(key=lambda item: "mlflow_server" in getattr(item, "fixturenames", ()))


@pytest.fixture(scope="session", autouse=True)
def early_start(request: pytest.FixtureRequest) -> None:
    """Start MLflow before the first test if any of them needs it."""
    if any("mlflow_server" in getattr(item, "fixturenames", ()) for item in request.session.items):
        request.getfixturevalue("mlflow_process")


@pytest.fixture(autouse=True)
def environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """The environment of a step before it is set, with outputs of its own and short pauses."""
    for name in VARIABLES:
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("OUTPUTS", str(tmp_path / "outputs"))
    monkeypatch.setattr(step, "TERMINATION_LOG", tmp_path / "termination-log")
    monkeypatch.setattr(step, "FIRST_PAUSE", 0.01)
    monkeypatch.setattr(step, "PATIENCE", 1.0)
    monkeypatch.setattr("gourmetgram_pipeline.registered_model.PATIENCE", 1.0)
    (tmp_path / "termination-log").touch()
    return tmp_path


@pytest.fixture
def outputs(environment: Path) -> Callable[[], dict[str, str]]:
    """Tells the outputs that a step gave."""

    def read() -> dict[str, str]:
        folder = environment / "outputs"
        return {file.name: file.read_text() for file in folder.iterdir()} if folder.exists() else {}

    return read


@pytest.fixture
def workspace(environment: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty shared folder."""
    folder = environment / "workspace"
    folder.mkdir()
    monkeypatch.setenv("WORKSPACE", str(folder))
    return folder


def leave(what: str, path: Path, elsewhere: Path) -> None:
    """Leave at `path` one of a folder, a file, a link (to a folder) and a link to nothing."""
    if what == "a folder":
        (path / "stale").mkdir(parents=True)
    elif what == "a file":
        path.touch()
    else:
        aim = elsewhere / "aim"
        if what == "a link":
            aim.mkdir()
        path.symlink_to(aim)


@pytest.fixture
def nobody() -> str:
    """An address, host:port, at which nobody listens."""
    return f"127.0.0.1:{free_port()}"


@pytest.fixture(scope="session")
def mlflow_process(
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[tuple[str, subprocess.Popen[bytes], Path] | None]:
    """A real MLflow server, still starting; None where there is none to start."""
    if "MLFLOW_SERVER_PYTHON" not in os.environ:
        yield None
        return
    with starting_mlflow(tmp_path_factory.mktemp("mlflow")) as server:
        yield server


@pytest.fixture
def mlflow_server(
    mlflow_process: tuple[str, subprocess.Popen[bytes], Path] | None,
    monkeypatch: pytest.MonkeyPatch,
) -> str:
    """The address of a real MLflow server, which the steps will use."""
    if mlflow_process is None:
        pytest.fail("MLFLOW_SERVER_PYTHON is not set; run `node test/python.mjs`")
    address, process, log = mlflow_process
    wait_for(f"{address}/health", process, log)
    monkeypatch.setenv("MLFLOW_TRACKING_URI", address)
    return address


@pytest.fixture
def version(mlflow_server: str, tmp_path: Path) -> str:
    """A new version of the model in MLflow, logged and tagged as the training does it."""
    import mlflow

    from gourmetgram_pipeline import registered_model

    model = tmp_path / "logged"
    (model / "data").mkdir(parents=True)
    (model / "MLmodel").write_text("flavors: {}\n")
    (model / "data" / "model.pth").write_bytes(MODEL)
    client = mlflow.MlflowClient()
    mlflow.set_experiment("food11-classifier")
    with mlflow.start_run(
        tags={"training_image": "registry:5000/gourmetgram-train@sha256:1f"}
    ) as run:
        logged = client.create_logged_model(
            run.info.experiment_id, name="model", source_run_id=run.info.run_id
        )
        client.log_model_artifacts(logged.model_id, str(model))
        client.finalize_logged_model(logged.model_id, "READY")
        registered = mlflow.register_model(f"models:/{logged.model_id}", registered_model.NAME)
    client.set_model_version_tag(
        registered_model.NAME,
        registered.version,
        registered_model.DIGEST_TAG,
        hashlib.sha256(MODEL).hexdigest(),
    )
    return str(registered.version)


@pytest.fixture
def kubernetes(environment: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[StubBuilder]:
    """A stand-in for Kubernetes that starts and stops BuildKit, and the environment for it."""
    with StubBuilder() as stub:
        (environment / "account").mkdir()
        stub.use(monkeypatch, environment / "account")
        monkeypatch.setenv("BUILDKIT_ADDRESS", f"tcp://127.0.0.1:{free_port()}")
        yield stub


@pytest.fixture
def cluster(environment: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[StubKubernetes]:
    """A stand-in for Kubernetes with staging in it, and the environment of steps that use it."""
    with StubKubernetes() as stub:
        stub.write_kubeconfig(environment / "kubeconfig")
        for name, value in {
            "KUBECONFIG": str(environment / "kubeconfig"),
            "STAGING_NAMESPACE": "gourmetgram-staging",
            "STAGING_DEPLOYMENT": "gourmetgram",
            "STAGING_SERVICE_URL": "http://gourmetgram.gourmetgram-staging.svc.cluster.local:8000",
            "MODEL_VERSION": "7",
            "COMMIT": COMMIT,
            "IMAGE": IMAGE,
            "TRAINING_IMAGE": "registry:5000/gourmetgram-train@sha256:1f",
            "ARGO_WORKFLOW_NAME": "build-container-image-x7k2p",
        }.items():
            monkeypatch.setenv(name, value)
        yield stub
