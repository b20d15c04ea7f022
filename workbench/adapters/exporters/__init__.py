"""One module a format; each gets domain Records and yields text, a row at a time."""
