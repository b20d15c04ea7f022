"""SQLite behind domain values. Imports nothing, so that first_screen can be imported alone."""
