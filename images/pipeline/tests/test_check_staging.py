"""The test of staging: a stand-in for the application and for Kubernetes, and a real MLflow."""

from __future__ import annotations

import json
import re
import threading
import time
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest

from conftest import COMMIT, IMAGE
from gourmetgram_pipeline import check_staging, registered_model, step
from gourmetgram_pipeline.release import TESTED_ANNOTATION, Release
from stub_kubernetes import StubKubernetes, merge

Outputs = Callable[[], dict[str, str]]
Answer = tuple[int, Any]


class StubApplication:
    """Serves what the tests put into `answers`; of a list, each request gets the next."""

    def __init__(self, version: str) -> None:
        self.version = {"model_version": version, "image": IMAGE, "application_commit": COMMIT}
        prediction = {"class": "Soup", "confidence": 0.83, "model_version": version}
        self.answers: dict[str, list[Answer]] = {
            "/health": [(200, {"status": "ok"})],
            "/version": [(200, self.version)],
            "/predict": [(200, prediction)],
        }
        self.delay = 0.0
        self.uploads: list[bytes] = []
        self.server = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        stub = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                answers = stub.answers[self.path]
                status, value = answers.pop(0) if len(answers) > 1 else answers[0]
                body = value.encode() if isinstance(value, str) else json.dumps(value).encode()
                self.send_response(status)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def do_POST(self) -> None:
                stub.uploads.append(self.rfile.read(int(self.headers["Content-Length"])))
                time.sleep(stub.delay)
                self.do_GET()

            def log_message(self, *arguments: object) -> None:
                pass

        return Handler


@pytest.fixture
def application(
    cluster: StubKubernetes, version: str, monkeypatch: pytest.MonkeyPatch
) -> Iterator[StubApplication]:
    """An application that serves a new model version as it should, in a pod and as the Service."""
    monkeypatch.setenv("MODEL_VERSION", version)
    stub = StubApplication(version)
    threading.Thread(target=stub.server.serve_forever, args=[0.02], daemon=True).start()
    monkeypatch.setenv("STAGING_URL", f"http://127.0.0.1:{stub.server.server_port}/")
    monkeypatch.setattr(check_staging, "POD_PORT", stub.server.server_port)
    monkeypatch.setattr(check_staging, "POLL", 0.01)
    monkeypatch.setattr(check_staging, "DEADLINE", 0.5)
    merge(cluster.deployment, Release.from_environment().patch("gourmetgram"))
    cluster.add_pod({"started": True, "state": {"running": {}}})
    yield stub
    stub.server.shutdown()
    stub.server.server_close()


def failure(capsys: pytest.CaptureFixture[str]) -> str:
    """What a test of staging tells that must fail."""
    assert step.run(check_staging.check) == 1
    return capsys.readouterr().err


def untouched(cluster: StubKubernetes, alias: str | None) -> bool:
    """Whether neither the Deployment nor the alias was changed."""
    return not cluster.patches and registered_model.version_in_staging() == alias


def test_release_that_passes(
    cluster: StubKubernetes, application: StubApplication, version: str, outputs: Outputs
) -> None:
    before = dict(application.version, model_version="0", image="old")
    application.answers["/health"].insert(0, (404, "not yet"))
    application.answers["/version"][:0] = [(503, "nobody"), (200, before)]

    assert step.run(check_staging.check) == 0

    assert outputs() == {"prediction": "Soup"}
    assert registered_model.version_in_staging() == version
    tested = cluster.deployment["metadata"]["annotations"][TESTED_ANNOTATION]
    assert Release.from_json(tested) == Release.from_environment()
    [upload] = application.uploads
    assert b'name="file"; filename="sample_picture.jpg"' in upload
    assert check_staging.PICTURE.read_bytes() in upload


