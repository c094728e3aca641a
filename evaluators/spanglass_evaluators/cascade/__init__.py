"""Several evaluators as one: the cheap ones first, each later one only for what those before left undecided."""
