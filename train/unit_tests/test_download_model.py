"""The download of a model version, from a real MLflow server."""

from __future__ import annotations

from pathlib import Path

import download_model
import flow
import mlflow
import pytest
import torch
from support import free_port


@pytest.fixture
def version(pipeline: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """A version of the model that is registered."""
    client = mlflow.MlflowClient()
    registered = client.search_model_versions(
        f"name = '{flow.REGISTERED_MODEL}'", order_by=["version_number"]
    )
    if registered:
        return str(registered[0].version)
    monkeypatch.setenv("SIMULATED_ACCURACY", "0.9")
    assert flow.main(["normal"]) == 0
    return pipeline.read_text()


def test_downloads_a_version(
    version: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    target = tmp_path / "new" / "model"

    assert download_model.main([version, str(target)]) == 0

    model = torch.load(target / "data" / "model.pth", weights_only=False)
    assert model.input_shape == (3, 224, 224)
    size = (target / "data" / "model.pth").stat().st_size
    assert f"{size:,} bytes  data/model.pth" in capsys.readouterr().out


def test_unknown_version_names_those_that_exist(
    version: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    existing = mlflow.MlflowClient().search_model_versions(f"name = '{flow.REGISTERED_MODEL}'")
    numbers = ", ".join(str(number) for number in sorted(int(each.version) for each in existing))

    assert download_model.main(["4711", str(tmp_path / "model")]) == 1

    assert f"has no version 4711; it has {numbers}" in capsys.readouterr().err
    assert not (tmp_path / "model").exists()


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        ([], "usage:"),
        (["1"], "usage:"),
        (["", "/nowhere"], "'' is no model version"),
        (["development", "/nowhere"], "'development' is no model version"),
        (["²", "/nowhere"], "is no model version"),
    ],
)
def test_wrong_call(
    pipeline: Path, capsys: pytest.CaptureFixture[str], arguments: list[str], told: str
) -> None:
    assert download_model.main(arguments) == 2
    assert told in capsys.readouterr().err


def test_missing_address_of_mlflow(
    pipeline: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.delenv("MLFLOW_TRACKING_URI")
    assert download_model.main(["1", "/nowhere"]) == 2
    assert "MLFLOW_TRACKING_URI is not set" in capsys.readouterr().err


def test_unreachable_mlflow(
    pipeline: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    tmp_path: Path,
) -> None:
    address = f"http://127.0.0.1:{free_port()}"
    monkeypatch.setenv("MLFLOW_TRACKING_URI", address)
    monkeypatch.setenv("MLFLOW_HTTP_REQUEST_MAX_RETRIES", "1")
    assert download_model.main(["1", str(tmp_path)]) == 1
    assert f"MLFLOW_TRACKING_URI={address}" in capsys.readouterr().err


def test_target_that_is_a_file(
    version: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    target = tmp_path / "file"
    target.touch()
    assert download_model.main([version, str(target)]) == 1
    assert f"cannot write to {target}" in capsys.readouterr().err
