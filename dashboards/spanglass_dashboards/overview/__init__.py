"""The overview: golden signals, cost, judgements, drift, gaps and alerts on one page."""
