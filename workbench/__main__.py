"""`workbench` and `python -m workbench`."""

from workbench.cli.app import run


def main() -> None:
    """Run the command line; ends the process with its exit code."""
    run()


if __name__ == "__main__":
    main()
