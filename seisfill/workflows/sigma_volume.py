"""The predicted error of every sample as a file of its own, laid out as the output is: SEG-Y or SU."""

from pathlib import Path

import numpy as np

from seisfill.segy.files import CHUNK_BYTES, PartialFile
from seisfill.segy.index import HeaderIndex
from seisfill.segy.layout import Layout
from seisfill.segy.samples import encode
from seisfill.segy.trace_blocks import TraceBlocks
from seisfill.segy.writer import trace_offset


class SigmaVolume:
    """
    Holds one standard deviation a sample [amplitude]; recorded samples hold 0.

    Samples are written into ``path`` by whoever predicts them. Leave it unfinished and nothing stays, unless it is
    kept.

    Parameters
    ----------
    target : Path
        Name of the file.
    layout : Layout
        Of the output that it belongs to.
    go_on : bool
        Go on in what an earlier run kept.
    """

    def __init__(self, target: Path, layout: Layout, *, go_on: bool = False) -> None:
        self.file, self.layout = PartialFile(target, go_on=go_on), layout
        zeros = encode(np.zeros((1, layout.n_samples), np.float32), layout.format_code, layout.byte_order)
        assert not zeros.any()  # so that a sparse file holds them

    def __enter__(self) -> "SigmaVolume":
        return self

    def __exit__(self, *error: object) -> None:
        self.file.__exit__(*error)

    def begin(self) -> None:
        """Make the file as long as it will be, all zeros."""
        self.file.set_size(self.layout.file_size)

    def copy_headers(self, filled: Path) -> None:
        """Take every byte that is no sample from the output, which is whole by now."""
        layout = self.layout
        step = max(1, CHUNK_BYTES // layout.trace_bytes)
        with filled.open("rb") as file:
            self.file.write_at(0, file.read(layout.first_trace))
        index, place = HeaderIndex(filled, layout), layout.end_of_traces
        for block in index.trailing():
            self.file.write_at(place, block)
            place += len(block)
        with TraceBlocks(index, step) as blocks:
            for start in range(0, layout.n_traces, step):
                stop = min(start + step, layout.n_traces)
                for number, header in enumerate(blocks.read(start, stop)[:, :240], start):
                    self.file.write_at(trace_offset(layout, number), header)
        self.file.flush()
