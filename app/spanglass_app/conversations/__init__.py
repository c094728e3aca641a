"""Import of recorded conversations: read lines -> check each -> spans with ids of their own -> the collector."""
