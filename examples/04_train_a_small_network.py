"""Train a tiny network on synthetic events for seconds, and fill with it. The real recipe is configs/small.toml."""

# %% What to train: network, patches, masks and surveys are plain frozen values
from pathlib import Path

import numpy as np

from seisfill import Gather, load_interpolator, save_figure, snr_db
from seisfill.nn.unet import UNetConfig
from seisfill.plotting import new_figure
from seisfill.synthetic.surveys import SyntheticSurveys
from seisfill.training.loop import OptimizerConfig, TrainConfig
from seisfill.training.streams import SyntheticStream
from seisfill.workflows.train import train

config = TrainConfig(
    name="tiny",
    steps=40,
    log_every=5,
    bfloat16=False,
    network=UNetConfig(widths=(12, 16), dilations=(1,)),
    stream=SyntheticStream(surveys=SyntheticSurveys(weights={"sparse": 1.0}), patch=(32, 128), batch=4),
    optimizer=OptimizerConfig(rate=3e-3, warm_up=10),
)

# %% Train; weights, card, log and checkpoint go to a folder
rows: list[dict] = []
resume = Path("04_tiny/state.safetensors").exists()
done = train(config, out=Path("04_tiny"), resume=resume, report=rows.append)
print(f"{done.step} steps in {done.seconds:.0f} s -> {done.weights}")

# %% The new weights fill like the shipped ones, only worse
stream = SyntheticStream(surveys=config.stream.surveys, patch=(48, 256), batch=1)
truth = stream.draw(10**6, seed=2).truth[0, 0].numpy()
live = np.arange(len(truth)) % 2 == 0
gather = Gather(data=truth, live=live, dt=0.004)
for name, weights in {"tiny": done.weights, "shipped": None}.items():
    filled = load_interpolator("network", weights=weights).fill(gather)
    print(f"{name}: {snr_db(truth[:-1], filled.data[:-1], traces=~live[:-1]):.1f} dB")

# %% The loss on missing samples
figure = new_figure(6, 4)
axes = figure.subplots()
axes.plot([row["step"] for row in rows], [row["missing"] for row in rows], label="network")
axes.plot([row["step"] for row in rows], [row["linear"] for row in rows], "--", label="linear")
axes.set_xlabel("step")
axes.set_ylabel("mean absolute error on missing samples, gained")
axes.legend()
save_figure(figure, "04_train_a_small_network.png")
