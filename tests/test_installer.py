"""The set-up: its lock files, and run.sh with a stand-in for Python that only writes down what it is asked."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest
from packaging.requirements import Requirement

from s2edit_plugin.engine import discovery

ROOT = Path(__file__).resolve().parent.parent
INSTALLER = ROOT / "installer"
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]

# `-m venv DIR` copies the stand-in to DIR/bin/python, `-m pip` and `-c` note their arguments and succeed, unless the file
# "broken" lies beside the notes; "killed" ends the whole set-up at the call of that number. What is ours really runs.
STAND_IN = """#!/bin/sh
notes='{notes}'
printf '%s\\n' "$*" >>"$notes/calls"
[ "$(wc -l <"$notes/calls")" -ne "$(cat "$notes/killed" 2>/dev/null || echo 0)" ] || kill -9 0
case "$*" in
    *"/installer/environments.py "*) exec '{python}' "$@" ;;
    "-c import sys; print(sys.version)") cat "$notes/version" ;;
    "-m venv "*)
        mkdir -p "$3/bin"
        cp "$0" "$3/bin/python"
        : >"$3/pyvenv.cfg"
        printf '#!/bin/sh\\n# %s\\nprintf "s2edit in %%s:" "$PWD"\\nprintf " [%%s]" "$@"\\n' "$3/bin/python" >"$3/bin/s2edit"
        chmod +x "$3/bin/s2edit" ;;
    "-m pip install "*) [ ! -e "$notes/broken" ] ;;
