"""Small surveys with holes, and the ways to spoil one."""

import struct

import numpy as np

from tests.workflows.surveys import write_shots

N_SAMPLES = 64
TRACE_BYTES = 240 + 4 * N_SAMPLES
HIDDEN = (2, 5, 11)


def good(path, **options):
    """Two shots of eight channels, three traces absent: 13 traces of 64 samples."""
    return write_shots(path, **{"n_samples": N_SAMPLES, "hide": HIDDEN, **options})


def poke(path, byte, code, value):
    """Overwrite a word of the file; *byte* counts from 1."""
    raw = bytearray(path.read_bytes())
    struct.pack_into(code, raw, byte - 1, value)
    path.write_bytes(raw)


def poke_traces(path, byte, code, values):
    """Overwrite a word of every trace header; *values* is a number or one for each trace."""
    n_traces = (path.stat().st_size - 3600) // TRACE_BYTES
    for trace, value in enumerate(np.broadcast_to(values, n_traces).tolist()):
        poke(path, 3600 + trace * TRACE_BYTES + byte, code, value)


def swap(path, order, *, headers=False, code=5):
    """A good file with the bytes of each four-byte sample in another order, or of everything behind the text."""
    raw = np.frombuffer(good(path, format_code=code).read_bytes(), np.uint8)
    traces = raw[3600:].reshape(-1, TRACE_BYTES).copy()
    if headers:
        path.write_bytes(raw[:3200].tobytes() + raw[3200:].reshape(-1, 4)[:, order].tobytes())
        return
    words = traces[:, 240:].reshape(len(traces), N_SAMPLES, 4)
    traces[:, 240:] = words[:, :, order].reshape(len(traces), -1)
    path.write_bytes(raw[:3600].tobytes() + traces.tobytes())


def set_samples(path, trace, samples, words, kind=">f4"):
    """Overwrite some samples of one trace by words of a kind."""
    raw = bytearray(path.read_bytes())
    start = 3600 + trace * TRACE_BYTES + 240
    stored = np.frombuffer(raw[start : start + 4 * N_SAMPLES], kind).copy()
    stored[samples] = words
    raw[start : start + 4 * N_SAMPLES] = stored.tobytes()
    path.write_bytes(raw)
