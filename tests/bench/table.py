"""Print the table of a bench as Markdown: ``python -m tests.bench.table runs/bench.json``."""

import json
import sys
from pathlib import Path


def table(results: dict) -> str:
    """
    One row for each measurement: what, the shortest of its times, and what else it tells.

    Examples
    --------
    >>> machine = {"cpu": {"brand_raw": "a processor", "count": 2}, "python_version": "3.12"}
    >>> done = {"stats": {"min": 0.5, "max": 0.75, "rounds": 3}, "extra_info": {"what": "fill", "times cp": 1.25}}
    >>> print(table({"machine_info": machine, "datetime": "2026-11-23T10:00:00", "benchmarks": [done]}))
    a processor, 2 cores, Python 3.12; 2026-11-23
    <BLANKLINE>
    | what | shortest s | longest s | runs | besides |
    | --- | ---: | ---: | ---: | --- |
    | fill | 0.50 | 0.75 | 3 | times cp 1.25 |
    """
    machine = results["machine_info"]
    lines = [
        f"{machine['cpu']['brand_raw']}, {machine['cpu']['count']} cores, Python {machine['python_version']}; "
        f"{results['datetime'][:10]}",
        "",
        "| what | shortest s | longest s | runs | besides |",
        "| --- | ---: | ---: | ---: | --- |",
    ]
    for done in results["benchmarks"]:
        told = dict(done["extra_info"])
        what, stats = told.pop("what"), done["stats"]
        besides = ", ".join(f"{name} {value:.3g}" for name, value in told.items())
        lines.append(f"| {what} | {stats['min']:.2f} | {stats['max']:.2f} | {stats['rounds']} | {besides} |")
    return "\n".join(lines)


if __name__ == "__main__":
    print(table(json.loads(Path(sys.argv[1]).read_text())))
