"""From the bytes of a picture to the numbers that a model takes."""

from __future__ import annotations

import warnings
from typing import IO

import torch
from PIL import Image, ImageOps, UnidentifiedImageError

SIDE = 224
SHAPE = (3, SIDE, SIDE)
"""What a model gets: colours, height, width."""

FORMATS = ("JPEG", "PNG", "WEBP", "GIF", "BMP")
"""What is accepted. Pillow reads many more, which need not be exposed to strangers."""

MAX_PIXELS = 16_000_000
"""Decoding takes up to 16 bytes for each pixel (WebP), and the whole service has 512 MiB.
Photographs from cameras can be larger: a JPEG is decoded at a reduced size."""

# The mean and the standard deviation of each colour in ImageNet, which the network was made for.
MEAN = torch.tensor([0.485, 0.456, 0.406]).view(3, 1, 1)
DEVIATION = torch.tensor([0.229, 0.224, 0.225]).view(3, 1, 1)


TOO_MANY_PIXELS = f"the picture has more than {MAX_PIXELS // 10**6} million pixels"


class BadPictureError(Exception):
    """What was sent cannot be used as a picture. The message is for who sent it."""


def read_picture(source: IO[bytes]) -> torch.Tensor:
    """Decode a picture, cut a square out of its middle, and scale it to `SHAPE`.

    Raises BadPictureError if it is damaged, too large or of another format.
    """
    try:
        with warnings.catch_warnings():
            # Pillow's own limit is higher than the one here.
            warnings.simplefilter("ignore", Image.DecompressionBombWarning)
            image = Image.open(source, formats=FORMATS)
        shrink_while_decoding(image)
        image.load()
        square = square_of(image)
    except UnidentifiedImageError:
        names = f"{', '.join(FORMATS[:-1])} or {FORMATS[-1]}"
        raise BadPictureError(f"this is not a picture in a known format: {names}") from None
    except Image.DecompressionBombError:
        raise BadPictureError(TOO_MANY_PIXELS) from None
    except (OSError, ValueError, SyntaxError, EOFError, IndexError, MemoryError) as problem:
        # Each decoder of Pillow has its own way to say that a file is damaged.
        raise BadPictureError(f"the picture cannot be decoded: {problem}") from problem
    return as_tensor(square)


def shrink_while_decoding(image: Image.Image) -> None:
    """Let the decoder skip detail where it can. Refuse what would take too much memory."""
    pixels = image.width * image.height
    if image.format == "JPEG":
        image.draft("RGB", (2 * SIDE, 2 * SIDE))
        # A progressive JPEG has all its coefficients in memory, however small it is drawn.
        if "progressive" not in image.info:
            pixels = image.width * image.height
    if pixels > MAX_PIXELS:
        raise Image.DecompressionBombError


def square_of(image: Image.Image) -> Image.Image:
    """The middle of `image` as an RGB picture of `SIDE` by `SIDE`, upright, and on white."""
    if image.mode.startswith("I;16"):  # 16 bits of grey, which `convert` would cut off.
        image = image.point(lambda value: value * (1 / 256)).convert("L")
    transparent = image.mode in ("LA", "PA", "RGBA") or "transparency" in image.info
    if image.mode not in ("RGB", "RGBA"):
        image = image.convert("RGBA" if transparent else "RGB")
    side = min(image.size)
    left, top = (image.width - side) // 2, (image.height - side) // 2
    box = (left, top, left + side, top + side)
    square = image.resize((SIDE, SIDE), Image.Resampling.BILINEAR, box=box, reducing_gap=2.0)
    square = ImageOps.exif_transpose(square)
    if square.mode == "RGBA":
        white = Image.new("RGBA", square.size, "white")
        square = Image.alpha_composite(white, square).convert("RGB")
    return square


def as_tensor(square: Image.Image) -> torch.Tensor:
    """The colours of `square`, from 0 to 1 and then normalised as ImageNet's."""
    values = torch.frombuffer(bytearray(square.tobytes()), dtype=torch.uint8)
    colours_last = values.view(square.height, square.width, 3)
    return (colours_last.permute(2, 0, 1) / 255 - MEAN) / DEVIATION
