"""The whole program in a real terminal; a package so that kit.py can be shared."""
