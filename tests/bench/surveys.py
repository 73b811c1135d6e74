"""Files to measure on: IBM SEG-Y of any size, written with numpy alone, a shot at a time."""

from pathlib import Path

import numpy as np

from seisfill.segy.samples import encode

FILE_HEADER_BYTES = 3600


def write_survey(path: Path, n_shots: int, n_channels: int, n_samples: int, *, keep: float = 1.0) -> Path:
    """Shots of noise with a share of the channels kept; the first two and the last always are."""
    rng = np.random.default_rng(0)
    binary = np.zeros(400, np.uint8)
    for byte, value in ((3217, 4000), (3221, n_samples), (3225, 1), (3501, 256)):
        binary[byte - 3201 : byte - 3199] = _short(value)
    samples = encode(rng.normal(0, 100, (n_channels, n_samples)), "ibm", ">")
    with path.open("wb") as file:
        file.write(np.full(3200, 0x40, np.uint8).tobytes() + binary.tobytes())
        for shot in range(n_shots):
            live = rng.random(n_channels) < keep
            live[[0, 1, -1]] = True
            headers = np.zeros((n_channels, 240), np.uint8)
            for byte, words in ((9, np.full(n_channels, shot + 1)), (13, np.arange(1, n_channels + 1))):
                headers[:, byte - 1 : byte + 3] = words.astype(">i4")[:, None].view(np.uint8)
            for byte, value in ((29, 1), (115, n_samples), (117, 4000)):
                headers[:, byte - 1 : byte + 1] = _short(value)
            file.write(np.concatenate([headers, samples], axis=1)[live].tobytes())
    return path


def write_survey_of(path: Path, gigabytes: float, *, keep: float = 0.7) -> Path:
    """About so many bytes of 480 channels of 1,000 samples."""
    n_channels, n_samples = 480, 1000
    n_shots = max(1, round(gigabytes * 1e9 / (n_channels * keep * (240 + 4 * n_samples))))
    return write_survey(path, n_shots, n_channels, n_samples, keep=keep)


def _short(value: int) -> np.ndarray:
    return np.frombuffer(int(value).to_bytes(2, "big"), np.uint8)
