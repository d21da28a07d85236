"""What staging serves: a model version in an image, and where both come from."""

from __future__ import annotations

import json
import os
from dataclasses import asdict, dataclass
from typing import Any

from kubernetes.client import V1ObjectMeta

from gourmetgram_pipeline import step

PREFIX = "gourmetgram.dev/"
VERSION_LABEL = f"{PREFIX}model-version"
IMAGE_ANNOTATION = f"{PREFIX}image"
TESTED_ANNOTATION = f"{PREFIX}tested"
"""On the Deployment itself: the release that passed its test last, as JSON."""


@dataclass(frozen=True)
class Release:
    """A model version in an image, and where both come from."""

    model_version: str
    image: str
    """Full reference with digest, as the nodes pull it."""
    commit: str
    training_image: str
    workflow: str
    """Workflow that deployed it. It makes new pods each time, even of the same image."""

    @classmethod
    def from_environment(cls) -> Release:
        """The release that the step works on."""
        return cls(
            model_version=step.required_version(),
            image=step.required("IMAGE", "the image to deploy, which the step build-image tells"),
            commit=step.required_commit(),
            training_image=os.environ.get("TRAINING_IMAGE") or "unknown",
            workflow=step.required("ARGO_WORKFLOW_NAME", "the name of the workflow"),
        )

    @classmethod
    def of(cls, metadata: V1ObjectMeta) -> Release:
        """The release of a pod, or of a pod template; what it does not say is empty."""
        labels = metadata.labels or {}
        annotations = metadata.annotations or {}
        return cls(
            model_version=labels.get(VERSION_LABEL, ""),
            image=annotations.get(IMAGE_ANNOTATION, ""),
            commit=annotations.get(f"{PREFIX}application-commit", ""),
            training_image=annotations.get(f"{PREFIX}training-image", ""),
            workflow=annotations.get(f"{PREFIX}workflow", ""),
        )

    @classmethod
    def from_json(cls, text: str) -> Release:
        """The release that `to_json` wrote. Raises ValueError if it did not."""
        try:
            values = json.loads(text)
            return cls(
                model_version=values["modelVersion"],
                image=values["image"],
                commit=values["commit"],
                training_image=values["trainingImage"],
                workflow=values["workflow"],
            )
        except (KeyError, TypeError) as problem:
            raise ValueError(f"lacks {problem}") from problem

    def to_json(self) -> str:
        """The release as the annotation `tested` holds it."""
        values = asdict(self)
        renamed = {
            "modelVersion": values.pop("model_version"),
            "trainingImage": values.pop("training_image"),
        }
        return json.dumps({**values, **renamed}, sort_keys=True)

    def patch(self, container: str) -> dict[str, Any]:
        """The strategic merge patch that makes a Deployment run this release in its `container`."""
        annotations = {
            IMAGE_ANNOTATION: self.image,
            f"{PREFIX}application-commit": self.commit,
            f"{PREFIX}training-image": self.training_image,
            f"{PREFIX}workflow": self.workflow,
        }
        labels = {VERSION_LABEL: self.model_version}
        return {
            "spec": {
                "replicas": 1,
                "template": {
                    "metadata": {"labels": labels, "annotations": annotations},
                    "spec": {"containers": [{"name": container, "image": self.image}]},
                },
            }
        }
