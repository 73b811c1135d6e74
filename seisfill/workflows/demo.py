"""The whole story on an embedded survey: make it, hide traces, fill them, score the fill, draw it, report on it."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import segyio

from seisfill.interpolators.base import Interpolator
from seisfill.masks import parse_mask
from seisfill.plotting import plot_sections, save_figure
from seisfill.segy.survey import GatherOptions
from seisfill.synthetic.demo import N_SHOTS, DemoSurvey, make_demo_survey
from seisfill.workflows.decimate import decimate_file
from seisfill.workflows.fill import FillOptions, fill_file
from seisfill.workflows.plot import plot_file
from seisfill.workflows.report import write_report
from seisfill.workflows.score import match_gathers, score_files

PATTERNS = {"random:0.5": "random 50 %", "every:2": "every 2nd", "gap:8": "gap of 8"}
REPORTED = "random:0.5"  # the pattern whose fill is checked beforehand and reported on one page


@dataclass(frozen=True, slots=True, kw_only=True)
class DemoRow:
    """Scores of one method on one pattern: SNR on missing traces, and of the whole section [dB]."""

    pattern: str
    method: str
    n_missing: int
    snr_db: float
    section_snr_db: float


def run_demo(
    out: Path, *, interpolators: dict[str, Interpolator], report: Callable[[str], None] = lambda _: None
) -> list[DemoRow]:
    """
    Fill the embedded survey with several methods and leave files and figures.

    Parameters
    ----------
    out : Path
        Folder for everything; made if it is not there, files in it are replaced.
    interpolators : dict of str to Interpolator
        Methods by name; the first is drawn, and reported on one page.
    report : callable
        Told a line for each step.

    Returns
    -------
    list of DemoRow
        One for each pattern and method.
    """
    out.mkdir(parents=True, exist_ok=True)
    truth = out / "truth.sgy"
    write_survey(truth, make_demo_survey())
    report(f"made {truth}: 4 shots of 96 channels")
    rows, best = [], next(iter(interpolators))
    for mask, pattern in PATTERNS.items():
        word = mask.replace(":", "_").replace(".", "")
        decimated = out / f"{word}.sgy"
        decimate_file(truth, decimated, mask=parse_mask(mask), force=True)
        for method, interpolator in interpolators.items():
            filled = out / f"{word}_{method}.sgy"
            sigma = out / f"{word}_{method}_sigma.sgy" if mask == REPORTED and method == best else None
            _fill(decimated, filled, interpolator, sigma=sigma)
            scores = score_files(truth, filled, decimated=decimated)
            rows.append(
                DemoRow(
                    pattern=pattern,
                    method=method,
                    n_missing=scores.n_missing,
                    snr_db=scores.snr_db,
                    section_snr_db=scores.section_snr_db,
                )
            )
            report(f"filled {filled} ({pattern}, {method}: {scores.snr_db:.1f} dB)")
            if sigma is not None:
                page = write_report(decimated, filled, truth=truth, sigma=sigma, out=out / "report.html", force=True)
                report(f"wrote {page.path}: the fill on one page")
        plot_file(truth, out / f"{word}.png", filled=out / f"{word}_{best}.sgy", decimated=decimated)
    _draw_before_after(truth, out, f"every_2_{best}.sgy")
    return rows


def _fill(decimated: Path, filled: Path, interpolator: Interpolator, *, sigma: Path | None) -> None:
    """Fill a file; where a volume of predicted errors is wanted, after a check."""
    options = FillOptions(force=True, gathers=GatherOptions(trace_step=1))
    if sigma is not None:
        options = replace(options, check=N_SHOTS, sigma=str(sigma))
    fill_file(decimated, filled, interpolator=interpolator, options=options)


def _draw_before_after(truth: Path, out: Path, filled: str) -> None:
    """The first shot with every second trace missing, filled, and as it was: the picture of the README."""
    item = next(match_gathers(truth, out / filled, decimated=out / "every_2.sgy"))
    holed = np.where(item.live[:, None], item.decimated, np.nan)
    sections = {"every 2nd trace missing": holed, "filled": item.filled, "truth": item.truth}
    save_figure(plot_sections(sections, dt=item.dt, live=item.live), out / "before_after.png")


def write_survey(path: Path, survey: DemoSurvey) -> None:
    """Write a survey as SEG-Y, IBM floats, by segyio."""
    spec = segyio.spec()
    spec.format, spec.sorting = 1, 1
    spec.samples = np.arange(survey.data.shape[1]) * survey.dt * 1000
    spec.tracecount = len(survey.data)
    interval = round(survey.dt * 1e6)
    with segyio.create(path, spec) as file:
        lines = {1: "SEISFILL DEMO SURVEY", 2: "FOUR SYNTHETIC MARINE SHOTS, 96 CHANNELS AT 25 M"}
        file.text[0] = segyio.tools.create_text_header(lines)
        file.bin.update({segyio.BinField.Interval: interval, segyio.BinField.Samples: survey.data.shape[1]})
        word = segyio.TraceField
        for i, trace in enumerate(survey.data):
            file.header[i] = {
                word.TRACE_SEQUENCE_LINE: i + 1,
                word.TRACE_SEQUENCE_FILE: i + 1,
                word.FieldRecord: int(survey.shot[i]),
                word.TraceNumber: int(survey.channel[i]),
                word.CDP: round((survey.source_x[i] + survey.receiver_x[i]) / 25),
                word.TraceIdentificationCode: 1,
                word.offset: round(survey.receiver_x[i] - survey.source_x[i]),
                word.SourceGroupScalar: 1,
                word.SourceX: round(survey.source_x[i]),
                word.GroupX: round(survey.receiver_x[i]),
                word.CoordinateUnits: 1,
                word.TRACE_SAMPLE_COUNT: survey.data.shape[1],
                word.TRACE_SAMPLE_INTERVAL: interval,
            }
            file.trace[i] = trace.copy()  # its IBM writer rounds the caller's array in place
