"""SEG-Y and SU as bytes, headers, gathers; the only place that knows the formats."""
