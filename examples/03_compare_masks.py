"""How hard is a pattern of missing traces? The same gather, several masks, two fillers."""

# %% One shot of the embedded survey and the words of the command line for masks
import numpy as np

from seisfill import Gather, load_interpolator, parse_mask, save_figure, snr_db
from seisfill.plotting import new_figure
from seisfill.synthetic.demo import make_demo_survey

survey = make_demo_survey()
truth = survey.data[survey.shot == 2]
words = ["random:0.3", "random:0.5", "random:0.7", "jitter:2", "every:2", "every:3", "gap:4", "gap:8"]
fillers = {name: load_interpolator(name) for name in ("network", "linear")}

# %% Fill each, two draws of each mask
scores = {name: np.zeros(len(words)) for name in fillers}
for number, word in enumerate(words):
    for seed in range(2):
        live = parse_mask(word).draw(len(truth), rng=np.random.default_rng(seed))
        gather = Gather(data=truth, live=live, dt=survey.dt)
        for name, filler in fillers.items():
            scores[name][number] += snr_db(truth, filler.fill(gather).data, traces=~live) / 2
    print(f"{word:12s}" + "".join(f"  {name} {values[number]:5.1f} dB" for name, values in scores.items()))

# %% Draw the comparison
figure = new_figure(9, 4)
axes = figure.subplots()
for shift, (name, values) in zip((-0.2, 0.2), scores.items(), strict=True):
    axes.bar(np.arange(len(words)) + shift, values, width=0.4, label=name)
axes.set_xticks(np.arange(len(words)), words)
axes.set_ylabel("SNR on missing traces [dB]")
axes.legend()
save_figure(figure, "03_compare_masks.png")
