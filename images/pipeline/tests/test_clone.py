"""The clone of the application, from a real repository."""

from __future__ import annotations

import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import ThreadingHTTPServer
from pathlib import Path

import pytest

from git_repository import COMMITTED_AT, AskingForPassword, Repository
from gourmetgram_pipeline import clone, step
from stub_builder import StubBuilder

pytestmark = pytest.mark.usefixtures("kubernetes")

Outputs = Callable[[], dict[str, str]]


@pytest.fixture
def repository(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Repository:
    """A repository, which is to be cloned."""
    made = Repository(tmp_path)
    monkeypatch.setenv("APP_REPOSITORY", made.file_url)
    monkeypatch.setenv("APP_BRANCH", "main")
    return made


def test_clones_the_newest_commit(
    workspace: Path, repository: Repository, outputs: Outputs
) -> None:
    newest = repository.commit({"app.py": "print('food')\n"})
    repository.publish()
    (workspace / "application").mkdir()
    (workspace / "application" / "stale").touch()

    assert step.run(clone.clone) == 0

    assert outputs() == {"commit": newest}
    application = workspace / "application"
    files = sorted(str(path.relative_to(application)) for path in application.rglob("*"))
    assert files == ["Dockerfile", "app.py", "templates", "templates/index.html"]
    times = {int(path.stat().st_mtime) for path in [application, *application.rglob("*")]}
    assert times == {COMMITTED_AT}


def test_starts_buildkit_and_stops_it_if_there_is_nothing_to_build(
    workspace: Path,
    repository: Repository,
    kubernetes: StubBuilder,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    assert step.run(clone.clone) == 0
    assert kubernetes.scales == [1]
    monkeypatch.setenv("APP_BRANCH", "missing")
    assert step.run(clone.clone) != 0
    assert kubernetes.scales == [1, 1, 0]


def test_clones_another_branch(
    workspace: Path, repository: Repository, outputs: Outputs, monkeypatch: pytest.MonkeyPatch
) -> None:
    repository.git("checkout", "--quiet", "-b", "team/blue")
    commit = repository.commit({"app.py": "print('blue')\n"})
    repository.publish()
    monkeypatch.setenv("APP_BRANCH", "team/blue")
    assert step.run(clone.clone) == 0
    assert outputs() == {"commit": commit}


def test_missing_branch_names_those_that_exist(
    workspace: Path,
    repository: Repository,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    repository.git("branch", "course")
    repository.publish()
    monkeypatch.setenv("APP_BRANCH", "mian")
    assert step.run(clone.clone) == 1
    assert "has no branch APP_BRANCH=mian; its branches are course, main" in capsys.readouterr().err


def test_application_without_dockerfile(
    workspace: Path, repository: Repository, outputs: Outputs, capsys: pytest.CaptureFixture[str]
) -> None:
    (repository.work / "Dockerfile").unlink()
    repository.commit({})
    repository.publish()
    assert step.run(clone.clone) == 1
    assert "has no Dockerfile in its top folder" in capsys.readouterr().err
    assert outputs() == {}


def test_unreachable_repository(
    workspace: Path,
    nobody: str,
    environment: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setenv("APP_REPOSITORY", f"http://{nobody}/app.git")
    monkeypatch.setenv("APP_BRANCH", "main")

    assert step.run(clone.clone) == 1

    told = capsys.readouterr()
    assert f"APP_REPOSITORY=http://{nobody}/app.git cannot be reached" in told.err
    assert "Failed to connect" in told.err or "Couldn't connect" in told.err
    assert "attempt 1 failed; next in 0.01 s" in told.out
    assert (environment / "termination-log").read_text() + "\n" == told.err


def test_repository_that_never_answers(
    workspace: Path,
    environment: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        monkeypatch.setenv(
            "APP_REPOSITORY", f"http://127.0.0.1:{listener.getsockname()[1]}/app.git"
        )
        monkeypatch.setenv("APP_BRANCH", "main")
        monkeypatch.setattr(step, "REQUEST_TIMEOUT", 0.5)
        assert step.run(clone.clone) == 1
    assert "cannot be reached: no answer within 0.5 s" in capsys.readouterr().err


def test_repository_that_does_not_exist(
    workspace: Path,
    repository: Repository,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setenv("APP_REPOSITORY", repository.file_url.replace("app.git", "ap.git"))
    assert step.run(clone.clone) == 1
    told = capsys.readouterr()
    assert "there is no repository at" in told.err
    assert "attempt" not in told.out


@contextmanager
def serving(handler: type[AskingForPassword]) -> Iterator[str]:
    """The address of the repository at a server with this handler."""
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        threading.Thread(target=server.serve_forever, args=[0.02], daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}/app.git"
        server.shutdown()


@pytest.fixture
def closed_repository(repository: Repository, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """The address of the repository where it asks for a password."""
    handler = type("Handler", (AskingForPassword,), {"folder": repository.bare.parent})
    with serving(handler) as address:
        monkeypatch.setenv("APP_REPOSITORY", address)
        yield address


@pytest.mark.parametrize(("misses", "found"), [(1, True), (1000, False)])
def test_answer_of_what_stands_before_a_server_that_is_away(
    workspace: Path,
    repository: Repository,
    outputs: Outputs,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    misses: int,
    found: bool,
) -> None:
    class Proxy(AskingForPassword):
        folder = repository.bare.parent
        left = misses

        def do_GET(self) -> None:  # noqa: N802 - the standard library names it
            if Proxy.left > 0:
                Proxy.left -= 1
                self.send_error(404)
            else:
                self.answer()

        do_POST = do_GET

    with serving(Proxy) as address:
        monkeypatch.setenv("APP_REPOSITORY", address)
        assert step.run(clone.clone) == (0 if found else 1)
    told = capsys.readouterr()
    assert "attempt 1 failed" in told.out
    if found:
        assert outputs() == {"commit": repository.git("rev-parse", "main")}
    else:
        assert f"there is no repository at APP_REPOSITORY={address}" in told.err
        assert "look whether its server runs" in told.err


def test_credentials(
    workspace: Path,
    closed_repository: str,
    repository: Repository,
    tmp_path: Path,
    outputs: Outputs,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    (tmp_path / "password").write_text("gEh3im")
    monkeypatch.setenv("APP_REPOSITORY_USERNAME", "student")
    monkeypatch.setenv("APP_REPOSITORY_PASSWORD_FILE", str(tmp_path / "password"))
    monkeypatch.setenv("APP_REPOSITORY_CREDENTIALS_FOR", closed_repository)
    assert step.run(clone.clone) == 0
    assert outputs() == {"commit": repository.git("rev-parse", "main")}


def test_credentials_are_for_no_other_repository(
    workspace: Path,
    closed_repository: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    (tmp_path / "password").write_text("gEh3im")
    monkeypatch.setenv("APP_REPOSITORY_USERNAME", "student")
    monkeypatch.setenv("APP_REPOSITORY_PASSWORD_FILE", str(tmp_path / "password"))
    monkeypatch.setenv("APP_REPOSITORY_CREDENTIALS_FOR", "https://host/app.git")
    assert step.run(clone.clone) == 1
    assert "refuses access" in capsys.readouterr().err


@pytest.mark.parametrize("username", [None, "student"])
def test_wrong_or_no_credentials(
    workspace: Path,
    closed_repository: str,
    username: str | None,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    (tmp_path / "password").write_text("gEh3im-old")
    if username is not None:
        monkeypatch.setenv("APP_REPOSITORY_USERNAME", username)
        monkeypatch.setenv("APP_REPOSITORY_PASSWORD_FILE", str(tmp_path / "password"))
        monkeypatch.setenv("APP_REPOSITORY_CREDENTIALS_FOR", closed_repository)

    assert step.run(clone.clone) == 1

    told = capsys.readouterr()
    assert f"APP_REPOSITORY={closed_repository} refuses access" in told.err
    assert "Set appRepositoryUsername and appRepositoryPassword" in told.err
    assert "attempt" not in told.out
    assert "gEh3im" not in told.out + told.err


@pytest.mark.parametrize(
    ("url", "branch", "told"),
    [
        ("", "main", "APP_REPOSITORY is not set"),
        ("ext::sh -c id", "main", "is no URL"),
        ("--upload-pack=id", "main", "is no URL"),
        ("https://student:gEh3im@host/app.git", "main", "has a password in it"),
        ("https://host/app.git", "", "APP_BRANCH is not set"),
        ("https://host/app.git", "--upload-pack=id", "is not the name of a branch"),
        ("https://host/app.git", "a..b", "is not the name of a branch"),
    ],
)
def test_bad_input(
    workspace: Path,
    url: str,
    branch: str,
    told: str,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setenv("APP_REPOSITORY", url)
    monkeypatch.setenv("APP_BRANCH", branch)
    assert step.run(clone.clone) == 2
    said = capsys.readouterr().err
    assert told in said
    assert "gEh3im" not in said
