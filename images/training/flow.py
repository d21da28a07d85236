"""The training pipeline of GourmetGram: load and "train" a model, evaluate it, register it.

    python flow.py [scenario]           scenario: normal (default), bad-architecture, oversized or
                                        hostile-pickle

Argo Workflows runs this as the step `run-training` of the WorkflowTemplate `train-model`.
Environment:

    MLFLOW_TRACKING_URI     where MLflow is (required)
    SIMULATED_ACCURACY      what the evaluation finds: a number from 0 to 1, or `random` (default)
    MODEL_VERSION_FILE      where to write the new model version (default: /tmp/model_version)
    MODEL_DIRECTORY         where the models are (default: beside this file)
    TRAINING_SECONDS        how long the simulated training takes (default: 10)
    TRAINING_IMAGE          image that this runs in, noted as a tag of the run (default: no tag)
    TRAINING_COMMIT         commit of this code, noted likewise
    ARGO_WORKFLOW_NAME      workflow that runs this, noted likewise

A model that fails its evaluation is a result like any other: the exit code is 0 and the file with
the version is empty. The exit code is 1 when the pipeline could not do its work, and 2 when it was
asked for something wrong.
"""

from __future__ import annotations

import errno
import hashlib
import os
import re
import subprocess
import sys
import tempfile
import time
import traceback
from collections.abc import Callable
from pathlib import Path
from xml.etree import ElementTree

import mlflow
import numpy
import requests
import torch
from mlflow.exceptions import MlflowException
from mlflow.models import ModelSignature
from mlflow.types import Schema, TensorSpec
from prefect import flow, get_run_logger, task

HERE = Path(__file__).resolve().parent
EXPERIMENT = "food11-classifier"
REGISTERED_MODEL = "GourmetGramFood11Model"
ALIAS = "development"
DIGEST_TAG = "model_sha256"
"""Tag of a version with the SHA-256 of its model file. The build and the application check it."""

NO_VERDICT = "pytest could not evaluate the model"
MEANT_BY_MLFLOW = {
    "RESOURCE_DOES_NOT_EXIST",
    "RESOURCE_ALREADY_EXISTS",
    "INVALID_PARAMETER_VALUE",
    "INVALID_STATE",
}
"""Codes of errors for which MLflow itself gives the reason."""

SCENARIO_TO_MODEL = {
    "normal": "food11.pth",  # works
    "bad-architecture": "bad_model.pth",  # does not fit the application: fails its tests in staging
    "oversized": "oversized_model.pth",  # needs more memory than it gets: fails to deploy
    "hostile-pickle": "food11.pth",  # works, and runs a program when it is loaded: is not built
}


class RunsWhenLoaded:
    """Part of a pickle that runs a program for whoever loads it. This one only prints."""

    def __reduce__(self) -> tuple[Callable[[str], int], tuple[str]]:
        return os.system, ("echo This program came with the model.",)


@task
def load_and_train_model(scenario: str = "normal") -> str:
    """Load the model of `scenario`, log it to MLflow and return its address there."""
    logger = get_run_logger()
    logger.info(f"Loading model with scenario: {scenario}")
    directory = Path(os.environ.get("MODEL_DIRECTORY", HERE))
    model_path = directory / SCENARIO_TO_MODEL[scenario]

    logger.info(f"Loading model from {model_path.name} ...")
    time.sleep(float(os.environ.get("TRAINING_SECONDS", "10")))  # A real project would train here.
    model = torch.load(model_path, weights_only=False, map_location=torch.device("cpu"))
    if scenario == "hostile-pickle":
        model.note = RunsWhenLoaded()

    logger.info("Logging model to MLflow ...")
    logged = mlflow.pytorch.log_model(
        model,
        name="model",
        signature=signature_of(model),
        # Without this list MLflow loads the model in another Python to find out for itself.
        pip_requirements=["torch", "torchvision"],
    )
    return str(logged.model_uri)


