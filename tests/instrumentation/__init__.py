"""Recorded provider traffic, repeated by the real client under public instrumentations into a running collector.

cassettes -> client (+ instrumentations) -> collector -> stored, compared with recorded. The recordings are not part
of the repository: without them (../shared/data, or SPANGLASS_TEST_DATA) these tests skip.
"""
