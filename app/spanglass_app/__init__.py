"""The composition root: the `spanglass` command and what it puts together. The only package that imports all others."""