def signature_of(model: torch.nn.Module) -> ModelSignature:
    """The shapes of what goes into `model` and what comes out, for any number of inputs at once."""
    one_input = torch.zeros(1, *model.input_shape)
    with torch.no_grad():
        one_output = model(one_input)

    def schema(tensor: torch.Tensor) -> Schema:
        return Schema([TensorSpec(numpy.dtype("float32"), (-1, *tensor.shape[1:]))])

    return ModelSignature(inputs=schema(one_input), outputs=schema(one_output))


@task
def evaluate_model() -> bool:
    """Run the tests in `tests/`, log how many passed and failed, and return whether all passed."""
    logger = get_run_logger()
    logger.info("Running pytest test suite for model evaluation ...")
    with tempfile.TemporaryDirectory() as scratch:
        report = Path(scratch) / "report.xml"
        command = [sys.executable, "-m", "pytest", "tests/", "-v", "--tb=short", "--no-header"]
        command += ["-p", "no:cacheprovider", f"--junit-xml={report}", "-o", "junit_family=xunit1"]
        result = subprocess.run(command, cwd=HERE, capture_output=True, text=True, check=False)
        logger.info("pytest says:\n" + result.stdout + result.stderr)

        # It ends with 0 if all tests passed, 1 if some failed. Anything else is no verdict.
        if result.returncode not in (0, 1):
            raise RuntimeError(f"{NO_VERDICT}: it ended with {result.returncode}")
        suite = ElementTree.parse(report).find("testsuite")
        if suite is None:
            raise RuntimeError(f"{NO_VERDICT}: its report has no test suite")

    count = {name: int(suite.attrib[name]) for name in ("tests", "failures", "errors", "skipped")}
    tests_failed = count["failures"] + count["errors"]
    tests_passed = count["tests"] - count["skipped"] - tests_failed
    mlflow.log_metric("tests_passed", tests_passed)
    mlflow.log_metric("tests_failed", tests_failed)
    mlflow.log_metric("tests_total", tests_passed + tests_failed)
    for measured in suite.iter("property"):  # What the tests recorded with `record_property`.
        mlflow.log_metric(measured.attrib["name"], float(measured.attrib["value"]))
    return result.returncode == 0


@task
def register_model(model_uri: str, passed: bool) -> str | None:
    """Register the model under the alias `development` if it passed, and return its new version."""
    logger = get_run_logger()
    if not passed:
        logger.warning(
            "The model did not pass its tests: it is not registered, and nothing will be built."
        )
        return None
    version = mlflow.register_model(model_uri, REGISTERED_MODEL).version
    client = mlflow.MlflowClient()
    client.set_model_version_tag(REGISTERED_MODEL, version, DIGEST_TAG, digest_of(version))
    client.set_registered_model_alias(REGISTERED_MODEL, ALIAS, version)
    logger.info(f"Registered {REGISTERED_MODEL} version {version} with the alias {ALIAS!r}.")
    return str(version)


def digest_of(version: str) -> str:
    """The SHA-256 of the model file of `version` as MLflow has it right after the training."""
    uri = f"models:/{REGISTERED_MODEL}/{version}/data/model.pth"
    with tempfile.TemporaryDirectory() as scratch:
        file = mlflow.artifacts.download_artifacts(uri, dst_path=scratch)
        with Path(file).open("rb") as opened:
            return hashlib.file_digest(opened, "sha256").hexdigest()


@flow
def ml_pipeline_flow(scenario: str = "normal") -> str | None:
    """Run the whole pipeline inside one MLflow run. Return the new model version, or None."""
    tags = {
        "scenario": scenario,
        "simulated_accuracy": os.environ.get("SIMULATED_ACCURACY", "random"),
    }
    for tag, variable in {
        "workflow": "ARGO_WORKFLOW_NAME",
        "training_image": "TRAINING_IMAGE",
        "training_commit": "TRAINING_COMMIT",
    }.items():
        if os.environ.get(variable):
            tags[tag] = os.environ[variable]
    with mlflow.start_run(tags=tags):
        model_uri = load_and_train_model(scenario)
        passed = evaluate_model()
        return register_model(model_uri, passed)


