"""Training: streams of masked patches, the loop, checkpoints."""
