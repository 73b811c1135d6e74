"""Arrays as pictures inside the page: sections, spectra and codes as ``data:`` addresses, sized and compressed."""

import base64
import io
from typing import Any

import numpy as np
from matplotlib import colormaps
from numpy.typing import NDArray
from PIL import Image

WIDTH, HEIGHT = 1200, 900  # most pixels of a picture
LEAST_WIDTH = 720  # narrow gathers are drawn with several pixels a trace, so that browsers keep their edges
MOST_BYTES = 280_000  # of one picture, before the third that base64 adds
QUALITIES = (85, 60)


def data_address(image: Image.Image) -> str:
    """
    A picture as an address: WebP without loss, else with some, else with fewer pixels, until it is small enough.

    Examples
    --------
    >>> data_address(Image.new("L", (2, 2)))[:22]
    'data:image/webp;base64'
    """
    raw = _encode(image, lossless=True)
    while len(raw) > MOST_BYTES:
        raw = min((_encode(image, quality=quality) for quality in QUALITIES), key=lambda found: _rank(len(found)))
        image = image.resize((max(image.width * 3 // 4, 1), max(image.height * 3 // 4, 1)), Image.Resampling.LANCZOS)
    return "data:image/webp;base64," + base64.b64encode(raw).decode()


def _rank(size: int) -> tuple[bool, int]:
    """The largest of those that are small enough, else the smallest."""
    return size > MOST_BYTES, size if size > MOST_BYTES else -size


def _encode(image: Image.Image, **options: Any) -> bytes:
    memory = io.BytesIO()
    image.save(memory, "WEBP", method=4, **options)
    return memory.getvalue()


def picture_size(n_traces: int, n_samples: int) -> tuple[int, int]:
    """
    Width and height [pixels] of the picture of a section: whole pixels a trace where there is room.

    Examples
    --------
    >>> picture_size(120, 600), picture_size(5000, 2000)
    ((720, 600), (1200, 900))
    """
    if n_traces > WIDTH:
        return WIDTH, min(n_samples, HEIGHT)
    return n_traces * max(1, -(-LEAST_WIDTH // n_traces)), min(n_samples, HEIGHT)


def section_picture(data: NDArray, *, clip: float, shown: NDArray[np.bool_] | None = None) -> str:
    """
    A section in grey, black peaks, time downwards; traces that are not shown are clear, so that the page shows through.

    Parameters
    ----------
    data : array, shape (n_traces, n_samples)
        Amplitudes; NaN counts as 0.
    clip : float
        Amplitude that is black.
    shown : bool array, shape (n_traces,), optional
        Traces to draw; all where not given.
    """
    size = picture_size(*data.shape)
    grey = _resized(127.5 * (1 - np.clip(np.nan_to_num(data) / clip, -1, 1)), size)
    if shown is None or shown.all():
        return data_address(Image.fromarray(grey))
    seen = _resized(np.broadcast_to(255.0 * shown[:, None], data.shape), size)
    clear = Image.fromarray(np.where(seen > 127, 255, 0).astype(np.uint8))
    grey[seen <= 127] = 128
    return data_address(Image.merge("LA", (Image.fromarray(grey), clear)).convert("RGBA"))


def _resized(values: NDArray, size: tuple[int, int]) -> NDArray[np.uint8]:
    """Values from 0 to 255 of each trace and sample as pixels: fewer by averages, more by repeating traces."""
    image = Image.fromarray(np.ascontiguousarray(values.T, dtype=np.float32))
    width, height = size
    image = image.resize((image.width, height), Image.Resampling.LANCZOS)
    how = Image.Resampling.LANCZOS if width < image.width else Image.Resampling.NEAREST
    return np.clip(np.rint(np.asarray(image.resize((width, height), how))), 0, 255).astype(np.uint8)


def level_picture(levels: NDArray, *, low: float, high: float, colours: str, size: tuple[int, int]) -> str:
    """
    Values as colours, first row at the left, rising upwards; clear where a value is NaN.

    Parameters
    ----------
    levels : array, shape (n_columns, n_rows)
        Values.
    low, high : float
        Values of the first and the last colour.
    colours : str
        Colour map of matplotlib.
    size : (int, int)
        Most pixels across and down.
    """
    pixels = np.flipud(levels.T)
    rgba = colormaps[colours](np.clip((np.nan_to_num(pixels) - low) / (high - low), 0, 1), bytes=True)
    rgba[..., 3] = np.where(np.isfinite(pixels), 255, 0)
    return data_address(_fitted(Image.fromarray(rgba), size))


def code_picture(codes: NDArray[np.integer], colours: tuple[str, ...], *, size: tuple[int, int]) -> str:
    """
    Codes as flat colours, first row on top; a code below 0 is clear.

    Parameters
    ----------
    codes : int array, shape (n_rows, n_columns)
        Index into *colours*, or negative.
    colours : tuple of str
        ``#rrggbb`` of each code.
    size : (int, int)
        Most pixels across and down.
    """
    table = np.array([[int(colour[i : i + 2], 16) for i in (1, 3, 5)] + [255] for colour in colours] + [[0] * 4])
    rgba = table.astype(np.uint8)[np.where(codes < 0, len(colours), codes)]
    return data_address(_fitted(Image.fromarray(rgba), size))


def _fitted(image: Image.Image, size: tuple[int, int]) -> Image.Image:
    """Shrink what is larger than *size*, and repeat the pixels of what is much smaller."""
    width, height = (
        most if have > most else have * max(1, min(most // have, 24))
        for have, most in zip(image.size, size, strict=True)
    )
    shrinks = image.width > width or image.height > height
    return image.resize((width, height), Image.Resampling.BOX if shrinks else Image.Resampling.NEAREST)
