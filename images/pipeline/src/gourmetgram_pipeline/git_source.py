"""A Git repository from which a step takes a commit."""

from __future__ import annotations

import os
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

from gourmetgram_pipeline import application, step
from gourmetgram_pipeline.step import BadInput, Failure, TemporaryFailure, log

FETCH_TIMEOUT = 120.0
"""Seconds that fetching a commit may take, once the repository has answered."""

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
"""What Git says in small letters when there is an answer, but no such repository.

By HTTP it may be the answer of what stands before a server that is away.
"""

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

NO_COMMIT = ("not our ref", "unadvertised object", "couldn't find remote ref")
"""What Git says in small letters when the repository does not have what is fetched."""


@dataclass(frozen=True)
class GitSource:
    """A repository, and how messages name it."""

    url: str
    variable: str
    """The environment variable that gave the URL; others of the repository begin like it."""
    what: str
    """For example `the application's repository`."""

    @staticmethod
    def from_environment(prefix: str, what: str) -> GitSource:
        """The repository of the variable `<prefix>_REPOSITORY`. Its URL has no password in it."""
        variable = f"{prefix}_REPOSITORY"
        url = step.required(variable, f"the URL of {what}")
        parts = step.parts_of(variable, url)
        if parts.scheme not in ("http", "https", "file"):
            raise BadInput(f"{variable}={url!r} is no URL that begins with https:// or http://")
        if parts.password is not None:
            raise BadInput(
                f"{variable} has a password in it, which would show in logs; give it by "
                f"{variable}_USERNAME and {variable}_PASSWORD_FILE"
            )
        return GitSource(url, variable, what)

    def __str__(self) -> str:
        return f"{self.what} {self.variable}={self.url}"

    def branches(self) -> dict[str, str]:
        """The newest commit of each branch, by the branch's name."""
        listed = step.persistently(
            lambda: self._ask(["ls-remote", "--heads", "--", self.url], step.REQUEST_TIMEOUT),
            doing="asking the repository",
        )
        lines = (line.split("\trefs/heads/", 1) for line in listed.splitlines())
        return {branch: commit for commit, branch in lines}

    def commit_of(self, variable: str, branch: str) -> str:
        """The newest commit of `branch`, which the environment variable `variable` names."""
        branches = self.branches()
        if branch not in branches:
            known = ", ".join(sorted(branches)[:20]) or "none: it is empty"
            raise Failure(
                f"{self} has no branch {variable}={branch}; its branches are {known}. "
                "Push that branch or name another."
            )
        return branches[branch]

    def check_out(self, wanted: str, target: Path) -> tuple[str, int]:
        """Fetch a branch or a commit into the folder `target`, with its folder `.git`.

        Returns the commit in full, and its time in seconds after 1970.
        """
        step.persistently(lambda: self._fetch(wanted, target), doing="cloning")
        log(self._inspect(target, "log", "-1", "--format=%h %an, %ad: %s"))
        commit = self._inspect(target, "rev-parse", "HEAD")
        seconds = int(self._inspect(target, "log", "-1", "--format=%ct"))
        return commit, min(max(seconds, 0), application.LATEST)

    def _fetch(self, wanted: str, target: Path) -> None:
        shutil.rmtree(target, ignore_errors=True)  # What an attempt before this one has left.
        here = ["-C", str(target)]
        options = ["--quiet", "--depth", "1", "--no-tags"]
        self._ask(["init", "--quiet", "--", str(target)], step.REQUEST_TIMEOUT)
        self._ask([*here, "fetch", *options, "--", self.url, wanted], FETCH_TIMEOUT, wanted)
        self._ask([*here, "checkout", "--quiet", "--detach", "FETCH_HEAD"], FETCH_TIMEOUT, wanted)

    def _inspect(self, folder: Path, *arguments: str) -> str:
        """What Git says about the clone in `folder`."""
        try:
            return git(["-C", str(folder), *arguments])
        except subprocess.CalledProcessError as problem:
            raise Failure(
                f"the clone of {self.what} cannot be read: {step.one_line(problem.stderr)}. "
                "Run the workflow again; if it fails again, check the repository with `git fsck`."
            ) from problem

    def _ask(self, arguments: list[str], timeout: float, wanted: str = "") -> str:
        """Run a Git command that talks to the repository, and return what it printed."""
        try:
            return git(arguments, timeout=timeout, credentials=self._has_credentials())
        except subprocess.TimeoutExpired:
            if wanted:
                raise TemporaryFailure(
                    f"{self} was not cloned within {timeout:g} s: the commit is too large, or the "
                    "network too slow. Take large files out of it: the model comes from MLflow."
                ) from None
            reason = f"no answer within {timeout:g} s"
        except subprocess.CalledProcessError as problem:
            reason = step.one_line(problem.stderr)
            raise_for(problem.stderr, self, wanted)
        raise TemporaryFailure(
            f"{self} cannot be reached: {reason}. Is that its address, and does its server run?"
        )

    def _has_credentials(self) -> bool:
        """Whether there are credentials, and they are for this repository.

        A run can be submitted with another repository, which must not learn the password.
        """
        names = (f"{self.variable}_USERNAME", f"{self.variable}_PASSWORD_FILE")
        meant_for = os.environ.get(f"{self.variable}_CREDENTIALS_FOR")
        return all(map(os.environ.get, names)) and self.url == meant_for


def raise_for(said: str, source: GitSource, wanted: str) -> None:
    """Raise the Failure that Git told of, where it `said` more than that nobody answers."""
    told = said.lower()
    reason = step.one_line(said)
    if any(phrase in told for phrase in REFUSALS):
        raise Failure(
            f"{source} refuses access: {reason}. Set appRepositoryUsername and "
            "appRepositoryPassword to a user who may read it."
        )
    if any(phrase in told for phrase in LOCAL) or step.NO_ROOM.lower() in told:
        raise unwritten(source, said)
    if wanted and any(phrase in told for phrase in NO_COMMIT):
        raise Failure(
            f"{source} does not have {wanted.removeprefix('refs/heads/')} (any more): {reason}. "
            "Push it, and run the workflow again."
        )
    if any(phrase in told for phrase in MISSING):
        kind = Failure if source.url.startswith("file:") else TemporaryFailure
        raise kind(
            f"there is no repository at {source.variable}={source.url}: {reason}. "
            "Give the address of one that exists; if it does, look whether its server runs."
        )


def unwritten(source: GitSource, said: str) -> Failure:
    """The failure to write the files of `source` here, of which Git `said` more."""
    what = f"the files of {source.variable}={source.url} cannot be written here"
    if step.NO_ROOM in said:
        return Failure(
            f"{what}: {step.NO_ROOM}. Take large files out of the repository (the model comes from "
            "MLflow), or free space on the node."
        )
    return Failure(f"{what}: {step.one_line(said)}. Rename or remove that file, and push.")


def valid_branch(variable: str, branch: str) -> str:
    """The branch, if Git does not take it for an option. Otherwise raises BadInput."""
    command = ["git", "check-ref-format", f"refs/heads/{branch}"]
    checked = subprocess.run(command, capture_output=True, check=False)
    if branch.startswith("-") or checked.returncode != 0:
        raise BadInput(f"{variable}={branch!r} is not the name of a branch")
    return branch


def git(arguments: list[str], timeout: float | None = None, credentials: bool = False) -> str:
    """Run Git, which never asks anyone anything, and return what it printed."""
    environment = {**os.environ, "GIT_TERMINAL_PROMPT": "0", "LC_ALL": "C"}
    environment.pop("GIT_ASKPASS", None)
    if credentials:
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
