"""Clone the application's repository into the shared folder.

    python -m gourmetgram_pipeline clone

Environment:

    APP_REPOSITORY                  URL of the repository, http(s)://…
    APP_BRANCH                      branch to take
    APP_REPOSITORY_USERNAME         user, where the repository asks for one
    APP_REPOSITORY_PASSWORD_FILE    file with the password or token of that user
    APP_REPOSITORY_CREDENTIALS_FOR  the one URL that they are for: none other is given them
    WORKSPACE                       shared folder; the clone is its folder `application`
    BUILDKIT_*                      BuildKit, as `builder` tells

Output: `commit`, the full name of the commit that was taken.

BuildKit is started first, so that it runs when the other containers of the pod need it.

All files get the time of the commit, as `git archive` would give them, so that equal commits make
equal images whenever they are built.
"""

from __future__ import annotations

import shutil

from gourmetgram_pipeline import application, file_times, step
from gourmetgram_pipeline.builder import Builder
from gourmetgram_pipeline.git_source import GitSource, valid_branch
from gourmetgram_pipeline.step import log

WHAT = "the application's repository"


def clone() -> None:
    """Start BuildKit, clone APP_BRANCH of APP_REPOSITORY and tell the commit."""
    builder = Builder()
    with builder.left_for_the_build():
        builder.start()
        take()


def take() -> None:
    """Clone APP_BRANCH of APP_REPOSITORY and tell the commit."""
    source = GitSource.from_environment("APP", WHAT)
    branch = valid_branch("APP_BRANCH", step.required("APP_BRANCH", f"a branch of {WHAT}"))
    target = step.workspace() / "application"

    log(f"Asking {source.url} for the branch {branch} ...")
    source.commit_of("APP_BRANCH", branch)
    commit, committed_at = source.check_out(f"refs/heads/{branch}", target)

    application.check_dockerfile(target, f"the branch {branch} of {source.url} at {commit[:7]}")
    shutil.rmtree(target / ".git")
    missing = application.not_fetched(target)
    if missing:
        log(missing)
    file_times.set_times(target, committed_at)
    step.write_output("commit", commit)
