"""The sheet of paper: figures without pyplot, and how they reach a file. Nothing seismic."""

from pathlib import Path

from matplotlib import rc_context
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.layout_engine import ConstrainedLayoutEngine

from seisfill._plain import plain
from seisfill.errors import FileAccessError, InvalidParameterError

# What each format would otherwise stamp with the time or the version: the same figure must give the same bytes.
METADATA = {
    ".pdf": {"CreationDate": None, "Creator": "seisfill", "Producer": "seisfill"},
    ".png": {"Software": "seisfill"},
    ".svg": {"Date": None, "Creator": "seisfill"},
}
DPI = 150


def new_figure(width: float, height: float) -> Figure:
    """
    An empty figure with constrained layout and an Agg canvas; no global state of pyplot is touched.

    Parameters
    ----------
    width, height : float
        Size [inch].
    """
    figure = Figure(figsize=(width, height), layout=ConstrainedLayoutEngine(w_pad=0.1, h_pad=0.06))
    FigureCanvasAgg(figure)
    return figure


def title_of(path: Path) -> str:
    r"""
    Name of a file as a title can show it: a dollar begins no formula, and what is not printable is spelled out.

    Examples
    --------
    >>> title_of(Path("data/shots.sgy")), title_of(Path("a$b$.sgy"))
    ('shots.sgy', 'a\\$b\\$.sgy')
    """
    return plain(path.name).replace("$", r"\$")


def check_picture(path: str | Path) -> Path:
    """
    Refuse a name that no picture can have, before any work is done for it.

    Raises
    ------
    InvalidParameterError
        If the suffix is none of ``.png``, ``.pdf`` and ``.svg``.
    FileAccessError
        If the folder does not exist.

    Examples
    --------
    >>> check_picture("page.PDF").suffix
    '.PDF'
    """
    path = Path(path)
    if path.suffix.lower() not in METADATA:
        known = ", ".join(sorted(METADATA))
        raise InvalidParameterError(f"Invalid suffix {path.suffix!r} of {path}: must be one of {known}.")
    if not path.parent.is_dir():
        raise FileAccessError(f"Invalid folder {path.parent} of the picture {path.name}: must exist. Create it first.")
    return path


def save_figure(figure: Figure, path: str | Path) -> Path:
    """
    Write a figure as PNG, PDF or SVG, by the suffix of *path*; the same figure gives the same bytes.

    Parameters
    ----------
    figure : Figure
        What to write.
    path : path
        Where to, as `check_picture` has it; an existing file is replaced.

    Returns
    -------
    Path
        *path*.
    """
    path = check_picture(path)
    suffix = path.suffix.lower()
    with rc_context({"svg.hashsalt": "seisfill"}):
        figure.savefig(path, dpi=DPI, format=suffix[1:], metadata=METADATA[suffix])
    return path
