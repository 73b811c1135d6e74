"""What the user says about a fill, and what is said of it when it is done."""

from dataclasses import dataclass, field

from seisfill.errors import InvalidParameterError
from seisfill.segy.layout import LayoutOptions
from seisfill.segy.marks import MARK_BYTE
from seisfill.segy.reader import Dead
from seisfill.segy.survey import GatherOptions

NOT_FOR_ERRORS = {29: "the trace identification code", 115: "the number of samples", 117: "the sample interval"}


@dataclass(frozen=True, slots=True, kw_only=True)
class FillOptions:
    """
    What the user says about a fill; everything has a default.

    Parameters
    ----------
    layout : LayoutOptions
        What is known of the file's layout.
    gathers : GatherOptions
        What is known of its gathers.
    dead : {'auto', 'flag', 'none'}
        What counts as a dead trace.
    mark_byte : int or None
        First byte of the header word that carries the mark; None for no mark in headers.
    guides : tuple of str
        ``slope:FILE`` or ``horizon:FILE``: slopes for a filler that takes them.
    seed : int
        Of fillers that draw random numbers, and of the check; kept in the sidecar.
    force : bool
        Replace an output that exists.
    check : int
        Gathers on which the fill is tried beforehand on hidden live traces (`seisfill.workflows.check`); 0 for none,
        as here in Python, where a trial is an explicit wish. The command line checks 4.
    sigma : str, optional
        Name of a file for the predicted error of every sample, laid out as the output.
    error_byte : int, optional
        First byte of a two-byte header word of filled traces for the predicted error in percent of the RMS of their
        live neighbours, from 1 to 32,767.
    refuse_beyond : float, optional
        Predicted signal-to-noise ratio [dB] below which a trace is left unfilled.

    Raises
    ------
    InvalidParameterError
        If a number breaks its rule, or what needs a check is asked for without one.
    """

    layout: LayoutOptions = field(default_factory=LayoutOptions)
    gathers: GatherOptions = field(default_factory=GatherOptions)
    dead: Dead = "auto"
    mark_byte: int | None = MARK_BYTE
    guides: tuple[str, ...] = ()
    seed: int = 0
    force: bool = False
    check: int = 0
    sigma: str | None = None
    error_byte: int | None = None
    refuse_beyond: float | None = None

    def __post_init__(self) -> None:
        if self.seed < 0:
            raise InvalidParameterError(f"Invalid seed {self.seed}: must not be negative.")
        if self.mark_byte is not None and not 1 <= self.mark_byte <= 237:
            raise InvalidParameterError(f"Invalid mark field {self.mark_byte}: must be a byte from 1 to 237, or none.")
        if self.check < 0:
            raise InvalidParameterError(f"Invalid check {self.check}: must be a number of gathers, or none.")
        needs = {"--sigma": self.sigma, "--error-field": self.error_byte, "--refuse-beyond": self.refuse_beyond}
        for option, value in needs.items():
            if value is not None and not self.check:
                raise InvalidParameterError(f"Invalid {option} {value}: must come with a check. Give --check N.")
        if self.error_byte is not None:
            self._check_error_byte(self.error_byte)

    def _check_error_byte(self, byte: int) -> None:
        if not 1 <= byte <= 239:
            raise InvalidParameterError(f"Invalid error field {byte}: must be a byte from 1 to 239.")
        if self.mark_byte is not None and self.mark_byte - 1 <= byte <= self.mark_byte + 3:
            raise InvalidParameterError(
                f"Invalid error field {byte}: must not lie on the mark, bytes {self.mark_byte}-{self.mark_byte + 3}. "
                "Name another, or move the mark with --mark-field."
            )
        for taken, what in NOT_FOR_ERRORS.items():
            if abs(byte - taken) < 2:
                raise InvalidParameterError(
                    f"Invalid error field {byte}: must not lie on {what}, bytes {taken}-{taken + 1}."
                )


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckSummary:
    """
    What a check found, in few numbers.

    Parameters
    ----------
    n_traces, n_gathers : int
        Held-out traces, and gathers that they are of; 0 where no trial was possible.
    snr_db : float or None
        Expected of the fill over all filled traces [dB].
    coverage : float or None
        Share of the errors on held-out traces inside the 80 % interval.
    """

    n_traces: int
    n_gathers: int
    snr_db: float | None
    coverage: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class FillSummary:
    """
    What a fill did.

    Parameters
    ----------
    n_gathers : int
        Gathers of the file.
    inserted, in_place, holes : int
        Traces that were absent, dead, or had holes, and are filled now.
    refused : dict of str to int
        Traces that were left unfilled, by reason.
    flagged : int
        Filled traces that deserve less trust than the others; the sidecar says why.
    check : CheckSummary, optional
        Of the check beforehand, if there was one.
    """

    n_gathers: int
    inserted: int
    in_place: int
    holes: int
    refused: dict[str, int]
    flagged: int = 0
    check: CheckSummary | None = None

    @property
    def n_filled(self) -> int:
        """Traces that hold an estimate now, holes in live traces not counted."""
        return self.inserted + self.in_place
