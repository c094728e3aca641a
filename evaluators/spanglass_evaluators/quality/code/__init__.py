"""Does the code in an answer run: in a process of its own, with limits, off unless asked for."""
