"""Pictures for the tests."""

from __future__ import annotations

from io import BytesIO

from PIL import Image

ORIENTATION = 0x0112
"""The EXIF tag that tells how a camera was held."""


def file_of(image: Image.Image, kind: str = "PNG", **options: object) -> bytes:
    """The bytes of a file with `image`."""
    file = BytesIO()
    image.save(file, kind, **options)
    return file.getvalue()


def plain(colour: str = "red", size: tuple[int, int] = (40, 30), kind: str = "PNG") -> bytes:
    """A file with a picture of one colour."""
    return file_of(Image.new("RGB", size, colour), kind)


def red_above_blue() -> Image.Image:
    """A square picture with a red upper and a blue lower half."""
    image = Image.new("RGB", (64, 64), "blue")
    image.paste("red", (0, 0, 64, 32))
    return image


def padded(picture: bytes, size: int) -> bytes:
    """`picture` with zeros behind it, which decoders skip, up to `size` bytes."""
    return picture + bytes(size - len(picture))
