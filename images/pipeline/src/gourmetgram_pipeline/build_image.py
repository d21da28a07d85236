"""Build the application with its model into an image, push it and note it in MLflow.

    python -m gourmetgram_pipeline build-image

Environment:

    BUILDKIT_*              BuildKit, as `builder` tells
    WORKSPACE               shared folder with `application` and `model`
    OUTPUTS                 shared folder with the outputs of clone and download-model
    MODEL_VERSION           what is built, with the `commit` that clone tells
    APP_REPOSITORY          URL of the application's repository, for a label
    APP_BASE_IMAGE          base image, as BuildKit pulls it
    PUSH_REPOSITORY         where BuildKit pushes to, host:port/name
    PULL_REPOSITORY         the same, as the nodes of the cluster pull from it
    DOCKER_CONFIG           folder with a config.json for a registry that wants credentials
    MLFLOW_TRACKING_URI     where MLflow is
    ARGO_WORKFLOW_NAME      workflow that builds

Outputs: `image-digest`, and `image`, the full reference with that digest as the nodes pull it.

Nothing that differs between two builds of the same commit and model goes into the image: both give
the same digest.
"""

from __future__ import annotations

from gourmetgram_pipeline import application, buildkit, registered_model, step
from gourmetgram_pipeline.build import ApplicationBuild
from gourmetgram_pipeline.builder import Builder
from gourmetgram_pipeline.step import BadInput


def build_image() -> None:
    """Build, push, tag the model version in MLflow and tell the digest."""
    pull_repository = step.required("PULL_REPOSITORY", "the repository that the nodes pull from")
    workflow = step.required("ARGO_WORKFLOW_NAME", "the name of the workflow")
    builder = Builder()
    with builder.running():
        build = build_from_environment(builder)
        application.add_model(build.context, step.workspace() / "model", build.committed_at)
        digest = buildkit.carry_out(build, builder)
    image = f"{pull_repository}@{digest}"

    registered_model.tag(
        build.model_version,
        {
            "image_digest": digest,
            "image": image,
            "application_commit": build.commit,
            "workflow": workflow,
        },
    )
    step.write_output("image-digest", digest)
    step.write_output("image", image)


def build_from_environment(builder: Builder) -> ApplicationBuild:
    """The build that the environment asks for."""
    context = step.workspace() / "application"
    dockerfile = context / "Dockerfile"
    if not dockerfile.is_file():
        raise BadInput(f"there is no {dockerfile}; the step clone puts the application there")
    return ApplicationBuild(
        buildkit=builder.address,
        context=context,
        base_image=step.required("APP_BASE_IMAGE", "the base image of the application"),
        repository_url=step.required("APP_REPOSITORY", "the URL of the application's repository"),
        push_repository=step.required("PUSH_REPOSITORY", "the repository that BuildKit pushes to"),
        model_version=step.required_version(),
        commit=step.valid_commit("commit", step.output_of("clone", "commit")),
        training_image=step.output_of("download-model", "training-image"),
        model_digest=step.output_of("download-model", "model-sha256"),
        # The step clone has given this time to all files.
        committed_at=int(dockerfile.lstat().st_mtime),
    )
