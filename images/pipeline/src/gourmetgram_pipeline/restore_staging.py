"""Let staging serve again what passed its test last. Runs when a workflow did not succeed.

    python -m gourmetgram_pipeline restore-staging

Environment: STAGING_NAMESPACE and STAGING_DEPLOYMENT.

Output: `serving`, the model version that staging serves now, or `none`.
"""

from __future__ import annotations

from gourmetgram_pipeline import step
from gourmetgram_pipeline.staging import Staging
from gourmetgram_pipeline.step import log


def restore() -> None:
    """Take staging back to the release that was tested, or to nothing if none ever was."""
    staging = Staging()
    deployment = staging.read()
    tested = staging.tested(deployment)
    replicas = deployment.spec.replicas

    if tested is None:
        if replicas != 0:
            log("No model version has passed its test in staging yet: none shall serve.")
            staging.patch({"spec": {"replicas": 0}})
        step.write_output("serving", "none")
        return

    if replicas != 0 and staging.deployed(deployment) == tested:
        log(f"Staging is as it was: {tested.image}")
    else:
        log(f"Going back to model version {tested.model_version}: {tested.image}")
        staging.patch(tested.patch(staging.deployment))
    step.write_output("serving", tested.model_version)
