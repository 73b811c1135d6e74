import math

import numpy as np
import pytest
import torch
from hypothesis import example, given
from hypothesis import strategies as st

from seisfill.errors import InvalidParameterError
from seisfill.masks import (
    EdgeMask,
    FreeFormMask,
    GapMask,
    JitteredMask,
    MixedMask,
    MixtureMask,
    RandomMask,
    RegularMask,
    parse_mask,
)


def of_torch(seed):
    return torch.Generator().manual_seed(seed)


KINDS = pytest.mark.parametrize("generator", [np.random.default_rng, of_torch])
kinds = st.sampled_from([np.random.default_rng, of_torch])
seeds = st.integers(0, 2**31)
RULES = [
    RandomMask(missing=(0.1, 0.9)),
    RandomMask(missing=0.4, keep_ends=False),
    JitteredMask(every=(2, 5)),
    RegularMask(every=(2, 5), phase="any"),
    GapMask(width=(1, 9)),
    EdgeMask(width=(1, 9)),
    MixedMask(rules=(RegularMask(every=2), GapMask(width=3))),
    MixtureMask(rules=(GapMask(), EdgeMask()), weights=(1.0, 3.0)),
]


def live(rule, n_traces, seed=0, generator=np.random.default_rng):
    return np.asarray(rule.draw(n_traces, rng=generator(seed)))


def picture(rule, n_traces, seed=0, generator=np.random.default_rng):
    return "".join("|" if flag else "." for flag in live(rule, n_traces, seed, generator))


def runs_of_missing(flags):
    """Widths of the runs of hidden traces."""
    return [len(run) for run in "".join("|" if flag else "." for flag in flags).split("|") if run]


@KINDS
def test_rules_that_one_can_check_by_eye(generator):
    assert picture(RegularMask(every=3), 8, generator=generator) == "|..|..||"
    assert picture(RegularMask(every=3, keep_ends=False), 8, generator=generator) == "|..|..|."
    assert picture(RegularMask(every=3, phase=1, keep_ends=False), 8, generator=generator) == ".|..|..|"
    assert picture(RegularMask(every=3, phase=4, keep_ends=False), 8, generator=generator) == ".|..|..|"
    assert picture(RegularMask(every=1), 4, generator=generator) == "||||"
    assert picture(RandomMask(missing=0.0), 5, generator=generator) == "|||||"
    assert picture(RandomMask(missing=1.0), 5, generator=generator) == "|...|"
    assert picture(RandomMask(missing=1.0, keep_ends=False), 5, generator=generator) == "....."
    assert picture(GapMask(width=3), 5, generator=generator) == "|...|"
    assert picture(GapMask(width=99), 6, generator=generator) == "|....|"
    assert picture(EdgeMask(width=2), 5, generator=generator) in ("..|||", "|||..")
    assert picture(EdgeMask(width=99), 3, generator=generator) in ("..|", "|..")
    assert picture(JitteredMask(every=1), 4, generator=generator) == "||||"


@pytest.mark.parametrize("rule", RULES)
@given(n_traces=st.integers(1, 40), seed=seeds)
def test_flags_are_bool_of_the_generators_kind_and_repeat_with_the_seed(rule, n_traces, seed):
    for generator in (np.random.default_rng, of_torch):
        first, again = rule.draw(n_traces, rng=generator(seed)), rule.draw(n_traces, rng=generator(seed))
        assert isinstance(first, np.ndarray if generator is np.random.default_rng else torch.Tensor)
        assert first.dtype in (np.dtype(bool), torch.bool)
        assert first.shape == (n_traces,)
        assert (first == again).all()


@pytest.mark.parametrize("rule", RULES)
@KINDS
def test_draws_differ_from_seed_to_seed_and_leave_the_global_generators_alone(rule, generator):
    torch.manual_seed(5)
    torch_before, numpy_before = torch.get_rng_state(), np.random.get_state()[1].copy()  # noqa: NPY002 (looked at, not drawn from)
    assert len({picture(rule, 40, seed, generator) for seed in range(20)}) > 1
    assert (torch.get_rng_state() == torch_before).all()
    assert (np.random.get_state()[1] == numpy_before).all()  # noqa: NPY002


