import torch

from seisfill.nn.unet import UNetConfig
from seisfill.training.loop import TrainConfig
from seisfill.training.streams import SyntheticStream
from seisfill.workflows.measure import convolution_rate, measure_speed, repeat

STREAM = SyntheticStream(patch=(8, 32), batch=2, chunk=1)


def test_work_is_counted_by_the_clock():
    done = []
    rate = repeat(lambda: done.append(1), device="cpu", seconds=0.01)
    assert len(done) > 8
    assert rate > 100


def test_a_training_is_measured_in_all_its_parts():
    torch.set_num_threads(1)
    network = UNetConfig(widths=(4,), blocks=0, dilations=(), fold=2, convolution="plain")
    config = TrainConfig(bfloat16=False, network=network, stream=STREAM)
    speed = measure_speed(config, seconds=0.05)
    assert min(speed.generator, speed.step, speed.both, speed.peak) > 0
    # forwards: two operations for each weight and place, of the door (5 x 5) and the head (3 x 3);
    # backwards: twice that, without the gradient of the door's inputs, which nobody asks for
    door, head = 2 * (4 * 6 * 25) * 8 * 16, 2 * (4 * 4 * 9) * 8 * 16
    assert speed.convolutions == 2 * door + 3 * head
    assert speed.achieved > 0


def test_the_rate_of_a_large_convolution_is_that_of_some_machine():
    assert 1e6 < convolution_rate("cpu", bfloat16=True, seconds=0.05) < 1e15
