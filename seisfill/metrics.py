"""
How near an estimate is to the truth: numbers out of two arrays, numpy or torch, without a word on how it was filled.

Arrays are (n_traces, n_samples) in physical amplitudes, and all sums run in float64. `snr_db` over the missing traces
alone is the primary score. A score that has nothing to judge (no trace chosen, no energy, too few traces) is nan. Every
function raises `InvalidParameterError` where shapes disagree, flags of traces are not boolean, or a number breaks the
rule that its parameter states.
"""

import math
from dataclasses import asdict, dataclass

import array_api_compat
import numpy as np

from seisfill._arrays import Array
from seisfill._checks import check_shape
from seisfill.errors import InvalidParameterError

SSIM_WINDOW = 7


@dataclass(frozen=True, slots=True, kw_only=True)
class Scores:
    """
    What `score` found; each number is defined by the function of its name.

    ``snr_db``, ``aliased_snr_db`` (for the mean spacing of the live traces), ``amplitude_ratio`` and ``correlation``
    judge the missing traces alone; ``section_snr_db`` and ``ssim`` (for amplitudes that span ``data_range``) the whole
    section, live traces included, and so flatter. ``n_missing`` of ``n_traces`` traces were missing.
    """

    snr_db: float
    section_snr_db: float
    aliased_snr_db: float
    amplitude_ratio: float
    correlation: float
    ssim: float
    data_range: float
    n_traces: int
    n_missing: int

    def as_dict(self) -> dict[str, float]:
        """Plain numbers by name, for JSON or a table."""
        return asdict(self)


def score(
    truth: Array, estimate: Array, *, live: Array, dt: float, above_hz: float = 0.0, data_range: float | None = None
) -> Scores:
    """
    Every score of one filled section.

    Parameters
    ----------
    truth, estimate : array, shape (n_traces, n_samples)
        Complete amplitudes, and the filled section with its live traces.
    live : bool array, shape (n_traces,)
        True where the filler was given the trace; all others are scored.
    dt : float
        Sample interval [s].
    above_hz : float
        Lowest frequency of `aliased_snr_db` [Hz].
    data_range : float, optional
        Range of amplitudes for `ssim`; the span from smallest to largest of *truth* where it is not given.

    Examples
    --------
    >>> truth = np.tile(np.sin(np.arange(8.0)), (8, 1))
    >>> live = np.arange(8) % 2 == 0
    >>> scores = score(truth, truth * live[:, None], live=live, dt=0.004)
    >>> round(scores.snr_db, 3), round(scores.section_snr_db, 3), scores.amplitude_ratio, scores.n_missing
    (0.0, 3.01, 0.0, 4)
    """
    _checked_pair(truth, estimate)
    missing = ~_as_flags(live, truth, truth.shape[:1])
    span = float(truth.max()) - float(truth.min())
    constant, data_range = data_range is None and span == 0, span if data_range is None else data_range
    return Scores(
        snr_db=snr_db(truth, estimate, traces=missing),
        section_snr_db=section_snr_db(truth, estimate),
        aliased_snr_db=aliased_snr_db(
            truth, estimate, dt=dt, every=_mean_spacing(missing), traces=missing, above_hz=above_hz
        ),
        amplitude_ratio=amplitude_ratio(estimate, traces=missing),
        correlation=correlation(truth, estimate, traces=missing),
        ssim=math.nan if constant else ssim(truth, estimate, data_range=data_range),
        data_range=data_range,
        n_traces=int(truth.shape[0]),
        n_missing=int(missing.sum()),
    )


def snr_db(truth: Array, estimate: Array, *, traces: Array | None = None) -> float:
    """
    Signal-to-noise ratio 10 log10( sum d^2 / sum (d - e)^2 ) over the chosen traces [dB].

    Parameters
    ----------
    truth, estimate : array, shape (n_traces, n_samples)
        d and e, physical amplitudes.
    traces : bool array, shape (n_traces,) or (n_traces, n_samples), optional
        What is scored, usually ``~gather.live``; everything where it is not given. The rest is not looked at.

    Returns
    -------
    float
        0 for an estimate of zeros; inf where both are equal (two sections of zeros too); -inf where a truth of zeros
        was missed; nan where no trace is chosen or a chosen sample is NaN.

    Examples
    --------
    >>> truth, estimate = np.array([[1.0, 1.0], [10.0, 10.0]]), np.array([[1.0, 1.0], [9.0, 11.0]])
    >>> snr_db(truth, estimate, traces=np.array([False, True]))
    20.0
    """
    d, e = _chosen(truth, estimate, traces)
    return _decibel(d, d - e)


def section_snr_db(truth: Array, estimate: Array) -> float:
    """
    `snr_db` over the whole section, live traces included: the form of the papers.

    It flatters. Live traces add signal but no error, so where energy is spread evenly it exceeds `snr_db` over the
    missing traces by -10 log10 of the missing fraction: 3 dB at one half, 10 dB at one tenth.

    Examples
    --------
    >>> truth = np.ones((10, 4))
    >>> filled_with_zeros = truth * (np.arange(10) != 5)[:, None]
    >>> section_snr_db(truth, filled_with_zeros)
    10.0
    """
    return snr_db(truth, estimate)


