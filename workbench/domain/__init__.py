"""The words and rules of the workbench: frozen values and pure functions, standard library only."""
