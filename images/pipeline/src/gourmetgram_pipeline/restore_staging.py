"""Let staging serve again what passed its test last. Runs when a workflow did not succeed.

    python -m gourmetgram_pipeline restore-staging

Environment: STAGING_NAMESPACE and STAGING_DEPLOYMENT, and MLFLOW_TRACKING_URI, where MLflow is.

Output: `serving`, the model version that staging serves now, or `none`. The alias `staging` in
MLflow is that version afterwards.
"""

from __future__ import annotations

from gourmetgram_pipeline import registered_model, step
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
        move_alias(None)
        return

    if replicas != 0 and staging.deployed(deployment) == tested:
        log(f"Staging is as it was: {tested.image}")
    else:
        log(f"Going back to model version {tested.model_version}: {tested.image}")
        staging.patch(tested.patch(staging.deployment))
    step.write_output("serving", tested.model_version)
    move_alias(tested.model_version)


def move_alias(version: str | None) -> None:
    """Let the alias name what serves. A test that was killed may have moved it and no more."""
    named = registered_model.version_in_staging()
    if named == version:
        return
    registered_model.set_version_in_staging(version)
    alias = f"the alias {registered_model.STAGING!r}"
    log(f"Moved {alias} from version {named or 'none'} to {version or 'none'}, which serves.")
