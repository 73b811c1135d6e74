"""
Every error that seisfill raises on purpose, drawn once.

::

    SeisfillError
    ├── InvalidParameterError   an argument breaks its rule (also a ValueError)
    ├── ConfigurationError      a TOML file holds an unknown key or a wrong value
    ├── FileAccessError         a path is missing, empty, a directory, not readable, or in the way
    ├── LayoutError             the bytes fit no SEG-Y or SU layout, or several
    ├── GeometryError           trace keys that make no axis (duplicates, no step, exploding grid)
    ├── MarkError               filled traces that cannot be told from recorded ones for certain
    ├── WeightsError            network weights that are absent, corrupt or made for another network
    └── NothingToFillError      a file without a hole that can be filled

    SeisfillWarning             something was believed against a header that says otherwise

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


class SeisfillWarning(UserWarning):
    """Something was believed against a header that says otherwise."""
