"""What the page says in words: its lead, its cards and its doubts. No samples."""

import numpy as np

from seisfill.report.chart import decibel, sentence
from seisfill.report.findings import Known
from seisfill.report.page import Card, Table
from seisfill.report.traces import FILLED, MENDED, MOST_DETAILS, REFUSED, REVIVED, TraceTable

WIDER = 1.2  # holes of held-out traces that are said to be wider than the real ones
GOOD_DB, FAIR_DB = 10.0, 3.0  # error below a third and below two thirds of the signal: tone of a card, no more
WORDS = (
    (
        "SNR",
        "10 log10( sum of truth² / sum of (truth − fill)² ) on the traces that are judged, in physical amplitudes. "
        "0 dB: the error is as large as the signal; 10 dB: a third of it; 20 dB: a tenth.",
    ),
    (
        "held-out traces",
        "Recorded traces that were hidden, in the way that the survey's own holes are made, and filled "
        "like them. Their truth is known, so they say how good the fill is on this survey.",
    ),
    (
        "predicted SNR",
        "What the filled traces themselves are expected to reach, by what was learnt on held-out traces.",
    ),
    ("leakage", "Recorded minus filled at held-out traces. Events that can be followed there were lost by the fill."),
    ("clip", "The amplitude drawn black. All sections of a gather share one, so that differences are not flattered."),
)


def plural(count: int, word: str) -> str:
    """
    A count and its word.

    Examples
    --------
    >>> plural(1, "trace"), plural(1200, "gather")
    ('1 trace', '1,200 gathers')
    """
    return f"{count:,} {word}{'' if count == 1 else 's'}"


def lead_of(table: TraceTable, known: Known, *, n_gathers: int) -> str:
    """What was filled, how good it is and where not to trust it, in a few sentences."""
    n_missing = table.n_new + table.count(REFUSED)
    share = 100 * n_missing / max(len(table.kind), 1)
    said = [
        f"{plural(n_missing, 'trace')} of {len(table.kind):,} ({share:.0f} %) were missing in "
        f"{plural(n_gathers, 'gather')}; "
        + ("all of them are" if table.n_new == n_missing else f"{table.n_new:,} of them are")
        + f" filled, by {_methods(table)}."
    ]
    if known.true_db is not None:
        said.append(f"Against the known truth the fill reaches {decibel(known.true_db)} ({in_words(known.true_db)}).")
    if known.predicted_db is not None:
        meant = "" if known.true_db is not None else f" ({in_words(known.predicted_db)})"
        said.append(
            f"The fill {'was' if meant == '' else 'is'} expected to reach {decibel(known.predicted_db)}{meant}."
        )
    if known.held_out_db is not None:
        how = f"in holes {known.stretch:.2g} times as wide" if known.stretch > WIDER else "in the same way"
        said.append(
            f"{plural(known.n_held_out, 'recorded trace')}, hidden {how} and filled, came back with "
            f"{decibel(known.held_out_db)}."
        )
    if known.best_db is None:
        said.append("No held-out check was run, so nothing is known of its quality; seisfill fill --check tells.")
    return " ".join(said)


def in_words(snr_db: float) -> str:
    """
    The error beside the signal, as RMS.

    Examples
    --------
    >>> in_words(20.0), in_words(-1.0)
    ('RMS error 10 % of the signal', 'RMS error 112 % of the signal')
    """
    return f"RMS error {100 * 10 ** (-snr_db / 20):.0f} % of the signal"


def _methods(table: TraceTable) -> str:
    """The methods by their first words; a long list shrinks to its count."""
    names = sorted({method.split(":")[0].split("(")[0].strip() for method in table.methods})
    if not names:
        return "no method"
    return (
        names[0]
        if len(names) == 1
        else f"{', '.join(names[:3])}" + (f" and {len(names) - 3} more" if len(names) > 3 else "")
    )


def cards_of(table: TraceTable, known: Known, worst: tuple[str, float] | None) -> tuple[Card, ...]:
    """The first screen: what was filled, how good, where not to trust it."""
    revived, mended = table.count(REVIVED), table.count(MENDED)
    parts = [f"{table.count(FILLED):,} inserted", f"{plural(revived, 'dead trace')} in place" if revived else ""]
    parts.append(f"holes inside {plural(mended, 'recorded trace')}" if mended else "")
    what = Card(label="What was filled", value=plural(table.n_new, "trace"), note=", ".join(filter(None, parts)) + ".")
    return what, _how_good(known), _where_not(table, worst)


