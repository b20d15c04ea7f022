"""The tests of words and rules."""
