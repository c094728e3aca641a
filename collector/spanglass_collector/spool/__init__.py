"""The spool: requests on disk, synced, that the store could not take yet; and those it never will."""
