"""Sizes of windows in (traces, samples). Numbers only."""

Size = int | tuple[int, int]


def pair(value: Size) -> tuple[int, int]:
    """One number for both axes, or a pair as it is."""
    return (value, value) if isinstance(value, int) else value


def same_padding(kernel_size: tuple[int, int], dilation: tuple[int, int]) -> tuple[int, int]:
    """
    Zeros at either end with which an odd window keeps the size at stride 1.

    Examples
    --------
    >>> same_padding((3, 5), (4, 1))
    (4, 2)
    """
    return dilation[0] * (kernel_size[0] - 1) // 2, dilation[1] * (kernel_size[1] - 1) // 2