esac
"""


class Machine:
    """A checkout in a folder with spaces and a stand-in for Python."""

    def __init__(self, folder: Path) -> None:
        self.notes = folder / "notes"
        self.checkout = folder / "my check out"
        self.elsewhere = folder / "else where"
        for path in (self.notes, self.checkout, self.elsewhere):
            path.mkdir()
        shutil.copytree(INSTALLER, self.checkout / "installer", symlinks=True)
        shutil.copy(ROOT / "pyproject.toml", self.checkout)
        (self.notes / "version").write_text("3.11")
        self.python = folder / "stand in"
        self.python.write_text(STAND_IN.format(notes=self.notes, python=sys.executable))
        self.python.chmod(0o755)
        self.venv = self.checkout / ".venv"

    def run(self, *arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
        (self.notes / "calls").write_text("")
        clean = {key: value for key, value in os.environ.items() if not key.startswith("S2EDIT")}
        return subprocess.run(
            ["sh", str(self.checkout / "installer" / "run.sh"), *arguments],
            env=clean | {"S2EDIT_PYTHON": str(self.python)} | environment,
            cwd=self.elsewhere, capture_output=True, text=True, timeout=60, start_new_session=True,
        )  # fmt: skip

    @property
    def installs(self) -> list[str]:
        """The pip installations of the last run."""
        calls = (self.notes / "calls").read_text().splitlines()
        return [call for call in calls if call.startswith("-m pip install")]

    @property
    def environments(self) -> list[str]:
        """Names of the environments that are there."""
        return sorted(path.parent.name for path in self.checkout.glob(".venv.d/*/bin"))

    def add_tools(self) -> None:
        """The test tools, which never find anything."""
        for tool in ("ruff", "mypy", "lint-imports"):
            (self.venv / "bin" / tool).write_text("#!/bin/sh\nexit 0\n")
            (self.venv / "bin" / tool).chmod(0o755)

    def change_lock(self) -> None:
        """What a newer version asks for."""
        with (self.checkout / "installer" / "requirements.lock").open("a") as stream:
            stream.write("\n# changed\n")


PYTEST = "-m pytest --numprocesses auto --maxprocesses 4 --dist loadgroup"


@pytest.fixture
def machine(tmp_path: Path) -> Machine:
    return Machine(tmp_path)


@pytest.mark.parametrize("script", [INSTALLER / "run.sh", INSTALLER / "setup.sh", ROOT / ".ci" / "run"])
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
    assert [call.split()[-1] for call in machine.installs[:1]] == ["out/installer/requirements.lock"]
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


@pytest.mark.parametrize("changed", ["requirements.lock", "requirements-torch.txt", "../pyproject.toml"])
def test_a_changed_lock_is_installed_into_a_copy_of_what_is_there(machine: Machine, changed: str) -> None:
    machine.run("setup")
    (machine.venv / "lib").mkdir()
    (machine.venv / "lib" / "kept").touch()
    with (machine.checkout / "installer" / changed).open("a") as stream:
        stream.write("\n# changed\n")

    assert machine.run("setup").returncode == 0
    assert len(machine.installs) == 3
    assert (machine.venv / "lib" / "kept").exists()
    assert machine.environments == ["b"]
    assert str(machine.checkout / ".venv.d" / "b") in (machine.venv / "bin" / "s2edit").read_text()


@pytest.mark.parametrize("command", ["test", "repair"])  # from a copy, and from nothing
def test_killed_at_any_step_what_was_there_goes_on_working_without_a_network(
    machine: Machine, command: str
) -> None:
    machine.run("setup")
    machine.add_tools()
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
    assert "Going on with what was set up before." in done.stderr


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
    machine.add_tools()
    done = machine.run("test", "--all")

    assert done.returncode == 0, done.stderr
    assert any("requirements-dev.lock" in call for call in machine.installs)
    assert (machine.notes / "calls").read_text().splitlines()[-1] == f"{PYTEST} --all"
    assert "mypy: ok" in done.stdout

    (machine.venv / "bin" / "mypy").write_text("#!/bin/sh\necho wrong type\nexit 1\n")
    done = machine.run("test")
    assert (done.returncode, machine.installs) == (1, [])
    assert "wrong type" in done.stdout
    assert (machine.notes / "calls").read_text().splitlines()[-1] == PYTEST


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
    for name in ("sh", "dirname", "cat", "mkdir", "ls", "sha256sum", "cut", "find", "rm", "tail"):
        (tools / name).symlink_to(str(shutil.which(name)))
    (tools / "id").write_text("#!/bin/sh\necho 1000\n")
    (tools / "id").chmod(0o755)
    done = machine.run("demo", S2EDIT_PYTHON="no-python", PATH=str(tools))

    assert done.returncode == 1
    assert "Python 3.11 to 3.14" in done.stderr
    assert "apt-get install python3 python3-venv" in done.stderr


# ---------------------------------------------------------------------- lock files


def pins(name: str) -> dict[str, tuple[str, int]]:
    """Version and number of hashes of each package in a lock file."""
    text = (INSTALLER / name).read_text().replace("\\\n", " ")
    lines = [line for line in text.splitlines() if line and not line.startswith("#")]
    found = {}
    for line in lines:
        machine = r'(?: ; platform_machine == "(?:x86_64|aarch64)")?'  # the only one with a wheel
        match = re.fullmatch(rf"([a-z0-9-]+)==(\S+){machine}((?:\s+--hash=sha256:[0-9a-f]{{64}})+)\s*", line)
        assert match, line
        found[match.group(1)] = (match.group(2), match.group(3).count("sha256"))
    return found


def test_the_locks_are_well_formed_and_disjoint() -> None:
    base, dev = pins("requirements.lock"), pins("requirements-dev.lock")
    assert not set(base) & set(dev)
    assert {"diffusers", "transformers", "rembg", "setuptools"} <= set(base)
    assert {"pytest", "ruff", "mypy", "import-linter"} <= set(dev)
    assert not [
        name for name in {**base, **dev} if re.fullmatch(r"torch|onnxruntime.*|nvidia-.*|triton", name)
    ]


def test_packages_for_their_data_alone_bring_nothing_else() -> None:
    lines = (INSTALLER / "extra-no-deps.txt").read_text().splitlines()
    extra = [line.partition("#")[0].strip() for line in lines if not line.startswith("#")]
    base, dev = pins("requirements.lock"), pins("requirements-dev.lock")
    for line in extra:
        requirement = Requirement(line)
        assert requirement.specifier.contains(base[requirement.name.replace("_", "-")][0]), line
    assert not {"torchvision", "timm", "ftfy"} & {*base, *dev}
    # What pip resolves must not name them: it would install all they ask for.
    extras = [line for lines in PROJECT["optional-dependencies"].values() for line in lines]
    assert not {Requirement(line).name for line in extra} & {
        Requirement(r).name for r in [*PROJECT["dependencies"], *extras]
    }


def test_the_locks_name_no_host_and_no_folder() -> None:
    for path in INSTALLER.glob("requirements*"):
        lines = [line for line in path.read_text().splitlines() if not line.startswith("#")]
        assert not [line for line in lines if "/" in line or "--index-url" in line]


def test_the_locks_satisfy_the_project() -> None:
    locked = {
        name: version
        for lock in ("requirements.lock", "requirements-dev.lock")
        for name, (version, _) in pins(lock).items()
    }
    for line in (INSTALLER / "requirements-torch.txt").read_text().splitlines():
        if not line.startswith("#"):
            name, _, version = line.partition("==")
            locked[name] = version
    extras = PROJECT["optional-dependencies"]
    for line in [*PROJECT["dependencies"], *extras["dev"], *extras["cpu"]]:
        requirement = Requirement(line)
        assert requirement.specifier.contains(locked[requirement.name]), line
