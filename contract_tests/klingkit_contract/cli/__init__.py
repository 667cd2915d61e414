"""The commands that need the checks: one module each, with ``main(argv) -> int``."""
