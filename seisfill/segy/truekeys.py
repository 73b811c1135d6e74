"""What the sidecar of a filled file knows of its keys: which words they are, and those that no header can hold."""

import json
import warnings
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from seisfill.errors import MarkError, SeisfillWarning
from seisfill.segy.fields import find_field
from seisfill.segy.index import HeaderIndex
from seisfill.segy.keys import GatherKeys
from seisfill.segy.marks import Sidecar, sidecar_path
from seisfill.segy.sidecar_rules import check_head


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class TrueKeys:
    """
    Keys of a filled file by its sidecar.

    Parameters
    ----------
    gather_keys : GatherKeys
        The header words that the file was filled by; a rule may find others, for new traces repeat words of old ones.
    step : float, optional
        Key difference between neighbouring places, where headers do not tell it.
    output : int64 array, shape (n,)
        Numbers of the traces whose headers do not hold their key: it lies between two whole numbers.
    key : float64 array, shape (n,)
        Their keys.
    """

    gather_keys: GatherKeys
    step: float | None
    output: np.ndarray
    key: np.ndarray

    @classmethod
    def beside(cls, index: HeaderIndex) -> "TrueKeys | None":
        """
        Those of the sidecar that lies beside a file; None where there is none that belongs to it.

        Warns
        -----
        SeisfillWarning
            If keys are missing because the sidecar is damaged, or the marks are not where it says.
        """
        path = sidecar_path(index.path)
        head = _head(path)
        if not _belongs(head, index):
            return None
        told, dialect = head["keys"], index.layout.dialect
        keys = GatherKeys(
            kind=told["kind"],
            gather=None if told["gather"] is None else find_field(told["gather"], dialect=dialect),
            trace=find_field(told["trace"], dialect=dialect),
            reason=f"the sidecar {path.name}",
        )
        if not told.get("fractions"):
            return cls(gather_keys=keys, step=None, output=np.zeros(0, dtype=np.int64), key=np.zeros(0))
        try:
            notes = Sidecar.read(path)
            notes.check_marks(index)
        except MarkError as error:
            message = f"Keys in headers are believed, not those of the sidecar. {error}"
            warnings.warn(message, SeisfillWarning, stacklevel=4)
            return None
        output, key = notes.keys()
        return cls(gather_keys=keys, step=told["step"], output=output, key=key)

    def put_into(self, column: np.ndarray) -> np.ndarray:
        """The keys of all traces, given those in their headers: array of shape (n_traces,)."""
        if not len(self.output):
            return column
        keys = column.astype(np.float64)
        keys[self.output] = self.key
        return keys


def _head(path: Path) -> dict[str, Any]:
    """The first line of a sidecar; nothing where there is none that can be read."""
    try:
        with path.open("rb") as file:
            head: dict[str, Any] = json.loads(file.readline())
        check_head(head)
    except (OSError, ValueError, RecursionError):
        return {}
    return head


def _belongs(head: dict[str, Any], index: HeaderIndex) -> bool:
    """Whether a sidecar was written with a file of this layout and length."""
    layout = index.layout
    try:
        told = head["layout"]
        same = (told["dialect"], told["n_samples"], told["format_code"], told["byte_order"])
        return (*same, head["output"]["n_traces"]) == (
            layout.dialect,
            layout.n_samples,
            layout.format_code,
            layout.byte_order,
            index.n_traces,
        )
    except (KeyError, TypeError):
        return False
