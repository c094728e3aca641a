"""Did an agent do its task, and how surely does it do so again."""
