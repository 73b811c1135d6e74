"""Bytes of the traces that a fill makes or changes: samples encoded, headers marked. Nothing is written here."""

from dataclasses import dataclass

import numpy as np

from seisfill.segy.fields import HEADER_BYTES, write_field
from seisfill.segy.layout import Layout
from seisfill.segy.marks import MARK, mark_field
from seisfill.segy.samples import encode


@dataclass(frozen=True, slots=True, kw_only=True)
class NewTraces:
    """
    How traces of one output are made.

    Parameters
    ----------
    layout : Layout
        Of the output.
    mark_byte : int or None
        First byte of the header word that carries the mark; None for no mark.
    """

    layout: Layout
    mark_byte: int | None

    def make(self, headers: np.ndarray, samples: np.ndarray) -> np.ndarray:
        """
        New traces, marked.

        Parameters
        ----------
        headers : uint8 array, shape (n, 240)
            Their headers.
        samples : float32 array, shape (n, n_samples)
            Amplitudes.

        Returns
        -------
        uint8 array, shape (n, trace_bytes)
            Header and samples of each.
        """
        headers = headers.copy()
        if self.mark_byte is not None:
            write_field(headers, mark_field(self.mark_byte), MARK, self.layout.byte_order)
        return np.concatenate([headers, self._encoded(samples)], axis=1)

    def with_holes_filled(self, trace: np.ndarray, holes: np.ndarray, samples: np.ndarray) -> np.ndarray:
        """
        A recorded trace with single samples replaced; its header stays, unmarked.

        Parameters
        ----------
        trace : uint8 array, shape (trace_bytes,)
            As it was recorded.
        holes : bool array, shape (n_samples,)
            Which samples are replaced.
        samples : float32 array, shape (n_samples,)
            Amplitudes; those outside of *holes* do not count.

        Returns
        -------
        uint8 array, shape (trace_bytes,)
            The changed copy.
        """
        changed, width = trace.copy(), self.layout.samples_width
        by_sample = changed[HEADER_BYTES:].reshape(-1, width)
        by_sample[holes] = self._encoded(samples[None])[0].reshape(-1, width)[holes]
        return changed

    def _encoded(self, samples: np.ndarray) -> np.ndarray:
        return encode(samples, self.layout.format_code, self.layout.byte_order)


def runs_of(flags: np.ndarray) -> list[tuple[int, int]]:
    """
    First and one-past-last index of each run of True.

    Examples
    --------
    >>> runs_of(np.array([True, True, False, True]))
    [(0, 2), (3, 4)]
    """
    edges = np.flatnonzero(np.diff(np.concatenate([[0], flags.astype(np.int8), [0]])))
    return [(int(a), int(b)) for a, b in zip(edges[::2], edges[1::2], strict=True)]
