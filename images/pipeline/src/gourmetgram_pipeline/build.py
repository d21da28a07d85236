"""A build of the application's image, and its command line."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

BUILDCTL = "buildctl"


@dataclass(frozen=True)
class Build:
    """What is to be built from what, and where it goes."""

    buildkit: str
    context: Path
    base_image: str
    repository_url: str
    push_repository: str
    model_version: str
    commit: str
    training_image: str
    model_digest: str
    """SHA-256 of the model file, which the application checks before it loads it."""
    committed_at: int
    """Seconds after 1970, in place of the time of the build."""

    @property
    def name(self) -> str:
        """The tag under which the image is pushed. It is for people: pods use the digest."""
        return f"{self.push_repository}:model-{self.model_version}-{self.commit[:7]}"

    def command(self, metadata_file: Path) -> list[str]:
        """The command line of BuildKit for this build."""
        build_arguments = {
            "BASE_IMAGE": self.base_image,
            "MODEL_VERSION": self.model_version,
            "MODEL_SHA256": self.model_digest,
            "APPLICATION_COMMIT": self.commit,
            "SOURCE_DATE_EPOCH": str(self.committed_at),
        }
        labels = {
            "org.opencontainers.image.revision": self.commit,
            "org.opencontainers.image.source": self.repository_url,
            "dev.gourmetgram.model-version": self.model_version,
            "dev.gourmetgram.model-sha256": self.model_digest,
            "dev.gourmetgram.training-image": self.training_image,
        }
        command = [BUILDCTL, "--addr", self.buildkit, "build", "--progress=plain"]
        command += ["--frontend", "dockerfile.v0"]
        command += ["--local", f"context={self.context}", "--local", f"dockerfile={self.context}"]
        for key, value in build_arguments.items():
            command += ["--opt", f"build-arg:{key}={value}"]
        for key, value in labels.items():
            command += ["--opt", f"label:{key}={value}"]
        command += ["--output", f"type=image,name={self.name},push=true"]
        return [*command, "--metadata-file", str(metadata_file)]
