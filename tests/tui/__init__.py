"""The app, tested in front of a real study; a package so that kit.py can be shared."""
