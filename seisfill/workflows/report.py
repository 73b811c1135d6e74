"""The report of a fill: input, output and sidecar in, one HTML page out."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from seisfill.errors import FileAccessError, GeometryError, InvalidParameterError
from seisfill.report.build import build_page
from seisfill.report.findings import Findings
from seisfill.report.gathers import choose_gathers
from seisfill.report.page import render_page
from seisfill.report.traces import read_traces
from seisfill.segy.files import PartialFile, check_target
from seisfill.segy.marks import Sidecar, sidecar_path
from seisfill.trust.records import KeptTrials, check_path, load_kept
from seisfill.trust.trial import Trial
from seisfill.workflows.fill_files import report_path
from seisfill.workflows.filled_pair import FilledPair, StrPath, read_shown, read_text_header
from seisfill.workflows.score import match_gathers
from seisfill.workflows.verify import verify_file

MOST_GATHERS = 5
MOST_BYTES = 15 * 10**6


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportSummary:
    """
    What was written.

    Parameters
    ----------
    path : Path
        The page.
    size : int
        Its bytes.
    gathers : tuple of str
        Keys of the gathers that it shows.
    """

    path: Path
    size: int
    gathers: tuple[str, ...]


def write_report(
    source: StrPath,
    target: StrPath,
    *,
    truth: StrPath | None = None,
    sigma: StrPath | None = None,
    out: StrPath | None = None,
    most: int = MOST_GATHERS,
    force: bool = False,
) -> ReportSummary:
    """
    Write one self-contained HTML page about a fill.

    Parameters
    ----------
    source, target : path
        The input and the output of the fill; the output's sidecar lies beside it, and so may its check.
    truth : path, optional
        A complete file, where one is known.
    sigma : path, optional
        Predicted standard deviation of every sample, in the layout of *target*.
    out : path, optional
        The page; ``OUT.report.html`` where not given.
    most : int
        Gathers to show at most.
    force : bool
        Replace a page that exists.

    Raises
    ------
    SeisfillError
        If a file cannot be read, they do not belong together, or the page is in the way; then nothing is written.
    """
    if most < 1:
        raise InvalidParameterError(f"Invalid number of gathers {most}: must be at least 1.")
    source, target = Path(source), Path(target)
    page_path = report_path(target) if out is None else Path(out)
    for path in (source, target, truth, sigma, sidecar_path(target)):
        if path is not None:
            check_target(Path(path), page_path, force=force)
    notes = Sidecar.read(sidecar_path(target))
    pair = FilledPair.open(source, target, notes)
    table = read_traces(pair.after, notes)
    kept = _kept(target, notes)
    findings = Findings(
        table=table,
        keys=[key.item() for key in pair.after.survey.gather_keys],
        axis=pair.after.survey.axis,
        trials=_renumbered([trial for trial in kept.trials if trial.tried.any()], pair),
        true=_true_scores(pair, truth, target, source),
        check=notes.head.get("check") or {},
        untouched=_verdict(source, target),
        wider=_renumbered(kept.wider, pair),
        back=_renumbered(kept.back, pair),
    )
    chosen = choose_gathers(table, findings.ranks, most=most)
    shown = read_shown(pair, table, chosen, truth=truth, sigma=sigma)
    page = build_page(findings, shown, notes.head, text_header=read_text_header(pair.after.index))
    raw = render_page(page).encode()
    if len(raw) > MOST_BYTES:
        raise FileAccessError(
            f"Invalid report of {len(raw)} bytes: must stay below {MOST_BYTES}. Show fewer gathers with --gathers."
        )
    with PartialFile(page_path) as file:
        file.write_at(0, raw)
        file.commit()
    return ReportSummary(path=page_path, size=len(raw), gathers=tuple(f"{gather.key:g}" for gather in shown))


def _kept(target: Path, notes: Sidecar) -> KeptTrials:
    """The held-out check beside the output; no trials where there is none or it is of another fill."""
    path = check_path(target)
    if path.exists():
        kept = load_kept(path)
        sha256 = notes.head["input"]["sha256"]
        if kept.head.get("input", {}).get("sha256", sha256) == sha256:
            return kept
    return KeptTrials(head={}, trials=())


def _renumbered(trials: Sequence[Trial], pair: FilledPair) -> tuple[Trial, ...]:
    """Trials with the numbers that their gathers have in the output."""
    keys = [key.item() for key in pair.before.survey.gather_keys]
    numbers = {key.item(): n for n, key in enumerate(pair.after.survey.gather_keys)}
    return tuple(replace(trial, number=numbers[keys[trial.number]]) for trial in trials if trial.number < len(keys))


def _true_scores(
    pair: FilledPair, truth: StrPath | None, target: Path, source: Path
) -> dict[int, tuple[float, float, int]]:
    """Energies of truth and error, and the number of missing traces, of each gather that lacks some: by its number."""
    if truth is None:
        return {}
    numbers = {key.item(): n for n, key in enumerate(pair.after.survey.gather_keys)}
    found = {}
    for item in match_gathers(Path(truth), target, decimated=source):
        hidden = ~item.live & item.filled.any(axis=1)
        if hidden.any() and item.key in numbers:
            d, error = (x[hidden].astype(np.float64) for x in (item.truth, item.truth - item.filled))
            found[numbers[item.key]] = (float((d**2).sum()), float((error**2).sum()), int(hidden.sum()))
    if not found:
        raise GeometryError(f"Invalid truth {truth}: must hold traces that {source} lacks, and holds none.")
    return found


def _verdict(source: Path, target: Path) -> str:
    verdict = verify_file(source, target)
    if verdict.untouched:
        return f"{verdict.recorded:,} compared byte by byte with the input when this page was made: untouched"
    return f"NOT as they were: {verdict.problem}"
