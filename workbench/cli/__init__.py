"""The command line: one file a noun. Each parses, calls a service and prints; no logic."""
