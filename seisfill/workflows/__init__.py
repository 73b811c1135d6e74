"""The stories that the command line tells; only here files meet computation."""
