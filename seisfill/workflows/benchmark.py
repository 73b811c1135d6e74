"""Fillers compared: every filler on every draw of every pattern of every gather, scored where traces were hidden."""

import inspect
import re
import time
from collections.abc import Callable, Iterator
from dataclasses import fields, is_dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np

from seisfill._checks import did_you_mean
from seisfill.errors import ConfigurationError, FileAccessError, SeisfillError
from seisfill.gather import Filled, Gather
from seisfill.interpolators.base import Interpolator
from seisfill.interpolators.load import load_interpolator
from seisfill.interpolators.peers import PEERS, load_peer, why_no_peers
from seisfill.masks import parse_mask
from seisfill.metrics import aliased_snr_db, amplitude_ratio, section_snr_db, snr_db
from seisfill.workflows.benchmark_config import BenchmarkConfig, DataConfig, FillerConfig
from seisfill.workflows.benchmark_data import load_file, load_survey
from seisfill.workflows.benchmark_figure import draw_benchmark
from seisfill.workflows.benchmark_folder import BenchmarkFolder, Case, Cell
from seisfill.workflows.benchmark_summary import Summary, summarise
from seisfill.workflows.benchmark_tables import write_summary

Report = Callable[[str], None]
Progress = Callable[[str, int, int], None]


def run_benchmark(
    config: BenchmarkConfig,
    *,
    out: Path,
    only: BenchmarkConfig | None = None,
    resume: bool = False,
    download: bool = False,
    report: Report = lambda _: None,
    progress: Progress = lambda *_: None,
) -> Summary:
    """
    Fill every case with every filler; cells, scores, tables and the figure go to a folder.

    Parameters
    ----------
    config : BenchmarkConfig
        The whole comparison.
    out : Path
        Folder for ``benchmark.json``, ``cases.jsonl``, ``cells.jsonl``, ``cells.csv``, ``summary.json``,
        ``summary.md`` and ``snr.png``.
    only : BenchmarkConfig, optional
        The part of it to run now; see `BenchmarkConfig.choose`.
    resume : bool
        Take up what the folder holds.
    download : bool
        Fetch public data that is not on this machine.
    report : callable
        Told a line about what is skipped.
    progress : callable
        Told stage, cells done, and cells in all.

    Returns
    -------
    Summary
        Of the cells in the folder that belong to the chosen part.

    Raises
    ------
    ConfigurationError
        If the folder holds another benchmark, no data set is on this machine, or a filler's key is not known.
    """
    chosen = only or config
    fillers = dict(load_fillers(chosen.fillers, report=report))
    gathers = dict(_load_data(chosen.data, download=download, report=report))
    if not gathers or not fillers:
        raise ConfigurationError(
            f"Invalid benchmark: must have at least one {'filler' if gathers else 'data set'} that is on this machine."
        )
    folder = BenchmarkFolder(out, config, resume=resume)
    cases = list(_draw_cases(chosen, gathers))
    for number, case in enumerate(cases):
        folder.add_case(case)
        for index, (name, filler) in enumerate(fillers.items()):
            progress("cells", number * len(fillers) + index, len(cases) * len(fillers))
            weights = _weights_of(filler)
            if not folder.has(case, name, weights=weights):
                folder.add(replace(score_case(case, filler, name=name), weights=weights))
    progress("cells", len(cases) * len(fillers), len(cases) * len(fillers))
    summary = summarise(folder.cells, chosen)
    write_summary(summary, folder.cells, out)
    draw_benchmark(summary, out / "snr.png")
    return summary


def load_fillers(configs: tuple[FillerConfig, ...], *, report: Report) -> Iterator[tuple[str, Interpolator]]:
    """Fillers by name; peers that are not installed are told and left out."""
    for config in configs:
        if config.method in PEERS and (reason := why_no_peers()):
            report(f"skipped {config.name!r}: {reason}")
            continue
        yield config.name, _load_filler(config)


