"""The rows of the house (DESIGN, section 1): imports point down, and siblings in a row do not import each other."""

import ast
import graphlib
from pathlib import Path

import pytest

HOUSE = Path(__file__).parents[1] / "seisfill"
ROWS = [
    ["cli"],
    ["workflows"],
    ["config"],
    ["report"],
    ["trust"],
    ["training", "interpolators"],
    ["nn", "synthetic", "segy", "plotting", "datasets"],
    ["patches", "moveout", "masks", "metrics"],
    ["neighbours"],
    ["_arrays"],
    ["gather"],
    ["geometry"],
    ["_checks", "_files", "_plain", "_threads"],
    ["errors"],
]
OUTSIDE = {"", "_version"}  # the front door, and the number on it
ROW_OF = {room: number for number, row in enumerate(ROWS) for room in row}
FILES = sorted(HOUSE.rglob("*.py"))


def dotted(path):
    """Module name below seisfill: ``nn.unet``; the front door is empty."""
    return ".".join(path.relative_to(HOUSE).with_suffix("").parts).removesuffix("__init__").removesuffix(".")


MODULES = {dotted(path) for path in FILES}


def imports(source):
    """Modules below seisfill that a source imports, anywhere in it, with the line."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            names = ["."] if node.level else [f"{node.module}.{alias.name}" for alias in node.names]
        else:
            continue
        for name in names:
            if name.startswith("."):
                yield name, node.lineno
            elif name.split(".")[0] == "seisfill":
                yield nearest_module(name.removeprefix("seisfill").removeprefix(".")), node.lineno


def nearest_module(name):
    """The module that a dotted name stands for or lives in."""
    while name and name not in MODULES:
        name = name.rpartition(".")[0]
    return name


def complaint(importer, imported):
    """Why one module must not import the other, or None."""
    here, there = importer.split(".")[0], imported.split(".")[0]
    if imported.startswith("."):
        return "must be absolute"
    if imported == "":
        return "must not come through the front door"
    if there in OUTSIDE or here == there:
        return None
    if there not in ROW_OF:
        return f"{there} stands in no row of the house"
    if ROW_OF[there] <= ROW_OF[here]:
        return "must point down"
    return None


def test_the_rule_tells_right_from_wrong():
    assert complaint("training.loop", "nn.unet") is None
    assert complaint("synthetic.events", "synthetic.random") is None
    assert complaint("nn.unet", "training.loop") == "must point down"
    assert complaint("training.loop", "interpolators.base") == "must point down"
    assert complaint("masks", "") == "must not come through the front door"
    assert complaint("masks", ".") == "must be absolute"
    assert complaint("nn.unet", "_version") is None


def test_imports_are_found_wherever_they_hide():
    source = "import seisfill.nn.unet as u\ndef f():\n    from seisfill import masks, Gather\n    from . import x\n"
    assert list(imports(source)) == [("nn.unet", 1), ("masks", 3), ("", 3), (".", 4)]


@pytest.mark.parametrize("path", FILES, ids=dotted)
def test_imports_point_down(path):
    here = dotted(path)
    if here in OUTSIDE:
        return
    assert here.split(".")[0] in ROW_OF, "give it a place in a row of the house"
    wrong = [
        f"line {line}: {there} {why}"
        for there, line in imports(path.read_text(encoding="utf-8"))
        if (why := complaint(here, there))
    ]
    assert not wrong


def test_no_modules_import_each_other_in_a_circle():
    graph = {dotted(path): {name for name, _ in imports(path.read_text(encoding="utf-8"))} for path in FILES}
    del graph[""]
    graphlib.TopologicalSorter({name: below - {name} for name, below in graph.items()}).prepare()


WITH_TORCH = {"batches", "windowed", "prediction", "pocs", "rank", "alft"}


def test_only_the_network_among_the_fillers_knows_networks_and_only_batched_ones_torch():
    for path in sorted((HOUSE / "interpolators").glob("*.py")):
        found = {name.split(".")[0] for name, _ in imports(path.read_text(encoding="utf-8").split("\ndef ")[0])}
        imported = {
            name.split(".")[0]
            for node in ast.parse(path.read_text(encoding="utf-8")).body
            if isinstance(node, (ast.Import, ast.ImportFrom))
            for name in ([alias.name for alias in node.names] if isinstance(node, ast.Import) else [node.module or ""])
        }
        assert path.stem == "network" or "nn" not in found, path.name
        assert path.stem in WITH_TORCH or "torch" not in imported, path.name
