"""Tests of `workbench check`; kit.py holds what they share."""
