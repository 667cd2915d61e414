"""Every task of the project, one session each. `nox` runs what must be green; `nox -l` lists the rest.

Tools run in the project's own environment (`uv run`), so they have the versions that pyproject.toml pins; only the
tests of the built wheel get an environment of their own.
"""

from __future__ import annotations

import os
import re
import tomllib
from pathlib import Path

import nox

nox.needs_version = ">=2026.4"
nox.options.default_venv_backend = "none"
nox.options.error_on_external_run = False
nox.options.sessions = ["lint", "typecheck", "outputs", "wheel", "tests", "contracts"]

ROOT = Path(__file__).parent
# One more than there are cores: many tests wait, for a server, a browser or a task.
WORKERS = str(min(os.cpu_count() or 2, 8) + 1)
TYPED = [
    "openapi/klingkit_data",
    "openapi/klingkit_spec",
    "wrapper/klingkit",
    "contract_tests/klingkit_contract",
    "contract_tests/klingkit_emulator",
]

# What the client is measured against, at fixed versions; in an environment of their own, for they conflict with ours.
PEERS = [
    "aiohttp==3.14.5",
    "fal-client==1.0.3",
    "httpx==0.28.1",
    "httpx-aiohttp",
    "lumaai==1.21.0",
    "openai==3.54.0",
    "pyqwest==0.12.0",
    "replicate==1.0.7",
    "runwayml==5.24.0",
    "uvloop==0.23.0; sys_platform != 'win32'",
]


def _uv_run(session: nox.Session, *command: str, env: dict[str, str] | None = None) -> None:
    session.run("uv", "run", *command, external=True, env=env)


@nox.session
def lint(session: nox.Session) -> None:
    """Style, format, and who may import whom."""
    _uv_run(session, "ruff", "check", ".")
    _uv_run(session, "ruff", "format", "--check", ".")
    _uv_run(session, "lint-imports")


@nox.session
def typecheck(session: nox.Session) -> None:
    """Check the types, strictly, and what a user's type checker sees."""
    _uv_run(session, "mypy", *TYPED)
    _uv_run(session, "mypy", "wrapper/tests/typing")


@nox.session
def spec(session: nox.Session) -> None:
    """Rebuild the specs from the vendor documents; `-- --check` only compares."""
    _uv_run(session, "klingkit", "spec", "build", *session.posargs)


@nox.session
def client(session: nox.Session) -> None:
    """Regenerate the client from the one spec; `-- --check` only compares."""
    _uv_run(session, "klingkit", "spec", "client", *session.posargs)


@nox.session
def regenerate(session: nox.Session) -> None:
    """After a vendor page changed: rebuild the specs, then the client."""
    _uv_run(session, "klingkit", "spec", "build")
    _uv_run(session, "klingkit", "spec", "client")


@nox.session
def outputs(session: nox.Session) -> None:
    """Fail when a generated file is not what its inputs give."""
    _uv_run(session, "klingkit", "spec", "build", "--check")
    _uv_run(session, "klingkit", "spec", "client", "--check")


@nox.session
def tests(session: nox.Session) -> None:
    """Run the tests on the working tree."""
    _uv_run(session, "pytest", "-n", WORKERS, *session.posargs)


@nox.session
def crash(session: nox.Session) -> None:
    """Kill the client in the middle of 200 creates under faults, and the emulator ten times under load; more seeds."""
    files = ("crash", "test_every_fault.py", "test_failover.py")
    paths = [f"contract_tests/relays/{name}" for name in files]
    paths += ["contract_tests/tests/emulator/test_emulator_killed.py"]
    _uv_run(session, "pytest", "-q", *paths, *session.posargs, env={"KLINGKIT_CRASH_SEEDS": "3"})


@nox.session
def fuzz(session: nox.Session) -> None:
    """Let every path that reads answers read 10,000 hostile ones, over each transport."""
    command = ["pytest", "-q", "wrapper/tests/test_fuzz.py", *session.posargs]
    _uv_run(session, *command, env={"KLINGKIT_FUZZ": "10000"})


