"""Did the retriever find what matters, and did the answer use it."""
