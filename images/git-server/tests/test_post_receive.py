"""The hook after a push, run by the real git, with a stand-in for Argo's server."""

from __future__ import annotations

import hashlib
import hmac
import json
import shutil
import socket
import threading
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from git_volume import ENVIRONMENT, FILES, Volume, run

pytestmark = pytest.mark.skipif(
    shutil.which("git") is None or not Path("/usr/bin/python3").exists(),
    reason="needs git and Debian's Python",
)

SECRET = "gEh3im"
RUNS = "https://host:30746/workflows/lab"


class Argo:
    """Takes events, and answers as it is told."""

    def __init__(self) -> None:
        self.events: list[tuple[dict[str, str], bytes]] = []
        self.status = 200
        self.answer = "{}"
        argo = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                argo.events.append((dict(self.headers.items()), body))
                self.send_response(argo.status)
                self.end_headers()
                self.wfile.write(argo.answer.encode())

            def log_message(self, *arguments: object) -> None:
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        threading.Thread(target=self.server.serve_forever, args=[0.02], daemon=True).start()

    @property
    def address(self) -> str:
        """Where it takes events of pushes."""
        return f"http://127.0.0.1:{self.server.server_port}/api/v1/events/lab/push"

    def payload(self) -> dict[str, Any]:
        """The only event so far."""
        [(_, body)] = self.events
        payload: dict[str, Any] = json.loads(body)
        return payload


@pytest.fixture
def argo() -> Iterator[Argo]:
    """A server that takes every event."""
    argo = Argo()
    yield argo
    argo.server.shutdown()


class Training:
    """A repository with the hook, and a clone of it."""

    def __init__(self, volume: Volume, events_url: str) -> None:
        self.volume = volume
        self.hooks = volume.folder / "hooks"
        self.hooks.mkdir()
        shutil.copy(FILES / "post_receive.py", self.hooks / "post-receive")
        (self.hooks / "post-receive").chmod(0o555)
        settings = {
            "eventsUrl": events_url,
            "repositoryUrl": "http://app-repository:8080/gourmetgram-train.git",
            "runsUrl": RUNS,
        }
        (self.hooks / "settings.json").write_text(json.dumps(settings))
        (self.hooks / "secret").write_text(SECRET)
        assert volume.start(OWN_BRANCH="mlops", HOOKS=str(self.hooks)).returncode == 0
        self.clone = volume.folder / "clone"
        self.git("clone", "--quiet", str(volume.repository), str(self.clone), cwd=volume.folder)

    def git(self, *arguments: str, cwd: Path | None = None) -> str:
        """Run Git as a student, who may not be refused, and return what the server said."""
        secret = {"GIT_WEBHOOK_SECRET": str(self.hooks / "secret"), "REMOTE_USER": "student"}
        result = run("git", *arguments, env=ENVIRONMENT | secret, cwd=cwd or self.clone)
        assert result.returncode == 0, result.stderr
        said = [line for line in result.stderr.splitlines() if line.startswith("remote: ")]
        return "\n".join(line.removeprefix("remote: ").strip() for line in said)

    def commit(self, file: str = "flow.py") -> str:
        """Commit a new file, and return the commit."""
        run("sh", "-c", f"date +%N > {file}", cwd=self.clone)
        self.git("add", file)
        self.git("commit", "--quiet", "--message", "Learn faster")
        return run("git", "rev-parse", "HEAD", cwd=self.clone).stdout.strip()


@pytest.fixture
def training(volume: Volume, argo: Argo) -> Training:
    """A repository whose pushes `argo` is told of."""
    return Training(volume, argo.address)


def test_push_is_told_as_github_tells_it(training: Training, argo: Argo) -> None:
    before = training.volume.commit("mlops")
    after = training.commit()

    said = training.git("push", "origin", "mlops")

    name = f"train-model-push-{after[:8]}"
    assert said == f"training asked for: {name} ({RUNS}/{name})"
    [(headers, body)] = argo.events
    signature = hmac.new(SECRET.encode(), body, hashlib.sha256).hexdigest()
    told = {key.lower(): value for key, value in headers.items()}
    assert told["x-github-event"] == "push"
    assert told["x-hub-signature-256"] == f"sha256={signature}"
    assert len(told["x-github-delivery"]) == 36
    payload = argo.payload()
    assert (payload["before"], payload["after"]) == (before, after)
    assert payload["ref"] == "refs/heads/mlops"
    assert payload["deleted"] is False
    assert payload["repository"]["name"] == "gourmetgram-train"
    assert payload["pusher"] == {"name": "student"}
    head = payload["head_commit"]
    assert (head["id"], head["message"], head["added"]) == (after, "Learn faster", ["flow.py"])