def _how_good(known: Known) -> Card:
    label = "How good it is"
    if known.best_db is None:
        return Card(label=label, value="not checked", note="Run seisfill fill with --check.", tone="warn")
    tone = "good" if known.best_db >= GOOD_DB else "warn" if known.best_db >= FAIR_DB else "bad"
    notes = []
    if known.true_db is not None:
        notes.append(f"true, on {plural(known.n_true, 'missing trace')}")
    if known.predicted_db is not None:
        notes.append(f"{'predicted: ' + decibel(known.predicted_db) if notes else 'predicted for filled traces'}")
    if known.held_out_db is not None:
        words = f"on {plural(known.n_held_out, 'held-out trace')} of {plural(known.n_trials, 'gather')}"
        notes.append(f"{decibel(known.held_out_db)} {words}" if notes else words)
    return Card(label=label, value=f"{decibel(known.best_db)} SNR", note=sentence("; ".join(notes)), tone=tone)


def _where_not(table: TraceTable, worst: tuple[str, float] | None) -> Card:
    refused, flagged = table.count(REFUSED), int((table.flagged & table.new).sum())
    parts = [f"{plural(refused, 'trace')} left unfilled" if refused else ""]
    parts.append(f"{plural(flagged, 'filled trace')} flagged" if flagged else "")
    widest = int(table.gap[table.new].max(initial=0))
    parts.append(f"widest gap filled: {plural(widest, 'trace')}" if widest > 0 else "")
    value = f"gather {worst[0]}: {decibel(worst[1])}" if worst else plural(refused + flagged, "trace")
    tone = "bad" if worst and worst[1] < FAIR_DB else "warn" if refused + flagged else ""
    note = sentence("; ".join(filter(None, parts))) or "Nothing was refused or flagged."
    return Card(label="Where not to trust it", value=value, note=note, tone=tone)


def doubts_of(table: TraceTable) -> tuple[tuple[str, ...], tuple[Table, ...]]:
    """Sentences and tables on traces that were left, or flagged."""
    flagged = int((table.flagged & table.new).sum())
    if not (table.count(REFUSED) or flagged):
        return ("Every missing trace was filled, and none was flagged.",), ()
    sentences = []
    if table.count(REFUSED):
        sentences.append(
            f"{plural(table.count(REFUSED), 'trace')} could not be filled honestly: they hold zeros and the code of a "
            "dead trace."
        )
    if flagged:
        sentences.append(f"{plural(flagged, 'trace')} hold an estimate that the fill itself doubts.")
    tables = []
    if table.reasons or table.flags:
        counted = [("left unfilled", *item) for item in table.reasons.items()] + [
            ("flagged", *item) for item in table.flags.items()
        ]
        rows = tuple((reason, what, f"{count:,}") for what, reason, count in counted)
        tables.append(Table(title="Why", columns=("reason", "what became of them", "traces"), rows=rows))
    total = table.count(REFUSED) + flagged
    title = "Traces left or flagged" + (
        f" (the first {MOST_DETAILS} of {total:,}; all are in the sidecar)" if total > MOST_DETAILS else ""
    )
    listed = tuple(
        (
            f"{d.gather:g} / {d.key:g}",
            f"{d.output + 1:,}",
            "–" if d.gap is None else str(d.gap),
            "–" if d.snr_db is None else decibel(d.snr_db),
            d.what,
        )
        for d in table.details
    )
    columns = ("gather / key", "trace of the file", "gap [traces]", "predicted SNR", "why")
    return tuple(sentences), (*tables, Table(title=title, columns=columns, rows=listed))


def worst_of(ranks: np.ndarray, names: list[str]) -> tuple[str, float] | None:
    """
    The gather of least signal-to-noise ratio, and that.

    Examples
    --------
    >>> worst_of(np.array([3.0, np.nan, 1.0]), ["a", "b", "c"])
    ('c', 1.0)
    """
    if not np.isfinite(ranks).any():
        return None
    place = int(np.nanargmin(ranks))
    return names[place], float(ranks[place])
