"""What a training leaves to look at: JSON lines, a picture of every validation sheet, TensorBoard where asked for."""

import json
from pathlib import Path
from typing import Any

import numpy as np
from matplotlib.figure import Figure

from seisfill.errors import ConfigurationError
from seisfill.plotting import Frame, clip_of, new_figure, plot_section, save_figure
from seisfill.training.validation import Example, Sheet
from seisfill.workflows.training_curves import draw_curves


class TrainingLog:
    """
    Writes ``log.jsonl``, ``validation.jsonl``, ``validation.png``, ``loss.png`` and, where asked for, ``tensorboard``.

    Parameters
    ----------
    out : Path
        Where to.
    step : int
        Where the training stands; rows of later steps, from after the checkpoint that was taken up, are dropped.
    tensorboard : bool
        Whether TensorBoard is written too.

    Raises
    ------
    ConfigurationError
        If TensorBoard is asked for and not installed.
    """

    def __init__(self, out: Path, *, step: int, tensorboard: bool = False) -> None:
        self.out = out
        self.board = open_board(out / "tensorboard", step=step) if tensorboard else None
        self._behind = False  # whether the curves lack a row
        for name in ("log.jsonl", "validation.jsonl"):
            kept = [row for row in read_rows(out / name) if row["step"] <= step]
            (out / name).write_text("".join(json.dumps(row) + "\n" for row in kept))

    def row(self, row: dict[str, Any]) -> None:
        """Write a row of the loop."""
        self._append("log.jsonl", row)
        self._behind = True
        self._tell_board(row["step"], {f"train/{k}": v for k, v in row.items() if k not in ("step", "seconds")})

    def sheet(self, step: int, sheet: Sheet) -> None:
        """Write the rows of a validation sheet, and draw its examples."""
        for row in sheet.rows:
            self._append("validation.jsonl", {"step": step, **row})
        told = {f"validation/{row['set']}, {row['pattern']}": row["snr_db"] for row in sheet.rows}
        self._tell_board(step, {**{k: v for k, v in told.items() if v is not None}, "validation/mean": sheet.mean_db})
        figure = draw_examples(sheet.examples, title=f"step {step}, mean SNR on missing samples {sheet.mean_db:.2f} dB")
        save_figure(figure, self.out / "validation.png")
        self._draw_curves()
        if self.board is not None:
            self.board.add_figure("validation", figure, step, close=False)

    def close(self) -> None:
        """Finish what is still being written, and draw the curves to their end."""
        if self._behind:
            self._draw_curves()
        if self.board is not None:
            self.board.close()

    def _draw_curves(self) -> None:
        """Replace ``loss.png`` by all that is in the folder now."""
        rows, sheets = (read_rows(self.out / name) for name in ("log.jsonl", "validation.jsonl"))
        self._behind = False
        if rows:
            title = f"{self.out.name}, {rows[-1]['step']} steps"
            save_figure(draw_curves(rows, sheets, title=title), self.out / "loss.png")

    def _append(self, name: str, row: dict[str, Any]) -> None:
        with (self.out / name).open("a") as file:
            file.write(json.dumps(row) + "\n")

    def _tell_board(self, step: int, numbers: dict[str, float]) -> None:
        if self.board is not None:
            for name, value in numbers.items():
                self.board.add_scalar(name, value, step)


def open_board(folder: Path, *, step: int) -> Any:
    """Writer of TensorBoard's files, which forgets what was written after *step*."""
    try:
        from torch.utils.tensorboard import SummaryWriter
    except ImportError as error:
        raise ConfigurationError(
            f"Invalid option --tensorboard: must find the package tensorboard ({error}). "
            "Install it by pip install 'seisfill[train]', or drop the option; log.jsonl holds the same numbers."
        ) from error
    return SummaryWriter(str(folder), purge_step=step + 1)


def read_rows(path: Path) -> list[dict[str, Any]]:
    """Rows of a file of JSON lines; none where it is absent, and a line that was cut short is left out."""
    rows = []
    for line in path.read_text().splitlines() if path.exists() else ():
        try:
            rows.append(json.loads(line))
        except ValueError:
            continue
    return rows


def last_scores(out: Path) -> dict[str, Any] | None:
    """Mean over the patterns of the last validation sheet, set by set, for a card; None where there is no sheet."""
    rows = read_rows(out / "validation.jsonl")
    if not rows:
        return None
    rows = [row for row in rows if row["step"] == rows[-1]["step"] and row["snr_db"] is not None]
    sets: dict[str, list[float]] = {}
    for row in rows:
        sets.setdefault(row["set"], []).append(row["snr_db"])
    means = {name: round(float(np.mean(values)), 2) for name, values in sets.items()}
    return {
        "what": "SNR on missing traces [dB], mean over patterns, validation.jsonl",
        "step": rows[-1]["step"],
        **means,
    }


def draw_examples(examples: tuple[Example, ...], *, title: str) -> Figure:
    """A row for each example: input, filled, truth and their difference, at one clip."""
    figure = new_figure(11, 1.9 * len(examples) + 0.4)
    figure.suptitle(title, fontsize=9)
    for line, (example, row) in enumerate(zip(examples, figure.subplots(len(examples), 4, squeeze=False), strict=True)):
        holed = np.where(example.live[:, None], example.truth, np.nan)
        panels = {
            "input": holed,
            "filled": example.filled,
            "truth": example.truth,
            "truth minus filled": example.truth - example.filled,
        }
        clip = clip_of(example.truth)
        for column, (axes, (name, data)) in enumerate(zip(row, panels.items(), strict=True)):
            title = example.title if column == 0 else name
            plot_section(data, Frame(dt=1.0, live=example.live), clip=clip, title=title, ax=axes)
            axes.set_ylabel("sample" if column == 0 else "", fontsize=7)
            axes.set_xlabel("trace" if line == len(examples) - 1 else "", fontsize=7)
            axes.title.set_fontsize(7)
            axes.tick_params(labelsize=6)
    return figure
