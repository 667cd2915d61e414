"""The client against its peers: every figure of docs/benchmarks.md, measured in one run with one command.

    python -m benchmarks.client            the full run, about 15 minutes
    python -m benchmarks.client --quick    fewer rounds, under 2 minutes

All contenders talk to one local server. The server has CPU 1 and every measurement is a fresh process on CPU 0, where
the system lets us choose. Rounds are interleaved, so that a busy neighbour disturbs all contenders alike.
"""
