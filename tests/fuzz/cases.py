"""A case: a good file, its changes and what the user says; drawn from a seed, saved as a line of JSON, shrunk."""

import json
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from random import Random
from typing import Any

from seisfill.segy.samples import FORMATS
from tests.fuzz.mutations import Mutation, draw_mutations, mutated
from tests.fuzz.seeds import all_seeds, seed

SAVED = Path(__file__).parent / "cases"
SAYS = 0.1  # share of cases in which the user says something about the layout, and of those with words on gathers


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """
    One mutated file.

    Parameters
    ----------
    start : str
        Name of the good file.
    mutations : tuple of Mutation
        What happens to it.
    layout, gathers : dict
        What the user says: arguments of `LayoutOptions` and of `GatherOptions`.
    fills : bool
        Whether it is filled and stripped too, not only read.
    """

    start: str
    mutations: tuple[Mutation, ...]
    layout: dict[str, Any] = field(default_factory=dict)
    gathers: dict[str, Any] = field(default_factory=dict)
    fills: bool = False

    def raw(self) -> bytes:
        """The file."""
        return mutated(seed(self.start), self.mutations)

    def as_line(self) -> str:
        """JSON of it."""
        return json.dumps(asdict(self))

    @classmethod
    def of_line(cls, line: str) -> "Case":
        """Inverse of `as_line`."""
        told = json.loads(line)
        return cls(**{**told, "mutations": tuple(Mutation(**one) for one in told["mutations"])})


def draw_case(seed_number: int, number: int, *, filled: float) -> Case:
    """The case of that number: the same on every machine that has the same good files."""
    rng = Random(f"{seed_number}/{number}")
    start = rng.choice(sorted(all_seeds()))
    mutations = draw_mutations(rng)
    layout = _layout_words(rng) if rng.random() < SAYS else {}
    gathers = _gather_words(rng) if rng.random() < SAYS else {}
    return Case(start=start, mutations=mutations, layout=layout, gathers=gathers, fills=rng.random() < filled)


def _layout_words(rng: Random) -> dict[str, Any]:
    """One thing that a user may say of a layout, right or wrong."""
    return rng.choice(
        (
            {"format": rng.choice(sorted(FORMATS))},
            {"n_samples": rng.choice((1, 15, 16, 17, 75, 2**31))},
            {"byte_order": rng.choice(("big", "little"))},
            {"text_encoding": rng.choice(("ebcdic", "ascii"))},
            {"dt": rng.choice((0.002, 1e-300, 1e300))},
            {"t0": rng.choice((0.0, -1.5, 1e300))},
            {"salvage": True},
            {"salvage": True, "n_samples": 16},
        )
    )


def _gather_words(rng: Random) -> dict[str, Any]:
    """One thing that a user may say of gathers, right or wrong; bytes 181 and on are floats in SU."""
    return rng.choice(
        (
            {"gather": rng.choice(("shot", "receiver", "cdp", "inline", "crossline", "line"))},
            {"gather": "line", "trace": rng.choice(("offset", "tracl", "d1", "f2", "1", "237", "cdp", "dt"))},
            {"trace": rng.choice(("offset", "tracf", "gx"))},
            {"trace_step": rng.choice((0.5, 1, 2, 106.68, 1e-12, 1e300))},
            {"trace_range": rng.choice(([0, 14], [-5, 3], [1, 1e300], [-1e18, 1e18], [100, 113]))},
            {"densify": rng.choice((2, 3, 4))},
        )
    )


def shrunk(case: Case, fails: Callable[[Case], bool]) -> Case:
    """The case without the changes and words that its failure does not need."""
    for simpler in _simpler(case):
        if fails(simpler):
            return shrunk(simpler, fails)
    return case


def _simpler(case: Case) -> Iterator[Case]:
    """Cases with one thing less."""
    if case.layout:
        yield replace(case, layout={})
    if case.gathers:
        yield replace(case, gathers={})
    if case.fills:
        yield replace(case, fills=False)
    for left_out in range(len(case.mutations)):
        yield replace(case, mutations=case.mutations[:left_out] + case.mutations[left_out + 1 :])


def saved_cases() -> dict[str, Case]:
    """Cases that failed once, by the name of their file; those of field files only where they lie here."""
    cases = {path.stem: Case.of_line(path.read_text()) for path in sorted(SAVED.glob("*.json"))}
    return {name: case for name, case in cases.items() if case.start in all_seeds()}
