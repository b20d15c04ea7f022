"""The engine of diffs, tested against git; a package so that its fixtures have types."""
