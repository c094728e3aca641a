"""Quality: does the answer match what was expected, and did the model answer at all."""
