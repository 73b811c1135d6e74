"""One self-contained HTML page that says what was filled, how good it is, and where not to trust it."""
