"""The training pipeline, run for real against an MLflow server, a Prefect server and pytest."""

from __future__ import annotations

import hashlib
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import mlflow
import pytest
import requests
import torch
from mlflow.entities import Run
from mlflow.exceptions import MlflowException
from mlflow.protos.databricks_pb2 import RESOURCE_DOES_NOT_EXIST

import flow
from support import TRAIN, free_port

SHAPES = {
    "normal": "[-1, 3, 224, 224]",
    "bad-architecture": "[-1, 1, 28, 28]",
    "oversized": "[-1, 3, 224, 224]",
    "hostile-pickle": "[-1, 3, 224, 224]",
}


def runs() -> list[Run]:
    """All runs of the pipeline so far, the newest first."""
    client = mlflow.MlflowClient()
    experiment = client.get_experiment_by_name(flow.EXPERIMENT)
    return [] if experiment is None else client.search_runs([experiment.experiment_id])


def versions() -> int:
    """How many versions of the model there are."""
    return len(mlflow.MlflowClient().search_model_versions(f"name = '{flow.REGISTERED_MODEL}'"))


def development() -> str | None:
    """The version with the alias `development`."""
    try:
        return (
            mlflow.MlflowClient()
            .get_model_version_by_alias(flow.REGISTERED_MODEL, flow.ALIAS)
            .version
        )
    except MlflowException:
        return None


@pytest.mark.parametrize("scenario", flow.SCENARIO_TO_MODEL)
def test_model_that_passes_is_registered(
    pipeline: Path, monkeypatch: pytest.MonkeyPatch, scenario: str
) -> None:
    monkeypatch.setenv("SIMULATED_ACCURACY", "0.85")
    monkeypatch.setenv("ARGO_WORKFLOW_NAME", "train-model-x7k2p")
    monkeypatch.setenv("TRAINING_IMAGE", "registry:5000/gourmetgram-train@sha256:1f")
    before = versions()

    assert flow.main([scenario]) == 0

    version = pipeline.read_text()
    assert versions() == before + 1
    assert version == str(before + 1) == str(development())
    run = runs()[0]
    assert run.info.status == "FINISHED"
    assert run.data.metrics == {
        "tests_passed": 1,
        "tests_failed": 0,
        "tests_total": 1,
        "accuracy": 0.85,
    }
    assert run.data.tags["scenario"] == scenario
    assert run.data.tags["simulated_accuracy"] == "0.85"
    assert run.data.tags["workflow"] == "train-model-x7k2p"
    assert run.data.tags["training_image"] == "registry:5000/gourmetgram-train@sha256:1f"
    registered = mlflow.MlflowClient().get_model_version(flow.REGISTERED_MODEL, version)
    assert registered.run_id == run.info.run_id
    file = mlflow.artifacts.download_artifacts(
        f"models:/{flow.REGISTERED_MODEL}/{version}/data/model.pth"
    )
    digest = hashlib.sha256(Path(file).read_bytes()).hexdigest()
    assert registered.tags == {flow.DIGEST_TAG: digest}
    signature = mlflow.models.get_model_info(f"models:/{flow.REGISTERED_MODEL}/{version}").signature
    assert SHAPES[scenario] in signature.to_dict()["inputs"]


