"""Bytes of a patch in, rows out; knows no screen and imports nothing heavy before it is needed."""
