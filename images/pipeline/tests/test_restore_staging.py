"""The way back to what was tested, against a stand-in for Kubernetes."""

from __future__ import annotations

import json
from collections.abc import Callable

import pytest

from gourmetgram_pipeline import restore_staging, step
from gourmetgram_pipeline.release import TESTED_ANNOTATION, Release
from stub_kubernetes import StubKubernetes, merge

Outputs = Callable[[], dict[str, str]]

TESTED = Release("6", "registry:5000/gourmetgram-app@sha256:6", "6" * 40, "unknown", "build-before")
UNTESTED = Release("7", "registry:5000/gourmetgram-app@sha256:7", "7" * 40, "unknown", "build-now")


@pytest.fixture
def staging(cluster: StubKubernetes, monkeypatch: pytest.MonkeyPatch) -> StubKubernetes:
    """Staging in which version 6 passed its test; what is restored is not told otherwise."""
    for name in ("MODEL_VERSION", "COMMIT", "IMAGE", "TRAINING_IMAGE", "ARGO_WORKFLOW_NAME"):
        monkeypatch.delenv(name)
    merge(cluster.deployment, TESTED.patch("gourmetgram"))
    cluster.annotate({TESTED_ANNOTATION: TESTED.to_json()})
    return cluster


def test_goes_back_to_what_was_tested(staging: StubKubernetes, outputs: Outputs) -> None:
    before = json.dumps(staging.deployment["spec"], sort_keys=True)
    merge(staging.deployment, UNTESTED.patch("gourmetgram"))

    assert step.run(restore_staging.restore) == 0

    # Exactly as it was: so Kubernetes takes the pods up again that still serve.
    assert json.dumps(staging.deployment["spec"], sort_keys=True) == before
    assert outputs() == {"serving": "6"}


def test_nothing_to_do(staging: StubKubernetes, outputs: Outputs) -> None:
    assert step.run(restore_staging.restore) == 0
    assert staging.patches == []
    assert outputs() == {"serving": "6"}


def test_nothing_was_ever_tested(staging: StubKubernetes, outputs: Outputs) -> None:
    del staging.deployment["metadata"]["annotations"]
    merge(staging.deployment, UNTESTED.patch("gourmetgram"))

    for _ in range(2):
        assert step.run(restore_staging.restore) == 0

    assert staging.patches == [{"spec": {"replicas": 0}}]
    assert staging.deployment["spec"]["replicas"] == 0
    assert outputs() == {"serving": "none"}


@pytest.mark.parametrize("text", ["", "6", "{}", '{"modelVersion": "6"}'])
def test_annotation_that_is_broken(
    staging: StubKubernetes, text: str, capsys: pytest.CaptureFixture[str]
) -> None:
    staging.annotate({TESTED_ANNOTATION: text})
    assert step.run(restore_staging.restore) == 1
    assert f"the annotation {TESTED_ANNOTATION} of the Deployment" in capsys.readouterr().err
    assert staging.patches == []


def test_release_survives_its_annotation() -> None:
    assert Release.from_json(TESTED.to_json()) == TESTED
    assert set(json.loads(TESTED.to_json())) == {
        *("modelVersion", "image", "commit", "trainingImage", "workflow")
    }
