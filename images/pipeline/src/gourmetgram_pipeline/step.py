"""What all steps of the pipeline share: how they get inputs, give outputs, try again and end.

A step is a function without arguments. Its inputs are environment variables, its outputs files in
the folder OUTPUTS, where Argo reads them, and the steps that run after it in the same pod. `run`
turns what it raises into an exit code: 2 for a BadInput, 1 for anything else, and the message as
the last lines of the log and as the reason that Kubernetes, and from it Argo, shows for the
container.
"""

from __future__ import annotations

import contextlib
import errno
import os
import sys
import time
import traceback
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar
from urllib.parse import SplitResult, urlsplit

import tenacity

Result = TypeVar("Result")

HIGHEST_VERSION = 2**31 - 1
"""MLflow's database has a column of 32 bits for it, and answers with an internal error beyond."""

FIRST_PAUSE = 2.0
"""Seconds between the first two attempts; each later pause is twice the one before."""

LONGEST_PAUSE = 8.0
"""Seconds between two attempts at most."""

PATIENCE = 30.0
"""Seconds after the first failure in which another attempt is still made."""

REQUEST_TIMEOUT = 10.0
"""Seconds that one request may take to be answered."""

NO_ROOM = os.strerror(errno.ENOSPC)
"""What the system says of a full disk, also in the messages of programs and libraries."""

TERMINATION_LOG = Path("/dev/termination-log")
"""Where the kubelet reads why a container ended. It is there in each pod, and nowhere else."""


class Failure(Exception):
    """The step cannot do its work. The message is one paragraph: what, value and remedy."""


class TemporaryFailure(Failure):
    """A failure that a later attempt may not have."""


class BadInput(Failure):
    """The step was asked for something that makes no sense."""


def log(message: str) -> None:
    """Print a line of progress at once, so that it can be followed."""
    print(printable(message), flush=True)


def printable(text: str) -> str:
    """`text` so that it can be printed: file names may have bytes that are not UTF-8."""
    return text.encode(errors="backslashreplace").decode()


def run(step: Callable[[], None]) -> int:
    """Run `step`, tell why it failed if it did, and return the exit code."""
    try:
        step()
        return 0
    except Failure as problem:
        failure = problem
    except Exception as problem:
        traceback.print_exc()
        failure = unforeseen(problem)
    message = printable(str(failure))
    # Once more in a file: the log may end with lines of libraries that stop at exit.
    if TERMINATION_LOG.is_file():
        with contextlib.suppress(OSError):
            TERMINATION_LOG.write_text(message[:2000])
    print(message, file=sys.stderr, flush=True)
    return 2 if isinstance(failure, BadInput) else 1


def unforeseen(problem: Exception) -> Failure:
    """The failure that stands for an error which no step expects."""
    if isinstance(problem, OSError):
        return file_failure(problem, "a file cannot be used")
    return Failure(
        f"the step met an error that it does not know: {type(problem).__name__}: "
        f"{one_line(str(problem)) or 'no reason'}. Its log shows where. Run the workflow again; "
        "if it fails again, report it with that log."
    )


def file_failure(problem: OSError, what: str) -> Failure:
    """The failure to do `what` with a file or a folder."""
    name = "" if problem.filename is None else f" ({problem.filename})"
    reason = f"{what}: {problem.strerror or one_line(str(problem))}{name}"
    if is_full(problem):
        return Failure(
            f"{reason}. The node's disk or the shared folder is full: free space on the node, or "
            "use a smaller model or repository."
        )
    return Failure(f"{reason}. Run the workflow again: each run has a shared folder of its own.")


def is_full(problem: BaseException) -> bool:
    """Whether a disk without room is the cause of `problem`, which a library may have wrapped."""
    link: BaseException | None = problem
    while link is not None:
        if isinstance(link, OSError) and link.errno in (errno.ENOSPC, errno.EDQUOT):
            return True
        if NO_ROOM in str(link):
            return True
        link = link.__cause__ or link.__context__
    return False


def required(name: str, meaning: str) -> str:
    """The environment variable `name`. Raises BadInput with its `meaning` if it is missing."""
    value = os.environ.get(name, "")
    if not value:
        raise BadInput(f"{name} is not set; give {meaning}")
    return value