@nox.session(venv_backend="uv")
def wheel(session: nox.Session) -> None:
    """Build the wheel and test what would be shipped, in an environment of its own."""
    out = Path(session.create_tmp())
    for old in out.glob("*.whl"):
        old.unlink()
    session.run("uv", "build", "--wheel", "--quiet", "--out-dir", str(out), external=True)
    (built,) = out.glob("*.whl")
    pins = out / "pins.txt"
    export = ["--no-hashes", "--no-emit-project", "--all-extras", "--group", "dev", "--quiet"]
    session.run("uv", "export", *export, "--output-file", str(pins), external=True, silent=True)
    # The base install first: the client must import and the command must start with nothing else there.
    session.install(str(built), "-c", str(pins))
    session.run("python", "-c", "import klingkit; klingkit.Kling(relay='anyapi', api_key='x').close()")
    session.run("klingkit", "--version")
    session.run("klingkit", "--help", silent=True)
    session.run("klingkit", "check", "--list", success_codes=[2], silent=True)
    tools = ["opentelemetry-sdk", "pytest", "pytest-timeout", "pytest-xdist", "respx"]
    session.install(f"{built}[all]", *tools, "-c", str(pins))
    session.chdir(out)  # away from the sources, so that only the wheel can be imported
    paths = [str(ROOT / path) for path in ("wrapper/tests", "generated_client/tests", "contract_tests/relays")]
    session.run("pytest", "-c", str(ROOT / "pyproject.toml"), "--rootdir", str(ROOT), "-q", "-n", WORKERS, *paths)


@nox.session
def contracts(session: nox.Session) -> None:
    """Hold every emulated relay against its spec with the real command; `-- --report DIR` keeps the report."""
    _uv_run(session, "klingkit", "check", "--all-emulated", *session.posargs)


@nox.session(venv_backend="uv")
def bench(session: nox.Session) -> None:
    """Measure the client beside its peers and write docs/benchmarks.md; `-- --quick` for a shorter run."""
    session.install("-e", ".", *PEERS)
    session.run("python", "-m", "benchmarks.client", *session.posargs)


@nox.session
def emulator(session: nox.Session) -> None:
    """Ask the emulator with 100,000 tasks as fast as it answers and write docs/benchmarks-emulator.md; `-- --quick`."""
    _uv_run(session, "python", "-m", "benchmarks.emulator", *session.posargs)


@nox.session
def defects(session: nox.Session) -> None:
    """Plant every defect, find it, compare with plain Schemathesis and write docs/defects.md; `-- NAME` for one."""
    _uv_run(session, "python", "-m", "benchmarks.defects", *session.posargs)


@nox.session
def pins(session: nox.Session) -> None:
    """Resolve anew and write the exact versions into pyproject.toml, so that every clone gets the same set."""
    project = ROOT / "pyproject.toml"
    _write_pins(project, [])
    session.run("uv", "lock", "--upgrade", external=True)
    _write_pins(project, _locked_versions(ROOT / "uv.lock"))
    session.run("uv", "lock", external=True)


def _locked_versions(lock: Path) -> list[str]:
    """Return `name==version` for all that the lock file holds, with a marker where Python versions differ."""
    packages = [p for p in tomllib.loads(lock.read_text())["package"] if "registry" in p.get("source", {})]
    requirements = []
    for package in packages:
        requirement = f"{package['name']}=={package['version']}"
        markers = package.get("resolution-markers", [])
        if markers:
            requirement += " ; " + " or ".join(f"({m})" if len(markers) > 1 else m for m in markers)
        requirements.append(requirement)
    return sorted(requirements)


def _write_pins(project: Path, requirements: list[str]) -> None:
    lines = "".join(f'    "{requirement}",\n' for requirement in requirements)
    block = f"constraint-dependencies = [\n{lines}]" if requirements else "constraint-dependencies = []"
    text, count = re.subn(r"(?ms)^constraint-dependencies = \[.*?\]$", lambda _: block, project.read_text())
    if count != 1:
        raise SystemExit("pyproject.toml: the list constraint-dependencies was not found once.")
    project.write_text(text)
