"""The store, tested on real SQLite files; a package so that kit.py can be shared."""
