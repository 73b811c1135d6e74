"""
Every error that seisfill raises on purpose, drawn once.

::

    SeisfillError
    ├── InvalidParameterError   an argument breaks its rule (also a ValueError)
    ├── ConfigurationError      a TOML file holds an unknown key or a wrong value
    ├── FileAccessError         a path is missing, empty, a directory, not readable, or in the way
    │   └── InputChangedError   a file is not what it was when its fill began
    ├── LayoutError             the bytes fit no SEG-Y or SU layout, or several
    ├── GeometryError           trace keys that make no axis (duplicates, no step, exploding grid)
    ├── MarkError               filled traces that cannot be told from recorded ones for certain
    ├── WeightsError            network weights that are absent, corrupt or made for another network
    ├── NothingToFillError      a file without a hole that can be filled
    ├── NotUntouchedError       a copy of recorded traces that is not equal to them
    └── WorkersLostError        processes that end before their work does, again and again

    SeisfillWarning             something was believed against a header that says otherwise
    Interrupted                 Ctrl-C or SIGTERM (a KeyboardInterrupt)

Library code raises; only ``seisfill.cli`` catches `SeisfillError`, prints one line and exits 2. Messages have one
shape: ``Invalid <what> <value>: must <rule>. <cure>``.
"""


class SeisfillError(Exception):
    """Base of every error that seisfill raises on purpose."""


class InvalidParameterError(SeisfillError, ValueError):
    """An argument breaks its rule."""


class ConfigurationError(SeisfillError):
    """A configuration file holds an unknown key or a wrong value."""


class FileAccessError(SeisfillError):
    """A path is missing, empty, a directory, not readable, or in the way."""


class InputChangedError(FileAccessError):
    """A file is not what it was when its fill began."""


class LayoutError(SeisfillError):
    """The bytes of a file fit no SEG-Y or SU layout, or several."""


class GeometryError(SeisfillError):
    """Trace keys do not make a regular axis."""


class MarkError(SeisfillError):
    """Filled traces cannot be told from recorded ones for certain."""


class WeightsError(SeisfillError):
    """Network weights are absent, corrupt or made for another network."""


class NothingToFillError(SeisfillError):
    """A file holds no hole that can be filled."""


class NotUntouchedError(SeisfillError):
    """A copy of recorded traces is not equal to them."""


class WorkersLostError(SeisfillError):
    """Processes ended before their work did, again and again."""


class SeisfillWarning(UserWarning):
    """Something was believed against a header that says otherwise."""


class Interrupted(KeyboardInterrupt):
    """
    Ctrl-C or SIGTERM ended a command.

    Parameters
    ----------
    kept : str
        What was kept to go on with, in words; nothing where empty.
    code : int
        Exit code: 130 for Ctrl-C, 143 for SIGTERM.
    """

    def __init__(self, kept: str = "", *, code: int = 130) -> None:
        super().__init__(kept)
        self.kept, self.code = kept, code
