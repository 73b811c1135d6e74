"""The pictures of docs/plots.md, one of each kind, of the embedded survey: `python -m tests.plotting.examples docs`."""

import sys
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np

from seisfill.gather import Gather
from seisfill.interpolators.load import load_interpolator
from seisfill.masks import parse_mask
from seisfill.plotting import (
    Band,
    Frame,
    HeldOutTraces,
    Levels,
    figure,
    new_figure,
    plot_amplitude_spectrum,
    plot_calibration,
    plot_fk,
    plot_leakage,
    plot_section,
    plot_sigma_band,
    plot_wiggle,
    save_figure,
)
from seisfill.synthetic.demo import make_demo_survey
from seisfill.trust.error_model import ErrorModel
from seisfill.trust.trial import try_filler
from seisfill.workflows.decimate import decimate_file
from seisfill.workflows.demo import write_survey
from seisfill.workflows.fill import FillOptions, fill_file
from seisfill.workflows.plot import plot_file
from seisfill.workflows.plot_gates import plot_gates_of_file
from seisfill.workflows.plot_held_out import plot_held_out_of_file

PATTERNS = {"random 50 %": "random:0.5", "every 2nd": "every:2", "gap of 8": "gap:8"}
COVERAGES = np.array([0.2, 0.4, 0.6, 0.8, 0.9, 0.95])


def fill_shots(mask, filler):
    """Of two shots: the truth, the gather with holes, the answer, and the trial on its live traces."""
    survey = make_demo_survey()
    for shot in (1, 2):
        truth = survey.data[survey.shot == shot]
        live = parse_mask(mask).draw(len(truth), rng=np.random.default_rng(shot))
        gather = Gather(data=truth, live=live, dt=survey.dt)
        yield truth, gather, filler.fill(gather), try_filler(filler, gather, number=shot)


def draw_samples(out, gather, answer):
    """Section, wiggles, f-k and mean spectra of a fill."""
    sheet = new_figure(9.5, 6.5)
    (section, wiggle), (fk, spectrum) = sheet.subplots(2, 2)
    frame, dt = Frame.of(gather), gather.dt
    plot_section(np.where(gather.live[:, None], gather.data, np.nan), frame, title="plot_section", ax=section)
    near = slice(20, 50), slice(150, 270)
    place = Frame(dt=dt, t0=150 * dt, live=gather.live[20:50], axis=np.arange(20, 50))
    plot_wiggle(answer.data[near], place, title="plot_wiggle", ax=wiggle)
    plot_fk(answer.data, dt=dt, live_spacing=2.0, levels=Levels(f_max=90.0), title="plot_fk", ax=fk)
    spectra = {"live traces": answer.data[gather.live], "filled traces": answer.data[answer.filled]}
    plot_amplitude_spectrum(spectra, dt=dt, levels=Levels(f_max=90.0), title="plot_amplitude_spectrum", ax=spectrum)
    save_figure(sheet, out / "plots_samples.png")


def draw_errors(out, filled):
    """Band of the predicted error, loss at held-out traces, and how often the bands hold the truth."""
    sheet = new_figure(9.5, 6.2)
    top, bottom = sheet.subfigures(2, 1, height_ratios=[1, 2.2])
    truth, gather, answer, trial = filled["random 50 %"][0]
    model = ErrorModel.fit([trial])
    trace = int(np.flatnonzero(answer.filled)[20])
    factors = {f"{100 * share:.0f} %": model.factor(share) for share in (0.8, 0.95)}
    band = Band(sigma=model.sigma(gather, answer)[trace], factors=factors)
    title = f"plot_sigma_band, trace {trace}"
    plot_sigma_band(answer.data[trace], band, Frame.of(gather), truth=truth[trace], title=title, ax=top.subplots())
    left, right = bottom.subplots(1, 2)
    held = HeldOutTraces(truth=trial.truth, estimate=trial.estimate, places=trial.places, dt=gather.dt)
    plot_leakage(held, title="plot_leakage: " + held.title.replace(", ", "\n", 1), ax=left)
    plot_calibration(COVERAGES, {name: coverage(shots) for name, shots in filled.items()}, ax=right)
    right.set_title("plot_calibration: true missing traces,\nbands from held-out ones", fontsize=10)
    save_figure(sheet, out / "plots_errors.png")


def coverage(shots):
    """Share of the missing samples inside the bands of each nominal coverage."""
    found = []
    for truth, gather, answer, trial in shots:
        model = ErrorModel.fit([trial])
        sigma = model.sigma(gather, answer)[answer.filled]
        ratio = np.abs(truth - answer.data)[answer.filled] / np.maximum(sigma, 1e-30)
        found.append([(ratio <= model.factor(share)).mean() for share in COVERAGES])
    return np.mean(found, axis=0)


def draw_pages(out, filler, folder):
    """The pages of `seisfill plot`, coarse: a comparison with bands, held-out traces, gates."""
    truth, holes, filled, sigma = (folder / f"{name}.sgy" for name in ("truth", "holes", "filled", "sigma"))
    write_survey(truth, make_demo_survey())
    decimate_file(truth, holes, mask=parse_mask("random:0.5"))
    fill_file(holes, filled, interpolator=filler, options=FillOptions(check=4, sigma=str(sigma)))
    plot_file(truth, out / "plots_compared.png", filled=filled, decimated=holes, sigma=sigma)
    plot_held_out_of_file(filled, out / "plots_held_out.png")
    plot_gates_of_file(holes, out / "plots_gates.png")


def main(out):
    """Fill and draw."""
    figure.DPI = 65
    filler = load_interpolator("prediction")
    with TemporaryDirectory() as folder:
        draw_pages(out, filler, Path(folder))
    figure.DPI = 85
    filled = {name: list(fill_shots(mask, filler)) for name, mask in PATTERNS.items()}
    draw_samples(out, *filled["every 2nd"][0][1:3])
    draw_errors(out, filled)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
