import numpy as np
import pytest

from seisfill.errors import ConfigurationError, FileAccessError
from seisfill.training.sources import SourceConfig
from seisfill.training.streams import SyntheticStream
from seisfill.workflows.sources import make_sources, read_sections
from tests.workflows.surveys import write_shots


def stream(**tables):
    return SyntheticStream(patch=(4, 16), batch=2, chunk=2, **tables)


def test_live_runs_of_a_file_are_what_is_cut(tmp_path):
    write_shots(tmp_path / "a.sgy", shots=2, channels=8, n_samples=24, hide=(2, 3), zero=(13,))
    sections = read_sections(tmp_path / "a.sgy")
    assert [section.shape for section in sections] == [(2, 24), (4, 24), (5, 24), (2, 24)]
    config = stream(field=SourceConfig(files=(str(tmp_path / "a.sgy"),), share=0.5))
    (source,) = make_sources(config)
    assert source.share == 0.5
    assert config.draw(0, seed=1, sources=[source]).truth.shape == (2, 1, 4, 16)


def test_modelled_shots_stay_on_the_disk(tmp_path):
    np.save(tmp_path / "shots.npy", np.ones((3, 6, 20), dtype=np.float32))
    (tmp_path / "card.json").write_text("{}")
    (source,) = make_sources(stream(modelled=SourceConfig(files=(str(tmp_path),))))
    assert [section.shape for section in source.sections] == [(6, 20)] * 3
    assert all(isinstance(section, np.memmap) for section in source.sections)


def test_a_configuration_without_files_has_no_sources():
    assert make_sources(stream()) == ()


def test_what_no_patch_can_be_cut_from_is_refused(tmp_path):
    write_shots(tmp_path / "a.sgy", channels=3, n_samples=24)
    with pytest.raises(ConfigurationError, match=r"Invalid stream.field: must hold 4 .* of live traces is 3 x 24"):
        make_sources(stream(field=SourceConfig(files=(str(tmp_path / "a.sgy"),))))
    with pytest.raises(FileAccessError, match=r"Invalid folder .*: must hold shots.npy"):
        read_sections(tmp_path)
    (tmp_path / "shots.npy").write_bytes(b"nothing")
    with pytest.raises(FileAccessError, match=r"Invalid folder .*: must hold shots.npy"):
        read_sections(tmp_path)
    np.save(tmp_path / "shots.npy", np.ones((3, 6)))
    with pytest.raises(FileAccessError, match=r"must hold card.json, written last"):
        read_sections(tmp_path)
    (tmp_path / "card.json").write_text("{}")
    with pytest.raises(FileAccessError, match=r"must be float32 of shape .*, is float64 of \(3, 6\)"):
        read_sections(tmp_path)
