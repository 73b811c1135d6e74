"""Who the nearest known samples along the trace axis are, and the straight line between them. Arrays in and out."""

from array_api_compat import array_namespace, device

from seisfill._arrays import Array, running_max


def known_neighbours(known: Array) -> tuple[Array, Array]:
    """
    Trace numbers of the nearest known sample at or before, and at or after, each sample.

    Parameters
    ----------
    known : bool array, shape (..., n_traces, n_samples)
        True where a sample was recorded.

    Returns
    -------
    left, right : int64 array, shape of *known*
        -1 and n_traces where there is none on that side.

    Examples
    --------
    >>> import numpy as np
    >>> left, right = known_neighbours(np.array([[False], [True], [False], [False], [True]]))
    >>> left[:, 0].tolist(), right[:, 0].tolist()
    ([-1, 1, 1, 1, 4], [1, 1, 4, 4, 4])
    """
    xp = array_namespace(known)
    n_traces = known.shape[-2]
    numbers = xp.arange(n_traces, device=device(known))[:, None]
    left = running_max(xp.where(known, numbers, -1), -2)
    right = -xp.flip(running_max(xp.flip(xp.where(known, -numbers, -n_traces), axis=-2), -2), axis=-2)
    return left, right


def interpolate_linear(data: Array, known: Array, *, position: Array | None = None) -> Array:
    """
    Straight line between the nearest known samples on either side, along the trace axis.

    Parameters
    ----------
    data : float array, shape (..., n_traces, n_samples)
        Amplitudes; what stands where *known* is False is not looked at.
    known : bool array, shape of *data*
        True where a sample was recorded.
    position : float array, shape (n_traces,), optional
        Increasing position of the traces [m]; trace numbers serve where it is not given.

    Returns
    -------
    float array, shape of *data*
        Known samples unchanged; beyond the last known sample of a row it is repeated; zero where a row knows none.

    Examples
    --------
    >>> import numpy as np
    >>> data, known = np.array([[1.0], [0.0], [0.0], [4.0]]), np.array([[True], [False], [False], [True]])
    >>> interpolate_linear(data, known)[:, 0].tolist()
    [1.0, 2.0, 3.0, 4.0]
    >>> interpolate_linear(data, known, position=np.array([0.0, 2.0, 2.5, 3.0]))[:, 0].tolist()
    [1.0, 3.0, 3.5, 4.0]
    """
    xp = array_namespace(data, known)
    n_traces = data.shape[-2]
    left, right = known_neighbours(known)
    nowhere = (left < 0) & (right == n_traces)
    one_sided_left, one_sided_right = left < 0, right == n_traces
    left, right = (
        xp.where(one_sided_left, xp.where(nowhere, 0, right), left),
        xp.where(one_sided_right, xp.where(nowhere, 0, left), right),
    )
    place = xp.arange(n_traces, device=device(data)) if position is None else xp.asarray(position)
    place = place - place[:1]  # maps are far from their origin, and float32 is not
    place = xp.astype(place, data.dtype)
    span = place[right] - place[left]
    weight = (place[:, None] - place[left]) / xp.where(span == 0, xp.ones_like(span), span)
    clean = xp.where(known, data, xp.zeros_like(data))
    before = xp.take_along_axis(clean, left, axis=-2)
    after = xp.take_along_axis(clean, right, axis=-2)
    line = before + xp.where(span == 0, xp.zeros_like(weight), weight) * (after - before)
    return xp.where(known, data, line)
