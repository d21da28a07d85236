"""What the pipeline's image is built from fits together."""

from __future__ import annotations

import os
import re
import subprocess
import sys

import check_staging
import pytest
from support import PIPELINE, TRAIN, environment_of

SCRIPTS = ["clone", "download_model", "build_image", "deploy", "check_staging", "restore_staging"]


def test_requirements_are_exact() -> None:
    """Each with a version and hashes."""
    text = re.sub(r"^ *#.*$", "", (PIPELINE / "requirements.txt").read_text(), flags=re.MULTILINE)
    for requirement in text.replace("\\\n", " ").split("\n"):
        assert not requirement.strip() or re.match(
            r"^[a-z0-9.-]+==\S+(?: +--hash=sha256:[0-9a-f]{64})+ *$", requirement
        ), requirement


def test_requirements_are_complete() -> None:
    """They were installed without their dependencies, so one that is not listed is missing now."""
    result = subprocess.run([sys.executable, "-m", "pip", "check"], capture_output=True, text=True)
    assert result.returncode == 0, result.stdout


def test_mlflow_is_that_of_the_training() -> None:
    wanted = "mlflow-skinny=="
    lists = [(folder / "requirements.txt").read_text().split() for folder in (PIPELINE, TRAIN)]
    versions = [next(word for word in words if word.startswith(wanted)) for words in lists]
    assert versions[0] == versions[1]


def test_nothing_phones_home() -> None:
    variables = environment_of(PIPELINE / "Dockerfile")
    assert variables["MLFLOW_DISABLE_TELEMETRY"] == "true"
    assert variables["DO_NOT_TRACK"] == "true"


def test_picture_is_small_and_a_jpeg() -> None:
    picture = check_staging.PICTURE.read_bytes()
    assert picture.startswith(b"\xff\xd8\xff") and picture.endswith(b"\xff\xd9")
    assert len(picture) < 50_000


@pytest.mark.parametrize("script", SCRIPTS)
def test_each_script_tells_what_it_lacks(script: str, tmp_path: object) -> None:
    """As the image runs it: with nothing set, it ends at once with 2 and one line."""
    result = subprocess.run(
        [sys.executable, f"{script}.py"],
        cwd=PIPELINE,
        env={"PATH": os.environ["PATH"], "PYTHONDONTWRITEBYTECODE": "1", "HOME": str(tmp_path)},
        capture_output=True,
        text=True,
    )
    assert result.returncode == 2, result.stderr
    assert re.fullmatch(r"[A-Z_]+ is not set; give .*\n", result.stderr)