@given(half=st.integers(2, 60), seed=seeds, generator=kinds)
def test_a_random_half_is_exactly_half_and_the_ends_stay(half, seed, generator):
    flags = live(parse_mask("random:0.5"), 2 * half, seed, generator)
    assert flags.sum() == half
    assert flags[0]
    assert flags[-1]


@given(missing=st.floats(0, 1), n_traces=st.integers(0, 50), keep=st.booleans(), seed=seeds, generator=kinds)
def test_a_random_mask_hides_the_rounded_share(missing, n_traces, keep, seed, generator):
    flags = live(RandomMask(missing=missing, keep_ends=keep), n_traces, seed, generator)
    may = n_traces if not keep else max(n_traces - 2, 0)
    assert (~flags).sum() == min(round(missing * n_traces), may)


@given(seed=seeds, generator=kinds)
def test_a_share_that_is_drawn_stays_in_its_range(seed, generator):
    hidden = (~live(RandomMask(missing=(0.2, 0.6), keep_ends=False), 100, seed, generator)).sum()
    assert 20 <= hidden <= 60


def test_every_trace_has_the_same_chance_to_be_hidden():
    often = sum((~live(RandomMask(missing=0.5, keep_ends=False), 8, seed)).astype(int) for seed in range(2000))
    assert np.abs(often - 1000).max() < 5 * math.sqrt(2000 * 0.25)  # five standard deviations


@given(every=st.integers(1, 7), cells=st.integers(1, 12), seed=seeds, generator=kinds)
def test_a_jittered_mask_keeps_one_trace_in_each_cell(every, cells, seed, generator):
    flags = live(JitteredMask(every=every, keep_ends=False), every * cells, seed, generator)
    assert (flags.reshape(cells, every).sum(axis=1) == 1).all()


@given(every=st.integers(1, 7), phase=st.integers(0, 20), n_traces=st.integers(1, 40), generator=kinds)
def test_a_regular_mask_begins_at_its_phase(every, phase, n_traces, generator):
    flags = live(RegularMask(every=every, phase=phase, keep_ends=False), n_traces, 0, generator)
    assert np.flatnonzero(flags).tolist() == list(range(phase % every, n_traces, every))


@KINDS
def test_every_phase_is_drawn(generator):
    rule = RegularMask(every=4, phase="any", keep_ends=False)
    assert {picture(rule, 4, seed, generator) for seed in range(60)} == {"|...", ".|..", "..|.", "...|"}


@given(width=st.integers(1, 30), n_traces=st.integers(3, 40), seed=seeds, generator=kinds)
def test_a_gap_is_one_run_between_live_ends(width, n_traces, seed, generator):
    flags = live(GapMask(width=width), n_traces, seed, generator)
    assert runs_of_missing(flags) == [min(width, n_traces - 2)]
    assert flags[0]
    assert flags[-1]


@KINDS
def test_a_gap_comes_at_every_place_and_an_edge_at_either_end(generator):
    assert {picture(GapMask(width=2), 5, seed, generator) for seed in range(40)} == {"|..||", "||..|"}
    assert {picture(EdgeMask(width=1), 3, seed, generator) for seed in range(40)} == {".||", "||."}
    assert {len(runs_of_missing(live(GapMask(width=(2, 4)), 9, seed, generator))) for seed in range(40)} == {1}
    assert {runs_of_missing(live(GapMask(width=(2, 4)), 9, seed, generator))[0] for seed in range(60)} == {2, 3, 4}


@given(width=st.integers(1, 30), n_traces=st.integers(1, 40), seed=seeds, generator=kinds)
def test_an_edge_leaves_at_least_one_trace(width, n_traces, seed, generator):
    flags = live(EdgeMask(width=width), n_traces, seed, generator)
    assert (~flags).sum() == min(width, n_traces - 1)
    assert len(runs_of_missing(flags)) <= 1


