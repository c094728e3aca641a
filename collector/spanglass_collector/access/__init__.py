"""Who may do what, and how much of it: keys bound to projects, their file, their quotas.

`Access.admit(headers, scope)` is the whole interface of the network edges: it returns a Grant or raises one of three
errors. Keys live in one small file rather than in the store: a collector must know its senders while the store is away
(docs/decisions/0006-keys-in-a-file.md).
"""

from spanglass_collector.access.check import (
    DEFAULT_PROJECT,
    PROJECT_HEADER,
    Access,
    AccessConfig,
    Grant,
    check_project_name,
)
from spanglass_collector.access.errors import NotAllowed, OverQuota, Unauthenticated
from spanglass_collector.access.key import ALL_PROJECTS, Key, Scope
from spanglass_collector.access.quota import Quota

__all__ = [
    "ALL_PROJECTS",
    "DEFAULT_PROJECT",
    "PROJECT_HEADER",
    "Access",
    "AccessConfig",
    "Grant",
    "Key",
    "NotAllowed",
    "OverQuota",
    "Quota",
    "Scope",
    "Unauthenticated",
    "check_project_name",
]
