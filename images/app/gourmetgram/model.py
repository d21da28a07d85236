"""The model: how it is loaded, whether it fits this application, and what it makes of a picture."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from pathlib import Path

import torch
from torch import nn

from gourmetgram.picture import SHAPE

CLASSES = (
    "Bread",
    "Dairy product",
    "Dessert",
    "Egg",
    "Fried food",
    "Meat",
    "Noodles/Pasta",
    "Rice",
    "Seafood",
    "Soup",
    "Vegetable/Fruit",
)
"""The classes of the Food-11 data set. The order is that of a model's answers."""


class UnusableModelError(Exception):
    """There is no model, or what is in the file is none."""


@dataclass(frozen=True)
class Guess:
    """A class, and how much the model believes in it, from 0 to 1."""

    name: str
    confidence: float


class FoodModel:
    """A model in memory. It is used from one thread at a time."""

    def __init__(self, network: nn.Module) -> None:
        self._network = network.eval()
        self.incompatibility = find_incompatibility(network)
        """Why the model does not fit this application, or None if it does."""

    @classmethod
    def load(cls, path: Path, sha256: str | None = None) -> FoodModel:
        """Load a model that was saved as a whole with `torch.save`.

        Raises UnusableModelError if that is impossible, or if the file's digest is not `sha256`.
        """
        try:
            # A whole model is a pickle, which can run any code. It comes from MLflow, where
            # everybody who reaches it can register one: load it only where it may do no harm.
            check_digest(path, sha256)
            network = torch.load(path, map_location="cpu", weights_only=False)
        except UnusableModelError:
            raise
        except FileNotFoundError:
            raise UnusableModelError(f"there is no file {path}") from None
        except ImportError as problem:
            raise UnusableModelError(
                f"{path} needs Python code that the application does not have: {problem}. "
                "Add the package to base/requirements.in, or train with a model that needs none."
            ) from problem
        except Exception as problem:  # Whatever a damaged file makes of the unpickler.
            raise UnusableModelError(
                f"{path} could not be read as a PyTorch model: {describe(problem)}"
            ) from problem
        if not isinstance(network, nn.Module):
            raise UnusableModelError(
                f"{path} holds an object of type {type(network).__name__} and not a PyTorch "
                "model. Save the whole model, not only its weights."
            )
        return cls(network)

    def classify(self, picture: torch.Tensor) -> list[Guess]:
        """All classes for one picture of `SHAPE`, the most likely one first."""
        answer = answer_of(self._network, picture)
        if not answer.isfinite().all():
            raise ArithmeticError("the model's answer to this picture is not finite")
        confidences = answer[0].softmax(0).tolist()
        guesses = [Guess(name, sure) for name, sure in zip(CLASSES, confidences, strict=True)]
        return sorted(guesses, key=lambda guess: guess.confidence, reverse=True)


def check_digest(path: Path, sha256: str | None) -> None:
    """Raise UnusableModelError if `sha256` is given and is not that of the file."""
    if sha256 is None:
        return
    with path.open("rb") as file:
        found = hashlib.file_digest(file, "sha256").hexdigest()
    if found != sha256:
        raise UnusableModelError(
            f"{path} is not the model that this image was built for: its SHA-256 is {found}, and "
            f"MODEL_SHA256 is {sha256}. Build the version again."
        )


def answer_of(network: nn.Module, one_input: torch.Tensor) -> torch.Tensor:
    """What `network` makes of a batch of one."""
    with torch.inference_mode():
        return network(one_input.unsqueeze(0))


def find_incompatibility(network: nn.Module) -> str | None:
    """Try `network` on a blank picture. Return None, or why it does not fit this application."""
    wanted = (1, len(CLASSES))
    offer = (
        f"the application gives a model pictures of shape {(1, *SHAPE)} and wants answers of "
        f"shape {wanted}, one for each class"
    )
    try:
        answer = answer_of(network, torch.zeros(SHAPE))
    except Exception as problem:  # Any code can be in a model.
        return f"{offer}; {nature_of(network)}. PyTorch says: {describe(problem)}"
    if not isinstance(answer, torch.Tensor) or tuple(answer.shape) != wanted:
        return f"{offer}; this model gives {kind_of(answer)}"
    if not answer.is_floating_point():
        return f"{offer}; this model gives numbers of type {answer.dtype} and not fractions"
    if not answer.isfinite().all():
        return f"{offer}; this model's answer to a blank picture is not finite"
    return None


def nature_of(network: nn.Module) -> str:
    """What kind of input `network` takes and what it gives, as far as it tells."""
    shape = getattr(network, "input_shape", None)  # The training notes it on its models.
    try:
        one_input = torch.zeros(shape)
        answer = answer_of(network, one_input)
    except Exception:  # There may be no note, or a wrong one.
        return "this model fails with such a picture"
    takes = (1, *one_input.shape)
    return f"this model takes inputs of shape {takes} and gives {kind_of(answer)}"


def kind_of(answer: object) -> str:
    """What a model gives, in words."""
    if isinstance(answer, torch.Tensor):
        return f"answers of shape {tuple(answer.shape)}"
    return f"an object of type {type(answer).__name__}"


def describe(problem: Exception) -> str:
    """The first line of what `problem` says, which may go on for pages, or its type."""
    lines = str(problem).strip().splitlines()
    return lines[0][:300] if lines else type(problem).__name__
