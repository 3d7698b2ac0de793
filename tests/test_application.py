"""The program installed for a user, with a stand-in for Python and a home of its own; scripts and recipes of all systems."""

from __future__ import annotations

import configparser
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path, PureWindowsPath

import pytest

from s2edit_setup import machine as machines
from s2edit_setup.application import default_prefix
from s2edit_setup.machine import ACCELERATORS, Machine, choose
from s2edit_setup.packages import pip_settings
from s2edit_setup.speaking import SetupError
from tests.fakes.installing import INSTALLER, ROOT
from tests.fakes.installing import Machine as Checkout

SCRIPTS = [
    INSTALLER / "run.sh",
    INSTALLER / "linux" / "install.sh",
    INSTALLER / "macos" / "install.command",
    ROOT / ".ci" / "run",
]


class User(Checkout):
    """A user with a home, and a checkout to install from."""

    def __init__(self, folder: Path) -> None:
        super().__init__(folder)
        self.home = folder / "home"
        self.home.mkdir()
        self.prefix = self.home / ".local" / "opt" / "s2edit-studio"
        self.command = self.home / ".local" / "bin" / "s2edit"
        self.data = self.notes / "data"
        self.script = self.checkout / "installer" / "linux" / "install.sh"

    def do(self, *words: str, script: Path | None = None) -> subprocess.CompletedProcess[str]:
        """Call the installer."""
        (self.notes / "program").unlink(missing_ok=True)
        return self.call(script or self.script, *words, HOME=str(self.home))

    @property
    def asked_of_the_program(self) -> list[str]:
        """The commands of the installed program that the last call used."""
        path = self.notes / "program"
        return path.read_text().splitlines() if path.exists() else []

    def works(self) -> bool:
        """Whether the installed command runs."""
        done = subprocess.run([self.command, "--version"], capture_output=True, text=True, check=False)
        return done.stdout.endswith("[--version]")


@pytest.fixture
def user(tmp_path: Path) -> User:
    return User(tmp_path)


def test_a_dry_run_says_what_it_would_do_and_does_nothing(user: User) -> None:
    done = user.do("--dry-run")
    assert done.returncode == 0
    for words in (
        str(user.prefix),
        "for cpu (asked for), from linux.lock and linux-cpu.txt",
        str(user.command),
    ):
        assert words in done.stderr
    assert user.do("uninstall", "--dry-run").returncode == 0
    assert not list(user.home.iterdir())


def test_it_is_installed_proven_and_in_the_menu(user: User) -> None:
    done = user.do()
    assert done.returncode == 0, done.stderr
    assert "it works: the CPU" in done.stderr
    assert any(call.startswith("-m s2edit_plugin edit ") for call in user.calls)
    assert user.asked_of_the_program == ["desktop install", "gimp install"]
    assert user.works()
    assert not [call for call in user.installs if " -e " in call]
    shutil.rmtree(user.checkout)  # it needs nothing of it any more
    assert user.works()

    done = user.do("repair", script=user.prefix / "source" / "installer" / "linux" / "install.sh")
    assert done.returncode == 0, done.stderr
    assert user.works()
    assert len(list((user.prefix / "environment.d").glob("*/bin"))) == 1


def test_menu_and_gimp_may_be_left_out(user: User) -> None:
    assert user.do("install", "--no-menu", "--no-gimp").returncode == 0
    assert user.asked_of_the_program == []


@pytest.mark.parametrize("fault", ["no-kernel", "no-edit", "broken"])
def test_what_does_not_compute_never_replaces_what_does(user: User, fault: str) -> None:
    user.do()
    before = user.command.resolve()
    (user.notes / fault).touch()
    done = user.do()
    assert done.returncode == 1
    assert done.stderr.splitlines()[-1].startswith("s2edit: ")
    assert user.command.resolve() == before
    assert user.works()
    (user.notes / fault).unlink()
    assert user.do("repair").returncode == 0
    assert user.works()


