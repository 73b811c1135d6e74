"""What an ablation leaves behind as it goes: its base, and a folder for each training with the scores at its end."""

import json
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from seisfill._version import __version__
from seisfill.errors import ConfigurationError
from seisfill.workflows.ablation_config import AblationConfig, Variant
from seisfill.workflows.benchmark_folder import write_json
from seisfill.workflows.benchmark_summary import mean_finite

HEAD, SCORES, FAILURE = "ablation.json", "scores.json", "failure.txt"


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """
    What one training came to.

    Parameters
    ----------
    variant : str
        Name of the variant.
    seed : int
        Of the training; 0 for the base before it.
    told : dict
        Configuration of the variant as plain values.
    parameters : int
        Of the network.
    flops : float
        Operations of the convolutions that fill one patch [FLOP].
    seconds : float
        Wall-clock time of the training.
    rows : tuple of dict
        Of the validation sheet: ``set``, ``pattern``, ``snr_db``, ``linear_db`` and, with guides, ``guided_db``.
    """

    variant: str
    seed: int
    told: dict[str, Any]
    parameters: int
    flops: float
    seconds: float
    rows: tuple[dict[str, Any], ...]

    @property
    def mean_db(self) -> float:
        """Mean SNR over the rows that have one [dB]."""
        return mean_finite([row["snr_db"] for row in self.rows if row["snr_db"] is not None])


class AblationFolder:
    """
    Folder of an ablation.

    Parameters
    ----------
    path : Path
        Where it is; made if it is not there.
    config : AblationConfig
        What is compared.
    resume : bool
        Take up what it holds.

    Raises
    ------
    ConfigurationError
        If it holds an ablation and *resume* is not given, the other way round, or one of another base, of other surveys
        or of a variant that has changed since.
    """

    def __init__(self, path: Path, config: AblationConfig, *, resume: bool) -> None:
        self.path, self.config = path, config
        head = {"made_by": f"seisfill {__version__}", "base": config.base.told, "surveys": list(config.surveys)}
        if (path / HEAD).exists() != resume:
            rule = "hold no ablation yet. Add --resume" if not resume else f"hold {HEAD} to resume from. Drop --resume"
            raise ConfigurationError(f"Invalid folder {path}: must {rule}, or take another --out.")
        found = _read(path / HEAD) if resume else head
        if changed := [what for what, told in head.items() if found.get(what) != told]:
            raise ConfigurationError(
                f"Invalid folder {path}: must hold an ablation of this base to resume, and differs in "
                f"{', '.join(changed)}. Take another --out, or the configuration that it was begun with."
            )
        path.mkdir(parents=True, exist_ok=True)
        write_json(path / HEAD, head)
        runs = [(config.untrained, 0), *((variant, seed) for variant in config.variants for seed in config.seeds)]
        self.results = [result for variant, seed in runs if (result := self._finished(variant, seed)) is not None]

    def place(self, variant: Variant, seed: int) -> Path:
        """Folder of one training."""
        return self.path / variant.name / f"seed-{seed}"

    def has(self, variant: Variant, seed: int) -> bool:
        """Whether a training is finished."""
        return any((result.variant, result.seed) == (variant.name, seed) for result in self.results)

    def add(self, result: Result) -> None:
        """Record a finished training."""
        place = self.path / result.variant / f"seed-{result.seed}"
        place.mkdir(parents=True, exist_ok=True)
        write_json(place / SCORES, asdict(result))
        (place / FAILURE).unlink(missing_ok=True)
        self.results.append(result)

    def note_failure(self, variant: Variant, seed: int, reason: str) -> None:
        """Leave the reason beside whatever a training had come to."""
        place = self.place(variant, seed)
        place.mkdir(parents=True, exist_ok=True)
        (place / FAILURE).write_text(reason, encoding="utf-8")

    def _finished(self, variant: Variant, seed: int) -> Result | None:
        """Result of a training that is in the folder already."""
        path = self.place(variant, seed) / SCORES
        if not path.exists():
            return None
        told = _read(path)
        if told["told"] != variant.told:
            raise ConfigurationError(
                f"Invalid variant {variant.name!r}: must be what {path} was made from, and has changed. Give it "
                "another name, or remove its folder."
            )
        return Result(**{**told, "rows": tuple(told["rows"])})


def _read(path: Path) -> dict[str, Any]:
    return dict(json.loads(path.read_text(encoding="utf-8")))
