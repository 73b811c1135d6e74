"""``python -m tests.fuzz``: the long run. Findings are shrunk, saved in ``tests/fuzz/cases`` and end it with code 1."""

import argparse
import sys
import time

from tests.fuzz.batches import Tally, replay, run_cases, save_finding

CASES, BATCH = 100_000, 2000
MOST_SAVED = 20  # findings of one run that are shrunk; the others are often the same


def main() -> int:
    """Parse, run, report."""
    parser = argparse.ArgumentParser(prog="python -m tests.fuzz", description="Read mutated SEG-Y and SU files.")
    parser.add_argument("--cases", type=int, default=CASES)
    parser.add_argument("--first", type=int, default=0, help="number of the first case")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--filled", type=float, default=0.1, help="share that is filled and stripped too")
    parser.add_argument("--replay", action="store_true", help="only the cases that failed once")
    told = parser.parse_args()
    if told.replay:
        wrong = replay()
        print("\n".join(f"{name}: {what}" for name, what in wrong.items()) or "all saved cases end as they should")
        return bool(wrong)
    started = time.monotonic()

    def say(tally: Tally) -> None:
        done = sum(tally.ends.values()) - tally.ends["compared"]
        print(f"{done} of {told.cases} cases, {time.monotonic() - started:.0f} s: {dict(tally.ends)}", flush=True)
        for number, wrong in tally.findings[-tally.fresh :] if tally.fresh else ():
            print(f"case {number}: {wrong}", flush=True)
        tally.fresh = 0

    numbers = range(told.first, told.first + told.cases)
    tally = run_cases(told.seed, numbers, filled=told.filled, batch=BATCH, told=say)
    for place, (number, wrong) in enumerate(tally.findings):
        where = save_finding(told.seed, number, filled=told.filled) if place < MOST_SAVED else "not saved"
        print(f"case {number}: {where}; {wrong}")
    print(f"{len(tally.findings)} findings; largest resident size of a process {tally.peak / 2**20:.0f} MiB")
    return bool(tally.findings)


if __name__ == "__main__":
    sys.exit(main())
