"""Deploy an image to staging and wait until its process serves.

    python -m gourmetgram_pipeline deploy-to-staging

Environment:

    MODEL_VERSION, COMMIT, TRAINING_IMAGE, IMAGE    what is deployed, as the steps before told
    ARGO_WORKFLOW_NAME                              workflow that deploys
    STAGING_NAMESPACE, STAGING_DEPLOYMENT           where; the container has the Deployment's name
    STAGING_SERVICE_URL                             address of staging's Service

Output: `staging-url`.

The release before keeps serving until the new one is ready, and for ever if it never is.
"""

from __future__ import annotations

import time

from gourmetgram_pipeline import step
from gourmetgram_pipeline.release import Release
from gourmetgram_pipeline.rollout import Sight, State, look
from gourmetgram_pipeline.staging import Staging
from gourmetgram_pipeline.step import Failure, log

DEADLINE = 150.0
"""Seconds from the change of the Deployment until the container must have started."""

GRACE = 20.0
"""Seconds that something wrong, which may pass, is given for that."""

POLL = 1.0
"""Seconds between two looks."""


def deploy() -> None:
    """Let staging run the release of the environment, and wait until it has started."""
    url = step.required("STAGING_SERVICE_URL", "the address of staging's Service, http://host:port")
    release = Release.from_environment()
    staging = Staging()
    log(f"Deploying model version {release.model_version} to {staging} as {release.image} ...")
    changed = staging.patch(release.patch(staging.deployment))
    wait_until_started(staging, release, changed.metadata.generation)
    step.write_output("staging-url", url)


def wait_until_started(staging: Staging, release: Release, generation: int) -> None:
    """Return when the release's container has started. Raises a Failure if it fails to in time."""
    until = time.monotonic() + DEADLINE
    failing_since: float | None = None
    told = ""
    while True:
        sight = see(staging, release, generation)
        if sight.text != told:
            log(sight.text)
            told = sight.text
        now = time.monotonic()
        if sight.state is State.STARTED:
            return
        if sight.state is State.FAILING:
            failing_since = now if failing_since is None else failing_since
        elif sight.state is State.WAITING:
            failing_since = None
        lasts = failing_since is not None and now - failing_since >= GRACE
        if sight.state is State.FAILED or lasts:
            raise failed(release, sight.text)
        if now >= until:
            raise failed(
                release,
                f"it has not started within {DEADLINE:g} s: {sight.text}. Look at its pod with "
                f"`npm run kubectl -- describe pods -n {staging.namespace}`",
            )
        time.sleep(POLL)


def see(staging: Staging, release: Release, generation: int) -> Sight:
    """Look at the release. What the Deployment says of an older generation says nothing of it."""
    deployment = staging.read()
    if staging.deployed(deployment) != release:
        return Sight(
            State.FAILED,
            "the Deployment was changed to another release in the meantime. Let one workflow at a "
            "time deploy, and run this one again",
        )
    if (deployment.status.observed_generation or 0) < generation:
        return Sight(State.WAITING, "Kubernetes has not taken notice yet")
    return look(deployment, staging.newest_pod(release), staging.deployment)


def failed(release: Release, reason: str) -> Failure:
    """The failure to deploy `release`."""
    end = "" if reason.endswith((".", "!", "?")) else "."
    return Failure(
        f"model version {release.model_version} could not be deployed to staging: {reason}{end}"
    )
