"""Tell with which image to train: that of the lab, or one with the training code of a commit.

    python -m gourmetgram_pipeline training-image

Environment:

    TRAIN_BRANCH        branch of the training code, or nothing
    TRAIN_COMMIT        commit of it in full, or nothing
    TRAIN_REPOSITORY    URL of the training code's repository, http(s)://…
    TRAINING_IMAGE      image of the lab, for a run that names neither branch nor commit
    TRAIN_BASE_IMAGE    base image of a commit's image, as BuildKit pulls it
    BUILDKIT_*          BuildKit, as `builder` tells, for a run that names one of them
    PUSH_REPOSITORY     where BuildKit pushes to, host:port/name
    PULL_REPOSITORY     the same, as the nodes of the cluster pull from it
    DOCKER_CONFIG       folder with a config.json for a registry that wants credentials

Outputs: `image`, the full reference with the digest as the nodes pull it, and `commit`, which is
empty for the image of the lab.

With a branch alone, its newest commit is taken. With both, the commit has to be the newest of the
branch: a push that comes while earlier ones wait for their turn replaces them.

Nothing that differs between two builds of a commit goes into its image, so BuildKit finds what it
has built before, in the cache in the registry, and gives the same digest.
"""

from __future__ import annotations

import os
import shutil
import tempfile
from pathlib import Path

from gourmetgram_pipeline import application, buildkit, file_times, step
from gourmetgram_pipeline.build import Build
from gourmetgram_pipeline.builder import Builder
from gourmetgram_pipeline.git_source import GitSource, valid_branch
from gourmetgram_pipeline.step import Failure, log

WHAT = "the training code's repository"
NEEDED = "take that of the branch course. Commit it and push."


def training_image() -> None:
    """Tell the image, and build it first if it has the code of a commit."""
    branch = os.environ.get("TRAIN_BRANCH", "")
    commit = os.environ.get("TRAIN_COMMIT", "")
    if not branch and not commit:
        image = step.required("TRAINING_IMAGE", "the training image of the lab")
        log("No branch and no commit is given: the image of the lab trains.")
    else:
        builder = Builder()
        with builder.running(), tempfile.TemporaryDirectory() as scratch:
            image, commit = image_of_commit(branch, commit, Path(scratch) / "code", builder)
    step.write_output("commit", commit)
    step.write_output("image", image)


def image_of_commit(branch: str, commit: str, target: Path, builder: Builder) -> tuple[str, str]:
    """Build the image of the commit in the folder `target`, and return it with the commit."""
    pull_repository = step.required("PULL_REPOSITORY", "the repository that the nodes pull from")
    base_image = step.required("TRAIN_BASE_IMAGE", "the base image of the training")
    source = GitSource.from_environment("TRAIN", WHAT)
    if commit:
        step.valid_commit("TRAIN_COMMIT", commit)
    if branch:
        valid_branch("TRAIN_BRANCH", branch)
        log(f"Asking {source.url} for the branch {branch} ...")
        newest = source.commit_of("TRAIN_BRANCH", branch)
        if commit not in ("", newest):
            raise Failure(
                f"commit {commit[:7]} is no longer the newest of the branch {branch} of "
                f"{source.url}: {newest[:7]} is, and the run of that push trains it. To train "
                f"this one all the same, submit train-model with commit={commit} and no branch."
            )
        commit = newest
    _, committed_at = source.check_out(commit, target)

    application.check_dockerfile(target, f"{source} at {commit[:7]}", NEEDED)
    shutil.rmtree(target / ".git")
    missing = application.not_fetched(target)
    if missing:
        log(missing)
    file_times.set_times(target, committed_at)
    build = Build(
        buildkit=builder.address,
        context=target,
        base_image=base_image,
        repository_url=source.url,
        push_repository=step.required("PUSH_REPOSITORY", "the repository that BuildKit pushes to"),
        commit=commit,
        committed_at=committed_at,
    )
    return f"{pull_repository}@{buildkit.carry_out(build, builder)}", commit
