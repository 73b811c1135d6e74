"""Files of others are data: nothing in them runs, is written elsewhere, fills the memory, or speaks to a terminal."""

import contextlib
import hashlib
import io
import json
import pickle
import struct

import numpy as np
import pytest
import safetensors.torch
import torch

from seisfill.errors import (
    ConfigurationError,
    FileAccessError,
    InvalidParameterError,
    LayoutError,
    MarkError,
    WeightsError,
)
from seisfill.nn.unet import UNet, UNetConfig
from seisfill.nn.weights import load_weights, save_weights
from seisfill.segy.layout import detect_layout
from seisfill.segy.marks import pack, sidecar_path
from seisfill.segy.reader import SegyReader
from seisfill.training.recipe import TrainConfig
from seisfill.trust.records import load_trials
from seisfill.workflows.ablation_config import load_ablation_config
from seisfill.workflows.benchmark import run_benchmark
from seisfill.workflows.benchmark_config import load_benchmark_config
from seisfill.workflows.guides import Guides
from seisfill.workflows.report import write_report
from seisfill.workflows.sources import read_sections
from seisfill.workflows.strip import strip_file
from seisfill.workflows.train import train
from seisfill.workflows.verify import verify_file
from seisfill.workflows.worlds import draw_worlds
from tests.hostile import Bomb, called, make_filled, resigned
from tests.workflows.surveys import fill, listing, sha256, write_shots

SMALL = UNetConfig(widths=(4,), blocks=0, dilations=())


@pytest.fixture
def bomb(tmp_path):
    """An object that leaves a file when it is unpickled; the test fails if it did."""
    yield Bomb(tmp_path / "owned")
    assert not (tmp_path / "owned").exists()


@pytest.fixture
def victim(tmp_path):
    """A file of the user that nothing may change; it lies outside of the folder that is worked in."""
    path = tmp_path / "outside" / "victim"
    path.parent.mkdir()
    path.write_bytes(b"precious")
    yield path
    assert path.read_bytes() == b"precious"
    assert [one.name for one in path.parent.iterdir()] == ["victim"]


def test_the_bomb_is_a_bomb(tmp_path):
    pickle.loads(pickle.dumps(Bomb(tmp_path / "owned")))
    assert (tmp_path / "owned").exists()


# Weights --------------------------------------------------------------------------------------------------------------


def write_weights(path, raw, **card):
    """A file with a card that vouches for it."""
    path.write_bytes(raw)
    told = {"network": {"widths": [4], "blocks": 0, "dilations": []}, "sha256": hashlib.sha256(raw).hexdigest()}
    path.with_suffix(".json").write_text(json.dumps(told | card))
    return path


def tensors_of(change=lambda tensors: None):
    tensors = dict(UNet(SMALL).state_dict())
    change(tensors)
    return safetensors.torch.save({name: value.contiguous() for name, value in tensors.items()})


@pytest.mark.parametrize("name", ["w.safetensors", "w.pt"])
def test_weights_are_never_unpickled(tmp_path, bomb, name):
    memory = io.BytesIO()
    torch.save({"weights": bomb}, memory)
    for raw in (pickle.dumps(bomb), memory.getvalue()):
        with pytest.raises(WeightsError, match="must fit the network of their card"):
            load_weights(write_weights(tmp_path / name, raw))


def renamed(tensors):
    tensors["../../evil"] = tensors.pop(next(iter(tensors)))


def whole_numbers(tensors):
    tensors |= {name: value.to(torch.int64) for name, value in tensors.items()}


def other_shape(tensors):
    name = next(iter(tensors))
    tensors[name] = torch.zeros(3, 1)