def test_model_that_does_not_fit(
    cluster: StubKubernetes,
    application: StubApplication,
    version: str,
    outputs: Outputs,
    capsys: pytest.CaptureFixture[str],
) -> None:
    alias = registered_model.version_in_staging()
    reason = "the model takes 1x28x28 pictures, and the application gives 3x224x224"
    application.answers["/health"] = [(503, {"status": "unfit", "reason": reason})]
    assert failure(capsys) == (
        f"model version {version} does not fit the application: {reason}. "
        "Correct the application, or train another model.\n"
    )
    assert untouched(cluster, alias)
    assert outputs() == {}


@pytest.mark.parametrize(
    ("answer", "told"),
    [
        ((200, {"class": "Car"}), "saw 'Car' in a picture, which is none of the 11 classes"),
        ((200, "no JSON"), "saw None in a picture"),
        ((200, ["Soup"]), "saw None in a picture"),
        ((503, {"reason": "unfit"}), "/predict answers 503: unfit"),
        ((500, "oh\nno"), "/predict answers 500: oh no"),
        ((200, {"class": "Soup", "model_version": "0"}), "was answered by model version 0"),
    ],
)
def test_wrong_prediction(
    cluster: StubKubernetes,
    application: StubApplication,
    answer: Answer,
    told: str,
    capsys: pytest.CaptureFixture[str],
) -> None:
    alias = registered_model.version_in_staging()
    application.answers["/predict"] = [answer]
    assert told in failure(capsys)
    assert untouched(cluster, alias)


def test_slow_prediction(
    cluster: StubKubernetes,
    application: StubApplication,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    alias = registered_model.version_in_staging()
    monkeypatch.setattr(check_staging, "ANSWER_TIME", 0.2)
    application.delay = 0.3
    took = re.search(r"/predict took (\d+\.\d) s; it may take 0\.2 s", failure(capsys))
    # A busy machine adds to it.
    assert took is not None and float(took[1]) >= 0.3
    assert untouched(cluster, alias)


@pytest.mark.parametrize("field", ["model_version", "image", "application_commit"])
def test_service_that_shows_something_else(
    application: StubApplication, field: str, capsys: pytest.CaptureFixture[str]
) -> None:
    application.answers["/version"] = [(200, {**application.version, field: "other"})]
    assert f"/version shows {field} 'other', not" in failure(capsys)


def test_pod_that_is_killed_while_it_is_tested(
    cluster: StubKubernetes, application: StubApplication, capsys: pytest.CaptureFixture[str]
) -> None:
    end = {"terminated": {"reason": "OOMKilled", "exitCode": 137}}
    cluster.pods[0]["status"]["containerStatuses"][0]["lastState"] = end
    application.answers["/version"] = [(503, "nobody")]
    assert "(OOMKilled): it may use 512Mi" in failure(capsys)


def test_pod_that_is_gone(
    cluster: StubKubernetes, application: StubApplication, capsys: pytest.CaptureFixture[str]
) -> None:
    cluster.pods.clear()
    assert "after 0.5 s there is no pod of it in gourmetgram-staging" in failure(capsys)


def test_pod_that_does_not_answer(
    application: StubApplication,
    nobody: str,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setattr(check_staging, "POD_PORT", int(nobody.split(":")[1]))
    assert f"http://{nobody}/health does not answer: [Errno 111]" in failure(capsys)


def test_unreachable_mlflow(
    cluster: StubKubernetes,
    application: StubApplication,
    nobody: str,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setenv("MLFLOW_TRACKING_URI", f"http://{nobody}")
    assert f"MLFLOW_TRACKING_URI=http://{nobody} failed" in failure(capsys)
    assert not cluster.patches


@pytest.mark.parametrize("earlier", [None, "1"])
def test_alias_goes_back_if_the_deployment_cannot_be_marked(
    cluster: StubKubernetes,
    application: StubApplication,
    version: str,
    earlier: str | None,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    registered_model.set_version_in_staging(earlier)
    move = registered_model.set_version_in_staging

    def move_and_lose_kubernetes(to: str | None) -> None:
        move(to)
        cluster.refusals = [(403, "no more")]

    monkeypatch.setattr(registered_model, "set_version_in_staging", move_and_lose_kubernetes)
    assert "no more" in failure(capsys)
    assert registered_model.version_in_staging() == earlier