@given(n_traces=st.integers(3, 40), seed=seeds, generator=kinds)
def test_mixed_rules_hide_what_any_of_them_hides(n_traces, seed, generator):
    parts = (RandomMask(missing=0.3), GapMask(width=4))
    rng = generator(seed)
    apart = [np.asarray(rule.draw(n_traces, rng=rng)) for rule in parts]
    assert (live(MixedMask(rules=parts), n_traces, seed, generator) == (apart[0] & apart[1])).all()


@KINDS
def test_a_mixture_draws_its_rules_by_their_weights(generator):
    rules = (RegularMask(every=1), RegularMask(every=2), RegularMask(every=3))
    mixture = MixtureMask(rules=rules, weights=(1.0, 0.0, 3.0))
    rng = generator(0)
    drawn = ["".join("|" if flag else "." for flag in mixture.draw(7, rng=rng)) for _ in range(1000)]
    assert set(drawn) == {"|||||||", "|..|..|"}
    assert abs(drawn.count("|..|..|") - 750) < 5 * math.sqrt(1000 * 0.75 * 0.25)  # five standard deviations


@KINDS
def test_a_mixture_without_weights_draws_all_rules(generator):
    mixture = MixtureMask(rules=(RegularMask(every=1), RegularMask(every=2)))
    assert {picture(mixture, 5, seed, generator) for seed in range(40)} == {"|||||", "|.|.|"}


@example(seed=163, generator=of_torch, n_traces=8, n_samples=8)  # once centred beyond the last sample: no hole
@given(seed=seeds, generator=kinds, n_traces=st.integers(8, 40), n_samples=st.integers(8, 60))
def test_a_free_form_hole_is_one_run_in_each_trace_and_no_larger_than_asked(seed, generator, n_traces, n_samples):
    rule = FreeFormMask(holes=1, size=(0.2, 0.3))
    valid = np.asarray(rule.draw_valid(n_traces, n_samples, rng=generator(seed)))
    assert valid.dtype == bool
    assert valid.shape == (n_traces, n_samples)
    widths = [runs_of_missing(trace) for trace in valid]
    assert sum(map(len, widths)) > 0
    assert all(len(runs) <= 1 for runs in widths)
    largest = 2 * (0.5 + 0.3 * n_samples)  # twice the half axis, whatever the place
    assert max(runs[0] for runs in widths if runs) <= largest + 1
    assert (~valid).any(axis=1).sum() <= 2 * (0.5 + 0.2 * n_traces) + 1


@KINDS
def test_more_free_form_holes_hide_more_and_repeat_with_the_seed(generator):
    one, many = (np.asarray(FreeFormMask(holes=holes).draw_valid(60, 90, rng=generator(7))) for holes in (1, (12, 12)))
    again = np.asarray(FreeFormMask(holes=(12, 12)).draw_valid(60, 90, rng=generator(7)))
    assert 0 < (~one).sum() < (~many).sum()
    assert (many == again).all()


def test_words_of_the_command_line_become_rules():
    assert parse_mask("random:0.5") == RandomMask(missing=0.5)
    assert parse_mask("every:3") == RegularMask(every=3)
    assert parse_mask("jitter:4") == JitteredMask(every=4)
    assert parse_mask("gap:10") == GapMask(width=10)
    assert parse_mask("edge:2") == EdgeMask(width=2)
    assert parse_mask("every:2+gap:5") == MixedMask(rules=(RegularMask(every=2), GapMask(width=5)))


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("evry:2", "did you mean 'every'"),
        ("randm:0.5", "did you mean 'random'"),
        ("every:2+gapp:3", "did you mean 'gap'"),
        ("", "known are random"),
        ("every", "must hold a number behind the colon, as every:2"),
        ("every:two", "must hold a number"),
        ("every:2.5", "must hold a number"),
        ("random:nan", "Invalid missing nan"),
        ("random:1.5", "Invalid missing 1.5: must lie between 0 and 1"),
        ("every:0", "Invalid every 0: must be a whole number of at least 1"),
        ("gap:-3", "Invalid width -3"),
    ],
)
def test_words_that_make_no_rule_are_refused_with_a_cure(text, said):
    with pytest.raises(InvalidParameterError, match=said):
        parse_mask(text)


