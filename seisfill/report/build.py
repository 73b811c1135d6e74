"""From what was found to the page: which charts, which sentences, in which order."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from seisfill.report.calibration import judge_bands
from seisfill.report.chart import Chart, decibel
from seisfill.report.figures import fk_charts, section_charts, spectrum_chart
from seisfill.report.findings import Findings
from seisfill.report.gathers import ShownGather
from seisfill.report.page import ChartGroup, GatherPart, Page
from seisfill.report.quality_figures import calibration_chart, leakage_charts, quality_chart, range_charts
from seisfill.report.settings import settings_of
from seisfill.report.survey_figures import Grid, coverage_chart, map_chart, trust_chart
from seisfill.report.trace_figures import overlay_charts, wiggle_chart
from seisfill.report.words import WIDER, WORDS, cards_of, doubts_of, in_words, lead_of, plural, worst_of

MOST_LEAKAGE = 2  # gathers whose held-out traces are drawn


def build_page(
    findings: Findings, shown: Sequence[ShownGather], head: Mapping[str, Any], *, text_header: str = ""
) -> Page:
    """
    Put the page together.

    Parameters
    ----------
    findings : Findings
        What is known.
    shown : sequence of ShownGather
        Gathers to draw, best first.
    head : mapping
        First line of the sidecar.
    text_header : str
        Of the filled file.
    """
    table, n_gathers = findings.table, len(findings.keys)
    words = (head["keys"]["gather"] or "", head["keys"]["trace"])
    names = tuple(f"{key:g}" for key in findings.keys)
    grid = Grid(gather_word=words[0], trace_word=words[1], names=names, axis=findings.axis)
    doubts, doubt_tables = doubts_of(table)
    where = (
        coverage_chart(table, grid),
        trust_chart(table, grid),
        map_chart(table),
    )
    return Page(
        kicker=f"Filled from {head['input']['name']} by seisfill {head['version']}",
        title=head["output"]["name"],
        lead=lead_of(table, findings.known, n_gathers=n_gathers),
        cards=cards_of(table, findings.known, worst_of(findings.ranks, list(names)) if n_gathers > 1 else None),
        where=tuple(chart for chart in where if chart is not None),
        **_quality(findings, grid),
        gathers_note=_why_these(findings, len(shown)),
        gathers=tuple(_part(gather, place, words) for place, gather in enumerate(shown)),
        doubts=doubts,
        doubt_tables=doubt_tables,
        settings=settings_of(head, verdict=findings.untouched),
        text_header=text_header,
        words=WORDS,
    )


def _quality(findings: Findings, grid: Grid) -> dict[str, Any]:
    """The section on quality."""
    figures = {"predicted": findings.predicted, "held out": findings.held_out, "true": findings.truly}
    charts: list[Chart | None] = [quality_chart(figures, grid)]
    notes = []
    if findings.trials:
        known = findings.known
        notes.append(
            f"{plural(known.n_held_out, 'recorded trace')} of {plural(known.n_trials, 'gather')} were hidden as the "
            "survey's own holes are made, filled from the others and held against what was recorded."
        )
        bands = judge_bands(findings.trials, wider=findings.wider, back=findings.back)
        if bands is not None:
            charts.append(calibration_chart(bands.nominal, bands.found, n_traces=bands.n_traces, how=bands.how))
        if known.stretch > WIDER:
            notes.append(
                "In regular data every second live trace has to be hidden, so its holes are wider than "
                "the real ones, and the SNR of held-out traces is too low by what that costs."
            )
    else:
        notes.append(
            "No held-out check lies beside the output. seisfill fill --check hides recorded traces, fills them and "
            "says how good that was."
        )
    return {
        "quality_notes": (*notes, *_coverage(findings.check)),
        "quality": tuple(chart for chart in charts if chart is not None),
        "ranges": tuple(range_charts(findings.check.get("quality", {}))),
        "leakage": tuple(_leakage(findings)),
    }


def _coverage(check: Mapping[str, Any]) -> list[str]:
    """What the check found of its own intervals, and of the level of filled traces."""
    said = []
    coverage, ratio = check.get("coverage", {}), check.get("quality", {}).get("amplitude_ratio")
    if coverage.get("found") is not None:
        said.append(
            f"The interval that should hold {100 * coverage['nominal']:.0f} % of the errors holds "
            f"{100 * coverage['found']:.0f} % of those on held-out traces."
        )
    if ratio is not None:
        said.append(f"The RMS amplitude of held-out traces, as filled, is {ratio:.2f} of that of their neighbours.")
    return said


def _leakage(findings: Findings) -> list[ChartGroup]:
    """Held-out traces of the worst and the best trial."""
    ranked = sorted(findings.trials, key=lambda trial: findings.held_out[trial.number])
    picked = ranked[:1] + (ranked[-1:] if len(ranked) > 1 else [])
    return [
        ChartGroup(
            title="Held-out traces" + (f" of gather {findings.keys[trial.number]:g}" if len(findings.keys) > 1 else ""),
            note=f"{decibel(float(findings.held_out[trial.number]))} on {plural(int(trial.tried.sum()), 'trace')}, "
            "side by side at the clip of the gather. Events that can be followed in the leakage were lost by the fill.",
            charts=tuple(leakage_charts(trial, name=f"leak-{place}")),
        )
        for place, trial in enumerate(picked[:MOST_LEAKAGE])
    ]


def _why_these(findings: Findings, count: int) -> str:
    total = len(np.unique(findings.table.group[findings.table.new]))
    if not findings.ranked_by:
        how = "from the smallest holes to the largest"
    else:
        how = f"ranked by their SNR {findings.ranked_by}"
    return f"{count} of {plural(total, 'gather')} with filled traces, {how}."


def _part(gather: ShownGather, place: int, words: tuple[str, str]) -> GatherPart:
    """Everything about one gather."""
    name = f"gather-{place + 1}"
    note = (
        f"{plural(int(gather.new.sum()), 'filled trace')} of {len(gather.live)}, "
        f"widest run {plural(gather.widest, 'trace')}"
        + ("." if gather.snr_db is None else f"; SNR {decibel(gather.snr_db)} ({in_words(gather.snr_db)}).")
        + f" Clip ±{gather.clip:.3g}."
    )
    return GatherPart(
        name=name,
        title=f"Gather {gather.key:g}" if words[0] else "The whole file",
        word=gather.word,
        note=note,
        sections=tuple(section_charts(gather, axis_label=words[1], name=name)),
        spectra=(*fk_charts(gather), spectrum_chart(gather)),
        traces=tuple(overlay_charts(gather, axis_label=words[1])),
        wiggles=wiggle_chart(gather, axis_label=words[1]),
    )
