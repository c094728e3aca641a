"""Is what the answer says in what it was given: sentence by sentence, with the place that supports it."""
