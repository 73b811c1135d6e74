"""`seisfill weights`: what is shipped, and whether its bytes are right."""

from pathlib import Path
from typing import Annotated, Any

import typer

from seisfill.cli import console as c
from seisfill.cli import options as o


def command(
    name: Annotated[str | None, typer.Argument(help="Shipped name or file; all that is shipped if left out.")] = None,
    gates: Annotated[
        Path | None, typer.Option("--gates", help="Draw where the gates are open: .png, .pdf or .svg.")
    ] = None,
    as_json: o.Json = False,
) -> None:
    """List network weights with their cards, and verify that the bytes are those of the card."""
    from seisfill.errors import WeightsError
    from seisfill.workflows.weights import check_weights, list_weights, plot_gates

    found = list_weights() if name is None else [check_weights(name)]
    good = [weights for weights in found if not isinstance(weights, WeightsError)]
    if as_json:
        c.print_json([{"name": w.name, "path": str(w.path), "bytes": w.n_bytes, **w.card} for w in good])
    else:
        rows = [_row(weights) for weights in good]
        c.table("", ["name", "parameters", "MB", "step", "hours", "licence", "sha256", "scores"], rows)
    for weights in found:
        if isinstance(weights, WeightsError):
            raise weights
    if gates is not None:
        for weights in good:
            where = gates if name is not None else gates.with_stem(f"{gates.stem}_{weights.name}")
            c.say(f"{plot_gates(weights.path, where)}: gates of {weights.name}")


def _row(weights: Any) -> list[str]:
    """Cells of the table, as far as the card has them."""
    card = weights.card
    scores = card.get("scores")
    if isinstance(scores, dict):
        scores = ", ".join(f"{key} {value}" for key, value in scores.items() if key not in ("what", "step"))
    told = [card.get("step"), card.get("hours"), card.get("licence"), str(card.get("sha256"))[:12], scores]
    cells = ["" if cell is None else str(cell) for cell in told]
    return [weights.name, f"{weights.n_parameters:,}", f"{weights.n_bytes / 1e6:.1f}", *cells]