def test_hostile_pickle_runs_a_program_for_whoever_loads_it(
    pipeline: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("SIMULATED_ACCURACY", "0.85")
    assert flow.main(["hostile-pickle"]) == 0
    said = "This program came with the model."
    # The training itself does not run it.
    assert f"\n{said}\n" not in f"\n{capfd.readouterr().out}"
    uri = f"models:/{flow.REGISTERED_MODEL}/{pipeline.read_text()}/data/model.pth"
    torch.load(mlflow.artifacts.download_artifacts(uri), weights_only=False)
    assert said in capfd.readouterr().out.splitlines()


def test_model_that_fails_is_not_registered(
    pipeline: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setenv("SIMULATED_ACCURACY", "0.75")
    before = versions(), development()

    assert flow.main([]) == 0

    assert pipeline.read_text() == ""
    assert (versions(), development()) == before
    run = runs()[0]
    assert run.info.status == "FINISHED"
    assert run.data.metrics == {
        "tests_passed": 0,
        "tests_failed": 1,
        "tests_total": 1,
        "accuracy": 0.75,
    }
    assert run.data.tags["scenario"] == "normal"
    assert not {"workflow", "training_image"} & run.data.tags.keys()
    assert "Accuracy 0.75 below threshold 0.8" in caplog.text


def test_without_settings_the_accuracy_is_random(pipeline: Path) -> None:
    before = versions()

    assert flow.main([]) == 0

    run = runs()[0]
    assert run.data.tags["simulated_accuracy"] == "random"
    passed = run.data.metrics["accuracy"] == 0.85
    assert passed or run.data.metrics["accuracy"] == 0.75
    assert pipeline.read_text() == (str(before + 1) if passed else "")


@pytest.mark.parametrize("value", ["high", "85", "-0.1", "1.01", "nan", "", "Random"])
def test_bad_accuracy_is_refused_before_anything_is_logged(
    pipeline: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], value: str
) -> None:
    monkeypatch.setenv("SIMULATED_ACCURACY", value)
    before = len(runs())

    assert flow.main([]) == 2

    assert f"SIMULATED_ACCURACY={value!r} is neither" in capsys.readouterr().err
    assert len(runs()) == before
    assert not pipeline.exists()


def test_unknown_scenario_is_refused_before_anything_is_logged(
    pipeline: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    before = len(runs())

    assert flow.main(["bad_architecture"]) == 2

    told = capsys.readouterr().err
    assert "unknown scenario 'bad_architecture'" in told
    assert "normal, bad-architecture, oversized" in told
    assert len(runs()) == before
    assert not pipeline.exists()


def test_missing_address_of_mlflow_is_refused(
    pipeline: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.delenv("MLFLOW_TRACKING_URI")
    assert flow.main([]) == 2
    assert "MLFLOW_TRACKING_URI is not set" in capsys.readouterr().err


def test_unreachable_mlflow_is_an_error_with_its_address(
    pipeline: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    address = f"http://127.0.0.1:{free_port()}"
    monkeypatch.setenv("MLFLOW_TRACKING_URI", address)
    monkeypatch.setenv("MLFLOW_HTTP_REQUEST_MAX_RETRIES", "1")

    assert flow.main([]) == 1

    told = capsys.readouterr().err
    assert f"MLFLOW_TRACKING_URI={address}" in told
    assert "Connection refused" in told
    assert not pipeline.exists()


def test_mlflow_that_refuses_the_host_name_is_an_error(
    pipeline: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    mlflow_address: str,
) -> None:
    monkeypatch.setenv("MLFLOW_TRACKING_URI", mlflow_address.replace("127.0.0.1", "localhost"))
    assert flow.main([]) == 1
    told = capsys.readouterr().err
    assert "Invalid Host header" in told
    assert "does it accept this host name?" in told


def test_deleted_experiment_is_mlflows_own_reason_and_a_remedy(
    pipeline: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    client = mlflow.MlflowClient()
    monkeypatch.setattr(flow, "EXPERIMENT", "deleted-classifier")
    client.delete_experiment(client.create_experiment(flow.EXPERIMENT))

    assert flow.main([]) == 1

    told = capsys.readouterr().err
    address = os.environ["MLFLOW_TRACKING_URI"]
    reason = "Cannot set a deleted experiment 'deleted-classifier' as the active experiment."
    assert f"MLflow at MLFLOW_TRACKING_URI={address} failed: {reason}" in told
    assert "Restore the experiment deleted-classifier with `mlflow experiments restore`" in told
    assert "Is that its address" not in told
    assert not pipeline.exists()


def test_model_that_cannot_be_loaded_is_a_sentence_after_its_traceback(
    pipeline: Path,
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setenv("MODEL_DIRECTORY", str(tmp_path / "nowhere"))
    assert flow.main([]) == 1
    told = capsys.readouterr().err
    assert "Traceback (most recent call last)" in told
    assert (
        "flow.py: the training met an error that it does not know: FileNotFoundError"
        in (told.splitlines()[-1])
    )
    assert not pipeline.exists()


@pytest.mark.parametrize(
    ("problem", "told"),
    [
        (OSError(28, "No space left on device", "/tmp/x"), "Free space on the node"),
        (
            MlflowException(  # type: ignore[no-untyped-call]
                "Model Version is deleted", RESOURCE_DOES_NOT_EXIST
            ),
            "failed: Model Version is deleted. Correct that on MLflow's page",
        ),
        (
            requests.HTTPError("500 Server Error: INTERNAL SERVER ERROR for url: http://mlflow"),
            "MLflow's log tells why, such as a full volume",
        ),
        (
            requests.exceptions.RetryError("Max retries: too many 503 error responses"),
            "a full volume of its own or of its database",
        ),
        (
            requests.exceptions.ReadTimeout("Read timed out. (read timeout=10)"),
            "a full volume of its own or of its database",
        ),
        (KeyError("input_shape"), "KeyError: 'input_shape'. The log shows where"),
    ],
)
def test_every_failure_has_a_remedy(
    monkeypatch: pytest.MonkeyPatch, problem: Exception, told: str
) -> None:
    monkeypatch.setenv("MLFLOW_TRACKING_URI", "http://mlflow:5000")
    assert told in flow.failure_of(problem)


@pytest.mark.parametrize("value", ["", "ten", "-1", "nan"])
def test_bad_duration_is_refused(
    pipeline: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], value: str
) -> None:
    monkeypatch.setenv("TRAINING_SECONDS", value)
    assert flow.main([]) == 2
    assert f"TRAINING_SECONDS={value!r} is not a number of seconds" in capsys.readouterr().err


def evaluation_tests(folder: Path, code: str) -> None:
    """Let `folder/tests/` hold the evaluation tests `code`."""
    (folder / "tests").mkdir()
    (folder / "tests" / "test_other.py").write_text(code)


def test_each_evaluation_test_counts(
    pipeline: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    evaluation_tests(
        tmp_path,
        "import pytest\n"
        "def test_a(): pass\n"
        "def test_b(): pass\n"
        "def test_c(): assert '7 passed' == 1\n"
        "def test_d(): pytest.skip()\n"
        "def test_e(no_such_fixture): pass\n",
    )
    monkeypatch.setattr(flow, "HERE", tmp_path)

    assert flow.main([]) == 0

    assert runs()[0].data.metrics == {"tests_passed": 2, "tests_failed": 2, "tests_total": 4}
    assert pipeline.read_text() == ""


@pytest.mark.parametrize("code", ["import no_such_module", "# no tests at all"])
def test_evaluation_that_cannot_run_is_no_verdict(
    pipeline: Path,
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    code: str,
) -> None:
    evaluation_tests(tmp_path, code)
    monkeypatch.setattr(flow, "HERE", tmp_path)

    assert flow.main([]) == 1

    last = capsys.readouterr().err.splitlines()[-1]
    assert last.startswith("flow.py: pytest could not evaluate the model: it ended with")
    assert "Correct the tests of the training image" in last
    assert runs()[0].info.status == "FAILED"
    assert not pipeline.exists()


def test_as_a_command_it_ends_when_terminated(
    pipeline: Path, tmp_path: Path, prefect_server: str
) -> None:
    log = tmp_path / "log"
    environment = {**os.environ, "TRAINING_SECONDS": "300", "PREFECT_API_URL": prefect_server}
    with log.open("w") as output:
        process = subprocess.Popen(
            [sys.executable, TRAIN / "flow.py", "bad-architecture"], env=environment, stderr=output
        )
    try:
        deadline = time.monotonic() + 120
        while "Loading model from bad_model.pth" not in log.read_text():
            assert process.poll() is None and time.monotonic() < deadline, log.read_text()
            time.sleep(0.2)
        process.send_signal(signal.SIGTERM)
        assert process.wait(timeout=120) != 0
    finally:
        process.kill()
    assert runs()[0].info.status == "FAILED"
    assert not pipeline.exists()
