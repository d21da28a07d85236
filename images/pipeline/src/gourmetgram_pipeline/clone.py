"""Clone the application's repository into the shared folder.

    python -m gourmetgram_pipeline clone

Environment:

    APP_REPOSITORY                  URL of the repository, http(s)://…
    APP_BRANCH                      branch to take
    APP_REPOSITORY_USERNAME         user, where the repository asks for one
    APP_REPOSITORY_PASSWORD_FILE    file with the password or token of that user
    APP_REPOSITORY_CREDENTIALS_FOR  the one URL that they are for: none other is given them
    WORKSPACE                       shared folder; the clone is its folder `application`

Output: `commit`, the full name of the commit that was taken.

All files get the time of the commit, as `git archive` would give them, so that equal commits make
equal images whenever they are built.
"""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

from gourmetgram_pipeline import application, file_times, step
from gourmetgram_pipeline.step import BadInput, Failure, TemporaryFailure, log

CLONE_TIMEOUT = 120.0
"""Seconds that the clone may take, once the repository has answered."""

ASKPASS = Path(__file__).resolve().parent / "git_askpass.sh"

REFUSALS = (
    "authentication failed",
    "could not read username",
    "could not read password",
    "access denied",
    "error: 401",
    "error: 403",
)
"""What Git says in small letters when the repository wants other credentials."""

MISSING = (
    "not found",
    "does not exist",
    "does not appear to be a git repository",
    "is this a git repository",
    "error: 404",
)
"""What Git says in small letters when the server answers, but has no such repository."""

LOCAL = (
    "permission denied",
    "file name too long",
    "unable to create file",
    "unable to write file",
    "unable to checkout",
    "could not create work tree",
    "cannot create directory",
)
"""What Git says in small letters when the files cannot be written here."""


def clone() -> None:
    """Clone APP_BRANCH of APP_REPOSITORY and tell the commit."""
    repository = repository_url()
    branch = branch_name()
    target = step.workspace() / "application"

    log(f"Asking {repository} for the branch {branch} ...")
    branches = step.persistently(lambda: branches_of(repository), doing="asking the repository")
    if branch not in branches:
        known = ", ".join(sorted(branches)[:20]) or "none: it is empty"
        raise Failure(
            f"the application's repository APP_REPOSITORY={repository} has no branch "
            f"APP_BRANCH={branch}; its branches are {known}. Push that branch or name another."
        )

    step.persistently(lambda: clone_branch(repository, branch, target), doing="cloning")
    commit = inspect(target, "rev-parse", "HEAD")
    committed_at = int(inspect(target, "log", "-1", "--format=%ct"))
    log(inspect(target, "log", "-1", "--format=%h %an, %ad: %s"))

    application.check_dockerfile(target, f"the branch {branch} of {repository} at {commit[:7]}")
    shutil.rmtree(target / ".git")
    missing = application.not_fetched(target)
    if missing:
        log(missing)
    file_times.set_times(target, min(max(committed_at, 0), application.LATEST))
    step.write_output("commit", commit)


def repository_url() -> str:
    """The repository's URL, which may not have a password in it."""
    url = step.required("APP_REPOSITORY", "the URL of the application's repository")
    parts = step.parts_of("APP_REPOSITORY", url)
    if parts.scheme not in ("http", "https", "file"):
        raise BadInput(f"APP_REPOSITORY={url!r} is no URL that begins with https:// or http://")
    if parts.password is not None:
        raise BadInput(
            "APP_REPOSITORY has a password in it, which would show in logs; give it by "
            "APP_REPOSITORY_USERNAME and APP_REPOSITORY_PASSWORD_FILE"
        )
    return url


def branch_name() -> str:
    """The branch, which may not be anything that Git takes for an option."""
    branch = step.required("APP_BRANCH", "a branch of the application's repository")
    command = ["git", "check-ref-format", f"refs/heads/{branch}"]
    checked = subprocess.run(command, capture_output=True, check=False)
    if branch.startswith("-") or checked.returncode != 0:
        raise BadInput(f"APP_BRANCH={branch!r} is no name of a branch")
    return branch


def branches_of(repository: str) -> set[str]:
    """The names of all branches of `repository`."""
    listed = ask(["ls-remote", "--heads", "--", repository], repository, step.REQUEST_TIMEOUT)
    return {line.split("\trefs/heads/", 1)[1] for line in listed.splitlines()}


