"""What an application's repository may hold, for the clone and for the model beside it."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from conftest import COMMIT, leave
from git_repository import COMMITTED_AT, Repository
from gourmetgram_pipeline import application, clone, git_source, step
from gourmetgram_pipeline.step import Failure

pytestmark = pytest.mark.usefixtures("kubernetes")

Outputs = Callable[[], dict[str, str]]
LFS_POINTER = f"{application.LFS_POINTER.decode()}\noid sha256:4d7a21\nsize 12345\n"


@pytest.fixture
def repository(tmp_path: Path, workspace: Path, monkeypatch: pytest.MonkeyPatch) -> Repository:
    """A repository, which is to be cloned."""
    made = Repository(tmp_path)
    monkeypatch.setenv("APP_REPOSITORY", made.file_url)
    monkeypatch.setenv("APP_BRANCH", "main")
    return made


@pytest.mark.parametrize(
    ("dockerfile", "told"),
    [
        ("nothing", "at {commit} has no Dockerfile in its top folder; an application needs one"),
        ("a folder", "the Dockerfile of the branch main of {url} at {commit} is a folder"),
        ("a link to nothing", "is a link to gone, which is not a file of the repository"),
        ("a link out", "is a link to /etc/hostname, which is not a file of the repository"),
        (
            "a pointer",
            "is in Git's Large File Storage, of which no files are fetched. Run `git lfs",
        ),
    ],
)
def test_dockerfile_that_is_none(
    repository: Repository,
    outputs: Outputs,
    capsys: pytest.CaptureFixture[str],
    dockerfile: str,
    told: str,
) -> None:
    path = repository.work / "Dockerfile"
    path.unlink()
    if dockerfile == "a folder":
        path.mkdir()
        (path / "web").touch()
    elif dockerfile.startswith("a link"):
        path.symlink_to("gone" if dockerfile == "a link to nothing" else "/etc/hostname")
    elif dockerfile == "a pointer":
        path.write_text(LFS_POINTER)
    commit = repository.commit({})[:7]
    repository.publish()

    assert step.run(clone.clone) == 1

    message = capsys.readouterr().err
    assert told.format(url=repository.file_url, commit=commit) in message
    assert len(message.splitlines()) == 1
    assert outputs() == {}


def test_dockerfile_may_be_a_link_inside(repository: Repository, outputs: Outputs) -> None:
    (repository.work / "Dockerfile").unlink()
    (repository.work / "Dockerfile").symlink_to("docker/Dockerfile")
    commit = repository.commit({"docker/Dockerfile": "FROM scratch\n"})
    repository.publish()
    assert step.run(clone.clone) == 0
    assert outputs() == {"commit": commit}


def test_what_was_not_fetched_is_told(
    repository: Repository, workspace: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    repository.commit(
        {
            ".gitmodules": '[submodule "data"]\n\tpath = vendor/data\n\turl = https://host/data\n',
            "weights.bin": LFS_POINTER,
        }
    )
    repository.publish()
    assert step.run(clone.clone) == 0
    told = (
        "Not fetched are submodules: vendor/data; files in Git's Large File Storage: weights.bin. "
        "Commit the files themselves if they are needed."
    )
    assert told in capsys.readouterr().out.splitlines()
    assert application.not_fetched(workspace / "application") == told


def test_names_and_links_of_all_sorts(repository: Repository, outputs: Outputs) -> None:
    for name in (b"caf\xe9", b"two\nlines", "Größe 🍕".encode(), b"-rf"):
        Path(os.fsdecode(os.fsencode(repository.work) + b"/" + name)).touch()
    (repository.work / "loop").symlink_to("loop")
    (repository.work / "root").symlink_to("/")
    commit = repository.commit({})
    repository.publish()
    assert step.run(clone.clone) == 0
    assert outputs() == {"commit": commit}


@pytest.mark.parametrize(("seconds", "taken"), [("1", 1), ("99999999999", application.LATEST)])
def test_time_of_a_commit_that_no_image_can_have(
    repository: Repository,
    workspace: Path,
    monkeypatch: pytest.MonkeyPatch,
    seconds: str,
    taken: int,
) -> None:
    monkeypatch.setattr("git_repository.COMMITTED_AT", f"@{seconds}")
    repository.commit({"app.py": "print()\n"})
    repository.publish()
    assert step.run(clone.clone) == 0
    assert int((workspace / "application" / "Dockerfile").stat().st_mtime) == taken


def test_empty_repository(
    workspace: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    subprocess.run(["git", "init", "--quiet", "--bare", tmp_path / "empty.git"], check=True)
    monkeypatch.setenv("APP_REPOSITORY", (tmp_path / "empty.git").as_uri())
    monkeypatch.setenv("APP_BRANCH", "main")
    assert step.run(clone.clone) == 1
    assert "has no branch APP_BRANCH=main; its branches are none: it is empty" in (
        capsys.readouterr().err
    )


@pytest.mark.parametrize(
    ("said", "told", "again"),
    [
        (
            "fatal: write error: No space left on device\nfatal: fetch-pack: invalid output",
            ["cannot be written here: No space left on device", "free space"],
            False,
        ),
        (
            "error: unable to create file a/b: File name too long\nfatal: unable to checkout",
            ["cannot be written here", "Rename or remove that file"],
            False,
        ),
        (
            "fatal: couldn't find remote ref refs/heads/main",
            ["does not have main (any more)", "Push it, and run the workflow again"],
            False,
        ),
        (
            "fatal: early EOF\nfatal: fetch-pack: invalid index-pack output",
            ["cannot be reached"],
            True,
        ),
        (
            "fatal: http://host/info/refs not valid: is this a git repository?",
            ["there is no repository at APP_REPOSITORY=", "Give the address"],
            False,
        ),
    ],
)
def test_clone_that_fails(
    repository: Repository,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    said: str,
    told: list[str],
    again: bool,
) -> None:
    tried = []

    def git(arguments: list[str], timeout: float | None = None, credentials: bool = False) -> str:
        if arguments[0] == "ls-remote":
            return f"{COMMIT}\trefs/heads/main"
        if arguments[0] == "init":
            return ""
        tried.append((timeout, credentials))
        raise subprocess.CalledProcessError(128, ["git", *arguments], stderr=said)

    monkeypatch.setattr(git_source, "git", git)
    assert step.run(clone.clone) == 1
    message = capsys.readouterr().err
    assert all(each in message for each in told), message
    assert (len(tried) > 1) == again


def test_clone_that_takes_too_long(
    repository: Repository, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    # Over before Git can answer, on any machine.
    monkeypatch.setattr(git_source, "FETCH_TIMEOUT", 0.0)
    assert step.run(clone.clone) == 1
    assert "was not cloned within 0 s: the commit is too large" in (capsys.readouterr().err)


@pytest.mark.parametrize("own", ["nothing", "a folder", "a file", "a link", "a link to nothing"])
def test_model_takes_the_place_of_what_has_its_name(
    workspace: Path, tmp_path: Path, own: str
) -> None:
    context, model = workspace / "application", workspace / "model"
    context.mkdir()
    (model / "data").mkdir(parents=True)
    (model / "data" / "model.pth").write_bytes(b"weights")
    if own != "nothing":
        leave(own, context / "model", tmp_path)

    for _ in range(2):
        application.add_model(context, model, COMMITTED_AT)

    assert [path.name for path in (context / "model").rglob("*")] == ["data", "model.pth"]
    copied = context / "model" / "data" / "model.pth"
    assert copied.samefile(model / "data" / "model.pth")
    assert {int(path.stat().st_mtime) for path in context.rglob("*")} == {COMMITTED_AT}
    assert list(tmp_path.glob("aim/*")) == []


@pytest.mark.parametrize("error", ["of one file", "of the folder"])
def test_model_that_cannot_be_added(
    workspace: Path, monkeypatch: pytest.MonkeyPatch, error: str
) -> None:
    (workspace / "application").mkdir()
    (workspace / "model").mkdir()
    (workspace / "model" / "MLmodel").touch()

    def refuse(*_: object, **__: object) -> None:
        raise OSError(28, step.NO_ROOM, "model")

    monkeypatch.setattr(os, "link" if error == "of one file" else "utime", refuse)
    with pytest.raises(
        Failure, match=r"cannot be put into the application: .*No space left"
    ) as told:
        application.add_model(workspace / "application", workspace / "model", COMMITTED_AT)
    assert "Run the workflow again" in str(told.value) or "free space" in str(told.value)
