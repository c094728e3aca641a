"""Does an answer fit its question: is it about it, does it cover all of it, does it contradict what it was given."""
