"""Small networks for the tests, saved as the training saves its models: whole, and ready to use."""

from __future__ import annotations

from pathlib import Path

import torch
from torch import nn

from gourmetgram.model import CLASSES
from gourmetgram.picture import SHAPE

FOOD_OF_COLOUR = {"red": "Meat", "lime": "Vegetable/Fruit", "blue": "Seafood"}
"""What `food_network` sees in a picture of one colour. Colours are in the order of its input."""


def food_network() -> nn.Module:
    """A network that fits the application, and judges a picture by its average colour alone."""
    judge = nn.Linear(3, len(CLASSES))
    with torch.no_grad():
        judge.weight.zero_()
        judge.bias.zero_()
        for colour, food in enumerate(FOOD_OF_COLOUR.values()):
            judge.weight[CLASSES.index(food), colour] = 1
    return ready(nn.Sequential(nn.AdaptiveAvgPool2d(1), nn.Flatten(), judge), SHAPE)


def digit_network() -> nn.Module:
    """A network for something else: small grey pictures of ten digits."""
    return ready(nn.Sequential(nn.Flatten(), nn.Linear(28 * 28, 10)), (1, 28, 28))


def ready(network: nn.Module, input_shape: object) -> nn.Module:
    """Switch `network` to inference, and note the shape of one input, as the training does."""
    network.input_shape = input_shape
    return network.eval()


def saved(thing: object, folder: Path) -> Path:
    """A file in `folder` that holds `thing`, where MLflow would have put it."""
    path = folder / "model" / "data" / "model.pth"
    path.parent.mkdir(parents=True, exist_ok=True)
    torch.save(thing, path)
    return path
