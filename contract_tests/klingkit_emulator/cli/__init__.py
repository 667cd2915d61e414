"""The command `klingkit emulate`."""