def _load_filler(config: FillerConfig) -> Interpolator:
    load: Callable[..., Interpolator] = load_peer if config.method in PEERS else load_interpolator
    try:
        return load(config.method, **config.options)
    except TypeError as error:
        unknown = re.search(r"unexpected keyword argument '(\w+)'", str(error))
        if not unknown:
            raise
        known = {*inspect.signature(load).parameters, "name", "candidate"} - {"options"}
        filler = load(config.method)
        if is_dataclass(filler):
            known |= {f.name for f in fields(filler)}
        raise ConfigurationError(
            f"Invalid filler {config.name!r}: key {unknown[1]!r} must be known; "
            f"{did_you_mean(unknown[1], sorted(known))}"
        ) from error


def _weights_of(filler: Any) -> str:
    """sha256 of a network's weights, also where something is wrapped around it."""
    while filler is not None:
        if found := getattr(filler, "weights_sha256", None):
            return str(found)
        filler = getattr(filler, "inner", None)
    return ""


def _load_data(
    configs: tuple[DataConfig, ...], *, download: bool, report: Report
) -> Iterator[tuple[str, list[Gather]]]:
    """Gathers by name of the data set; surveys that are not on this machine are told and left out."""
    for config in configs:
        if config.file is not None:
            crop = {"gathers": config.gathers, "samples": config.samples, "trace_rms": config.trace_rms}
            yield config.name, load_file(config.file, **crop)  # type: ignore[arg-type]
            continue
        assert config.survey is not None
        try:
            yield config.name, load_survey(config.survey, download=download)
        except FileAccessError as error:
            report(f"skipped {config.name!r}: {error}")


def _draw_cases(config: BenchmarkConfig, gathers: dict[str, list[Gather]]) -> Iterator[Case]:
    for data, truths in gathers.items():
        for pattern in config.patterns:
            rule = parse_mask(pattern.mask)
            for draw in range(pattern.draws):
                for number, truth in enumerate(truths):
                    live = np.asarray(rule.draw(truth.n_traces, rng=np.random.default_rng(draw))) & truth.live
                    yield Case(data=data, gather=number, pattern=pattern.name, draw=draw, truth=truth, live=live)


def score_case(case: Case, filler: Interpolator, *, name: str) -> Cell:
    """
    Fill one case and score it where traces were hidden.

    Parameters
    ----------
    case : Case
        Truth and what of it is given.
    filler : Interpolator
        Fills it. What it refuses counts as zeros in the primary score.
    name : str
        Of the filler, for the cell.

    Returns
    -------
    Cell
    """
    truth = case.truth
    start = time.perf_counter()
    try:
        answer = filler.fill(replace(truth, live=case.live))
    except SeisfillError as error:  # a filler that cannot begin has refused every trace
        answer = Filled(
            data=truth.data * case.live[:, None],
            filled=np.zeros_like(case.live),
            method=name,
            reasons={int(trace): str(error) for trace in np.flatnonzero(~case.live)},
        )
    seconds = time.perf_counter() - start
    there = truth.live  # a trace that the truth lacks cannot be judged
    d, live, filled = truth.data[there], case.live[there], answer.filled[there]
    e = answer.data[there] if truth.valid is None else np.where(truth.valid, answer.data, truth.data)[there]
    missing, seen = ~live, live | filled
    left = np.flatnonzero(~case.live & there & ~answer.filled)
    places = np.flatnonzero(live)
    every = float(np.diff(places).mean()) if len(places) > 1 else float(len(live))
    return Cell(
        data=case.data,
        gather=case.gather,
        pattern=case.pattern,
        draw=case.draw,
        filler=name,
        snr_db=snr_db(d, e, traces=missing),
        filled_snr_db=snr_db(d, e, traces=missing & filled),
        section_snr_db=section_snr_db(d, e),
        aliased_snr_db=aliased_snr_db(d, e, dt=truth.dt, every=every, traces=missing),
        amplitude_ratio=amplitude_ratio(e[seen], traces=(missing & filled)[seen]),
        n_missing=int(missing.sum()),
        n_left=len(left),
        seconds=round(seconds, 4),
        reason=answer.reasons.get(int(left[0]), "") if len(left) else "",
    )
