"""Nothing leaves the machine by itself: no look-up, no packet, no file in the home folder that is not the program's own."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from s2edit_plugin.storage.offline import CACHES, VARIABLES, keep_caches
from tests.fakes import alone

ROOT = Path(__file__).resolve().parent.parent
OWN_FOLDER = Path(".local", "share", "s2edit-studio")


@pytest.mark.parametrize(
    "module",
    [
        "s2edit_plugin.cli.main",
        "s2edit_plugin.api",
        "s2edit_models.train",
        "qt_app.app",
        "gimp_bridge.engine_client",
    ],
)
def test_every_way_in_keeps_libraries_from_phoning_home(module: str) -> None:
    code = f"import os, json, {module}; print(json.dumps(dict(os.environ)))"
    talkative = os.environ | dict.fromkeys(VARIABLES, "")
    done = subprocess.run(
        [sys.executable, "-c", code], env=talkative, capture_output=True, text=True, check=True
    )
    assert VARIABLES.items() <= json.loads(done.stdout).items()


def test_tests_are_kept_from_it_too() -> None:
    assert VARIABLES.items() <= os.environ.items()


def test_the_set_up_imports_the_program_before_its_libraries() -> None:
    folder = ROOT / "installer" / "s2edit_setup"
    lines = re.findall(r"import (.*onnxruntime.*)", "".join(path.read_text() for path in folder.glob("*.py")))
    assert len(lines) == 2
    assert all(line.index("s2edit_plugin") < line.index("onnxruntime") for line in lines)


def test_what_libraries_compile_lies_with_the_program_unless_the_user_chose(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in CACHES:
        monkeypatch.setenv(name, "")
        monkeypatch.delenv(name)
    monkeypatch.setenv("TRITON_CACHE_DIR", "/chosen")
    keep_caches(tmp_path)
    assert os.environ["CUDA_CACHE_PATH"] == str(tmp_path / "cuda")
    assert os.environ["TRITON_CACHE_DIR"] == "/chosen"


needs_namespaces = pytest.mark.skipif(
    sys.platform != "linux" or not alone.is_possible(), reason="no network of one's own on this machine"
)


def watched(folder: Path, *command: str) -> tuple[list[str], list[str], list[str], str]:
    """Run Python alone, with a home of its own: names looked up, addresses sent to, files of the home, output."""
    home, work = folder / "home", folder / "work"
    home.mkdir()
    work.mkdir()
    gone = ("XDG_", "S2EDIT_", *VARIABLES)
    environment = {name: value for name, value in os.environ.items() if not name.startswith(gone)}
    environment |= {"HOME": str(home), "PYTHONPATH": str(ROOT)}
    record = folder / "record.json"
    done = subprocess.run(
        [*alone.UNSHARE, sys.executable, "-m", "tests.fakes.alone", str(record), sys.executable, *command],
        env=environment, cwd=work, capture_output=True, text=True, timeout=600, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr
    seen = json.loads(record.read_text())
    files = [path.relative_to(home) for path in home.rglob("*") if not path.is_dir()]
    return seen["names"], seen["addresses"], [str(file) for file in files], done.stdout


@needs_namespaces
def test_the_watch_sees_look_ups_packets_and_files(tmp_path: Path) -> None:
    code = (
        "import contextlib, pathlib, socket\n"
        "with contextlib.suppress(OSError): socket.getaddrinfo('collector.example', 443)\n"
        "socket.socket(socket.AF_INET, socket.SOCK_DGRAM).sendto(b'', ('192.0.2.7', 9))\n"
        "pathlib.Path.home().joinpath('left').touch()\n"
    )
    names, addresses, files, _ = watched(tmp_path, "-c", code)
    assert (names, addresses, files) == (["collector.example"], ["192.0.2.7"], ["left"])


@needs_namespaces
def test_a_day_of_use_sends_nothing_and_leaves_nothing_elsewhere(tmp_path: Path) -> None:
    names, addresses, files, said = watched(tmp_path, "-m", "tests.e2e.daily_use")
    assert "Learned anna/me" in said
    assert said.count("its Content Credentials hold") == 2
    assert "https://manifests.example/one.c2pa; nothing is fetched" in said
    assert "2 of 2 photos were edited" in said
    assert [*names, *addresses] == []
    assert [name for name in files if not Path(name).is_relative_to(OWN_FOLDER)] == []
    assert str(OWN_FOLDER / "library" / "anna" / "me.safetensors") in files
