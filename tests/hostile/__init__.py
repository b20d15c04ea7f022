"""Tests with hostile input: patches, repositories, sizes, and rules on our own sources."""
