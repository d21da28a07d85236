"""The download of a model version, from a real MLflow server."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import mlflow
import pytest

from gourmetgram_pipeline import download_model, registered_model, step

Outputs = Callable[[], dict[str, str]]


@pytest.fixture
def wanted(version: str, workspace: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """A version that is to be downloaded."""
    monkeypatch.setenv("MODEL_VERSION", version)
    return version


def test_downloads_a_version(
    wanted: str, workspace: Path, outputs: Outputs, capsys: pytest.CaptureFixture[str]
) -> None:
    (workspace / "model").mkdir()
    (workspace / "model" / "stale").touch()

    assert step.run(download_model.download) == 0

    assert (workspace / "model" / "data" / "model.pth").read_bytes() == b"weights"
    assert (workspace / "model" / "MLmodel").is_file()
    assert not (workspace / "model" / "stale").exists()
    assert outputs() == {"training-image": "registry:5000/gourmetgram-train@sha256:1f"}
    assert "7 bytes  data/model.pth" in capsys.readouterr().out


def test_training_that_noted_no_image(wanted: str, outputs: Outputs) -> None:
    client = mlflow.MlflowClient()
    run_id = client.get_model_version(registered_model.NAME, wanted).run_id
    assert run_id is not None
    client.delete_tag(run_id, "training_image")
    assert step.run(download_model.download) == 0
    assert outputs() == {"training-image": "unknown"}


def test_unknown_version_names_those_that_exist(
    wanted: str,
    workspace: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setenv("MODEL_VERSION", "4711")
    assert step.run(download_model.download) == 1
    told = capsys.readouterr()
    assert "has no version 4711; it has 1" in told.err
    assert "attempt" not in told.out
    assert not (workspace / "model").exists()


def test_unreachable_mlflow(
    workspace: Path,
    nobody: str,
    environment: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setenv("MLFLOW_TRACKING_URI", f"http://{nobody}")
    monkeypatch.setenv("MODEL_VERSION", "1")

    assert step.run(download_model.download) == 1

    told = capsys.readouterr()
    assert f"MLFLOW_TRACKING_URI=http://{nobody} failed" in told.err
    assert "Connection refused" in told.err
    assert "attempt 3 of 4 failed" in told.out
    assert (environment / "termination-log").read_text() + "\n" == told.err


def test_mlflow_that_refuses_the_host_name(
    wanted: str,
    mlflow_server: str,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setenv("MLFLOW_TRACKING_URI", mlflow_server.replace("127.0.0.1", "localhost"))
    assert step.run(download_model.download) == 1
    told = capsys.readouterr()
    assert "Invalid Host header" in told.err
    assert "attempt" not in told.out


def test_folder_that_cannot_be_written_to(
    wanted: str, workspace: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (workspace / "model").touch()
    assert step.run(download_model.download) == 1
    assert f"cannot write to {workspace / 'model'}" in capsys.readouterr().err


@pytest.mark.parametrize("missing", ["MODEL_VERSION", "WORKSPACE", "MLFLOW_TRACKING_URI"])
def test_missing_input(
    missing: str,
    workspace: Path,
    nobody: str,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setenv("MLFLOW_TRACKING_URI", f"http://{nobody}")
    monkeypatch.setenv("MODEL_VERSION", "1")
    monkeypatch.delenv(missing)
    assert step.run(download_model.download) == 2
    assert f"{missing} is not set" in capsys.readouterr().err
