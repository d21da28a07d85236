"""What the training image is built from fits together."""

from __future__ import annotations

import re
from importlib.metadata import requires
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from support import TRAIN, environment_of


def pinned(file: Path) -> dict[str, str]:
    """The packages in a list of requirements and their versions, all exact and with hashes."""
    entries = file.read_text().replace("\\\n", " ").splitlines()
    pinned = {}
    for entry in (line for line in entries if line.split("#")[0].strip()):
        exact = re.match(r"([\w.-]+)==(\S+) (?:; .*? )? *--hash=sha256:[0-9a-f]{64}\b", entry)
        assert exact is not None, entry
        pinned[str(canonicalize_name(exact[1]))] = exact[2]
    return pinned


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


def test_application_has_the_same_torch() -> None:
    """It loads what was saved here."""
    application = TRAIN.parent / "app" / "base" / "requirements-torch.txt"
    assert application.read_text() == (TRAIN / "requirements-torch.txt").read_text()


def test_edited_pipeline_costs_one_small_layer() -> None:
    instructions = [
        line for line in (TRAIN / "Dockerfile").read_text().splitlines() if line[:1].isupper()
    ]
    last_run = max(i for i, line in enumerate(instructions) if line.startswith("RUN"))
    for file in ("flow.py", "tests"):
        assert [
            i > last_run for i, line in enumerate(instructions) if file in line and "COPY" in line
        ] == [True]


def test_busy_node_has_time_to_start_prefect(monkeypatch: pytest.MonkeyPatch) -> None:
    from prefect.settings import Settings

    name = "PREFECT_SERVER_EPHEMERAL_STARTUP_TIMEOUT_SECONDS"
    monkeypatch.setenv(name, environment_of(TRAIN / "Dockerfile")[name])
    assert Settings().server.ephemeral.startup_timeout_seconds == 120


def test_nothing_phones_home() -> None:
    variables = environment_of(TRAIN / "Dockerfile")
    assert variables["PREFECT_SERVER_ANALYTICS_ENABLED"] == "false"
    assert variables["MLFLOW_DISABLE_TELEMETRY"] == "true"
    assert variables["DO_NOT_TRACK"] == "true"