@pytest.mark.slow
def test_killed_at_any_step_of_an_update_the_program_goes_on_working(user: User) -> None:
    user.do()
    step = 0
    while True:
        step += 1
        (user.notes / "killed").write_text(str(step))
        done = user.do("update", "--from", str(user.checkout))
        (user.notes / "killed").unlink()
        assert user.works(), step
        if done.returncode != -9:
            break
    assert step > 10
    assert done.returncode == 0, done.stderr


def test_an_update_is_made_by_the_newer_versions_own_set_up(user: User) -> None:
    user.do()
    newer = user.checkout.parent / "newer"
    shutil.copytree(user.checkout, newer, symlinks=True)
    (newer / "news").touch()
    own = user.prefix / "source" / "installer" / "linux" / "install.sh"
    done = user.do("update", "--from", str(newer), script=own)
    assert done.returncode == 0, done.stderr
    assert (user.prefix / "source" / "news").exists()
    shutil.rmtree(newer)
    done = user.do("update", script=own)  # from where it came last
    assert done.returncode == 1
    assert "name the newer version's by --from DIR" in done.stderr
    assert user.works()


def test_other_peoples_things_are_left_alone(user: User) -> None:
    user.command.parent.mkdir(parents=True)
    user.command.write_text("#!/bin/sh\necho mine\n")
    done = user.do()
    assert (done.returncode, user.command.read_text()) == (0, "#!/bin/sh\necho mine\n")
    assert "is another program and stays" in done.stderr
    assert user.do("uninstall").returncode == 0
    assert user.command.exists()

    user.prefix.mkdir(parents=True)
    (user.prefix / "thesis").touch()
    for command in ("install", "repair", "uninstall"):
        assert user.do(command).returncode == 1
    assert [path.name for path in user.prefix.iterdir()] == ["thesis"]


@pytest.mark.parametrize(("word", "kept"), [("", True), ("--keep-data", True), ("--delete-data", False)])
def test_removing_it_touches_tokens_only_when_told_to(user: User, word: str, kept: bool) -> None:
    user.do()
    token = user.data / "library" / "anna" / "me.safetensors"
    token.parent.mkdir(parents=True)
    token.touch()
    done = user.do("uninstall", *([word] if word else []))  # nobody is at a terminal: nobody said yes
    assert done.returncode == 0, done.stderr
    assert token.exists() is kept
    assert (f"Tokens (1), results and models stay in {user.data}" in done.stderr) is kept
    assert user.asked_of_the_program == ["engine stop", "gimp uninstall", "desktop uninstall"]
    assert not user.prefix.exists()
    assert not os.path.lexists(user.command)
    assert "not installed" in user.do("uninstall").stderr


def test_every_system_has_its_own_place() -> None:
    home = Path("/home/me")
    assert default_prefix("Linux", home, {}) == home / ".local" / "opt" / "s2edit-studio"
    assert default_prefix("Darwin", home, {}).is_relative_to(home / "Library")
    local = str(PureWindowsPath(r"C:\Users\me\AppData\Local"))
    assert str(default_prefix("Windows", home, {"LOCALAPPDATA": local})).startswith(local)


# ---------------------------------------------------------------------- accelerators


