"""Fill the missing traces of one gather: an array, a live mask and a sample interval are enough."""

# %% A gather with known truth: the first shot of the embedded survey
import numpy as np

from seisfill import Gather, load_interpolator, plot_comparison, save_figure, snr_db
from seisfill.synthetic.demo import make_demo_survey

survey = make_demo_survey()
truth = survey.data[survey.shot == 1]  # (traces, samples)

# %% Every second trace is missing
live = np.arange(len(truth)) % 2 == 0
live[-1] = True
gather = Gather(data=truth, live=live, dt=survey.dt)

# %% Fill it with the shipped network, and with straight lines between neighbours
filled = load_interpolator("network").fill(gather)
line = load_interpolator("linear").fill(gather)
assert np.array_equal(filled.data[live], truth[live])  # recorded samples are bit-identical

# %% SNR on the missing traces only, in physical amplitudes
network_db = snr_db(truth, filled.data, traces=~live)
linear_db = snr_db(truth, line.data, traces=~live)
print(f"every 2nd trace missing: network {network_db:.1f} dB, linear {linear_db:.1f} dB")

# %% Look at it
figure = plot_comparison(truth, filled.data, live=live, decimated=gather.data, dt=survey.dt, snr_db=network_db)
save_figure(figure, "01_fill_a_gather.png")
