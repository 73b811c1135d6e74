"""How a fill was made, by the head of its sidecar: files, hashes, method, options."""

from collections.abc import Mapping
from typing import Any

from seisfill.report.page import Table


def settings_of(head: Mapping[str, Any], *, verdict: str) -> tuple[Table, ...]:
    """What the sidecar's head says of files, method and options."""
    layout, keys = head["layout"], head["keys"]
    files = [
        ("input", head["input"]["name"]),
        ("input, sha256", head["input"]["sha256"]),
        ("input, traces", f"{head['input']['n_traces']:,}"),
        ("output", head["output"]["name"]),
        ("output, traces", f"{head['output']['n_traces']:,}"),
        ("recorded traces", verdict),
        (
            "mark of filled traces",
            "none" if head["mark"] is None else f"{head['mark']['value']:#x} at byte {head['mark']['byte']}",
        ),
        (
            "layout",
            f"{layout['dialect']} rev {layout['revision']}, format {layout['format_code']}, "
            f"{layout['n_samples']} samples of {1000 * layout['dt']:g} ms",
        ),
        ("gathers", f"{keys['kind']}: {keys['gather'] or 'whole file'} by {keys['trace']}, step {keys['step']:g}"),
    ]
    made = [("seisfill", head["version"]), ("filler", head["method"])]
    made += [("weights, sha256", head["weights_sha256"])] if head.get("weights_sha256") else []
    made += [(f"option {name}", value) for name, value in _flat(head["options"])]
    return (
        Table(title="Files", columns=("what", "value"), rows=tuple((a, str(b)) for a, b in files)),
        Table(title="Method and options", columns=("what", "value"), rows=tuple((a, str(b)) for a, b in made)),
    )


def _flat(options: Mapping[str, Any], start: str = "") -> list[tuple[str, str]]:
    """
    Options that were given, nested ones with a dot.

    Examples
    --------
    >>> _flat({"seed": 0, "gathers": {"trace": None, "densify": 2}, "guides": []})
    [('seed', '0'), ('gathers.densify', '2')]
    """
    found = []
    for name, value in options.items():
        if isinstance(value, Mapping):
            found += _flat(value, f"{start}{name}.")
        elif value is not None and value != []:
            found.append((start + name, str(value)))
    return found