@pytest.mark.parametrize(
    ("raw", "sentence"),
    [
        (struct.pack("<Q", 2**62) + b"{}", "header"),
        (struct.pack("<Q", 2) + b"{}", "is absent"),
        (
            struct.pack("<Q", 90) + b'{"a":{"dtype":"F32","shape":[1000000000000],"data_offsets":[0,4000000000000]}}',
            "header",
        ),
        (tensors_of(whole_numbers), "must hold floats, holds I64"),
        (tensors_of(renamed), "evil must be absent"),
        (tensors_of(other_shape), r"is \[3, 1\]"),
    ],
)
def test_weights_that_are_not_those_of_their_card_are_refused(tmp_path, victim, raw, sentence):
    with pytest.raises(WeightsError, match=sentence):
        load_weights(write_weights(tmp_path / "w.safetensors", raw))


def test_a_card_that_asks_for_a_giant_network_takes_no_memory(tmp_path):
    path = write_weights(tmp_path / "w.safetensors", tensors_of(), network={"widths": [4096] * 4, "blocks": 4})
    with pytest.raises(WeightsError, match="must fit the network of their card"):
        load_weights(path)


@pytest.mark.parametrize(
    "card",
    [
        "[" * 100_000,
        "[]",
        '{"network": []}',
        '{"network": {"widths": "abc"}}',
        '{"network": {"os": "system"}}',
        '{"network": {}, "config": []}',
        '{"network": {}, "config": {"stream": 3}}',
    ],
)
def test_a_card_that_is_none_is_refused(tmp_path, card):
    path = write_weights(tmp_path / "w.safetensors", tensors_of())
    path.with_suffix(".json").write_text(card)
    with pytest.raises(WeightsError, match="must have a readable card"):
        load_weights(path)


def test_weights_are_not_written_through_links(tmp_path, victim):
    for name in ("w.safetensors", "w.json", "w.safetensors.partial", "w.json.partial"):
        (tmp_path / name).symlink_to(victim)
    save_weights(tmp_path / "w.safetensors", UNet(SMALL), card={})
    assert load_weights(tmp_path / "w.safetensors")[0].config == SMALL
    assert not (tmp_path / "w.safetensors").is_symlink()


# Configurations -------------------------------------------------------------------------------------------------------

ELSEWHERE = ["../evil", "..", ".", "/tmp/evil", "a/b", "..\\evil", "-rf", ".hidden", "state", "a\0b", "a\nb", ""]


@pytest.mark.parametrize("name", ELSEWHERE)
def test_a_training_cannot_be_named_out_of_its_folder(name):
    with pytest.raises(InvalidParameterError, match="Invalid name"):
        TrainConfig(name=name)


def test_a_training_writes_into_its_folder_only(tmp_path, victim):
    config = TrainConfig(name="a..b", network=SMALL, steps=1)
    before = listing(victim.parent)
    done = train(config, out=tmp_path / "run", minutes=0)
    assert done.weights == tmp_path / "run" / "a..b.safetensors"
    assert listing(victim.parent) == before
    assert {path.name for path in tmp_path.iterdir()} == {"run", "outside"}


@pytest.mark.parametrize("name", ["..", "../../evil", "/tmp/evil", "a/b"])
def test_a_variant_cannot_be_named_out_of_its_folder(tmp_path, name):
    (tmp_path / "c.toml").write_text(f"[base]\nsteps = 1\n[[variant]]\nname = {json.dumps(name)}\n")
    with pytest.raises(ConfigurationError, match="Invalid name"):
        load_ablation_config(tmp_path / "c.toml")


def test_names_of_a_benchmark_are_words_not_paths(tmp_path, victim):
    names = [json.dumps(f"../outside/{what}") for what in "abc"]
    write_shots(tmp_path / "shots.sgy", channels=20)
    (tmp_path / "c.toml").write_text(
        f'[[data]]\nname = {names[0]}\nfile = "shots.sgy"\n[[pattern]]\nname = {names[1]}\nmask = "every:2"\n'
        f'[[filler]]\nname = {names[2]}\nmethod = "linear"\n'
    )
    config = load_benchmark_config(tmp_path / "c.toml")
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "benchmark.json.partial").symlink_to(victim)
    run_benchmark(config, out=tmp_path / "out")
    assert {path.name for path in tmp_path.iterdir()} == {"shots.sgy", "c.toml", "out", "outside"}


