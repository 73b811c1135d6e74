"""The predicted error of every sample as a file of its own, laid out as the output is: SEG-Y or SU."""

from pathlib import Path

import numpy as np

from seisfill.segy.files import CHUNK_BYTES, PartialFile
from seisfill.segy.index import HeaderIndex
from seisfill.segy.layout import Layout
from seisfill.segy.samples import encode


class SigmaVolume:
    """
    Writes one standard deviation a sample [amplitude]; recorded samples hold 0. Leave it unfinished and nothing stays.

    Parameters
    ----------
    target : Path
        Name of the file.
    layout : Layout
        Of the output that it belongs to.
    """

    def __init__(self, target: Path, layout: Layout) -> None:
        self._file = PartialFile(target)
        self.layout = layout

    def __enter__(self) -> "SigmaVolume":
        return self

    def __exit__(self, *error: object) -> None:
        self._file.__exit__(*error)

    def put(self, output: np.ndarray, sigma: np.ndarray) -> None:
        """Write the samples of some traces, (n, n_samples), at their trace numbers of the output."""
        for number, row in zip(
            output.tolist(), encode(sigma, self.layout.format_code, self.layout.byte_order), strict=True
        ):
            self._file.write_at(self.layout.first_trace + number * self.layout.trace_bytes + 240, row)

    def finish(self, filled: HeaderIndex) -> None:
        """Take every header from the output, which is whole by now, and give the file its name."""
        layout = filled.layout
        with filled.path.open("rb") as file:
            self._file.write_at(0, file.read(layout.first_trace))
        zeros = encode(np.zeros((1, layout.n_samples), np.float32), layout.format_code, layout.byte_order)
        self._file.file.truncate(layout.file_size)
        assert not zeros.any()  # so that a sparse file holds them
        for rows, traces in filled.windows(CHUNK_BYTES):
            for number, header in zip(range(rows.start, rows.stop), traces[:, :240], strict=True):
                self._file.write_at(layout.first_trace + number * layout.trace_bytes, header)
        self._file.commit()
