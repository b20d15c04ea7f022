"""`workbench` and `python -m workbench`."""

import gc
import sys

import workbench


def main() -> None:
    """Run the command line; ends the process with its exit code."""
    if sys.argv[1:] == ["--version"]:  # spares a script the 50 ms that parsing options costs
        sys.stdout.write(f"workbench {workbench.__version__}\n")
        return
    try:
        _run()
    finally:
        gc.freeze()  # all of it goes with the process: looking through it takes 200 ms at the end


def _run() -> None:
    if sys.argv[1:2] == ["review"]:
        gc.disable()  # what is made before the first paint stays; the app enables it after that
        from workbench.cli.opening import run_plain

        run_plain(sys.argv[1:])
        gc.enable()
    gc.set_threshold(200_000, 20, 100)  # imports make 140,000 objects, and all of them stay
    from workbench.cli.app import run

    run()


if __name__ == "__main__":
    main()
