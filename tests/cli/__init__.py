"""The command line, run as a user runs it: a process, its exit code, what it printed."""
