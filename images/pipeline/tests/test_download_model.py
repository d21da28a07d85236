"""The download of a model version, from a real MLflow server."""

from __future__ import annotations

import hashlib
import os
import pickle
import threading
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import mlflow
import pytest
import requests
from mlflow.exceptions import MlflowException

from conftest import MODEL, leave
from gourmetgram_pipeline import download_model, model_file, registered_model, step

Outputs = Callable[[], dict[str, str]]
DIGEST = hashlib.sha256(MODEL).hexdigest()


def tags_of(version: str) -> dict[str, str]:
    """The tags of the model version."""
    return mlflow.MlflowClient().get_model_version(registered_model.NAME, version).tags


pytestmark = pytest.mark.usefixtures("kubernetes")


@pytest.fixture
def wanted(version: str, workspace: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """A version that is to be downloaded."""
    monkeypatch.setenv("MODEL_VERSION", version)
    return version


def test_downloads_a_version(
    wanted: str, workspace: Path, outputs: Outputs, capsys: pytest.CaptureFixture[str]
) -> None:
    (workspace / "model").mkdir()
    (workspace / "model" / "stale").touch()

    assert step.run(download_model.download) == 0

    assert (workspace / "model" / "data" / "model.pth").read_bytes() == MODEL
    assert (workspace / "model" / "MLmodel").is_file()
    assert not (workspace / "model" / "stale").exists()
    assert outputs() == {
        "training-image": "registry:5000/gourmetgram-train@sha256:1f",
        "model-sha256": DIGEST,
    }
    assert tags_of(wanted)["pickle_scan"].startswith("nothing dangerous found (picklescan ")
    assert f"{len(MODEL)} bytes  data/model.pth" in capsys.readouterr().out


def test_training_that_noted_no_image(wanted: str, outputs: Outputs) -> None:
    client = mlflow.MlflowClient()
    run_id = client.get_model_version(registered_model.NAME, wanted).run_id
    assert run_id is not None
    client.delete_tag(run_id, "training_image")
    assert step.run(download_model.download) == 0
    assert outputs() == {"training-image": "unknown", "model-sha256": DIGEST}


def test_model_that_is_not_the_one_that_was_trained(
    wanted: str, outputs: Outputs, capsys: pytest.CaptureFixture[str]
) -> None:
    registered_model.tag(wanted, {registered_model.DIGEST_TAG: "0" * 64})
    assert step.run(download_model.download) == 1
    told = capsys.readouterr().err
    assert f"its SHA-256 is {DIGEST}, the training noted {'0' * 64}" in told
    assert outputs() == {}


def test_model_whose_digest_nobody_noted(
    wanted: str, outputs: Outputs, capsys: pytest.CaptureFixture[str]
) -> None:
    mlflow.MlflowClient().delete_model_version_tag(
        registered_model.NAME, wanted, registered_model.DIGEST_TAG
    )
    assert step.run(download_model.download) == 1
    assert "has no tag model_sha256" in capsys.readouterr().err
    assert outputs() == {}


class Evil:
    """Loading it runs a program."""

    def __reduce__(self) -> tuple[object, tuple[str]]:
        return os.system, ("id",)


def test_dangerous_model_is_noted_and_refused(
    wanted: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "evil.pth"
    file.write_bytes(pickle.dumps({"model": Evil()}))
    with pytest.raises(step.Failure, match=r"would use posix\.system"):
        download_model.scan(wanted, file)
    assert tags_of(wanted)["pickle_scan"].startswith("dangerous: posix.system (picklescan ")


def test_file_that_is_no_pickle_cannot_be_scanned(tmp_path: Path) -> None:
    file = tmp_path / "model.pth"
    file.write_bytes(b"weights")
    with pytest.raises(step.Failure, match="cannot be scanned"):
        model_file.dangerous_calls_in(file)


def test_unknown_version_names_those_that_exist(
    wanted: str,
    workspace: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setenv("MODEL_VERSION", "4711")
    assert step.run(download_model.download) == 1
    told = capsys.readouterr()
    assert "has no version 4711; it has 1" in told.err
    assert "attempt" not in told.out
    assert not (workspace / "model").exists()


def test_unreachable_mlflow(
    workspace: Path,
    nobody: str,
    environment: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setenv("MLFLOW_TRACKING_URI", f"http://{nobody}")
    monkeypatch.setenv("MODEL_VERSION", "1")

    assert step.run(download_model.download) == 1

    told = capsys.readouterr()
    assert f"MLFLOW_TRACKING_URI=http://{nobody} failed" in told.err
    assert "Connection refused" in told.err
    assert "attempt 1 failed; next in 0.01 s" in told.out
    assert (environment / "termination-log").read_text() + "\n" == told.err


@pytest.mark.parametrize("status", [404, 503])
def test_mlflow_that_comes_back(
    wanted: str, mlflow_server: str, monkeypatch: pytest.MonkeyPatch, status: int
) -> None:
    """What stands before it answers for it until then."""

    class Proxy(BaseHTTPRequestHandler):
        left = 2

        def do_GET(self) -> None:
            if Proxy.left > 0:
                Proxy.left -= 1
                self.send_error(status)
                return
            body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
            answer = requests.request(self.command, mlflow_server + self.path, data=body)
            self.send_response(answer.status_code)
            self.send_header("Content-Length", str(len(answer.content)))
            self.end_headers()
            self.wfile.write(answer.content)

        do_POST = do_GET

        def log_message(self, *arguments: object) -> None:
            pass

    monkeypatch.setattr(registered_model, "PATIENCE", 30.0)
    with ThreadingHTTPServer(("127.0.0.1", 0), Proxy) as server:
        threading.Thread(target=server.serve_forever, args=[0.02], daemon=True).start()
        monkeypatch.setenv("MLFLOW_TRACKING_URI", f"http://127.0.0.1:{server.server_port}")
        assert registered_model.find(wanted).version == wanted
        server.shutdown()
    assert Proxy.left == 0


def test_mlflow_that_refuses_the_host_name(
    wanted: str,
    mlflow_server: str,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setenv("MLFLOW_TRACKING_URI", mlflow_server.replace("127.0.0.1", "localhost"))
    assert step.run(download_model.download) == 1
    told = capsys.readouterr()
    assert "Invalid Host header" in told.err
    assert "attempt" not in told.out


def test_folder_that_cannot_be_written_to(
    wanted: str, workspace: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    workspace.rmdir()
    workspace.touch()
    assert step.run(download_model.download) == 1
    assert f"cannot write to {workspace / 'model'}" in capsys.readouterr().err


@pytest.mark.parametrize("left", ["a folder", "a file", "a link", "a link to nothing"])
def test_what_stands_in_its_place_gives_way(
    wanted: str, workspace: Path, tmp_path: Path, left: str
) -> None:
    leave(left, workspace / "model", tmp_path)
    assert step.run(download_model.download) == 0
    assert (workspace / "model" / "data" / "model.pth").read_bytes() == MODEL


def test_full_disk(
    wanted: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def fill(**_: object) -> None:
        # As MLflow tells of it.
        said = f"The following failures occurred: [Errno 28] {step.NO_ROOM}"
        raise MlflowException(said)  # type: ignore[no-untyped-call]

    monkeypatch.setattr(mlflow.artifacts, "download_artifacts", fill)
    assert step.run(download_model.download) == 1
    told = capsys.readouterr()
    assert "No space left on device" in told.err
    assert "free space on the node" in told.err
    assert "MLFLOW_TRACKING_URI" not in told.err
    assert "attempt" not in told.out


def test_version_whose_files_were_deleted(
    wanted: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(mlflow.artifacts, "download_artifacts", lambda **_: None)
    assert step.run(download_model.download) == 1
    assert f"version {wanted} has no files: they were deleted" in capsys.readouterr().err


def test_deleted_version(wanted: str, capsys: pytest.CaptureFixture[str]) -> None:
    mlflow.MlflowClient().delete_model_version(registered_model.NAME, wanted)
    assert step.run(download_model.download) == 1
    told = capsys.readouterr()
    assert f"has no version {wanted}; it has" in told.err
    assert "attempt" not in told.out


class Answers(BaseHTTPRequestHandler):
    """Answers every request in one way, as what is not MLflow does."""

    status, text = 200, "<h1>It works!</h1>"

    def do_GET(self) -> None:
        self.send_response(self.status)
        self.send_header("Content-Length", str(len(self.text)))
        self.end_headers()
        self.wfile.write(self.text.encode())

    def log_message(self, *arguments: object) -> None:
        pass


@pytest.mark.parametrize(
    ("status", "text", "told"),
    [
        (200, "<h1>It works!</h1>", "not in a valid JSON format"),
        (401, "who are you?", "error code 401"),
        (404, "no such page", "error code 404"),
        (500, "", "500 error responses"),
        (503, "", "503 error responses"),
    ],
)
def test_server_that_is_not_mlflow(
    workspace: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    status: int,
    text: str,
    told: str,
) -> None:
    handler = type("Handler", (Answers,), {"status": status, "text": text})
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        threading.Thread(target=server.serve_forever, args=[0.02], daemon=True).start()
        monkeypatch.setenv("MLFLOW_TRACKING_URI", f"http://127.0.0.1:{server.server_port}")
        monkeypatch.setenv("MODEL_VERSION", "1")
        assert step.run(download_model.download) == 1
        server.shutdown()
    message = capsys.readouterr().err
    assert told in message
    assert message.endswith(
        "Is that its address, is it running, and does it accept this host name?\n"
    )


@pytest.mark.parametrize("address", ["mlflow:5000", "http://[::1", "http://mlflow:port"])
def test_address_that_is_none(
    workspace: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    address: str,
) -> None:
    monkeypatch.setenv("MLFLOW_TRACKING_URI", address)
    monkeypatch.setenv("MODEL_VERSION", "1")
    assert step.run(download_model.download) == 2
    assert f"MLFLOW_TRACKING_URI={address!r} is not a URL" in capsys.readouterr().err


@pytest.mark.parametrize("missing", ["MODEL_VERSION", "WORKSPACE", "MLFLOW_TRACKING_URI"])
def test_missing_input(
    missing: str,
    workspace: Path,
    nobody: str,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setenv("MLFLOW_TRACKING_URI", f"http://{nobody}")
    monkeypatch.setenv("MODEL_VERSION", "1")
    monkeypatch.delenv(missing)
    assert step.run(download_model.download) == 2
    assert f"{missing} is not set" in capsys.readouterr().err