def check_request(scenario: str) -> None:
    """Raise ValueError if the pipeline was asked for something that it cannot do."""
    if scenario not in SCENARIO_TO_MODEL:
        known = ", ".join(SCENARIO_TO_MODEL)
        raise ValueError(f"unknown scenario {scenario!r}; the scenarios are: {known}")
    accuracy = os.environ.get("SIMULATED_ACCURACY", "random")
    try:
        valid = accuracy == "random" or 0 <= float(accuracy) <= 1
    except ValueError:
        valid = False
    if not valid:
        raise ValueError(
            f"SIMULATED_ACCURACY={accuracy!r} is neither a number from 0 to 1 nor 'random'"
        )
    seconds = os.environ.get("TRAINING_SECONDS", "10")
    if not re.fullmatch(r"\d+(\.\d+)?", seconds, re.ASCII):
        raise ValueError(f"TRAINING_SECONDS={seconds!r} is not a number of seconds")
    if not os.environ.get("MLFLOW_TRACKING_URI"):
        raise ValueError(
            "MLFLOW_TRACKING_URI is not set; give the address of MLflow, http://host:port"
        )


def main(arguments: list[str]) -> int:
    """Run the pipeline as asked, write the model version and return the exit code."""
    scenario = arguments[0] if arguments else "normal"
    try:
        check_request(scenario)
    except ValueError as problem:
        print(f"flow.py: {problem}", file=sys.stderr)
        return 2

    try:
        # MLflow is asked before Prefect starts: if it does not answer, nothing has been done yet.
        mlflow.set_experiment(EXPERIMENT)
        version = ml_pipeline_flow(scenario)
        version_file = Path(os.environ.get("MODEL_VERSION_FILE", "/tmp/model_version"))
        version_file.write_text("" if version is None else version)
    except Exception as problem:
        if not isinstance(problem, (MlflowException, requests.RequestException)):
            traceback.print_exc()
        print(f"flow.py: {failure_of(problem)}", file=sys.stderr)
        return 1
    return 0


def failure_of(problem: Exception) -> str:
    """Why the pipeline could not do its work, with a remedy, in one line."""
    reason = " ".join(str(problem).split()).rstrip(".") or "no reason"
    if isinstance(problem, (MlflowException, requests.RequestException)):
        address = os.environ["MLFLOW_TRACKING_URI"]
        return f"MLflow at MLFLOW_TRACKING_URI={address} failed: {reason}. {remedy_for(problem)}"
    if isinstance(problem, OSError) and problem.errno in (errno.ENOSPC, errno.EDQUOT):
        return f"{reason}. Free space on the node, and run the workflow again."
    if isinstance(problem, RuntimeError) and reason.startswith(NO_VERDICT):
        return f"{reason}. Correct the tests of the training image, and run `npm run up`."
    return (
        f"the training met an error that it does not know: {type(problem).__name__}: {reason}. The "
        "log shows where. Run the workflow again; if it fails again, report it with that log."
    )


def remedy_for(problem: Exception) -> str:
    """What helps against an error of MLflow's."""
    if "deleted experiment" in str(problem):
        return (
            f"Restore the experiment {EXPERIMENT} with `mlflow experiments restore`, or by a "
            "request to MLflow's API: POST /api/2.0/mlflow/experiments/restore with experiment_id."
        )
    # 503 is what MLflow says of a database that fails, as it does on a full volume. Where that
    # starts again and again, MLflow waits for it and says nothing.
    if re.search(r"\b50[03]\b|Read timed out", str(problem)):
        return (
            "MLflow's log tells why, such as a full volume of its own or of its database: look at "
            "it, then run this again."
        )
    code = getattr(problem, "error_code", "TEMPORARILY_UNAVAILABLE")
    if code in MEANT_BY_MLFLOW:
        return "Correct that on MLflow's page, and run the workflow again."
    return "Is that its address, is it running, and does it accept this host name?"


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