def required_version() -> str:
    """The model version that the step works on."""
    version = required("MODEL_VERSION", "the number of a model version in MLflow")
    if not (version.isascii() and version.isdigit()):
        raise BadInput(f"MODEL_VERSION={version!r} is no model version; a version is a number")
    if int(version) > HIGHEST_VERSION:
        raise BadInput(f"MODEL_VERSION={version} is higher than MLflow counts")
    return version


def required_commit() -> str:
    """The commit of the application that the step works on, in full."""
    commit = required("COMMIT", "the commit of the application, which the step clone tells")
    return valid_commit("COMMIT", commit)


def valid_commit(name: str, commit: str) -> str:
    """`commit`, if it is one in full. Otherwise raises BadInput with the `name` of its variable."""
    if len(commit) not in (40, 64) or set(commit) - set("0123456789abcdef"):
        raise BadInput(f"{name}={commit!r} is no commit; give all 40 hexadecimal digits")
    return commit


def parts_of(name: str, url: str) -> SplitResult:
    """The parts of `url`. Raises BadInput with the `name` of its variable if it has none."""
    try:
        parts = urlsplit(url)
        # Reading the port checks it.
        assert parts.port is None or parts.port >= 0
    except ValueError as problem:
        raise BadInput(f"{name}={url!r} is not a URL: {problem}") from problem
    return parts


def workspace() -> Path:
    """The folder that the scripts which make the image share."""
    return Path(required("WORKSPACE", "the folder that the scripts share"))


def outputs() -> Path:
    """The folder in which outputs are left."""
    return Path(os.environ.get("OUTPUTS", "/tmp/outputs"))


def write_output(name: str, value: str) -> None:
    """Give the step's output `name` to whoever runs it."""
    folder = outputs()
    folder.mkdir(parents=True, exist_ok=True)
    (folder / name).write_text(value)
    log(f"{name}: {value}")


def output_of(step: str, name: str) -> str:
    """The output `name` that `step` has left in the same folder. Raises BadInput without it."""
    file = outputs() / name
    try:
        return file.read_text()
    except (OSError, UnicodeDecodeError) as problem:
        reason = problem.strerror if isinstance(problem, OSError) else problem
        raise BadInput(f"cannot read {file}: {reason}; the step {step} writes it") from problem


def persistently(action: Callable[[], Result], doing: str, patience: float | None = None) -> Result:
    """Do `action` until it ends without a TemporaryFailure.

    The last attempt begins `patience` seconds after the end of the first, PATIENCE by default. Each
    failed one is logged, as a failure of `doing`. Raises the last failure.
    """
    longest = PATIENCE if patience is None else patience
    # Counted from the first failure: what is done may rightly take minutes before it fails.
    end: float | None = None

    def attempt() -> Result:
        nonlocal end
        try:
            return action()
        except TemporaryFailure:
            end = end or time.monotonic() + longest
            raise

    def left() -> float:
        assert end is not None  # It is asked after a failure.
        return max(end - time.monotonic(), 0.0)

    def pause(state: tenacity.RetryCallState) -> float:
        usual = FIRST_PAUSE * 2.0 ** (state.attempt_number - 1)
        return min(usual, LONGEST_PAUSE, left())

    def tell(state: tenacity.RetryCallState) -> None:
        assert state.outcome is not None  # There has been an attempt.
        log(
            f"{doing}: attempt {state.attempt_number} failed; next in "
            f"{state.upcoming_sleep:.2g} s, for {longest:g} s: {state.outcome.exception()}"
        )

    attempts = tenacity.Retrying(
        retry=tenacity.retry_if_exception_type(TemporaryFailure),
        wait=pause,
        stop=lambda _: left() == 0,
        before_sleep=tell,
        reraise=True,
    )
    return attempts(attempt)


def reason_of(problem: BaseException) -> str:
    """Why `problem` came about, in one short line.

    Libraries wrap an error of the network in several of their own; the innermost one says it best.
    """
    told = problem
    link: BaseException | None = problem
    while link is not None:
        if isinstance(link, OSError) and link.errno is not None:
            told = link
        link = link.__cause__ or link.__context__
    return one_line(str(told) or type(told).__name__)


def one_line(text: str, longest: int = 400) -> str:
    """`text` without line breaks, and cut at its beginning if it is longer than `longest`.

    Control characters become spaces: programs quote what stands in files that are not text.
    """
    line = " ".join("".join(each if each.isprintable() else " " for each in text).split())
    return line if len(line) <= longest else "…" + line[1 - longest :]
