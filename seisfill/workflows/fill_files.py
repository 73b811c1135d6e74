"""Which files a fill reads and which it writes: no two of them may be one, and nothing that lies there is lost."""

from collections.abc import Iterator
from pathlib import Path

from seisfill.errors import FileAccessError
from seisfill.segy.files import check_target, partial_path
from seisfill.segy.marks import sidecar_path
from seisfill.trust.records import check_path
from seisfill.workflows.fill_options import FillOptions
from seisfill.workflows.guides import parse_guide
from seisfill.workflows.journal import journal_path, peek
from seisfill.workflows.prepass import prepass_path

Named = list[tuple[str, Path]]  # files under words that a user knows


def along_path(target: Path) -> Path:
    """
    Where the estimates along the other axis of a volume lie while it is filled, under the partial name of this.

    Examples
    --------
    >>> along_path(Path("out.sgy")).name
    'out.sgy.along'
    """
    return target.with_name(target.name + ".along")


def adapted_path(target: Path) -> Path:
    """
    Where the weights lie that a fill adapts to its input.

    Examples
    --------
    >>> adapted_path(Path("out.sgy")).name
    'out.sgy.adapted.safetensors'
    """
    return target.with_name(target.name + ".adapted.safetensors")


def report_path(target: Path) -> Path:
    """Where the report of a filled file lies where no other name is given: ``OUT.report.html``."""
    return target.with_name(target.name + ".report.html")


def check_files(
    source: Path,
    target: Path,
    options: FillOptions,
    *,
    weights: str | None = None,
    adapt: bool = False,
    report: bool = False,
    resume: bool = False,
    naming: bool = False,
) -> None:
    """
    Refuse names of files that do not go together, before anything is read but their folders.

    Parameters
    ----------
    source, target : Path
        Input and output.
    options : FillOptions
        What the user says of the fill.
    weights : str, optional
        Shipped name or file.
    adapt, report : bool
        Whether weights are adapted first, and a report is written in the end.
    resume, naming : bool
        Whether the fill goes on with what an earlier one left, and whether its files were getting their names.

    Raises
    ------
    SeisfillError
        If a guide cannot be read, two of the files would be one, or the output is in the way.
    """
    for path in (target, *([Path(options.sigma)] if options.sigma is not None else [])):
        check_target(source, path, force=True)  # whether it can be a name at all
    force = options.force or naming or (resume and peek(target)[1])  # some files may have got their names already
    written = _written(target, options, adapt=adapt)
    _check_apart(_read(source, options, weights), written)
    looked_at = ("journal", "trials", "adapted weights", "card of the adapted weights")  # later, before they are used
    unused = ("estimates along the other axis", *(() if report else ("report",)))
    for what, path in written:
        if what not in unused:
            check_target(source, path, force=force or what in looked_at)


def _read(source: Path, options: FillOptions, weights: str | None) -> Named:
    """Files that a fill reads."""
    found = [("input", source), *(("guide", parse_guide(word)[1]) for word in options.guides)]
    if weights is not None and Path(weights).is_file():
        found += [("weights", Path(weights)), ("card of the weights", Path(weights).with_suffix(".json"))]
    return found


def _written(target: Path, options: FillOptions, *, adapt: bool) -> Named:
    """Files that a fill writes, or may write later on."""
    found = [
        ("output", target),
        ("sidecar", sidecar_path(target)),
        ("check", check_path(target)),
        ("journal", journal_path(target)),
        ("trials", prepass_path(target)),
        ("estimates along the other axis", along_path(target)),
        ("report", report_path(target)),
    ]
    if adapt:
        names = (adapted_path(target), adapted_path(target).with_suffix(".partial.safetensors"))
        found += [("adapted weights", name) for name in names]
        found += [("card of the adapted weights", name.with_suffix(".json")) for name in names]
    return [*found, *([("sigma volume", Path(options.sigma))] if options.sigma is not None else [])]


def _check_apart(read: Named, written: Named) -> None:
    """Refuse two names of one file, unless both are only read."""
    taken = {mark: what for what, path in read for mark in _marks(path)}
    for what, path in written:
        for name in (path, partial_path(path)):
            found = "the same file" if name == path else f"it as {name.name}, where the {what} is written first"
            for mark in _marks(name):
                if mark in taken:
                    raise FileAccessError(
                        f"Invalid {what} {path}: must not be the {taken[mark]}, found {found}. Name another."
                    )
        taken |= dict.fromkeys(_marks(partial_path(path)), f"{what}, as it is called at first")
        taken |= dict.fromkeys(_marks(path), what)


def _marks(path: Path) -> Iterator[object]:
    """What two names of one file have in common: the path without links, and the number of a file that is there."""
    try:
        yield path.resolve()
        found = path.stat()
    except (OSError, RuntimeError):  # it is not there, or its links go round in a circle
        return
    yield found.st_dev, found.st_ino
