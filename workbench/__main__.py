"""`workbench` and `python -m workbench`."""

import sys

import workbench


def main() -> None:
    """Run the command line; ends the process with its exit code."""
    if sys.argv[1:] == ["--version"]:  # spares a script the 50 ms that parsing options costs
        sys.stdout.write(f"workbench {workbench.__version__}\n")
        return
    from workbench.cli.app import run

    run()


if __name__ == "__main__":
    main()
