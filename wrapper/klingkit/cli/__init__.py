"""The command `klingkit`: finds its subcommands through entry points and turns errors into exit statuses."""

from klingkit.cli._dispatch import main

__all__ = ["main"]
