"""Limits that are said: why a filled trace deserves less trust than the others. Words out of numbers; no samples."""

from dataclasses import dataclass

from seisfill.interpolators.held_out import FEWEST
from seisfill.trust.quality import Quality

RECOVERED_DB = 3.0  # held-out traces in holes of a width that scored less were not recovered


@dataclass(frozen=True, slots=True, kw_only=True)
class TrustLimits:
    """
    What was seen to work.

    Parameters
    ----------
    quality : Quality
        What a check of the file found.
    trained_gap : int, optional
        Widest gap that a network's weights were trained on [traces]; None for fillers without a network.
    """

    quality: Quality
    trained_gap: int | None = None

    def flags(self, *, gap: int, n_live: int, snr_db: float | None) -> list[str]:
        """
        Why a filled trace deserves less trust; nothing where there is no reason.

        Parameters
        ----------
        gap : int
            Missing traces between its live neighbours; -1 where it has none on one side.
        n_live : int
            Live traces of its gather.
        snr_db : float or None
            Predicted of it [dB].

        Examples
        --------
        >>> limits = TrustLimits(quality=Quality(snr_db=None), trained_gap=5)
        >>> limits.flags(gap=7, n_live=40, snr_db=-1.0)
        ['gap of 7 traces, trained on 5', 'predicted SNR below 0 dB']
        >>> limits.flags(gap=1, n_live=40, snr_db=9.0)
        []
        """
        found = []
        if gap < 0:
            found.append("extrapolated")
        if self.trained_gap is not None and gap > self.trained_gap:
            found.append(f"gap of {gap} traces, trained on {self.trained_gap}")
        if n_live < FEWEST:
            found.append(f"{n_live} live traces in the gather, {FEWEST} needed for a check")
        widths = self.quality.by_width
        if widths and gap > widths[-1].high:
            found.append(f"gap of {gap} traces, checked up to {widths[-1].high:g}")
        reached = next((part.snr_db for part in widths if part.low <= gap <= part.high), None)
        if reached is not None and reached < RECOVERED_DB:
            found.append(f"held-out traces in holes as wide reached less than {RECOVERED_DB:g} dB")
        if snr_db is not None and snr_db < 0:
            found.append("predicted SNR below 0 dB")
        return found