@pytest.mark.parametrize(
    ("machine", "accelerator", "backend"),
    [
        (Machine("Linux", "x86_64"), "cpu", "cpu"),
        (Machine("Linux", "x86_64", nvidia="590.44.01"), "cuda", "cu130"),
        (Machine("Linux", "aarch64", nvidia="550.127"), "cuda", "cu126"),
        (Machine("Linux", "x86_64", nvidia="470.1"), "cpu", "cpu"),
        (Machine("Linux", "x86_64", amd=True, intel=True), "rocm", "rocm7.2"),
        (Machine("Linux", "x86_64", intel=True), "xpu", "xpu"),
        (Machine("Darwin", "arm64"), "mps", ""),
        (Machine("Windows", "AMD64"), "cpu", "cpu"),
        (Machine("Windows", "AMD64", nvidia="581.1"), "cuda", "cu130"),
        (Machine("Windows", "AMD64", intel=True), "xpu", "xpu"),
        (Machine("Windows", "AMD64", amd=True), "cpu", "cpu"),
    ],
)
def test_each_machine_gets_its_build(machine: Machine, accelerator: str, backend: str) -> None:
    choice = choose(machine)
    assert (choice.accelerator, choice.backend) == (accelerator, backend)
    assert choice.reason
    assert choose(machine, ACCELERATORS[machine.system][0]).accelerator == ACCELERATORS[machine.system][0]


@pytest.mark.parametrize(
    ("machine", "wanted"),
    [
        (Machine("Darwin", "x86_64"), ""),
        (Machine("FreeBSD", "amd64"), ""),
        (Machine("Linux", "x86_64"), "mps"),
    ],
)
def test_what_there_is_no_build_for_is_said(machine: Machine, wanted: str) -> None:
    with pytest.raises(SetupError):
        choose(machine, wanted)


