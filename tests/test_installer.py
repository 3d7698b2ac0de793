"""The set-up: its lock files, and run.sh with a stand-in for Python that only writes down what it is asked."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import tomllib
from pathlib import Path

import pytest
from packaging.requirements import Requirement

from s2edit_plugin.engine.client import discovery
from s2edit_setup.locks import NAMES
from s2edit_setup.machine import ACCELERATORS
from s2edit_setup.packages import OLDEST_UV
from s2edit_setup.system import System
from tests.fakes.installing import Machine

ROOT = Path(__file__).resolve().parent.parent
INSTALLER = ROOT / "installer"
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]

PYTEST = "-m pytest --numprocesses auto --maxprocesses 4 --no-loadscope-reorder"


@pytest.fixture
def machine(tmp_path: Path) -> Machine:
    return Machine(tmp_path)


@pytest.mark.parametrize("script", [INSTALLER / "run.sh", INSTALLER / "python.sh", ROOT / ".ci" / "run"])
def test_the_scripts_are_sound(script: Path) -> None:
    subprocess.run(["sh", "-n", str(script)], check=True)


def test_ci_runs_what_the_readme_says() -> None:
    assert os.access(ROOT / ".ci" / "run", os.X_OK)
    assert "installer/run.sh" in (ROOT / ".ci" / "run").read_text()


def test_help_explains_it_and_sets_nothing_up(machine: Machine) -> None:
    for word in ("--help", "-h", "help"):
        done = machine.run(word)
        assert (done.returncode, machine.installs) == (0, [])
        assert "demo [--out DIR]" in done.stdout
    assert not machine.venv.exists()


def test_without_a_command_the_window_opens(machine: Machine) -> None:
    done = machine.run()
    assert (done.returncode, done.stdout) == (0, f"s2edit in {machine.elsewhere}: []")
    assert len(machine.installs) == 3


def test_the_first_call_sets_up_and_the_second_goes_straight_on(machine: Machine) -> None:
    done = machine.run("edit", "my photo.png", "--prompt", "a 'b' \"c\"")
    assert done.returncode == 0, done.stderr
    assert done.stdout == f"s2edit in {machine.elsewhere}: [edit] [my photo.png] [--prompt] [a 'b' \"c\"]"
    assert [call.split()[-1] for call in machine.installs[:1]] == ["out/installer/locks/linux.lock"]
    assert "--require-hashes" in machine.installs[0]
    assert "--require-hashes" not in machine.installs[1]
    assert len(machine.installs) == 3

    done = machine.run("doctor")
    assert (done.returncode, done.stderr, machine.installs) == (0, "", [])


def test_the_environment_may_lie_elsewhere(machine: Machine) -> None:
    assert machine.run("doctor", S2EDIT_VENV="an environment").returncode == 0
    assert (machine.elsewhere / "an environment" / "bin" / "s2edit").exists()
    assert not machine.venv.exists()


def test_an_interrupted_set_up_begins_anew(machine: Machine) -> None:
    (machine.notes / "broken").touch()
    done = machine.run("doctor")
    assert done.returncode == 1
    assert done.stdout == ""
    assert "run the same command again" in done.stderr.splitlines()[-1]
    assert not machine.venv.exists()

    (machine.checkout / ".venv.d" / "a" / "half a package").touch()
    (machine.notes / "broken").unlink()
    assert machine.run("doctor").returncode == 0
    assert not (machine.venv / "half a package").exists()


@pytest.mark.parametrize("changed", ["locks/linux.lock", "locks/linux-cpu.txt", "../pyproject.toml"])
def test_a_changed_lock_is_installed_beside_what_is_there(machine: Machine, changed: str) -> None:
    machine.run("setup")
    with (machine.checkout / "installer" / changed).open("a") as stream:
        stream.write("\n# changed\n")

    assert machine.run("setup").returncode == 0
    assert len(machine.installs) == 3
    assert machine.environments == ["b"]
    assert machine.venv.resolve() == machine.checkout / ".venv.d" / "b"


@pytest.mark.parametrize("command", ["test", "repair"])
def test_killed_at_any_step_what_was_there_goes_on_working_without_a_network(
    machine: Machine, command: str
) -> None:
    machine.run("setup")
    step = 0
    while True:
        step += 1
        (machine.notes / "killed").write_text(str(step))
        done = machine.run(command)
        (machine.notes / "killed").unlink()
        (machine.notes / "broken").touch()
        after = machine.run("doctor")
        assert (after.returncode, after.stdout) == (0, f"s2edit in {machine.elsewhere}: [doctor]"), step
        (machine.notes / "broken").unlink()
        if done.returncode != -9:
            break
    assert done.returncode == 0, done.stderr
    assert step > 8
    assert machine.run(command).returncode == 0
    assert len(machine.environments) == 1


def test_a_failed_step_of_testing_leaves_the_program_as_it_was(machine: Machine) -> None:
    machine.run("setup")
    (machine.notes / "broken").touch()
    done = machine.run("test")
    assert done.returncode == 1
    assert "run the same command again" in done.stderr
    done = machine.run("edit")
    assert (done.returncode, done.stderr, machine.installs) == (0, "", [])


def test_without_a_network_a_newer_version_goes_on_with_what_was_set_up(machine: Machine) -> None:
    machine.run("setup")
    machine.change_lock()
    (machine.notes / "broken").touch()
    done = machine.run("edit")
    assert (done.returncode, done.stdout) == (0, f"s2edit in {machine.elsewhere}: [edit]")
    assert "Continuing with the earlier set-up." in done.stderr


def test_an_environment_in_use_is_neither_changed_nor_removed(machine: Machine) -> None:
    machine.run("setup")
    used = machine.venv.resolve()
    program = discovery.hold_environment(used)
    assert program is not None
    machine.change_lock()
    machine.run("setup")
    assert machine.environments == ["a", "b"]
    assert machine.venv.resolve().name == "b"
    assert (used / "bin" / "s2edit").exists()
    program.release()
    machine.change_lock()
    machine.run("setup")
    assert machine.environments == ["c"]


def test_what_run_sh_starts_holds_its_environment(machine: Machine) -> None:
    machine.run("setup")
    held = machine.venv.resolve() / ".s2edit-in-use"
    script = machine.venv / "bin" / "s2edit"
    script.write_text(
        f"#!/bin/sh\n# {script.resolve().parent}/python\nflock -n -x '{held}' echo alone || echo held\n"
    )
    assert machine.run("learn").stdout == "held\n"


def test_the_environment_of_an_older_version_is_kept_while_a_program_runs_from_it(machine: Machine) -> None:
    machine.run("setup")
    place = machine.venv.resolve()
    machine.venv.unlink()
    place.rename(machine.venv)
    (machine.venv / ".s2edit-in-use").unlink()
    shutil.copy(str(shutil.which("sleep")), machine.venv / "bin" / "old program")
    script = machine.venv / "bin" / "s2edit"
    script.write_text(script.read_text().replace(str(place), str(machine.venv)))
    with subprocess.Popen([machine.venv / "bin" / "old program", "60"]) as running:
        machine.change_lock()
        assert machine.run("doctor").stdout.endswith("[doctor]")
        assert not machine.venv.is_symlink()
        assert machine.run("doctor").stdout.endswith("[doctor]")
        assert machine.installs == []
        running.kill()
    assert machine.run("doctor").stdout.endswith("[doctor]")
    assert machine.venv.is_symlink()
    assert machine.environments == ["a"]


def test_another_python_version_is_noticed(machine: Machine) -> None:
    machine.run("setup")
    (machine.notes / "version").write_text("3.12")
    machine.run("setup")
    assert len(machine.installs) == 3


def test_a_moved_checkout_is_noticed(machine: Machine) -> None:
    machine.run("setup")
    moved = machine.checkout.rename(machine.checkout.parent / "moved")
    machine.checkout, machine.venv = moved, moved / ".venv"
    machine.run("setup")
    assert len(machine.installs) == 3


def test_testing_adds_the_test_tools(machine: Machine) -> None:
    machine.run("setup")
    done = machine.run("test", "--all")

    assert done.returncode == 0, done.stderr
    assert any("dev.lock" in call for call in machine.installs)
    assert machine.calls[-1] == f"{PYTEST} --all"
    assert "mypy: ok" in done.stdout

    (machine.venv / "bin" / "mypy").write_text("#!/bin/sh\necho wrong type\nexit 1\n")
    done = machine.run("test")
    assert (done.returncode, machine.installs) == (1, [])
    assert "wrong type" in done.stdout
    assert machine.calls[-1] == PYTEST


def test_repair_starts_from_nothing(machine: Machine) -> None:
    machine.run("setup")
    (machine.venv / "bin" / "junk").touch()
    assert "[doctor]" in machine.run("repair").stdout
    assert len(machine.installs) == 3
    assert not (machine.venv / "bin" / "junk").exists()


def test_a_folder_with_other_things_is_never_touched(machine: Machine, tmp_path: Path) -> None:
    precious = tmp_path / "precious"
    precious.mkdir()
    (precious / "thesis").touch()
    for command in ("setup", "repair"):
        done = machine.run(command, S2EDIT_VENV=str(precious))
        assert done.returncode == 1
        assert "not an environment" in done.stderr
    assert [path.name for path in precious.iterdir()] == ["thesis"]


def test_a_missing_python_is_named(machine: Machine, tmp_path: Path) -> None:
    tools = tmp_path / "tools"
    tools.mkdir()
    for name in ("sh", "dirname", "cat"):
        (tools / name).symlink_to(str(shutil.which(name)))
    (tools / "id").write_text("#!/bin/sh\necho 1000\n")
    (tools / "id").chmod(0o755)
    done = machine.run("demo", S2EDIT_PYTHON="no-python", PATH=str(tools))

    assert done.returncode == 1
    assert "Python 3.11 to 3.14" in done.stderr
    assert "apt-get install python3 python3-venv" in done.stderr


# ---------------------------------------------------------------------- uv, and without


def test_uv_from_the_index_installs_everything_and_pip_what_it_cannot(machine: Machine) -> None:
    (machine.notes / "has-uv").touch()
    assert machine.run("setup").returncode == 0
    assert [call.split()[1] for call in machine.installs] == ["uv"] * 3
    assert "--require-hashes" in machine.installs[0]
    assert "--torch-backend cpu" in machine.installs[1]
    assert "--require-hashes" not in machine.installs[1]

    (machine.notes / "broken-uv").touch()
    assert machine.run("repair").returncode == 0
    assert [call.split()[1] for call in machine.installs] == ["uv", "pip"] * 3


def test_a_uv_of_the_persons_own_is_used_and_none_fetched(machine: Machine) -> None:
    own = machine.notes / "uv"
    own.write_text(
        f'#!/bin/sh\n[ "$1" = --version ] && echo uv 0.9.1 || exec \'{machine.python}\' -m uv "$@"\n'
    )
    own.chmod(0o755)
    assert machine.run("setup", PATH=f"{machine.notes}:{os.environ['PATH']}").returncode == 0
    assert len(machine.installs) == 3
    assert all(call.startswith("-m uv pip install --python ") for call in machine.installs)
    assert "uv.lock" not in "".join(machine.calls)

    own.write_text("#!/bin/sh\necho uv 0.4.0\n")  # too old to know the builds of torch
    assert machine.run("repair", PATH=f"{machine.notes}:{os.environ['PATH']}").returncode == 0
    assert all(call.startswith("-m pip install") for call in machine.installs)


@pytest.mark.parametrize("setting", ["global.index-url='https://mirror'", ":env:.find-links='/wheels'"])
def test_where_pip_was_told_where_packages_come_from_it_takes_torch(machine: Machine, setting: str) -> None:
    (machine.notes / "has-uv").touch()
    (machine.notes / "settings").write_text(f"{setting}\nglobal.timeout='180'\n")
    assert machine.run("setup").returncode == 0
    assert [call.split()[1] for call in machine.installs] == ["uv", "pip", "uv"]


def test_another_accelerator_is_another_environment(machine: Machine) -> None:
    assert machine.run("setup").returncode == 0
    done = machine.run("setup", S2EDIT_ACCELERATOR="mps")
    assert done.returncode == 1
    assert "may be: cpu, cuda, rocm, xpu" in done.stderr


def test_onnxruntime_takes_the_place_of_its_gpu_build_where_that_does_not_compute(machine: Machine) -> None:
    assert machine.run("setup", S2EDIT_ACCELERATOR="cuda").returncode == 0
    assert any(call.endswith("linux-cuda.txt") for call in machine.installs)
    assert not [call for call in machine.calls if "uninstall" in call]

    (machine.notes / "no-onnx").touch()
    done = machine.run("repair", S2EDIT_ACCELERATOR="cuda")
    assert "onnxruntime-gpu does not work with this driver" in done.stderr
    removed = machine.calls.index("-m pip uninstall --yes onnxruntime-gpu")
    (added,) = [n for n, call in enumerate(machine.calls) if re.search(r" onnxruntime==[\d.]+$", call)]
    assert removed < added  # never both


@pytest.mark.parametrize("computes", [True, False])
def test_a_gpu_that_was_found_must_compute(machine: Machine, computes: bool) -> None:
    tool = machine.notes / "nvidia-smi"
    tool.write_text("#!/bin/sh\necho 590.44.01\n")
    tool.chmod(0o755)
    if computes:
        (machine.notes / "kernel").write_text('{"device": "cuda", "name": "H200, bf16", "reason": ""}')
    path = f"{machine.notes}:{os.environ['PATH']}"
    done = machine.run("setup", S2EDIT_ACCELERATOR="", PATH=path)
    assert done.returncode == 0, done.stderr
    assert ("the CPU's build is installed instead" in done.stderr) is not computes
    locks = [Path(call.split()[-1]).name for call in machine.installs if "linux-" in call]
    assert locks == (["linux-cuda.txt"] if computes else ["linux-cuda.txt", "linux-cpu.txt"])
    assert machine.environments == ["a"]
    machine.run("setup", S2EDIT_ACCELERATOR="", PATH=path)
    assert machine.installs == []  # what was chosen is kept


def test_what_is_fetched_is_said(machine: Machine) -> None:
    text = machine.python.read_text()
    slow = (
        "printf '  Downloading big-1.0.whl (183.0 MB)\\n Downloading small (2.5MiB)\\n Downloaded small\\n'"
    )
    machine.python.write_text(text.replace('"-m pip install "*) [', f'"-m pip install "*) {slow}; ['))
    done = machine.run("setup")
    assert "Downloading big-1.0.whl (183.0 MB)" in done.stderr
    assert "small is here; 183 MB are left" in done.stderr
    assert "torch and onnxruntime for cpu, up to 200 MB" in done.stderr
    assert "linux.lock" in (machine.checkout / ".venv.d" / "s2edit-setup.log").read_text()


def test_a_checker_that_cannot_be_had_does_not_cost_the_tests_their_screen(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    apt = tmp_path / "apt-get"
    apt.write_text(
        f'#!/bin/sh\ncase "$*" in *shellcheck*) exit 100 ;; *) echo "$*" >>\'{tmp_path}/done\' ;; esac\n'
    )
    apt.chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.delenv("S2EDIT_APT", raising=False)
    monkeypatch.setattr("os.geteuid", lambda: 0)
    System(tmp_path / "log").test_programs()
    done = (tmp_path / "done").read_text()
    assert "xvfb" in done
    assert "appstream" in done
    assert "Some tests need more (Debian, Ubuntu: sudo apt-get install shellcheck)" in capsys.readouterr().err


# ---------------------------------------------------------------------- lock files


LIBRARIES = ("linux.lock", "macos.lock", "windows.lock")
LOCKS = INSTALLER / "locks"
MARKERS = (
    r'(?: ; (?:platform_machine|python_version) == "[\w.]+"(?: (?:and|or) python_version == "[\d.]+")*)?'
)


def pins(name: str) -> dict[str, tuple[str, int]]:
    """Version and number of hashes of each package in a lock file."""
    text = (LOCKS / name).read_text().replace("\\\n", " ")
    found = {}
    for line in (line for line in text.splitlines() if line and not line.startswith("#")):
        match = re.fullmatch(rf"([a-z0-9-]+)==(\S+){MARKERS}((?:\s+--hash=sha256:[0-9a-f]{{64}})+)\s*", line)
        assert match, line
        found[match.group(1)] = (match.group(2), match.group(3).count("sha256"))
    return found


def unlocked(platform: str, accelerator: str) -> dict[str, str]:
    """Versions of torch and onnxruntime for an accelerator."""
    lines = (LOCKS / f"{platform}-{accelerator}.txt").read_text().splitlines()
    return dict(line.split("==") for line in lines if not line.startswith("#"))


@pytest.mark.parametrize("lock", LIBRARIES)
def test_the_locks_are_well_formed_and_disjoint(lock: str) -> None:
    base, dev = pins(lock), pins("dev.lock")
    assert not set(base) & set(dev)
    assert {"diffusers", "transformers", "rembg", "setuptools", "pyqt6"} <= set(base)
    assert {"pytest", "ruff", "mypy", "import-linter"} <= set(dev)
    unwanted = r"torch|onnxruntime.*|nvidia-.*|triton"
    assert not [name for name in {**base, **dev} if re.fullmatch(unwanted, name)]


def test_platforms_lock_the_same_versions() -> None:
    linux = pins("linux.lock")
    for lock in LIBRARIES[1:]:
        same = {name: version for name, (version, _) in pins(lock).items() if name in linux}
        assert same == {name: linux[name][0] for name in same}
        assert linux.keys() - same.keys() <= {"jpeglib", "c2pa-python", "toml"}  # no wheels
    assert "colorama" in pins("windows.lock")


def test_there_is_a_lock_for_each_platform_and_accelerator_with_one_onnxruntime() -> None:
    there = {path.stem for path in LOCKS.glob("*-*.txt")} - {"extra-no-deps"}
    assert there == {
        f"{NAMES[system]}-{accelerator}" for system, every in ACCELERATORS.items() for accelerator in every
    }
    for name in there:
        runtime = [found for found in unlocked(*name.split("-")) if found.startswith("onnxruntime")]
        assert runtime == ["onnxruntime-gpu" if name.endswith("cuda") else "onnxruntime"]
        assert unlocked(*name.split("-"))["torch"] == unlocked("linux", "cpu")["torch"]


def test_uv_is_locked_for_every_platform() -> None:
    version, hashes = pins("uv.lock")["uv"]
    assert tuple(map(int, version.split("."))) >= OLDEST_UV
    assert hashes >= 5


def test_packages_for_their_data_alone_bring_nothing_else() -> None:
    lines = (LOCKS / "extra-no-deps.txt").read_text().splitlines()
    extra = [line.partition("#")[0].strip() for line in lines if not line.startswith("#")]
    base, dev = pins("linux.lock"), pins("dev.lock")
    for line in extra:
        requirement = Requirement(line)
        assert requirement.specifier.contains(base[requirement.name.replace("_", "-")][0]), line
    assert not {"torchvision", "timm", "ftfy"} & {*base, *dev}
    # What is resolved must not name them: all they ask for would be installed.
    extras = [line for lines in PROJECT["optional-dependencies"].values() for line in lines]
    assert not {Requirement(line).name for line in extra} & {
        Requirement(r).name for r in [*PROJECT["dependencies"], *extras]
    }


def test_the_locks_name_no_host_and_no_folder() -> None:
    for path in LOCKS.iterdir():
        lines = [line for line in path.read_text().splitlines() if not line.startswith("#")]
        assert not [
            line.partition("#")[0] for line in lines if "/" in line.partition("#")[0] or "--index-url" in line
        ]


def test_the_locks_satisfy_the_project() -> None:
    locked = {
        name: version for lock in ("linux.lock", "dev.lock") for name, (version, _) in pins(lock).items()
    }
    locked |= unlocked("linux", "cuda") | unlocked("linux", "cpu")
    extras = PROJECT["optional-dependencies"]
    for line in [*PROJECT["dependencies"], *extras["dev"], *extras["cpu"], *extras["gpu"]]:
        requirement = Requirement(line)
        assert requirement.specifier.contains(locked[requirement.name]), line
