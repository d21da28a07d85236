"""What the pipeline's image is built from fits together."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from gourmetgram_pipeline import check_staging
from gourmetgram_pipeline.__main__ import STEPS
from gourmetgram_pipeline.git_source import ASKPASS
from support import PIPELINE, TRAIN, environment_of, missing_packages


def run(*arguments: str, home: Path) -> subprocess.CompletedProcess[str]:
    """Run the package as the image does, with nothing set."""
    return subprocess.run(
        [sys.executable, "-m", "gourmetgram_pipeline", *arguments],
        cwd=PIPELINE / "src",
        env={"PATH": os.environ["PATH"], "PYTHONDONTWRITEBYTECODE": "1", "HOME": str(home)},
        capture_output=True,
        text=True,
        check=False,
    )


def test_requirements_are_exact() -> None:
    """Each with a version and hashes."""
    text = re.sub(r"^ *#.*$", "", (PIPELINE / "requirements.txt").read_text(), flags=re.MULTILINE)
    for requirement in text.replace("\\\n", " ").split("\n"):
        assert not requirement.strip() or re.match(
            r"^[a-z0-9.-]+==\S+(?: +--hash=sha256:[0-9a-f]{64})+ *$", requirement
        ), requirement


def test_requirements_are_complete() -> None:
    """They were installed without their dependencies, so one that is not listed is missing now."""
    assert missing_packages(sys.executable) == ""


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
    assert picture.startswith(b"\xff\xd8\xff")
    assert picture.endswith(b"\xff\xd9")
    assert len(picture) < 50_000


@pytest.mark.parametrize("step", STEPS)
def test_each_step_tells_what_it_lacks(step: str, tmp_path: Path) -> None:
    """It ends at once with 2 and one line."""
    result = run(step, home=tmp_path)
    assert result.returncode == 2, result.stderr
    assert re.fullmatch(r"[A-Z_]+ is not set; give .*\n", result.stderr)


@pytest.mark.parametrize("arguments", [[], ["deploy"], ["clone", "now"]])
def test_other_arguments_are_refused_with_the_names_of_the_steps(
    arguments: list[str], tmp_path: Path
) -> None:
    result = run(*arguments, home=tmp_path)
    assert result.returncode == 2
    assert result.stderr.startswith(f"{' '.join(arguments)!r} is not a step; usage: ")
    assert result.stderr.endswith(f"with one of {', '.join(STEPS)}\n")


def test_all_that_the_package_needs_is_in_it() -> None:
    """The image has nothing of this folder but the package."""
    assert os.access(ASKPASS, os.X_OK)
    assert {ASKPASS.parent, check_staging.PICTURE.parent} == {PIPELINE / "src/gourmetgram_pipeline"}
    assert "COPY src ./" in (PIPELINE / "Dockerfile").read_text().splitlines()
