"""Weights that a fill adapts to its input first: made once, and found again when the fill goes on or is repeated."""

import json
import os
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

from seisfill._files import sha256_of
from seisfill.errors import InvalidParameterError
from seisfill.nn.weights import DEFAULT, find_weights
from seisfill.workflows.adapt import AdaptOptions, adapt_file, what_decides
from seisfill.workflows.fill import Progress, refuse_unfinished, silent
from seisfill.workflows.fill_files import adapted_path
from seisfill.workflows.journal import Journal


def weights_for_fill(
    source: str | os.PathLike[str],
    target: str | os.PathLike[str],
    *,
    weights: str | Path = DEFAULT,
    device: str = "auto",
    options: AdaptOptions | None = None,
    resume: bool = False,
    progress: Progress = silent,
) -> tuple[Path, str]:
    """
    Adapt a network to a file that is to be filled, unless that was done before.

    An interrupted fill goes on with the weights that its journal names, whatever else lies there. Where there is no
    journal yet, weights that lie there are taken if their card says that the same adaptation made them, with the same
    settings and of the same file by its sha256; others are in the way.

    Parameters
    ----------
    source, target : path
        Input and output of the fill; ``OUT.adapted.safetensors`` keeps the weights.
    weights : str or Path
        What to begin with: a shipped name or a file.
    device : {'auto', 'cpu', 'cuda'}
        Where to compute.
    options : AdaptOptions, optional
        What the user says; with ``force``, weights are made anew unless the fill goes on.
    resume : bool
        Whether the fill goes on with what an interrupted one left.
    progress : callable
        Told stage, done and total.

    Returns
    -------
    weights : Path
        Of the fill; those of the start where they were not bettered.
    said : str
        How they came about, in words.

    Raises
    ------
    SeisfillError
        As `adapt_file` does, and if another fill of the output runs, one was left half done and nobody says what to do
        about it, or the weights that it began with are gone.
    """
    source, target, options = Path(source), Path(target), options or AdaptOptions()
    path, start = adapted_path(target), find_weights(weights)
    with Journal(target) as journal:  # a fill that runs or may go on needs the weights that lie there
        refuse_unfinished(journal, resume=resume, force=options.force)
        if resume and journal.head is not None:
            return _as_begun(journal.head, target, (path, start)), "the weights that the interrupted fill began with"
        card = _card_of(path)
        asked = what_decides(start, device=device, options=options)
        is_ours = card.get("asked") == asked and card.get("file_sha256") == sha256_of(source)
        if is_ours and path.is_file() and sha256_of(path) == card.get("sha256") and (resume or not options.force):
            return path, "adapted to this file before"
        force = options.force or (is_ours and not path.exists())  # a card that was left alone
        options = replace(options, force=force)
        done = adapt_file(source, path, weights=start, device=device, options=options, progress=progress)
    said = f"{done.before:.2f} dB before, {done.after:.2f} dB after on {done.n_apart} live traces kept apart"
    if done.weights is not None:
        return done.weights, said
    old = f"; {path.name} is of an earlier fill, and is not used" if path.exists() else ""
    return start, f"{said}: not better, so the weights are as they were{old}"


def _as_begun(head: dict[str, Any], target: Path, candidates: tuple[Path, ...]) -> Path:
    """Those of some weights that the journal of an interrupted fill names."""
    wanted = set(_weights_of(head.get("filler")))
    for path in candidates:
        if path.is_file() and sha256_of(path) in wanted:
            return path
    told = ", ".join(f"sha256 {word[:12]}..." for word in sorted(wanted)) or "none at all"
    raise InvalidParameterError(
        f"Invalid --resume of {target}: must go on with the weights that it began with ({told}), and neither "
        f"{' nor '.join(path.name for path in candidates)} is that. Put them back, or start over with --force, without "
        "--resume."
    )


def _weights_of(told: Any) -> Iterator[str]:
    """Every sha256 of weights in what a fingerprint tells of a filler."""
    if isinstance(told, dict):
        found = told.get("weights_sha256")
        yield from [found] if isinstance(found, str) else []
    for inner in told.values() if isinstance(told, dict) else told if isinstance(told, list) else ():
        yield from _weights_of(inner)


def _card_of(path: Path) -> dict[str, Any]:
    """The card beside weights; nothing where there is none that can be read."""
    try:
        card = json.loads(path.with_suffix(".json").read_text())
    except (OSError, ValueError, RecursionError):
        return {}
    return card if isinstance(card, dict) else {}