def clone_branch(repository: str, branch: str, target: Path) -> None:
    """Clone the newest commit of `branch` into the new folder `target`."""
    shutil.rmtree(target, ignore_errors=True)  # What an attempt before this one has left.
    options = ["--quiet", "--depth", "1", "--single-branch", "--no-tags", "--branch", branch]
    ask(["clone", *options, "--", repository, str(target)], repository, CLONE_TIMEOUT)


def ask(arguments: list[str], repository: str, timeout: float) -> str:
    """Run a Git command that talks to `repository`, and return what it printed."""
    try:
        return git(arguments, timeout=timeout)
    except subprocess.TimeoutExpired:
        if arguments[0] == "clone":
            raise TemporaryFailure(
                f"the application's repository APP_REPOSITORY={repository} was not cloned within "
                f"{timeout:g} s: its newest commit is too large, or the network too slow. Take "
                "large files out of it: the model comes from MLflow."
            ) from None
        reason = f"no answer within {timeout:g} s"
    except subprocess.CalledProcessError as problem:
        reason = step.one_line(problem.stderr)
        told = problem.stderr.lower()
        if any(phrase in told for phrase in REFUSALS):
            raise Failure(
                f"the application's repository APP_REPOSITORY={repository} refuses access: "
                f"{reason}. Set appRepositoryUsername and appRepositoryPassword to "
                "a user who may read it."
            ) from problem
        if any(phrase in told for phrase in LOCAL) or step.NO_ROOM.lower() in told:
            raise unwritten(repository, problem.stderr) from problem
        if "remote branch" in told:
            raise Failure(
                f"a branch of the application's repository APP_REPOSITORY={repository} was removed "
                f"while it was cloned: {reason}. Push it again, and run the workflow again."
            ) from problem
        if any(phrase in told for phrase in MISSING):
            raise Failure(
                f"there is no application's repository at APP_REPOSITORY={repository}: {reason}. "
                "Set appRepositoryUrl, or the parameter app-repository, to one that exists."
            ) from problem
    raise TemporaryFailure(
        f"the application's repository APP_REPOSITORY={repository} cannot be reached: {reason}. "
        "Is that its address, and does its server run?"
    )


def unwritten(repository: str, said: str) -> Failure:
    """The failure to write the files of `repository` here, of which Git `said` more."""
    what = f"the files of APP_REPOSITORY={repository} cannot be written to the shared folder"
    if step.NO_ROOM in said:
        return Failure(
            f"{what}: {step.NO_ROOM}. Take large files out of the repository (the model comes from "
            "MLflow), or free space on the node."
        )
    return Failure(f"{what}: {step.one_line(said)}. Rename or remove that file, and push.")


def inspect(folder: Path, *arguments: str) -> str:
    """What Git says about the repository in `folder`."""
    try:
        return git(["-C", str(folder), *arguments])
    except subprocess.CalledProcessError as problem:
        raise Failure(
            f"the clone of the application cannot be read: {step.one_line(problem.stderr)}. "
            "Run the workflow again; if it fails again, check the repository with `git fsck`."
        ) from problem


def git(arguments: list[str], timeout: float | None = None) -> str:
    """Run Git, which never asks anyone anything, and return what it printed."""
    environment = {**os.environ, "GIT_TERMINAL_PROMPT": "0", "LC_ALL": "C"}
    environment.pop("GIT_ASKPASS", None)
    if has_credentials():
        environment["GIT_ASKPASS"] = str(ASKPASS)
    result = subprocess.run(
        ["git", *arguments],
        env=environment,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        errors="replace",
        timeout=timeout,
        check=True,
    )
    return result.stdout.strip()


def has_credentials() -> bool:
    """Whether there are credentials, and they are for this repository.

    Whoever submits a run may name a repository of their own, which must not learn the password.
    """
    names = ("APP_REPOSITORY_USERNAME", "APP_REPOSITORY_PASSWORD_FILE")
    meant_for = os.environ.get("APP_REPOSITORY_CREDENTIALS_FOR")
    return all(map(os.environ.get, names)) and os.environ.get("APP_REPOSITORY") == meant_for