@pytest.mark.parametrize(
    "text",
    [
        '"!!python/object/apply:os.system" = ["touch owned"]',
        "name = !!python/object/apply:os.system ['touch owned']",
        "name = '!!python/name:os.system'",
        "[network]\n__class__ = 'os.system'",
        "[stream.surveys.__init__]\nx = 1",
        "out = '../../evil'",
    ],
)
def test_a_configuration_runs_nothing(tmp_path, monkeypatch, text):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "c.toml").write_text(text)
    code, _, err = called("train", "c.toml", "--device", "cpu")
    assert code == 2
    assert "Invalid configuration c.toml" in err
    assert [path.name for path in tmp_path.iterdir()] == ["c.toml"]


def test_a_family_is_no_path(tmp_path):
    with pytest.raises(InvalidParameterError, match="Invalid family"):
        draw_worlds(tmp_path, family="../../evil")


# Arrays ---------------------------------------------------------------------------------------------------------------


def test_arrays_are_never_unpickled(tmp_path, bomb):
    pickled = np.array([bomb], dtype=object)
    np.savez(tmp_path / "check.npz", notes=pickled)
    np.save(tmp_path / "shots.npy", pickled)
    with pytest.raises(FileAccessError, match="allow_pickle=False"):
        load_trials(tmp_path / "check.npz")
    with pytest.raises(FileAccessError, match="must hold"):
        read_sections(tmp_path)
    reader = SegyReader.open(write_shots(tmp_path / "a.sgy"))
    with pytest.raises(FileAccessError, match="must be an array of numbers"):
        Guides([f"slope:{tmp_path / 'shots.npy'}"], reader)


# Sidecars -------------------------------------------------------------------------------------------------------------


@pytest.fixture
def filled(tmp_path):
    return make_filled(tmp_path / "work")


def test_names_in_a_sidecar_are_never_written_to(filled, victim):
    def change(head, rows):
        head["input"]["name"] = head["output"]["name"] = "../outside/victim"
        head["options"] |= {"sigma": str(victim), "guides": [f"slope:{victim}"]}

    resigned(filled, change)
    strip_file(filled, filled.with_name("back.sgy"))
    write_report(filled.with_name("in.sgy"), filled)
    assert sha256(filled.with_name("back.sgy")) == sha256(filled.with_name("in.sgy"))
    assert {path.name for path in filled.parent.iterdir()} == {
        "in.sgy", "out.sgy", "out.sgy.fill.jsonl", "out.sgy.report.html", "back.sgy"
    }  # fmt: skip


def of_kind(rows, kind):
    return next(row for row in rows if row["kind"] == kind)


SPOILED = {
    "far": lambda head, rows: of_kind(rows, "in_place").update(input=2**50),
    "before": lambda head, rows: of_kind(rows, "in_place").update(input=-1),
    "output far": lambda head, rows: of_kind(rows, "inserted").update(output=2**40),
    "true": lambda head, rows: of_kind(rows, "inserted").update(output=True),
    "bomb": lambda head, rows: of_kind(rows, "in_place").update(bytes=pack(bytes(2**26))),
    "no base64": lambda head, rows: of_kind(rows, "in_place").update(bytes="?"),
    "no zlib": lambda head, rows: of_kind(rows, "in_place").update(bytes="aGVsbG8="),
    "hole": lambda head, rows: of_kind(rows, "holes").update(holes=[[20, 10, pack(bytes(40))]]),
    "hole far": lambda head, rows: of_kind(rows, "holes").update(holes=[[2**40, 1, pack(bytes(4))]]),
    "hole bomb": lambda head, rows: of_kind(rows, "holes").update(holes=[[3, 1, pack(bytes(2**26))]]),
    "hole word": lambda head, rows: of_kind(rows, "holes").update(holes=[["a", 1, pack(bytes(4))]]),
    "no list": lambda head, rows: of_kind(rows, "holes").update(holes=3),
    "no kind": lambda head, rows: of_kind(rows, "inserted").pop("kind"),
    "kind": lambda head, rows: of_kind(rows, "inserted").update(kind="os.system"),
    "key": lambda head, rows: of_kind(rows, "inserted").update(key=float("nan")),
    "head": lambda head, rows: head.pop("output"),
    "words": lambda head, rows: head.update(output="words"),
    "traces": lambda head, rows: head["output"].update(n_traces=2**61),
    "layout": lambda head, rows: head["layout"].update(n_samples=2**40),
    "layout word": lambda head, rows: head["layout"].update(os="system"),
    "dt": lambda head, rows: head["layout"].update(dt=float("inf")),
    "format": lambda head, rows: head["layout"].update(format_code=4),
    "mark": lambda head, rows: head["mark"].update(byte=239),
    "start": lambda head, rows: head["changed"].append({"start": 10**6, "bytes": pack(b"x")}),
    "changed": lambda head, rows: head.update(changed="all"),
    "gather": lambda head, rows: head["keys"].update(gather=["fldr"]),
}


