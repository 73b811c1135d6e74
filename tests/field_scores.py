"""
SNR of the shipped weights on the field files, as a markdown table: ``make scores``.

Nothing is tuned to a file. Crops are those of the design: Mississippi first 1,024 samples, NPRA samples 300-1100,
Penobscot 400-1300, gom_cdp 400-1424, daloro with each trace divided by its RMS, Viking shots 0 and 2 as one survey.
Regular patterns have no chance in them; random ones are drawn with five seeds, gaps at ten places.
"""

from collections.abc import Iterator
from pathlib import Path

import numpy as np

from seisfill import Gather, load_interpolator, snr_db
from seisfill.masks import GapMask, MaskRule, MixedMask, RandomMask, RegularMask
from seisfill.segy.reader import read_gathers
from tests.field_data import field_file

PATTERNS: dict[str, tuple[MaskRule, int]] = {
    "every 2nd": (RegularMask(every=2), 1),
    "every 3rd": (RegularMask(every=3), 1),
    "random 50 %": (RandomMask(missing=0.5), 5),
    "gap of 8": (GapMask(width=8), 10),
    "gap of 10": (GapMask(width=10), 10),
    "random 30 % + gap of 6": (MixedMask(rules=(RandomMask(missing=0.3), GapMask(width=6))), 5),
}


def surveys() -> Iterator[tuple[str, list[np.ndarray]]]:
    """Name and gathers (n_traces, n_samples) of each open survey."""
    viking = [gather.data for gather in read_gathers(field_file("viking_small.segy"))]
    yield "Viking shots", [viking[0], viking[2]]
    shot = np.load(field_file("mississippi_canyon_shot.npz"))["data"].T
    yield "Mississippi Canyon", [np.ascontiguousarray(shot[:, :1024], dtype=np.float32)]
    salt = np.load(field_file("segc3_gather.npy")).T.astype(np.float32)
    yield "SEG C3 (synthetic)", [np.where(np.abs(salt) < 1e30, salt, 0)]
    yield "NPRA stack", [_only(field_file("31_81_PR.sgy"))[:, 300:1100]]
    yield "Penobscot stack", [_only(field_file("penobscot_xl1155.sgy"))[:, 400:1300]]
    yield "Gulf of Mexico CDP, NMO", [_only(field_file("gom_cdp_nmo.su"))[:, 400:1424]]
    land = _only(field_file("daloro_land96.sgy"))
    yield "daloro land, trace RMS", [land / np.sqrt((land**2).mean(axis=1, keepdims=True))]


def _only(path: Path) -> np.ndarray:
    return next(iter(read_gathers(path))).data


def mean_snr(gathers: list[np.ndarray], rule: MaskRule, draws: int, filler) -> float:
    """Mean SNR on missing traces [dB] over gathers and draws."""
    values = []
    for data in gathers:
        for seed in range(draws):
            live = rule.draw(len(data), rng=np.random.default_rng(seed))
            filled = filler.fill(Gather(data=data, live=live, dt=0.004))
            values.append(snr_db(data, filled.data, traces=~live))
    return float(np.mean(values))


def main() -> None:
    """Print the table."""
    fillers = {name: load_interpolator(name) for name in ("network", "linear")}
    print("| survey | " + " | ".join(PATTERNS) + " |")
    print("|---|" + "---|" * len(PATTERNS))
    totals = np.zeros((len(PATTERNS), len(fillers)))
    count = 0
    for name, gathers in surveys():
        cells = np.array(
            [[mean_snr(gathers, rule, draws, f) for f in fillers.values()] for rule, draws in PATTERNS.values()]
        )
        print(f"| {name} | " + " | ".join(f"{a:.1f} ({b:.1f})" for a, b in cells) + " |", flush=True)
        totals, count = totals + cells, count + 1
    print("| **mean** | " + " | ".join(f"**{a:.1f}** ({b:.1f})" for a, b in totals / count) + " |")


if __name__ == "__main__":
    main()