def aliased_snr_db(
    truth: Array, estimate: Array, *, dt: float, every: float, traces: Array | None = None, above_hz: float = 0.0
) -> float:
    """
    `snr_db` of what the live traces alias: the part beyond their Nyquist wavenumber.

    Truth and error of the whole section are restricted in f-k to |k| > 1 / (2 every) cycles per trace and
    |f| >= above_hz, brought back, and summed over the chosen traces. With ``traces=None`` this is the ratio of their
    f-k energies in that region. An event of slowness p [s/trace] lies in it above its aliasing frequency
    1 / (2 every p). Sections are continued by their mirror image along the trace axis, so that their ends hardly leak.

    Compare fillers by it, not with `snr_db`: zeros do not score 0 dB here. Where all energy is aliased, zeros on every
    second trace score 6 dB, because half of their error falls inside the Nyquist wavenumber; where little is, the
    images of the rest fall into the region and the score is negative.

    Parameters
    ----------
    truth, estimate : array, shape (n_traces, n_samples)
        Physical amplitudes of the complete section: live traces are needed for the transform.
    dt : float
        Sample interval [s], positive; gives ``above_hz`` its unit.
    every : float
        Spacing of the live traces, at least 1, in traces of the section: 2 where every second one was recorded.
    traces : bool array, optional
        As for `snr_db`.
    above_hz : float
        Lowest frequency that counts [Hz], not negative.

    Returns
    -------
    float
        As `snr_db`; nan where the region or the choice is empty, or the truth holds nothing there (at most 1e-24
        of its energy, which is rounding).

    Examples
    --------
    A section of period 4 lies beyond 1/8, the Nyquist wavenumber of every fourth trace; a constant error does not:

    >>> truth = np.array([[1.0], [-1.0], [-1.0], [1.0]] * 2) * np.ones(4)
    >>> round(aliased_snr_db(truth, 0.9 * truth + 5.0, dt=0.004, every=4), 9)
    20.0
    """
    _checked_pair(truth, estimate)
    if not (every >= 1 and dt > 0 and above_hz >= 0):
        raise InvalidParameterError(
            f"Invalid every {every}, dt {dt} or above_hz {above_hz}: must be at least 1, positive, and not negative."
        )
    n_traces, n_samples = truth.shape
    beyond = np.abs(np.fft.fftfreq(2 * n_traces)) > 0.5 / every + 1e-9
    region = beyond[:, None] & (np.fft.rfftfreq(n_samples, dt) >= above_hz)
    if not region.any():
        return math.nan
    xp = array_api_compat.array_namespace(truth, estimate)
    d = xp.astype(truth, xp.float64)
    floor = 1e-24 * float((d * d).sum())
    signal, noise = (_restricted(x, region) for x in (d, d - xp.astype(estimate, xp.float64)))
    signal, noise = _chosen(signal, noise, traces)
    return _decibel(signal, noise) if float((signal * signal).sum()) > floor else math.nan


def amplitude_ratio(estimate: Array, *, traces: Array) -> float:
    """
    RMS amplitude of filled traces over that of their nearest live neighbours; 1 where the fill keeps the level.

    Parameters
    ----------
    estimate : array, shape (n_traces, n_samples)
        The filled section.
    traces : bool array, shape (n_traces,)
        True for the filled traces; all others count as live.

    Returns
    -------
    float
        Median over the filled traces of RMS / RMS of the nearest live trace on either side (of one at an edge), taken
        together. Traces whose neighbours are all zero are left out; nan where none remains.

    Examples
    --------
    >>> amplitude_ratio(np.array([[2.0, 2.0], [1.0, -1.0], [2.0, -2.0]]), traces=np.array([False, True, False]))
    0.5
    """
    xp = array_api_compat.array_namespace(estimate)
    filled = _on_host(_as_flags(traces, estimate, estimate.shape[:1]))
    energy = _on_host(xp.sum(xp.astype(estimate, xp.float64) ** 2, axis=1))
    live, holes = np.flatnonzero(~filled), np.flatnonzero(filled)
    if not len(live) or not len(holes):
        return math.nan
    after = np.searchsorted(live, holes)
    left, right = live[np.maximum(after - 1, 0)], live[np.minimum(after, len(live) - 1)]
    beside = (energy[left] + energy[right]) / 2
    ratios = np.sqrt(energy[holes][beside > 0] / beside[beside > 0])
    return float(np.median(ratios)) if len(ratios) else math.nan


def correlation(truth: Array, estimate: Array, *, traces: Array | None = None) -> float:
    """
    Normalised correlation sum d e / sqrt( sum d^2 sum e^2 ) over the chosen traces, at zero lag; no mean is removed.

    Parameters
    ----------
    truth, estimate, traces
        As for `snr_db`.

    Returns
    -------
    float
        From -1 to 1, blind to the level of *estimate*; nan where either holds no energy.

    Examples
    --------
    >>> correlation(np.array([[1.0, -2.0]]), np.array([[-3.0, 6.0]]))
    -1.0
    """
    d, e = _chosen(truth, estimate, traces)
    norm = math.sqrt(float((d * d).sum()) * float((e * e).sum()))
    return max(-1.0, min(1.0, float((d * e).sum()) / norm)) if norm > 0 else math.nan


