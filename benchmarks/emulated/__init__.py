"""The parts of `benchmarks.emulator`: a full database, a server process, and a process that asks it."""
