import numpy as np

from seisfill.interpolators.base import Limits
from seisfill.interpolators.linear import LinearInterpolator
from seisfill.report import traces
from seisfill.report.gathers import choose_gathers, mask_of, quality_by_gather
from seisfill.report.traces import FILLED, MENDED, RECORDED, REFUSED, REVIVED, read_traces
from seisfill.segy.marks import Sidecar, sidecar_path
from seisfill.segy.reader import SegyReader
from tests.report.fills import edit_sidecar, predict
from tests.segy.make_segy import write_segy
from tests.workflows.surveys import fill, waves, write_shots


def table_of(target):
    return read_traces(SegyReader.open(target, dead="none"), Sidecar.read(sidecar_path(target)))


def test_every_trace_has_its_kind_and_place(tmp_path):
    source = write_shots(tmp_path / "a.sgy", hide=[2, 11, 12], zero=[5])
    fill(source, tmp_path / "b.sgy", LinearInterpolator(limits=Limits(max_gap=1)))
    table = table_of(tmp_path / "b.sgy")
    kinds = {2: FILLED, 5: REVIVED, 11: REFUSED, 12: REFUSED}
    assert [kinds.get(number, RECORDED) for number in range(16)] == table.kind.tolist()
    assert table.place.tolist() == 2 * list(range(8))
    assert (table.n_new, table.count(REFUSED)) == (2, 2)
    assert table.reasons == {"gap of 2 traces; this method supports 1": 2}
    assert [(d.gather, d.key, d.gap) for d in table.details] == [(2, 4.0, 2), (2, 5.0, 2)]
    assert table.methods == {"linear": 2}
    assert np.isnan(table.snr_db).all()


def test_midpoints_lie_half_way_between_source_and_receiver(tmp_path):
    source = write_shots(tmp_path / "a.sgy", hide=[2])
    fill(source, tmp_path / "b.sgy", LinearInterpolator())
    assert table_of(tmp_path / "b.sgy").middle[0].tolist() == [950.0, 0.0]


def test_a_file_without_coordinates_has_no_midpoints_and_one_with_sources_alone_has_those(tmp_path):
    for words, first in (({}, None), ({"sx": 100 * np.arange(6), "sy": 5}, [0.0, 5.0])):
        keys = {"fldr": 1, "tracf": np.array([1, 2, 4, 5, 6, 7])}
        source = write_segy(tmp_path / "a.sgy", waves(6), headers=keys | words)
        fill(source, tmp_path / "b.sgy", LinearInterpolator(), force=True)
        middle = table_of(tmp_path / "b.sgy").middle
        assert (middle if middle is None else middle[0].tolist()) == first


def test_holes_inside_traces_are_told_from_filled_traces(tmp_path):
    samples = waves(4)
    samples[1, 3:5] = np.nan
    source = write_segy(tmp_path / "a.sgy", samples, headers={"fldr": 1, "tracf": np.arange(1, 5)}, format_code=5)
    fill(source, tmp_path / "b.sgy", LinearInterpolator())
    table = table_of(tmp_path / "b.sgy")
    assert table.kind.tolist() == [RECORDED, MENDED, RECORDED, RECORDED]
    assert [choice.word for choice in choose_gathers(table, np.array([np.nan]))] == ["only"]


def test_flags_and_predictions_of_the_sidecar_are_read_and_only_the_first_are_listed(tmp_path, monkeypatch):
    monkeypatch.setattr(traces, "MOST_DETAILS", 2)
    source = write_shots(tmp_path / "a.sgy", shots=1, channels=12, hide=[3, 4, 5, 9])
    fill(source, tmp_path / "b.sgy", LinearInterpolator())
    edit_sidecar(tmp_path / "b.sgy", predict)
    table = table_of(tmp_path / "b.sgy")
    assert table.flagged.nonzero()[0].tolist() == [3, 4, 5]
    assert table.flags == {"gap wider than the trials could show": 3}
    assert len(table.details) == 2
    assert table.error[[3, 4, 9]].tolist() == [10.0, 20.0, 10.0]
    # 100 + 400 + 100 + 100 of noise; signals of 14, 8, 14 and 14 dB on these
    signal = 300 * 10**1.4 + 400 * 10**0.8
    assert np.isclose(quality_by_gather(table, 1)[0], 10 * np.log10(signal / 700))
    assert mask_of(table, 0, 12).nonzero()[0].tolist() == [3, 4, 5, 9]


def test_gathers_are_shown_from_best_to_worst_by_figure_else_by_their_holes(tmp_path):
    source = write_shots(tmp_path / "a.sgy", shots=3, channels=10, hide=[2, 12, 13, 14, 22, 23])
    fill(source, tmp_path / "b.sgy", LinearInterpolator())
    table = table_of(tmp_path / "b.sgy")
    by_figure = choose_gathers(table, np.array([3.0, 9.0, 5.0]))
    assert [(c.number, c.word, c.snr_db) for c in by_figure] == [
        (1, "best", 9.0),
        (2, "median", 5.0),
        (0, "worst", 3.0),
    ]
    by_holes = choose_gathers(table, np.full(3, np.nan), most=2)
    assert [(c.number, c.word, c.snr_db) for c in by_holes] == [(0, "smallest holes", None), (1, "largest holes", None)]
    assert [c.number for c in choose_gathers(table, np.array([3.0, 9.0, 5.0]), most=1)] == [0]


def test_nothing_filled_means_nothing_to_show(tmp_path):
    source = write_shots(tmp_path / "a.sgy", hide=[2])
    fill(source, tmp_path / "b.sgy", LinearInterpolator())
    table = table_of(tmp_path / "b.sgy")
    table.kind[:] = RECORDED
    assert choose_gathers(table, np.array([1.0, 2.0])) == []
