"""The packages of the MLflow image fit together, without any that is not listed."""

from __future__ import annotations

import os
import subprocess

import pytest

PYTHON = os.environ.get("MLFLOW_SERVER_PYTHON")


@pytest.mark.skipif(
    PYTHON is None, reason="MLFLOW_SERVER_PYTHON is not set; run `node test/python.mjs`"
)
def test_requirements_are_complete() -> None:
    """They were installed without their dependencies, so one that is not listed is missing now."""
    result = subprocess.run([PYTHON, "-m", "pip", "check"], capture_output=True, text=True)
    assert result.returncode == 0, result.stdout
