"""How much the proxy adds to a request on loopback: the same requests to the same server, straight and through it.

    python -m benchmarks.proxy [--requests 1000]

Both ways are taken in turns in one run; medians and their difference are printed.
"""

from __future__ import annotations

import argparse
import multiprocessing
import statistics
import time

import httpx

from klingkit_contract.proxy.serving import proxying
from klingkit_contract.proxy.upstream import read_upstream
from klingkit_contract.proxy.watching import Watcher
from klingkit_emulator.launch import launch

_AIM = 3.0  # ms


def _emulate(told: multiprocessing.connection.Connection) -> None:
    with launch(["official"], speed=10_000) as emulator:
        told.send((emulator.base_url("official"), emulator.api_key))
        told.recv()


def _proxy(address: str, told: multiprocessing.connection.Connection) -> None:
    upstream = read_upstream("official", address)
    watcher = Watcher(upstream)
    watcher.start()
    with proxying(upstream, watcher.see) as proxied:
        told.send(proxied)
        told.recv()
    watcher.finish()
    told.send((watcher.exchanges, watcher.unseen))


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--requests", type=int, default=1000, help="of each kind, each way")
    count = parser.parse_args().requests
    spawn = multiprocessing.get_context("spawn")
    ours, theirs = spawn.Pipe()
    spawn.Process(target=_emulate, args=(theirs,), daemon=True).start()
    address, key = ours.recv()
    to_proxy, from_proxy = spawn.Pipe()
    spawn.Process(target=_proxy, args=(address, from_proxy), daemon=True).start()
    proxied = to_proxy.recv()
    head = {"authorization": f"Bearer {key}"}
    create = {"model_name": "kling-v3", "prompt": "A fox in snow"}
    with httpx.Client(headers=head, trust_env=False) as client:
        path = "/v1/videos/text2video"
        task = client.post(f"{address}{path}", json=create).json()["data"]["task_id"]
        kinds = {
            "get": lambda root: client.get(f"{root}{path}/{task}"),
            "create": lambda root: client.post(f"{root}{path}", json=create),
        }
        print(f"{count} requests of each kind each way, in turns; ms at the median (and at the 95th percentile)")
        for name, ask in kinds.items():
            took: dict[str, list[float]] = {address: [], proxied: []}
            for _ in range(count):
                for root, times in took.items():
                    begin = time.perf_counter()
                    ask(root).raise_for_status()
                    times.append((time.perf_counter() - begin) * 1000)
            straight, through = (statistics.median(took[root]) for root in (address, proxied))
            slow = [statistics.quantiles(took[root], n=20)[18] for root in (address, proxied)]
            adds = through - straight
            print(
                f"{name:<7} straight {straight:.2f} ({slow[0]:.2f})  through {through:.2f} ({slow[1]:.2f})  "
                f"adds {adds:.2f}: {'under' if adds < _AIM else 'NOT under'} {_AIM:g}"
            )
    to_proxy.send("stop")
    seen, unseen = to_proxy.recv()
    print(f"looked at: {seen} exchanges, {unseen} passed too fast")
    ours.send("stop")


if __name__ == "__main__":
    main()
