"""`workbench` and `python -m workbench`."""

import sys

import workbench


def main() -> None:
    """Run the command line; ends the process with its exit code."""
    if sys.argv[1:] == ["--version"]:  # spares a script the 50 ms that parsing options costs
        sys.stdout.write(f"workbench {workbench.__version__}\n")
        return
    if sys.argv[1:2] == ["review"]:
        from workbench.cli.opening import run_plain

        run_plain(sys.argv[1:])
    from workbench.cli.app import run

    run()


if __name__ == "__main__":
    main()