def ssim(truth: Array, estimate: Array, *, data_range: float) -> float:
    """
    Structural similarity (Wang et al. 2004) in uniform windows of 7 x 7, averaged over all whole windows.

    Constants are (0.01 L)^2 and (0.03 L)^2, variances divide by 48: the defaults of scikit-image.

    Parameters
    ----------
    truth, estimate : array, shape (n_traces, n_samples)
        Physical amplitudes.
    data_range : float
        L > 0, in amplitudes. The score depends on it: a few spikes in L bring any estimate near 1, so always state it.

    Returns
    -------
    float
        At most 1, which means equal; nan where the section is smaller than a window.
    """
    _checked_pair(truth, estimate)
    if not data_range > 0:
        raise InvalidParameterError(f"Invalid data_range {data_range}: must be positive.")
    if min(truth.shape) < SSIM_WINDOW:
        return math.nan
    xp = array_api_compat.array_namespace(truth, estimate)
    d, e = (xp.astype(x, xp.float64) / data_range for x in (truth, estimate))
    mean_d, mean_e = _window_mean(d), _window_mean(e)
    sample = SSIM_WINDOW**2 / (SSIM_WINDOW**2 - 1)
    covariance = _window_mean(d * e) - mean_d * mean_e
    variances = (_window_mean(d * d) - mean_d * mean_d) + (_window_mean(e * e) - mean_e * mean_e)
    level = (2 * mean_d * mean_e + 0.01**2) / (mean_d * mean_d + mean_e * mean_e + 0.01**2)
    return float((level * (sample * (2 * covariance) + 0.03**2) / (sample * variances + 0.03**2)).mean())


def _decibel(signal: Array, noise: Array) -> float:
    """10 log10 of the ratio of two energies."""
    above, below = float((signal * signal).sum()), float((noise * noise).sum())
    if not math.prod(signal.shape) or math.isnan(above) or math.isnan(below):
        return math.nan
    if below == 0:
        return math.inf
    return 10 * (math.log10(above) - math.log10(below)) if above > 0 else -math.inf


def _checked_pair(truth: Array, estimate: Array) -> None:
    if truth.ndim != 2:
        raise InvalidParameterError(f"Invalid shape {tuple(truth.shape)} of truth: must be (n_traces, n_samples).")
    check_shape("estimate", estimate.shape, truth.shape)


def _chosen(truth: Array, estimate: Array, traces: Array | None) -> tuple[Array, Array]:
    """The chosen samples of both, in float64."""
    _checked_pair(truth, estimate)
    xp = array_api_compat.array_namespace(truth, estimate)
    if traces is not None:
        flags = _as_flags(traces, truth, truth.shape if np.ndim(traces) == 2 else truth.shape[:1])
        truth, estimate = truth[flags], estimate[flags]
    return xp.astype(truth, xp.float64), xp.astype(estimate, xp.float64)


def _as_flags(flags: Array, like: Array, shape: tuple[int, ...]) -> Array:
    """*flags* as a boolean array beside *like*; numbers are refused, which could be meant as trace numbers."""
    xp = array_api_compat.array_namespace(like)
    flags = xp.asarray(flags, device=array_api_compat.device(like))
    if not xp.isdtype(flags.dtype, "bool"):
        raise InvalidParameterError(f"Invalid dtype {flags.dtype} of trace flags: must be bool, one for each trace.")
    check_shape("trace flags", flags.shape, shape)
    return flags


def _on_host(x: Array) -> np.ndarray:
    return np.asarray(array_api_compat.to_device(x, "cpu"))


def _mean_spacing(missing: Array) -> float:
    """Mean distance of neighbouring live traces, in traces; the number of traces where fewer than two are live."""
    live = np.flatnonzero(~_on_host(missing))
    return float(np.diff(live).mean()) if len(live) > 1 else float(max(len(missing), 1))


def _restricted(x: Array, region: np.ndarray) -> Array:
    """What *x*, continued by its mirror image along the traces, holds in a region of f-k."""
    xp = array_api_compat.array_namespace(x)
    n_traces, n_samples = x.shape
    spectrum = xp.fft.fft(xp.fft.rfft(xp.concat([x, xp.flip(x, axis=0)], axis=0), axis=1), axis=0)
    spectrum = spectrum * xp.asarray(region, device=array_api_compat.device(x))
    return xp.fft.irfft(xp.fft.ifft(spectrum, axis=0), n=n_samples, axis=1)[:n_traces]


def _window_mean(x: Array) -> Array:
    """Mean of every whole window, as sums of shifted copies: in a running sum one spike would harm all that follow."""
    rows, columns = (n - SSIM_WINDOW + 1 for n in x.shape)
    x = sum(x[i : i + rows] for i in range(SSIM_WINDOW))
    return sum(x[:, i : i + columns] for i in range(SSIM_WINDOW)) / SSIM_WINDOW**2
