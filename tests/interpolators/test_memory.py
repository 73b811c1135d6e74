from types import SimpleNamespace

from seisfill.gather import Filled
from seisfill.interpolators.blocks import Blocks
from seisfill.interpolators.flattened import Flattened
from seisfill.interpolators.linear import LinearInterpolator
from seisfill.interpolators.load import METHODS, load_interpolator
from seisfill.interpolators.memory import BYTES, OF_BLEND, OTHER, memory_need

LINEAR = LinearInterpolator()


class Zeros:
    def fill(self, gather, *, context=()):
        return Filled(data=gather.data, filled=~gather.live, method="zeros")


def test_memory_grows_with_the_gather_up_to_a_block_and_then_by_the_blend_alone():
    for method in METHODS:
        filler = load_interpolator(method, device="cpu")
        assert memory_need(filler, (100, 1000)) >= 1_000_000, method
        one, ten = (memory_need(filler, (1000 * times, 2000)) for times in (1, 10))
        assert ten - one <= 20 * 18_000_000, method
        for n_samples in (50, 1000, 8000, 1_000_000):
            n_traces = 4_000_000 // n_samples
            assert memory_need(filler, (n_traces, n_samples)) < 1_500_000_000, method  # fits into the 2 GiB of a fill
    assert memory_need(Zeros(), (10, 10)) == 100 * OTHER[0]
    flat = Flattened(inner=LINEAR)
    of_sample, of_trace = BYTES["Flattened(LinearInterpolator)"]
    assert memory_need(Blocks(inner=flat), (10, 600)) == 6000 * of_sample + 10 * of_trace
    wrapped = SimpleNamespace(inner=Blocks(inner=flat))
    assert memory_need(wrapped, (10, 600)) == memory_need(flat, (10, 600)) + OF_BLEND * 6000
