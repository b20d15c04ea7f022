"""Widgets on a stage of their own."""
