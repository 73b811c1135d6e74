"""Prints docs/faults.md: every fault, what happens, and the test that shows it."""

import importlib
from pathlib import Path

from tests.faults import ANSWERS, FAULTS, Answer

TESTS = Path(__file__).parents[1]
HEAD = """# What goes wrong, and what seisfill does then

Each row is a fault of a file or of a machine, what happens, and the test that shows it. *Refused* is exit code 2 with
one line on the standard error, no output, and the input as it was. A *warning* is one such line while the fill goes on.
The command `python -m tests.faults` writes this page from the tests, and a test compares the two.
"""


def load_tests() -> None:
    """Import every test file that answers a fault, so that its answers are known."""
    for path in sorted(TESTS.rglob("test_*.py")):
        if "from tests.faults import" in path.read_text(encoding="utf-8"):
            importlib.import_module(".".join(path.relative_to(TESTS.parent).with_suffix("").parts))


def missing() -> list[str]:
    """Faults that no test answers."""
    answered = {answer.name for answer in ANSWERS}
    return [name for names in FAULTS.values() for name in names if name not in answered]


def page() -> str:
    """The whole page."""
    parts = [HEAD]
    for part, names in FAULTS.items():
        rows = [_row(name, [a for a in ANSWERS if a.name == name]) for name in names]
        parts.append(f"## {part}\n\n| fault | what happens | test |\n|---|---|---|\n" + "\n".join(rows) + "\n")
    return "\n".join(parts)


def _row(name: str, answers: list[Answer]) -> str:
    if not answers:
        return f"| {name} | **no test yet** | |"
    said = "<br>".join(dict.fromkeys(answer.what_happens.replace("|", "\\|") for answer in answers))
    tests = "<br>".join(dict.fromkeys(_named(answer.test) for answer in answers))
    return f"| {name} | {said} | {tests} |"


def _named(test: str) -> str:
    path, _, name = test.partition("::")
    return f"[{name}](../{path})"


if __name__ == "__main__":
    load_tests()
    print(page(), end="")