@pytest.mark.parametrize("value", [0, 2.5, (3, 2), (0, 4), math.nan, math.inf, (2, math.inf)])
def test_counts_that_are_none_are_refused(value):
    for rule in (RegularMask, JitteredMask):
        with pytest.raises(InvalidParameterError, match="Invalid every"):
            rule(every=value)
    for rule in (GapMask, EdgeMask):
        with pytest.raises(InvalidParameterError, match="Invalid width"):
            rule(width=value)
    with pytest.raises(InvalidParameterError, match="Invalid holes"):
        FreeFormMask(holes=value)


def test_rules_that_cannot_be_drawn_from_are_refused():
    with pytest.raises(InvalidParameterError, match="one for each of 1 rules"):
        MixtureMask(rules=(GapMask(),), weights=(1.0, 2.0))
    for weights in ((0.0, 0.0), (-1.0, 2.0), (math.nan, 1.0)):
        with pytest.raises(InvalidParameterError, match="must not be negative"):
            MixtureMask(rules=(GapMask(), EdgeMask()), weights=weights)
    for rule in (MixtureMask, MixedMask):
        with pytest.raises(InvalidParameterError, match="at least one"):
            rule(rules=())


@pytest.mark.parametrize("rule", RULES)
@KINDS
def test_many_masks_at_once_are_one_draw_for_each_row(rule, generator):
    many = rule.draw_many(300, 24, rng=generator(0))
    assert isinstance(many, np.ndarray if generator is np.random.default_rng else torch.Tensor)
    assert many.dtype in (np.dtype(bool), torch.bool)
    many = np.asarray(many)
    assert many.shape == (300, 24)
    assert (np.asarray(rule.draw_many(300, 24, rng=generator(0))) == many).all()
    assert len({row.tobytes() for row in many}) > 1
    alone = np.mean([(~live(rule, 24, seed, generator)).mean() for seed in range(300)])
    assert (~many).mean() == pytest.approx(alone, abs=0.06)  # five standard errors of the widest rule's 0.23


@given(seed=seeds, generator=kinds)
def test_each_of_many_masks_keeps_the_rule(seed, generator):
    def draw(rule):
        return np.asarray(rule.draw_many(6, 30, rng=generator(seed)))

    assert all(runs_of_missing(row) and len(runs_of_missing(row)) == 1 for row in draw(GapMask(width=(2, 20))))
    shares = (~draw(RandomMask(missing=(0.2, 0.6), keep_ends=False))).sum(axis=1)
    assert ((shares >= 6) & (shares <= 18)).all()
    for row in draw(RegularMask(every=(2, 5), phase="any", keep_ends=False)):
        kept = np.flatnonzero(row)
        assert len(set(np.diff(kept))) == 1
        assert kept[0] < kept[1] - kept[0] <= 5


def test_a_mixture_of_many_chooses_by_weight():
    rule = MixtureMask(rules=(GapMask(width=3), EdgeMask(width=5), RandomMask()), weights=(1.0, 3.0, 0.0))
    hidden = (~rule.draw_many(1000, 20, rng=of_torch(0))).sum(dim=1)
    assert set(hidden.tolist()) == {3, 5}
    assert (hidden == 5).sum().item() == pytest.approx(750, abs=5 * math.sqrt(1000 * 0.75 * 0.25))


@KINDS
def test_many_free_forms_each_hide_something(generator):
    valid = np.asarray(FreeFormMask(holes=(1, 4)).draw_many_valid(50, 20, 30, rng=generator(0)))
    assert valid.shape == (50, 20, 30)
    assert (~valid).any(axis=(1, 2)).all()
    assert len({patch.tobytes() for patch in valid}) == 50
