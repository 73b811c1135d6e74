"""What trace headers and samples say that cannot be, or cannot be together: delays, scalars, flags, clipped samples."""

import warnings

import numpy as np

from seisfill.errors import GeometryError, SeisfillWarning
from seisfill.segy.coordinates import SCALARS
from seisfill.segy.fields import find_field
from seisfill.segy.index import HeaderIndex
from seisfill.segy.layout import Layout
from seisfill.segy.samples import FORMATS
from seisfill.segy.survey import SurveyMap

CLIPPED = 0.001  # share of a gather's samples at the end of their range from which they are called clipped
_DELAY_SCALAR = 215  # of SEG-Y rev 1: factor of the times in bytes 95-114


def delays(word: np.ndarray, scalar: np.ndarray, layout: Layout) -> np.ndarray:
    """
    Times of first samples [s] by bytes 109-110 and, from rev 1 on, the scalar in bytes 215-216; an odd scalar is 1.

    Examples
    --------
    >>> layout = Layout(dialect="segy", byte_order=">", format_code=5, n_samples=9, dt=0.004, revision=1,
    ...                 text_encoding="ebcdic", n_extended_text=0, first_trace=3600, n_traces=2)
    >>> delays(np.array([100, 1000]), np.array([0, -10]), layout).tolist()
    [0.1, 0.1]
    """
    if layout.dialect != "segy" or layout.revision < 1:
        return np.asarray(word / 1000)
    size = np.where(np.isin(np.abs(scalar), SCALARS), np.abs(scalar), 1)
    return np.asarray(np.where(scalar < 0, word / size, word * size) / 1000)


def check_headers(index: HeaderIndex, survey: SurveyMap) -> None:
    """
    Refuse traces of a gather that do not start together; warn of scalars that are none.

    Raises
    ------
    GeometryError
        If the traces of a gather have different delays and the user names no time for all.

    Warns
    -----
    SeisfillWarning
        If coordinate scalars are not 1, 10, 100, 1000 or 10000, of either sign.
    """
    field = find_field(_DELAY_SCALAR, dialect=index.layout.dialect)
    word, scalar, factor = index.columns("delrt", field, "scalco")
    odd = factor[~np.isin(np.abs(factor), (0, *SCALARS))]
    if odd.size:
        warnings.warn(
            f"{index.path.name}: trace header bytes 71-72 (coordinate scalar) say {odd[0]}, which is no power of ten "
            "up to 10000; coordinates are scaled by it all the same",
            SeisfillWarning,
            stacklevel=3,
        )
    if index.layout.t0 is None:
        _refuse_delays(index, survey, delays(word, scalar, index.layout))


def _refuse_delays(index: HeaderIndex, survey: SurveyMap, starts: np.ndarray) -> None:
    """Raise if the traces of a gather do not start at one time: filled as they stand, they would be out of line."""
    ordered = starts[survey.order]
    odd = np.flatnonzero((np.diff(ordered) != 0) & (np.diff(survey.group[survey.order]) == 0))
    if not odd.size:
        return
    one, two = survey.order[odd[0]], survey.order[odd[0] + 1]
    name = survey.keys.gather.name if survey.keys.gather else "the file"
    key = survey.gather_keys[survey.group[one]] if survey.keys.gather else ""
    raise GeometryError(
        f"Invalid delays (trace header bytes 109-110) of traces {one + 1} and {two + 1} of {index.path}, "
        f"{f'{name} {key}'.strip()}: must be one within a gather, found {1000 * starts[one]:g} and "
        f"{1000 * starts[two]:g} ms. Shift the traces to one first time, or, if the words are wrong, give --t0 SECONDS."
    )


def check_samples(index: HeaderIndex, samples: np.ndarray, *, flagged: np.ndarray, has_absurd: bool) -> None:
    """
    Look at the samples of one gather, shape (n_traces, n_samples), of which some traces are *flagged* dead.

    Warns
    -----
    SeisfillWarning
        If flagged traces hold signal, samples are absurd, or integers are clipped. Each sentence is the same for all
        gathers of a file, so that the user reads it once.
    """
    sentences = []
    if (samples[flagged] != 0).any():
        sentences.append(
            "traces that are flagged dead (code 2 in bytes 29-30) hold samples, and count as missing; "
            "--dead none keeps them"
        )
    if has_absurd:
        sentences.append("samples beyond 1e30 are left as they are, and nothing is learnt from them")
    if FORMATS[index.layout.format_code].kind[0] == "i" and _is_clipped(samples, index.layout.format_code):
        sentences.append("integer samples are clipped at the end of their range; fills beside them may be too low")
    for sentence in sentences:
        warnings.warn(f"{index.path.name}: {sentence}", SeisfillWarning, stacklevel=3)


def _is_clipped(samples: np.ndarray, code: int) -> bool:
    """Whether a share of the integers lies at either end of their range."""
    limits = np.iinfo(FORMATS[code].kind)
    ends = (samples == np.float32(limits.min)) | (samples == np.float32(limits.max))
    return bool(ends.mean() > CLIPPED)