@pytest.mark.parametrize("kind", SPOILED)
def test_a_sidecar_that_lies_is_refused(filled, kind):
    before = listing(filled.parent)
    resigned(filled, SPOILED[kind])
    for ask in (strip_file, lambda path, back: verify_file(path.with_name("in.sgy"), path)):
        with pytest.raises(MarkError) as caught:
            ask(filled, filled.with_name("back.sgy"))
        assert len(str(caught.value)) < 500
    assert listing(filled.parent).keys() == before.keys()


def test_a_sidecar_nested_beyond_measure_is_refused(filled):
    sidecar_path(filled).write_text("[" * 10**5 + "\n")
    with pytest.raises(MarkError, match="must be whole"):
        strip_file(filled, filled.with_name("back.sgy"))
    assert len(SegyReader.open(filled)) == 2


# Links ----------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["out.sgy.partial", "out.sgy.fill.jsonl.partial", "out.sgy.report.html.partial"])
def test_names_that_are_used_on_the_way_are_not_written_through(tmp_path, victim, name):
    source = write_shots(tmp_path / "in.sgy", hide=[2, 5])
    (tmp_path / name).symlink_to(victim)
    fill(source, tmp_path / "out.sgy")
    write_report(source, tmp_path / "out.sgy")
    assert not (tmp_path / "out.sgy").is_symlink()


@pytest.mark.parametrize("name", ["out.sgy", "out.sgy.fill.jsonl", "out.sgy.report.html"])
def test_outputs_that_are_links_are_refused_or_replaced(tmp_path, victim, name):
    source = write_shots(tmp_path / "in.sgy", hide=[2, 5])
    (tmp_path / name).symlink_to(victim)

    def make(force):
        fill(source, tmp_path / "out.sgy", force=force)
        write_report(source, tmp_path / "out.sgy", force=force)

    with pytest.raises(FileAccessError, match="must not exist"):
        make(force=False)
    make(force=True)
    assert not (tmp_path / name).is_symlink()


# Counts that ask for terabytes ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("byte", "code", "value"),
    [
        (3221, ">H", 65535),
        (3269, ">I", 2**32 - 1),
        (3505, ">h", 32767),
        (3507, ">i", 2**31 - 1),
        (3513, ">Q", 2**63),
        (3521, ">Q", 2**63),
        (3529, ">i", 2**31 - 1),
    ],
)
def test_a_count_that_asks_for_terabytes_takes_no_memory(tmp_path, byte, code, value):
    path = write_shots(tmp_path / "a.sgy", revision=2)
    raw = bytearray(path.read_bytes())
    struct.pack_into(code, raw, byte - 1, value)
    path.write_bytes(raw)
    with contextlib.suppress(LayoutError):  # a MemoryError is not suppressed
        assert detect_layout(path).file_size == len(raw)
