"""Files of others as domain values; an importer yields a value or a RowProblem, or refuses."""
