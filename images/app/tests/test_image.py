"""What the images rely on."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

from gourmetgram.settings import MODEL_PATH, PORT

APPLICATION = Path(__file__).resolve().parents[1]
BASE = APPLICATION / "base"
DOCKERFILE = (APPLICATION / "Dockerfile").read_text()


def check(*arguments: str | Path) -> subprocess.CompletedProcess[str]:
    """Run the check of the base image."""
    return subprocess.run(
        [sys.executable, BASE / "check.py", *arguments],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def copied(dockerfile: Path) -> list[str]:
    """What a Dockerfile copies from its folder."""
    lines = re.findall(r"^COPY (.*)", dockerfile.read_text(), flags=re.MULTILINE)
    return [word for line in lines for word in line.split()[:-1] if not word.startswith("--")]


def test_a_base_image_with_all_packages_passes() -> None:
    done = check(BASE / "requirements.txt")
    assert (done.returncode, done.stderr) == (0, "")


def test_a_missing_package_and_another_version_are_refused(tmp_path: Path) -> None:
    requirements = tmp_path / "requirements.txt"
    requirements.write_text(
        "# What a commit asks for\n"
        "flask==0.0.1 \\\n    --hash=sha256:00\n"
        "not-there-at-all[extra]==1.2 ; python_version > '3'\n"
    )
    done = check(requirements)
    assert done.returncode == 1
    assert "flask 0.0.1 is wanted, and " in done.stderr
    assert "not-there-at-all 1.2 is not installed" in done.stderr
    assert str(requirements) in done.stderr
    assert "base image" in done.stderr


@pytest.mark.parametrize("content", [None, "# nothing\n", "flask>=3\n"])
def test_a_list_that_cannot_be_used_is_refused(tmp_path: Path, content: str | None) -> None:
    requirements = tmp_path / "requirements.txt"
    if content is not None:
        requirements.write_text(content)
    done = check(requirements)
    assert done.returncode == 2
    assert len(done.stderr.splitlines()) == 1
    assert str(requirements) in done.stderr


def test_the_check_needs_a_list() -> None:
    assert check().returncode == 2


def test_all_that_is_copied_is_there() -> None:
    # The model comes from whoever builds the image.
    assert [name for name in copied(APPLICATION / "Dockerfile") if name != "model"] != []
    for folder in (APPLICATION, BASE):
        missing = {name for name in copied(folder / "Dockerfile") if not (folder / name).exists()}
        assert missing <= {"model"}


def test_the_image_is_built_without_a_network() -> None:
    commands = re.findall(r"^RUN (.*)", DOCKERFILE, flags=re.MULTILINE)
    assert commands == ["python base/check.py base/requirements.txt"]


def test_the_image_and_the_application_agree() -> None:
    assert f"MODEL_PATH={MODEL_PATH}" in DOCKERFILE
    assert f"EXPOSE {PORT}" in DOCKERFILE
    assert "USER 1000:1000" in DOCKERFILE
    assert 'CMD ["python", "-m", "gourmetgram"]' in DOCKERFILE


def test_all_direct_requirements_are_in_the_complete_list() -> None:
    wanted = re.findall(r"^([\w.-]+)==", (BASE / "requirements.in").read_text(), flags=re.MULTILINE)
    complete = (BASE / "requirements.txt").read_text()
    assert wanted
    for name in wanted:
        assert re.search(rf"^{name}==\S+ \\\n +--hash=sha256:", complete, flags=re.MULTILINE)
