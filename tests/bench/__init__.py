"""
What seisfill costs: ``make bench`` writes ``runs/bench.json``, with the machine's facts, and prints a table of it.

Times are not tests: nothing here fails because a machine is slow, and `make test` does not collect it.
"""
