"""A build of an image, and its command line."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

BUILDCTL = "buildctl"


@dataclass(frozen=True)
class Build:
    """What is to be built from what, and where it goes: an image with the training code."""

    buildkit: str
    context: Path
    base_image: str
    repository_url: str
    push_repository: str
    commit: str
    committed_at: int
    """Seconds after 1970, in place of the time of the build."""

    code = "the training code"
    """What messages call that which is built."""
    base_variable = "TRAIN_BASE_IMAGE"
    """The environment variable that gave the base image."""

    @property
    def which(self) -> str:
        """What exactly is built, after `code` in a message."""
        return f"at commit {self.commit[:7]}"

    @property
    def tag(self) -> str:
        """The tag under which the image is pushed. It is for people: pods use the digest."""
        return f"commit-{self.commit[:12]}"

    @property
    def name(self) -> str:
        """The name under which the image is pushed."""
        return f"{self.push_repository}:{self.tag}"

    @property
    def arguments(self) -> dict[str, str]:
        """The build arguments."""
        return {
            "BASE_IMAGE": self.base_image,
            "SOURCE_DATE_EPOCH": str(self.committed_at),
        }

    @property
    def labels(self) -> dict[str, str]:
        """The labels of the image."""
        return {
            "org.opencontainers.image.revision": self.commit,
            "org.opencontainers.image.source": self.repository_url,
        }

    @property
    def caches(self) -> list[str]:
        """Where the caches are: of the last build, and of the last one of the same.

        Other builds in between replace the first, and a layer that is built again has other times.
        Both are in the repository of the image, which has their layers already.
        """
        last = f"{self.push_repository}:build-cache"
        return [last, f"{last}-{self.tag}"]

    def command(self, metadata_file: Path) -> list[str]:
        """The command line of BuildKit for this build."""
        output = f"type=image,name={self.name},push=true"
        return [*self._solve(), "--output", output, "--metadata-file", str(metadata_file)]

    def cache_command(self) -> list[str]:
        """The command line that writes the caches of this build, once it was pushed.

        Not together with it: BuildKit does both at the same time, and the cache would upload the
        layers of the base image that the push only takes over from another repository.
        """
        command = self._solve()
        for cache in self.caches:
            to = f"type=registry,ref={cache},mode=max,image-manifest=true,oci-mediatypes=true"
            command += ["--export-cache", to]
        return command

    def _solve(self) -> list[str]:
        """What is built, with what was built before.

        Also where the cache is written: what only an earlier cache has would be built again.
        """
        command = [BUILDCTL, "--addr", self.buildkit, "build", "--progress=plain"]
        command += ["--frontend", "dockerfile.v0"]
        command += ["--local", f"context={self.context}", "--local", f"dockerfile={self.context}"]
        for key, value in self.arguments.items():
            command += ["--opt", f"build-arg:{key}={value}"]
        for key, value in self.labels.items():
            command += ["--opt", f"label:{key}={value}"]
        for cache in self.caches:
            command += ["--import-cache", f"type=registry,ref={cache}"]
        return command


@dataclass(frozen=True)
class ApplicationBuild(Build):
    """The application with a version of the model."""

    model_version: str
    training_image: str
    model_digest: str
    """SHA-256 of the model file, which the application checks before it loads it."""

    code = "the application"
    base_variable = "APP_BASE_IMAGE"

    @property
    def which(self) -> str:
        """The commit, and the version of the model."""
        return f"{super().which} with model version {self.model_version}"

    @property
    def tag(self) -> str:
        """Made of the version and the commit."""
        return f"model-{self.model_version}-{self.commit[:7]}"

    @property
    def arguments(self) -> dict[str, str]:
        """With what `/version` answers."""
        return {
            **super().arguments,
            "MODEL_VERSION": self.model_version,
            "MODEL_SHA256": self.model_digest,
            "APPLICATION_COMMIT": self.commit,
        }

    @property
    def labels(self) -> dict[str, str]:
        """With where the model comes from."""
        return {
            **super().labels,
            "dev.gourmetgram.model-version": self.model_version,
            "dev.gourmetgram.model-sha256": self.model_digest,
            "dev.gourmetgram.training-image": self.training_image,
        }
