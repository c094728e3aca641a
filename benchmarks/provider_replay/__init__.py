"""Recorded traffic, asked again by each provider's own client against a local server that gives the recording."""