def test_each_branch_of_a_push_has_its_event(training: Training, argo: Argo) -> None:
    first = training.commit()
    second = training.commit("other.py")
    said = training.git("push", "origin", f"{first}:refs/heads/one", f"{second}:refs/heads/two")
    assert len(argo.events) == 2
    assert [line.split()[3] for line in said.splitlines()] == [
        f"train-model-push-{first[:8]}",
        f"train-model-push-{second[:8]}",
    ]


def test_commit_that_trains_already(training: Training, argo: Argo) -> None:
    argo.status = 500
    argo.answer = json.dumps({"message": 'failed: workflows "train-model-push-1" already exists'})
    commit = training.commit()
    name = f"train-model-push-{commit[:8]}"
    assert training.git("push", "origin", "mlops") == (
        f"no training started: the run {name} of this commit exists ({RUNS}/{name}); "
        f"train with it again: npm run train -- --commit {commit}"
    )


def test_event_that_argo_refuses(training: Training, argo: Argo) -> None:
    argo.status = 403
    argo.answer = '{"message": "failed to process webhook request"}'
    training.commit()
    said = training.git("push", "origin", "mlops")
    assert said == "no training started: Argo refuses it: failed to process webhook request"


def test_deleted_branch_and_tag_are_told_to_nobody(training: Training, argo: Argo) -> None:
    training.commit()
    training.git("push", "origin", "mlops:old")
    argo.events.clear()
    assert "the branch old is deleted" in training.git("push", "origin", ":old")
    training.git("tag", "v1")
    assert "refs/tags/v1 is no branch" in training.git("push", "origin", "v1")
    assert argo.events == []


@pytest.mark.parametrize("listens", [False, True])
def test_push_is_taken_when_nobody_answers(volume: Volume, listens: bool) -> None:
    with socket.socket() as nobody:
        nobody.bind(("127.0.0.1", 0))
        if listens:
            nobody.listen()
        training = Training(volume, f"http://127.0.0.1:{nobody.getsockname()[1]}/push")
        after = training.commit()
        begun = time.monotonic()
        said = training.git("push", "origin", "mlops")
        assert time.monotonic() - begun < 10
    assert volume.commit("mlops") == after
    assert len(said.splitlines()) == 1
    if listens:
        # It may have started a training nevertheless.
        assert said.startswith("mlops: no answer from Argo's server within 4 s; ")
        assert "npm run status -- --last" in said
    else:
        assert "no training started: Argo's server cannot be told" in said
    assert said.endswith("npm run train -- --branch mlops")


def test_push_to_what_belongs_to_the_lab_is_refused(volume: Volume) -> None:
    patch = volume.folder / "bad.patch"
    patch.write_text(
        "--- a/Dockerfile\n+++ b/Dockerfile\n@@ -1 +1 @@\n-FROM scratch\n+FROM nothing\n"
    )
    bad = {"BAD_BRANCH": "mlops-bad", "BAD_PATCH": str(patch), "BAD_TITLE": "Break it"}
    for _ in range(2):
        assert volume.start(OWN_BRANCH="mlops", **bad).returncode == 0
    assert volume.git("show", "mlops-bad:Dockerfile") == "FROM nothing"
    assert volume.git("log", "-1", "--format=%s", "mlops-bad") == "Break it"
    assert volume.commit("mlops") == volume.commit("course") == volume.commit("mlops-bad^")
    clone = volume.folder / "clone"
    run("git", "clone", "--quiet", volume.repository, clone)
    for branch in ("course", "mlops-bad"):
        assert run("git", "push", "origin", f"mlops:{branch}", cwd=clone).returncode != 0


def test_folder_of_kubernetes_is_taken_as_files(volume: Volume) -> None:
    """As a ConfigMap is mounted: its files are links into a folder that begins with two dots."""
    data = volume.seed / "..2026_11_26"
    data.mkdir()
    (volume.seed / "Dockerfile").rename(data / "Dockerfile")
    (volume.seed / "..data").symlink_to("..2026_11_26")
    (volume.seed / "Dockerfile").symlink_to("..data/Dockerfile")
    assert volume.start().returncode == 0
    assert volume.git("ls-tree", "main", "Dockerfile").startswith("100644 blob")
    assert volume.git("ls-tree", "--name-only", "main").split() == ["Dockerfile", "templates"]


def test_bug_of_the_lesson_fits_the_training_code(volume: Volume) -> None:
    training = FILES.parent / "training"
    shutil.rmtree(volume.seed / "templates")
    shutil.copy(training / "flow.py", volume.seed)
    patch = volume.folder / "mlops-bad.patch"
    shutil.copy(training / "commit" / "mlops-bad.patch", patch)
    bad = {"BAD_BRANCH": "mlops-bad", "BAD_PATCH": str(patch), "BAD_TITLE": "Keep the weights"}
    assert volume.start(OWN_BRANCH="mlops", **bad).returncode == 0
    assert "torch.save(model.state_dict()" in volume.git("show", "mlops-bad:flow.py")
    assert "torch.save(" not in volume.git("show", "course:flow.py")
