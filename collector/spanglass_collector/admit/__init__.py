"""Admission: decide whether a request can be stored, make it storable, and stamp it. No I/O."""
