"""What a check found, kept beside the unfinished output so that a fill that goes on need not try again."""

from collections.abc import Mapping
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

from seisfill._files import sha256_of
from seisfill.errors import FileAccessError
from seisfill.trust.error_model import ErrorModel
from seisfill.trust.expected import Expectation
from seisfill.trust.quality import Part, Quality
from seisfill.trust.records import KeptTrials, check_path, load_kept, save_trials
from seisfill.workflows.check import SurveyCheck

TABLES = ("by_gather", "by_offset", "by_width", "by_time", "by_octave")


def prepass_path(target: Path) -> Path:
    """
    Where the trials of an unfinished output lie.

    Examples
    --------
    >>> prepass_path(Path("out.sgy")).name
    'out.sgy.prepass.npz'
    """
    return target.with_name(target.name + ".prepass.npz")


def keep_check(check: SurveyCheck, target: Path) -> dict[str, Any]:
    """Write the trials of a check beside the unfinished output; everything else comes back for its journal."""
    path = prepass_path(target)
    path.unlink(missing_ok=True)
    told = {
        "model": asdict(check.model),
        "quality": asdict(check.quality),
        "lift_db": check.expectation.lift_db,
        "coverage": check.coverage,
        "trials": None,
    }
    if check.trials:
        save_trials(path, check.trials, head={}, wider=check.wider, back=check.back)
        told["trials"] = sha256_of(path)
    return told


def restore_check(told: Mapping[str, Any], target: Path) -> SurveyCheck:
    """
    The check that was kept, equal to the last bit in all that a fill takes from it.

    Raises
    ------
    FileAccessError
        If the file of its trials is gone or was changed.
    """
    path = prepass_path(target)
    kept = KeptTrials(head={}, trials=())
    if told["trials"] is not None:
        if not path.is_file() or sha256_of(path) != told["trials"]:
            raise FileAccessError(
                f"Invalid trials {path}: must be as the interrupted fill left them, and are not. Start over with "
                "--force, without --resume."
            )
        kept = load_kept(path)
    quality = dict(told["quality"])
    quality |= {name: tuple(Part(**part) for part in quality[name]) for name in TABLES}
    model: dict[str, Any] = {
        name: tuple(value) if isinstance(value, list) else value for name, value in told["model"].items()
    }
    return SurveyCheck(
        trials=kept.trials,
        expectation=Expectation(trials=kept.trials, lift_db=told["lift_db"]),
        quality=Quality(**quality),
        model=ErrorModel(**model),
        coverage=told["coverage"],
        wider=kept.wider,
        back=kept.back,
    )


def without_trials(check: SurveyCheck) -> SurveyCheck:
    """What a worker needs of a check: the trials are large."""
    return replace(check, trials=(), wider=(), back=(), expectation=replace(check.expectation, trials=()))


def keep_trials(check: SurveyCheck | None, target: Path, head: Mapping[str, Any]) -> None:
    """Write the trials beside the finished output; those of an output that was replaced go."""
    path = check_path(target)
    if check is not None and check.trials:
        told = {"input": head["input"], "summary": head["check"]}
        save_trials(path, check.trials, head=told, wider=check.wider, back=check.back)
    else:
        path.unlink(missing_ok=True)
