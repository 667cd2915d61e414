"""Make three videos and a picture on this machine; check four relays."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich import box
from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn
from rich.table import Table

from klingkit import AsyncKling
from klingkit_contract import catalogue, events
from klingkit_contract.emulated import BUDGET, WAIT, emulated_targets
from klingkit_contract.findings import Verdict
from klingkit_contract.pictures import gradient_png
from klingkit_contract.report import write_all
from klingkit_contract.runner import Options, run
from klingkit_emulator.launch import launch

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Sequence

    from klingkit import AsyncTask
    from klingkit_contract.events import Event, Results
    from klingkit_emulator.launch import Emulator

RELAYS = ("anyapi", "xiexus", "openai-next", "haoee")
SPEED = 6.0  # emulated seconds in one second: slow enough to watch, fast enough to wait for
CHECKS: tuple[str, ...] = ()  # every one


@dataclass(frozen=True, slots=True)
class Order:
    """What is asked of one relay, and where the file goes."""

    relay: str
    operation: str
    file: str
    asked: str
    create: Callable[[AsyncKling], Awaitable[AsyncTask]]


def _orders() -> list[Order]:
    fox, snow = (gradient_png(480, 360, hue=hue) for hue in (20, 140))
    tall = gradient_png(360, 640, hue=80)
    return [
        Order(
            "anyapi",
            "text2video",
            "text2video.mp4",
            "5 s, 16:9",
            lambda kling: kling.video.text_to_video(
                "A fox walks through falling snow", model_name="kling-v3", duration=5, aspect_ratio="16:9"
            ),
        ),
        Order(
            "xiexus",
            "image2video",
            "image2video.mp4",
            "5 s, 9:16",
            lambda kling: kling.video.image_to_video(
                image=tall, prompt="The fox looks up", model_name="kling-v1", duration=5
            ),
        ),
        Order(
            "openai-next",
            "multi-image2video",
            "multi-image2video.mp4",
            "10 s, 1:1",
            lambda kling: kling.video.multi_image_to_video(
                [fox, snow],
                prompt="The fox walks into the snow",
                model_name="kling-v1-6",
                duration=10,
                aspect_ratio="1:1",
            ),
        ),
        Order(
            "haoee",
            "multi-image2image",
            "multi-image2image.png",
            "2:3",
            lambda kling: kling.image.multi_image_to_image(
                [fox], prompt="The fox in the snow", scene_image=snow, model_name="kling-v2", aspect_ratio="2:3"
            ),
        ),
    ]


def demo(
    out: Annotated[
        Path, typer.Option(help="Folder for the files and the report; made if needed.", file_okay=False)
    ] = Path("klingkit-demo"),
) -> int:
    """Make three videos and a picture through four relay dialects on this machine, then check all four."""
    console = Console()
    out.mkdir(parents=True, exist_ok=True)
    orders = _orders()
    console.print(f"A stand-in for {len(RELAYS)} relays runs on this machine; nothing is sent elsewhere or paid.\n")
    with launch(RELAYS, speed=SPEED) as emulator:
        files = asyncio.run(_make_all(orders, emulator, out, console))
    console.print("\nNow each relay is held against its spec.\n")
    results = _check(console)
    reports = write_all(results, out / "report")
    console.print(_summary(orders, files, results))
    console.print(f"\nThe report, for a browser: {reports[-1]}", soft_wrap=True, highlight=False)
    return 1 if any(cell.findings for cell in results.cells.values()) else 0


def _check(console: Console) -> Results:
    options = Options(catalogue.select(CHECKS), budget=BUDGET, wait=WAIT)
    seen: list[Event] = []
    with emulated_targets(RELAYS, ()) as targets, console.status("Checking ...") as status:
        for event in run(targets, options):
            seen.append(event)
            if isinstance(event, events.StageStarted):
                status.update(f"{event.relay}: {event.stage} ...")
    return events.collect(seen)


async def _make_all(orders: Sequence[Order], emulator: Emulator, out: Path, console: Console) -> list[Path]:
    columns = (
        TextColumn("{task.description:<32}"),
        BarColumn(bar_width=20),
        TextColumn("{task.fields[state]:<11}"),
        TimeElapsedColumn(),
    )
    with Progress(*columns, console=console) as progress:
        return list(await asyncio.gather(*(_make(order, emulator, out, progress) for order in orders)))


async def _make(order: Order, emulator: Emulator, out: Path, progress: Progress) -> Path:
    bar = progress.add_task(f"{order.relay} {order.operation}", total=None, state="creating")
    address = emulator.base_url(order.relay)
    async with AsyncKling(relay=order.relay, api_key=emulator.api_key, base_url=address) as kling:
        task = await order.create(kling)
        progress.update(bar, state=task.state)
        result = await task.wait(timeout=60, poll_interval=0.25, on_update=_teller(progress, bar))
        progress.update(bar, state="downloading")
        path = await result.download(out / order.file, overwrite=True)
    progress.update(bar, total=1, completed=1, state="saved")
    return path


def _teller(progress: Progress, bar: Any) -> Callable[[AsyncTask], None]:
    def tell(task: AsyncTask) -> None:
        progress.update(bar, state=task.state)

    return tell


def _summary(orders: Sequence[Order], files: Sequence[Path], results: Results) -> Table:
    table = Table(
        title=f"What was made, in {files[0].parent}", title_justify="left", title_style="bold", box=box.SIMPLE
    )
    for column in ("relay", "asked for", "file", "size", "checks"):
        table.add_column(column, justify="right" if column == "size" else "left", no_wrap=True)
    for order, file in zip(orders, files, strict=True):
        cells = [cell for cell in results.cells.values() if cell.relay == order.relay]
        passed = sum(cell.verdict is Verdict.PASS for cell in cells)
        found = sum(len(cell.findings) for cell in cells)
        verdict = f"{passed} passed" + (f", {found} findings" if found else "")
        table.add_row(order.relay, order.asked, file.name, f"{file.stat().st_size / 1000:.0f} kB", verdict)
    return table


app = typer.Typer(add_completion=False)
app.command()(demo)


def main(argv: Sequence[str]) -> int:
    """Run ``klingkit demo ARGV`` and return its exit status."""
    return int(app(args=list(argv), prog_name="klingkit demo", standalone_mode=False) or 0)
