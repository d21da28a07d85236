"""What the training image is built from fits together."""

from __future__ import annotations

from importlib.metadata import requires
from pathlib import Path

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name
from support import TRAIN, environment_of


def pinned(file: Path) -> dict[str, str]:
    """The packages in a list of requirements and their versions, all of which must be exact."""
    lines = [line.split("#")[0].strip() for line in file.read_text().splitlines()]
    pairs = [line.split("==") for line in lines if line]
    assert all(len(pair) == 2 for pair in pairs), pairs
    return {canonicalize_name(name): version for name, version in pairs}


def test_requirements_are_complete() -> None:
    versions = pinned(TRAIN / "requirements.txt")
    pending = [Requirement(name) for name in versions]
    seen = set()
    while pending:
        wanted = pending.pop()
        if str(wanted) in seen:
            continue
        seen.add(str(wanted))
        name = canonicalize_name(wanted.name)
        assert name in versions, f"requirements.txt lacks {wanted}"
        assert wanted.specifier.contains(versions[name], prereleases=True), (
            f"{wanted}, but {versions[name]}"
        )
        for line in requires(name) or []:
            dependency = Requirement(line)
            extras = wanted.extras or {""}
            if dependency.marker is None or any(
                dependency.marker.evaluate({"extra": extra}) for extra in extras
            ):
                pending.append(dependency)


def test_both_lists_of_requirements_agree() -> None:
    versions, with_torch = (
        pinned(TRAIN / "requirements.txt"),
        pinned(TRAIN / "requirements-torch.txt"),
    )
    assert {"torch", "torchvision"} <= with_torch.keys() - versions.keys()
    shared = versions.keys() & with_torch.keys()
    assert {name: versions[name] for name in shared} == {name: with_torch[name] for name in shared}


def test_edited_pipeline_costs_one_small_layer() -> None:
    instructions = [
        line for line in (TRAIN / "Dockerfile").read_text().splitlines() if line[:1].isupper()
    ]
    last_run = max(i for i, line in enumerate(instructions) if line.startswith("RUN"))
    for file in ("flow.py", "tests"):
        assert [
            i > last_run for i, line in enumerate(instructions) if file in line and "COPY" in line
        ] == [True]


def test_nothing_phones_home() -> None:
    variables = environment_of(TRAIN / "Dockerfile")
    assert variables["PREFECT_SERVER_ANALYTICS_ENABLED"] == "false"
    assert variables["MLFLOW_DISABLE_TELEMETRY"] == "true"
    assert variables["DO_NOT_TRACK"] == "true"
