"""The nouns, frozen and without I/O, in the order of the data: desired, observed, plan, outcome."""
