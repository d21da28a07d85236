"""Make the three models that the scenarios of the lab load, when the training image is built.

    python make_models.py [target directory]

A real project would train a network on the Food-11 pictures. This lab is about what happens around
a model, so its models have the right shape and random weights. Each run makes the same models from
the same seed.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Callable
from pathlib import Path

import torch
from torch import nn
from torchvision.models import mobilenet_v2

SEED = 11
CLASSES = 11
"""Kinds of food that the application tells apart."""

PICTURE = (3, 224, 224)
"""What the application gives to a model: colours, height, width."""

OVERSIZED_BYTES = 640 * 1024**2
"""More than the 512 MiB that the application may use in staging, before it has done anything."""


def food_model() -> nn.Module:
    """The model that works: a MobileNetV2 for pictures, with one output for each class."""
    model = mobilenet_v2(num_classes=CLASSES)
    spread_answers(model)
    return ready(model, PICTURE)


def bad_model() -> nn.Module:
    """A model for something else: small grey pictures of ten digits. It takes no picture of food.

    It trains, passes its evaluation and can be registered: only using it shows that it does not
    fit.
    """
    model = nn.Sequential(nn.Flatten(), nn.Linear(28 * 28, 64), nn.ReLU(), nn.Linear(64, 10))
    return ready(model, (1, 28, 28))


def oversized_model() -> nn.Module:
    """A model that fits the application in everything but its size.

    A hidden layer in the classifier makes up `OVERSIZED_BYTES`. All its parameters have the same
    value: they take their full size in memory, but next to nothing in a compressed image layer.
    """
    model = mobilenet_v2(num_classes=CLASSES)
    features = model.last_channel
    # Each hidden unit has a weight for each feature, a bias, and a weight for each class.
    hidden = OVERSIZED_BYTES // (4 * (features + 1 + CLASSES)) + 1
    wide = nn.utils.skip_init(nn.Linear, features, hidden)
    narrow = nn.utils.skip_init(nn.Linear, hidden, CLASSES)
    for parameter in (*wide.parameters(), *narrow.parameters()):
        nn.init.constant_(parameter, 1e-6)
    model.classifier = nn.Sequential(wide, narrow)
    return ready(model, PICTURE)


def ready(model: nn.Module, input_shape: tuple[int, ...]) -> nn.Module:
    """Switch `model` to inference, and note on it the shape of one input, for its signature."""
    model.input_shape = input_shape
    return model.eval()


def spread_answers(model: nn.Module) -> None:
    """Make an untrained MobileNetV2 answer different pictures differently.

    With fresh weights the signal fades from layer to layer, and every picture gets the same answer.
    So measure the signal on pictures of coloured squares, as training would, and scale it back to a
    useful size.
    """
    squares = torch.randn(8, 3, 7, 7).repeat_interleave(32, dim=2).repeat_interleave(32, dim=3)
    for layer in model.modules():
        if isinstance(layer, nn.BatchNorm2d):
            layer.momentum = None  # Keep the mean of what was measured, not a moving average.
    with torch.no_grad():
        model.train()(squares)
        answers = model.eval()(squares)
        last = model.classifier[-1]
        scale = 2 / answers.std(dim=0)
        last.weight *= scale[:, None]
        last.bias.copy_((last.bias - answers.mean(dim=0)) * scale)


def parameter_bytes(model: nn.Module) -> int:
    """How much memory the parameters of `model` take, in bytes."""
    return sum(p.numel() * p.element_size() for p in model.parameters())


MODELS: dict[str, Callable[[], nn.Module]] = {
    "food11.pth": food_model,
    "bad_model.pth": bad_model,
    "oversized_model.pth": oversized_model,
}


def main(target: Path) -> None:
    """Write each model into the directory `target`."""
    target.mkdir(parents=True, exist_ok=True)
    for file_name, make in MODELS.items():
        started = time.monotonic()
        torch.manual_seed(SEED)
        model = make()
        torch.save(model, target / file_name)
        megabytes = parameter_bytes(model) / 1e6
        seconds = time.monotonic() - started
        print(f"{file_name}: {megabytes:.1f} MB of parameters, made in {seconds:.1f} s", flush=True)


if __name__ == "__main__":
    main(Path(sys.argv[1] if len(sys.argv) > 1 else "."))
