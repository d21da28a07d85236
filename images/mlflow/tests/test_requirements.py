"""The packages of the MLflow image fit together, without any that is not listed."""

from __future__ import annotations

from support import missing_packages, mlflow_python


def test_requirements_are_complete() -> None:
    """They were installed without their dependencies, so one that is not listed is missing now."""
    assert missing_packages(mlflow_python()) == ""
