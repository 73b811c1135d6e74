"""Input and output of a fill, read side by side as the fill read them: the gathers that its report draws."""

import os
from collections.abc import Sequence
from dataclasses import dataclass, fields, replace
from pathlib import Path
from typing import Any

import numpy as np

from seisfill.errors import FileAccessError, GeometryError
from seisfill.report.gathers import Choice, ShownGather, mask_of
from seisfill.report.traces import TraceTable
from seisfill.segy.index import HeaderIndex
from seisfill.segy.layout import Layout
from seisfill.segy.marks import Sidecar
from seisfill.segy.reader import SegyReader
from seisfill.segy.survey import GatherOptions, map_survey
from seisfill.workflows.score import match_gathers
from seisfill.workflows.strip import open_filled

StrPath = str | os.PathLike[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class FilledPair:
    """Input and output of a fill, read as the fill read them; numbers of gathers are the output's."""

    before: SegyReader
    after: SegyReader
    number: dict[Any, int]  # of each key in the input

    @classmethod
    def open(cls, source: Path, target: Path, notes: Sidecar) -> "FilledPair":
        """Refuse files that do not belong to the sidecar."""
        output = open_filled(target, notes)
        notes.check_marks(output)
        size = source.stat().st_size if source.is_file() else 0
        if size != notes.head["input"]["size"]:
            raise FileAccessError(
                f"Invalid input {source}: must be the file that was filled, {notes.head['input']['size']} bytes, "
                f"found {size}."
            )
        options = notes.head["options"]
        words = options.get("gathers", {})
        told = {field.name: words[field.name] for field in fields(GatherOptions) if field.name in words}
        gathers = GatherOptions(**{**told, "trace_range": _pair_of(told.get("trace_range"))})
        index = HeaderIndex(source, Layout(**{**notes.head["layout"], "warnings": ()}))
        before = SegyReader(index=index, survey=map_survey(index, gathers), dead=options.get("dead", "auto"))
        after = SegyReader(index=output, survey=map_survey(output), dead="none")
        number = {key.item(): n for n, key in enumerate(before.survey.gather_keys)}
        return cls(before=before, after=after, number=number)

    def read(self, number: int, table: TraceTable) -> ShownGather:
        """One gather before and after, by its number in the output."""
        key = self.after.survey.gather_keys[number].item()
        old, new = self.before.read(self.number[key]).gather, self.after.read(number).gather
        if old.data.shape != new.data.shape:
            raise GeometryError(
                f"Invalid gather {key} of {self.after.index.path}: must have {old.n_traces} places, as the fill made "
                f"it, found {new.n_traces}. Keep the sidecar beside it."
            )
        return ShownGather(
            key=key,
            word="",
            keys=self.after.survey.axis.keys(number, np.arange(new.n_traces)),
            before=old.data,
            after=new.data,
            live=old.live,
            new=mask_of(table, number, new.n_traces),
            dt=new.dt,
            t0=new.t0,
        )


def _pair_of(values: Sequence[float] | None) -> tuple[float, float] | None:
    return None if values is None else (values[0], values[1])


def read_shown(
    pair: FilledPair, table: TraceTable, chosen: Sequence[Choice], *, truth: StrPath | None, sigma: StrPath | None
) -> list[ShownGather]:
    """What is drawn of each chosen gather."""
    shown = []
    for choice in chosen:
        gather = replace(pair.read(choice.number, table), word=choice.word, snr_db=choice.snr_db)
        shown.append(replace(gather, sigma=_sigma_of(pair, table, gather, choice.number)))
    if sigma is not None:
        index = HeaderIndex(Path(sigma), pair.after.layout)
        volume = SegyReader(index=index, survey=pair.after.survey, dead="none")
        shown = [
            replace(gather, sigma=volume.read(choice.number).gather.data)
            for gather, choice in zip(shown, chosen, strict=True)
        ]
    if truth is not None:
        wanted = {gather.key for gather in shown}
        items = match_gathers(Path(truth), pair.after.index.path, decimated=None)
        known = {item.key: item.truth for item in items if item.key in wanted}
        shown = [
            replace(gather, truth=known[gather.key])
            if gather.key in known and known[gather.key].shape == gather.after.shape
            else gather
            for gather in shown
        ]
    return shown


def _sigma_of(pair: FilledPair, table: TraceTable, gather: ShownGather, number: int) -> np.ndarray | None:
    """The sidecar's predicted error of each trace, the same at all its samples."""
    here = (table.group == number) & table.new & np.isfinite(table.error)
    if not here.any():
        return None
    sigma = np.zeros_like(gather.after)
    sigma[table.place[here]] = table.error[here, None]
    return sigma


def read_text_header(index: HeaderIndex) -> str:
    """The text header of a file in lines of 80; empty where it has none."""
    layout = index.layout
    if layout.text_encoding is None:
        return ""
    with index.path.open("rb") as file:
        text = file.read(3200).decode("cp037" if layout.text_encoding == "ebcdic" else "latin-1")
    plain = "".join(letter if letter.isprintable() else " " for letter in text)
    return "\n".join(plain[start : start + 80].rstrip() for start in range(0, len(plain), 80)).rstrip()
