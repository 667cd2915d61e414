"""The questions, one theme a module: each is a function that asks a `Session` and tells its board what it learned."""
