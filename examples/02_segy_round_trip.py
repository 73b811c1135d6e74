"""From a SEG-Y file with holes to a filled one and back: recorded bytes never change, and the fill can be removed."""

# %% A survey in a file, and a copy in which 40 % of the traces are gone
import hashlib
from pathlib import Path

from seisfill import fill_file, load_interpolator, parse_mask, read_gathers
from seisfill.synthetic.demo import make_demo_survey
from seisfill.workflows.decimate import decimate_file
from seisfill.workflows.demo import write_survey
from seisfill.workflows.score import score_files
from seisfill.workflows.strip import strip_file
from seisfill.workflows.verify import verify_file

truth, holes, filled, stripped = (Path(f"02_{name}.sgy") for name in ("truth", "holes", "filled", "stripped"))
write_survey(truth, make_demo_survey())
hidden = decimate_file(truth, holes, mask=parse_mask("random:0.4"), force=True).n_hidden

# %% Gathers stream from the file, one at a time
for gather in read_gathers(holes):
    print(f"{gather.n_traces} places, {int(gather.live.sum())} live, {1000 * gather.dt:g} ms")

# %% Fill, verify, score
done = fill_file(holes, filled, interpolator=load_interpolator("network"))
assert done.n_filled == hidden
assert verify_file(holes, filled).untouched
print(f"{done.n_filled} traces filled, {score_files(truth, filled, decimated=holes).snr_db:.1f} dB on them")

# %% Take the fill away again: the same bytes as before
strip_file(filled, stripped)
digests = {hashlib.sha256(path.read_bytes()).hexdigest() for path in (holes, stripped)}
assert len(digests) == 1
print("stripped file has the sha256 of the file that was filled")
