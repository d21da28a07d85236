"""The way back to what was tested: a stand-in for Kubernetes, and a real MLflow at the end."""

from __future__ import annotations

import json
from collections.abc import Callable

import pytest

from gourmetgram_pipeline import check_staging, registered_model, restore_staging, step
from gourmetgram_pipeline.release import TESTED_ANNOTATION, Release
from gourmetgram_pipeline.staging import Staging
from stub_kubernetes import StubKubernetes, merge

Outputs = Callable[[], dict[str, str]]

TESTED = Release("6", "registry:5000/gourmetgram-app@sha256:6", "6" * 40, "unknown", "build-before")
UNTESTED = Release("7", "registry:5000/gourmetgram-app@sha256:7", "7" * 40, "unknown", "build-now")


class Alias:
    """In place of MLflow: the version with the alias `staging`, and how often it was moved."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.version: str | None = TESTED.model_version
        self.moves = 0
        monkeypatch.setattr(registered_model, "version_in_staging", lambda: self.version)
        monkeypatch.setattr(registered_model, "set_version_in_staging", self.move)

    def move(self, version: str | None) -> None:
        self.version = version
        self.moves += 1


@pytest.fixture
def alias(monkeypatch: pytest.MonkeyPatch) -> Alias:
    """The alias, on version 6."""
    return Alias(monkeypatch)


@pytest.fixture
def staging(cluster: StubKubernetes, monkeypatch: pytest.MonkeyPatch) -> StubKubernetes:
    """Staging in which version 6 passed its test; what is restored is not told otherwise."""
    for name in ("MODEL_VERSION", "COMMIT", "IMAGE", "TRAINING_IMAGE", "ARGO_WORKFLOW_NAME"):
        monkeypatch.delenv(name)
    merge(cluster.deployment, TESTED.patch("gourmetgram"))
    cluster.annotate({TESTED_ANNOTATION: TESTED.to_json()})
    return cluster


def test_goes_back_to_what_was_tested(
    staging: StubKubernetes, alias: Alias, outputs: Outputs
) -> None:
    before = json.dumps(staging.deployment["spec"], sort_keys=True)
    merge(staging.deployment, UNTESTED.patch("gourmetgram"))

    assert step.run(restore_staging.restore) == 0

    # Exactly as it was: so Kubernetes takes the pods up again that still serve.
    assert json.dumps(staging.deployment["spec"], sort_keys=True) == before
    assert outputs() == {"serving": "6"}
    assert alias.moves == 0


def test_nothing_to_do(staging: StubKubernetes, alias: Alias, outputs: Outputs) -> None:
    assert step.run(restore_staging.restore) == 0
    assert staging.patches == []
    assert outputs() == {"serving": "6"}
    assert alias.moves == 0


def test_alias_that_a_killed_test_has_moved(
    staging: StubKubernetes, alias: Alias, monkeypatch: pytest.MonkeyPatch
) -> None:
    def killed(_staging: object, _release: Release) -> None:
        raise KeyboardInterrupt

    merge(staging.deployment, UNTESTED.patch("gourmetgram"))
    with monkeypatch.context() as killing:
        killing.setattr(Staging, "set_tested", killed)
        with pytest.raises(KeyboardInterrupt):
            check_staging.accept(Staging(), UNTESTED)
    assert alias.version == "7"

    assert step.run(restore_staging.restore) == 0

    assert alias.version == "6"
    assert Release.of(Staging().read().spec.template.metadata) == TESTED


def test_alias_of_a_killed_test_that_was_the_first(
    staging: StubKubernetes, alias: Alias, capsys: pytest.CaptureFixture[str]
) -> None:
    del staging.deployment["metadata"]["annotations"]
    alias.version = "7"
    assert step.run(restore_staging.restore) == 0
    assert alias.version is None
    assert "Moved the alias 'staging' from version 7 to none" in capsys.readouterr().out


def test_staging_is_back_before_mlflow_is_asked(
    staging: StubKubernetes,
    nobody: str,
    outputs: Outputs,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setenv("MLFLOW_TRACKING_URI", f"http://{nobody}")
    merge(staging.deployment, UNTESTED.patch("gourmetgram"))
    assert step.run(restore_staging.restore) == 1
    assert f"MLflow at MLFLOW_TRACKING_URI=http://{nobody} failed" in capsys.readouterr().err
    assert Release.of(Staging().read().spec.template.metadata) == TESTED
    assert outputs() == {"serving": "6"}


def test_nothing_was_ever_tested(staging: StubKubernetes, alias: Alias, outputs: Outputs) -> None:
    alias.version = None
    del staging.deployment["metadata"]["annotations"]
    merge(staging.deployment, UNTESTED.patch("gourmetgram"))

    for _ in range(2):
        assert step.run(restore_staging.restore) == 0

    assert staging.patches == [{"spec": {"replicas": 0}}]
    assert staging.deployment["spec"]["replicas"] == 0
    assert outputs() == {"serving": "none"}
    assert alias.moves == 0


@pytest.mark.parametrize("text", ["", "6", "{}", '{"modelVersion": "6"}'])
def test_annotation_that_is_broken(
    staging: StubKubernetes, text: str, capsys: pytest.CaptureFixture[str]
) -> None:
    staging.annotate({TESTED_ANNOTATION: text})
    assert step.run(restore_staging.restore) == 1
    assert f"the annotation {TESTED_ANNOTATION} of the Deployment" in capsys.readouterr().err
    assert staging.patches == []


def test_alias_in_mlflow(staging: StubKubernetes, version: str) -> None:
    tested = Release(version, TESTED.image, TESTED.commit, "unknown", "build-before")
    staging.annotate({TESTED_ANNOTATION: tested.to_json()})
    for _ in range(2):
        assert step.run(restore_staging.restore) == 0
        assert registered_model.version_in_staging() == version

    del staging.deployment["metadata"]["annotations"]
    assert step.run(restore_staging.restore) == 0
    assert registered_model.version_in_staging() is None


def test_no_model_in_mlflow_yet(
    staging: StubKubernetes,
    mlflow_server: str,
    outputs: Outputs,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(registered_model, "NAME", "a model that nobody has registered")
    del staging.deployment["metadata"]["annotations"]
    assert step.run(restore_staging.restore) == 0
    assert outputs() == {"serving": "none"}


def test_release_survives_its_annotation() -> None:
    assert Release.from_json(TESTED.to_json()) == TESTED
    assert set(json.loads(TESTED.to_json())) == {
        *("modelVersion", "image", "commit", "trainingImage", "workflow")
    }
