"""Widgets take plain values and post messages; they never call a service or the store."""
