"""Mutated files: many small SEG-Y and SU files, changed in structured ways, and what must hold of each of them."""