def test_cards_are_found_by_what_the_kernel_says(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for node, version in (("0", 0), ("1", 110000)):
        (tmp_path / "kfd" / node).mkdir(parents=True)
        (tmp_path / "kfd" / node / "properties").write_text(f"simd_count 8\ngfx_target_version {version}\n")
    assert machines._has_rocm(tmp_path / "kfd")
    (tmp_path / "kfd" / "1" / "properties").unlink()
    assert not machines._has_rocm(tmp_path / "kfd")

    (tmp_path / "drm" / "card0" / "device").mkdir(parents=True)
    (tmp_path / "drm" / "card0" / "device" / "vendor").write_text("0x8086\n")
    found = ["libze_intel_gpu.so.1", None]
    monkeypatch.setattr(machines.ctypes.util, "find_library", lambda name: found.pop(0))
    assert machines._has_intel_linux(tmp_path / "drm")
    assert not machines._has_intel_linux(tmp_path / "drm")  # without Level Zero


def test_a_driver_that_does_not_answer_is_no_gpu(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    tool = tmp_path / "nvidia-smi"
    monkeypatch.setenv("PATH", f"{tmp_path}:{os.environ['PATH']}")
    tool.write_text("#!/bin/sh\necho 590.44.01\n")
    tool.chmod(0o755)
    assert machines._nvidia_driver() == "590.44.01"
    tool.write_text("#!/bin/sh\necho 'Failed to initialize NVML: Driver/library version mismatch'\nexit 18\n")
    assert machines._nvidia_driver() == ""


def test_pips_settings_are_read_by_name() -> None:
    listing = ":env:.find-links='/wheels'\nglobal.index-url='https://a/simple'\ninstall.find_links='/other'\n"
    assert pip_settings(listing) == {"find-links": "/wheels", "index-url": "https://a/simple"}


# ---------------------------------------------------------------------- scripts and recipes


@pytest.mark.parametrize("script", SCRIPTS, ids=lambda path: path.name)
def test_shell_scripts_pass_shellcheck(script: Path) -> None:
    if shutil.which("shellcheck") is None:
        pytest.skip("shellcheck is not installed")
    done = subprocess.run(
        ["shellcheck", "-x", str(script)], capture_output=True, text=True, cwd=ROOT, check=False
    )
    assert done.returncode == 0, done.stdout


@pytest.mark.parametrize("system", ["win32", "darwin"])
def test_types_hold_on_the_other_systems(system: str, tmp_path: Path) -> None:
    """Names that a system's Python lacks are found without it."""
    command = [sys.executable, "-m", "mypy", "--platform", system, "--cache-dir", str(tmp_path)]
    command += ["-p", "s2edit_setup", "-p", "s2edit_plugin.tools.desktop"]
    done = subprocess.run(command, capture_output=True, text=True, cwd=ROOT, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


def powershell() -> str:
    """The script for Windows, without comments and strings."""
    text = (INSTALLER / "windows" / "install.ps1").read_text()
    text = re.sub(r"<#.*?#>", "", text, flags=re.DOTALL)
    return re.sub(r"'[^'\n]*'|\"[^\"\n]*\"", "''", re.sub(r"(?m)\s#.*$", "", text))


def test_the_powershell_script_keeps_the_analyzers_rules() -> None:
    """PSScriptAnalyzer is PowerShell and not to be had here; these are the rules of its default set that text can show."""
    text = powershell()
    approved = {"Test", "Get", "Find"}  # PSUseApprovedVerbs
    functions = re.findall(r"(?m)^function (\w+)-(\w+) \{", text)
    assert functions
    assert {verb for verb, _ in functions} <= approved
    assert not [noun for _, noun in functions if noun.endswith("s")]  # PSUseSingularNouns
    bodies = text.split("\nfunction ")[1:]
    assert all("[CmdletBinding()]" in body and "[OutputType(" in body for body in bodies)
    # PSAvoidUsingInvokeExpression, PSAvoidUsingWriteHost, PSAvoidGlobalVars
    assert not re.search(r"(?i)\b(iex|invoke-expression|write-host)\b|\$global:", text)
    # PSAvoidUsingCmdletAliases
    assert not re.search(
        r"(?im)(^|\|)\s*(cd|ls|dir|cp|rm|echo|cat|where|foreach|select|gcm|ni|gi|\?|%)\s+[^(\s=]", text
    )
    assert not re.search(r"-(eq|ne)\s+\$null", text)  # PSPossibleIncorrectComparisonWithNull
    assert not re.search(r"(?i)catch\s*\{\s*\}", text)  # PSAvoidUsingEmptyCatchBlock
    for left, right in ("{}", "()", "[]"):
        assert text.count(left) == text.count(right)
    whole = (INSTALLER / "windows" / "install.ps1").read_text()
    assert not re.search(r"[ \t]+$", whole, re.MULTILINE)  # PSAvoidTrailingWhitespace
    assert whole.isascii()  # PSUseBOMForUnicodeEncodedFile
    help_text = whole.partition("#>")[0]
    declared = re.findall(r"(?m)^    \[(?:string|switch)\] \$(\w+)", text.partition("\nfunction")[0])
    assert sorted(re.findall(r"(?m)^\.PARAMETER (\w+)$", help_text)) == sorted(
        declared
    )  # PSProvideCommentHelp


def test_the_recipe_of_the_windows_installer_names_what_is_there() -> None:
    text = (INSTALLER / "windows" / "s2edit.iss").read_text()
    body = "\n".join(line for line in text.splitlines() if not line.startswith((";", "#", " ")))
    parser = configparser.ConfigParser(
        allow_no_value=True, delimiters=("=",), interpolation=None, strict=False
    )
    parser.read_string(body)
    assert {"Setup", "Languages", "Files", "Run", "UninstallRun"} <= set(parser.sections())
    sources = re.findall(r'Source: "\{#Root\}\\([^"]+)"', text)
    assert {source.partition("\\")[0] for source in sources} >= {
        "pyproject.toml",
        "s2edit_plugin",
        "qt_app",
        "gimp_bridge",
        "models",
        "installer",
    }
    for path in [*sources, *re.findall(r"=\{#Root\}\\(\S+)", text)]:
        assert (ROOT / path.removesuffix("\\*").replace("\\", "/")).exists(), path
    for name in re.findall(r'\{app\}\\setup\\([^"\s]+\.(?:ps1|ico))', text):
        assert (ROOT / name.replace("\\", "/")).exists(), name
    script = powershell()
    for option in re.findall(r" -(\w+) \"\"\{app\}", text):
        assert f"${option}" in script or option == "File"
