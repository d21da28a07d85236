"""The application in the shared folder: what its repository holds, and the model beside it.

A repository holds what its owner likes. What the build cannot use is a Failure with a remedy, and
what may surprise is a line in the log.
"""

from __future__ import annotations

import os
import re
import shutil
from pathlib import Path

from gourmetgram_pipeline import file_times, step
from gourmetgram_pipeline.step import BadInput, Failure

LATEST = 2**32 - 1
"""The last second, of the year 2106, that all formats of an image and its layers can hold."""

LFS_POINTER = b"version https://git-lfs.github.com/spec/v1"
"""How a file begins that stands for another in Git's Large File Storage."""

SUBMODULE = re.compile(r"^\s*path\s*=\s*(.+?)\s*$", re.MULTILINE)
SYNTAX = re.compile(r"^#\s*syntax\s*=\s*(\S+)", re.IGNORECASE)


NEEDED = "an application needs one that copies the folder `model`. Commit it and push."


def check_dockerfile(application: Path, where: str, needed: str = NEEDED) -> None:
    """Raise a Failure if the application has no Dockerfile that BuildKit can read.

    `where` says which commit of which repository it is, and `needed` what helps.
    """
    dockerfile = application / "Dockerfile"
    if dockerfile.is_symlink():
        aim = dockerfile.readlink()
        inside = dockerfile.resolve().is_relative_to(application.resolve())
        if not (inside and dockerfile.is_file()):
            raise Failure(
                f"the Dockerfile of {where} is a link to {aim}, which is not a file of the "
                f"repository; {needed}"
            )
    if dockerfile.is_dir():
        raise Failure(f"the Dockerfile of {where} is a folder, not a file; {needed}")
    if not dockerfile.is_file():
        raise Failure(f"{where} has no Dockerfile in its top folder; {needed}")
    if is_lfs_pointer(dockerfile):
        raise Failure(
            f"the Dockerfile of {where} is in Git's Large File Storage, of which no files are "
            "fetched. Run `git lfs untrack Dockerfile && git add --renormalize .`, commit and push."
        )


def not_fetched(application: Path) -> str:
    """A sentence about what the repository only refers to, which was not fetched; empty if none."""
    try:
        modules = (application / ".gitmodules").read_text(errors="replace")
    except OSError:
        modules = ""
    submodules = SUBMODULE.findall(modules)
    pointers = [
        str(path.relative_to(application))
        for path in sorted(application.rglob("*"))
        if path.is_file() and not path.is_symlink() and is_lfs_pointer(path)
    ]
    told = [
        f"{what}: {', '.join(names[:5])}{' and more' if len(names) > 5 else ''}"
        for what, names in [
            ("submodules", submodules),
            ("files in Git's Large File Storage", pointers),
        ]
        if names
    ]
    if not told:
        return ""
    return f"Not fetched are {'; '.join(told)}. Commit the files themselves if they are needed."


def is_lfs_pointer(path: Path) -> bool:
    """Whether the file only points to one in Git's Large File Storage."""
    try:
        with path.open("rb") as file:
            return file.read(len(LFS_POINTER)) == LFS_POINTER
    except OSError:
        return False


def syntax_of(application: Path) -> tuple[int, str] | None:
    """The number and the image of the line `# syntax=` of the Dockerfile, if it has one."""
    text = (application / "Dockerfile").read_text(errors="replace")
    for number, line in enumerate(text.splitlines(), start=1):
        if not line.startswith("#"):
            return None
        found = SYNTAX.match(line)
        if found is not None:
            return number, found[1]
    return None


def add_model(application: Path, model: Path, seconds: int) -> None:
    """Put `model` into the application as its folder `model`, with the time `seconds` after 1970.

    What has that name there gives way, whatever it is. The files are linked, which costs nothing
    however large they are.
    """
    if not model.is_dir():
        raise BadInput(f"there is no folder {model}; the step download-model makes it")
    target = application / "model"
    try:
        remove(target)
        shutil.copytree(model, target, copy_function=os.link)
        file_times.set_times(target, seconds)
        os.utime(application, (seconds, seconds))
    except shutil.Error as problem:
        # One error for each file; they have one reason.
        _, _, reason = problem.args[0][0]
        raise Failure(
            f"the model cannot be put into the application: {step.one_line(reason)}. "
            "Run the workflow again: each run has a shared folder of its own."
        ) from problem
    except OSError as problem:
        what = "the model cannot be put into the application"
        raise step.file_failure(problem, what) from problem


def remove(path: Path) -> None:
    """Remove a folder, a file or a link, wherever it leads; nothing is fine too."""
    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(path)
    else:
        path.unlink(missing_ok=True)
