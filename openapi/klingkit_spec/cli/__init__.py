"""The subcommands of ``klingkit spec``, one module each."""
