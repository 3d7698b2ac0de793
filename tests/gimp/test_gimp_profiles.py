"""Where GIMP 3 is looked for on each system, and what is put there."""

from __future__ import annotations

import json
import os
import stat
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import pytest

from s2edit_plugin.cli.main import main
from s2edit_plugin.engine.client import discovery
from s2edit_plugin.errors import ResourceError
from s2edit_plugin.storage.paths import DataFolder
from s2edit_plugin.tools.gimp import verify
from s2edit_plugin.tools.gimp.install import STARTED, files_of_plugin, find_faults, install, uninstall
from s2edit_plugin.tools.gimp.profiles import Machine, Profile, find_profiles


def machine(
    home: Path, platform: str = "linux", says: dict[str, str] | None = None, **environ: str
) -> Machine:
    """A machine on which the programs named in ``says`` are installed and print that."""
    known = says or {}

    def run(command: Sequence[str]) -> str:
        return known.get(Path(command[0]).name, "")

    def which(name: str) -> str | None:
        return f"/usr/bin/{name}" if name in known else None

    return Machine(platform, home, environ, which, run)


def folders(*paths: Path) -> None:
    for path in paths:
        path.mkdir(parents=True)


def test_every_profile_of_gimp_3_is_found_on_linux(tmp_path: Path) -> None:
    native = tmp_path / ".config" / "GIMP"
    flatpak = tmp_path / ".var" / "app" / "org.gimp.GIMP" / "config" / "GIMP"
    snap = tmp_path / "snap" / "gimp" / "current" / ".config" / "GIMP"
    folders(native / "2.10", native / "3.0", native / "3.2", flatpak / "3.0", snap / "3.0", native / "3.x")
    says = {"gimp-console-3.2": "GNU Image Manipulation Program version 3.2.6"}
    found = find_profiles(machine(tmp_path, says=says))
    assert [(profile.folder, profile.way, bool(profile.console)) for profile in found] == [
        (native / "3.0", "native", False),
        (native / "3.2", "native", True),
        (flatpak / "3.0", "flatpak", False),
        (snap / "3.0", "snap", False),
    ]


def test_a_gimp_that_was_never_started_gets_its_profile(tmp_path: Path) -> None:
    says = {
        "gimp-console-3.0": "GNU Image Manipulation Program version 3.0.4",
        "flatpak": "GNU Image Manipulation Program version 3.2.0",
    }
    found = find_profiles(machine(tmp_path, says=says, XDG_CONFIG_HOME=str(tmp_path / "elsewhere")))
    assert [(profile.folder, profile.way) for profile in found] == [
        (tmp_path / "elsewhere" / "GIMP" / "3.0", "native"),
        (tmp_path / ".var" / "app" / "org.gimp.GIMP" / "config" / "GIMP" / "3.2", "flatpak"),
    ]


def test_gimp_2_is_not_taken_for_gimp_3(tmp_path: Path) -> None:
    says = {"gimp-console": "GNU Image Manipulation Program version 2.10.34"}
    assert find_profiles(machine(tmp_path, says=says)) == []


def test_a_native_folder_is_looked_into_by_flatpak_where_there_is_no_other_gimp(tmp_path: Path) -> None:
    folders(tmp_path / ".config" / "GIMP" / "3.0")
    found = find_profiles(machine(tmp_path, says={"flatpak": "version 3.0.4"}))
    assert found[0].way == "native"
    assert found[0].console[:2] == ("/usr/bin/flatpak", "run")


def test_profiles_on_windows_and_macos(tmp_path: Path) -> None:
    roaming = tmp_path / "Roaming"
    program = tmp_path / "Programs" / "GIMP 3" / "bin" / "gimp-console-3.0.exe"
    folders(
        roaming / "GIMP" / "3.0",
        program.parent,
        tmp_path / "Library" / "Application Support" / "GIMP" / "3.2",
    )
    program.touch()
    says = {"gimp-console-3.0.exe": "GIMP version 3.0.4"}
    windows = machine(tmp_path, "win32", says, APPDATA=str(roaming), ProgramFiles=str(tmp_path / "Programs"))
    (found,) = find_profiles(windows)
    assert (found.folder, found.console) == (roaming / "GIMP" / "3.0", (str(program),))
    (found,) = find_profiles(machine(tmp_path, "darwin"))
    assert found.folder == tmp_path / "Library" / "Application Support" / "GIMP" / "3.2"


def test_gimp3_directory_names_the_only_profile(tmp_path: Path) -> None:
    folders(tmp_path / ".config" / "GIMP" / "3.0")
    (found,) = find_profiles(machine(tmp_path, GIMP3_DIRECTORY=str(tmp_path / "mine")))
    assert (found.folder, found.way) == (tmp_path / "mine", "chosen")


# ---------------------------------------------------------------------- the files


@pytest.fixture
def profile(tmp_path: Path) -> Profile:
    return Profile(tmp_path / "GIMP" / "3.0", "3.0")


def test_what_is_installed_is_whole_and_can_be_run(profile: Profile, data_home: Path) -> None:
    data = DataFolder(data_home)
    folder = install(profile, data)
    assert folder == profile.folder / "plug-ins" / "s2edit"
    assert (folder / STARTED).stat().st_mode & stat.S_IXUSR
    assert (folder / STARTED).read_text().startswith("#!/usr/bin/env python3\n")
    assert find_faults(profile, data) == []
    command = json.loads((data_home / "engine" / discovery.PROGRAM_NAME).read_text())["command"]
    # By a name that stays when a newer environment takes the place of this one.
    assert Path(command[0]).parent.resolve() == Path(sys.executable).parent.resolve()
    assert [path.name for path in folder.parent.iterdir()] == ["s2edit"]


def test_installing_again_replaces_all_of_an_older_one(profile: Profile, data_home: Path) -> None:
    profile.plugin.mkdir(parents=True)
    (profile.plugin / "old.py").write_text("old")
    (profile.plugin / STARTED).write_text("old")
    install(profile, DataFolder(data_home))
    assert not (profile.plugin / "old.py").exists()
    assert find_faults(profile, DataFolder(data_home)) == []


def test_an_installation_that_fails_leaves_the_old_one(
    profile: Profile, data_home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    install(profile, DataFolder(data_home))
    real, asked = os.replace, []

    def fails(source: str, target: str) -> None:
        asked.append(target)
        if len(asked) == 2:
            raise OSError(28, "No space left on device")
        real(source, target)

    monkeypatch.setattr("s2edit_plugin.tools.gimp.install.write_program", lambda data: None)
    monkeypatch.setattr(os, "replace", fails)
    monkeypatch.setattr("s2edit_plugin.tools.gimp.install._exchange", lambda one, other: False)
    with pytest.raises(ResourceError, match="cannot be written"):
        install(profile, DataFolder(data_home))
    monkeypatch.undo()
    assert find_faults(profile, DataFolder(data_home)) == []


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere two folders cannot change names in one step")
def test_there_is_no_moment_without_a_plugin(
    profile: Profile, data_home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    profile.plugin.mkdir(parents=True)
    (profile.plugin / "old.py").write_text("old")
    monkeypatch.setattr("s2edit_plugin.tools.gimp.install.write_program", lambda data: None)
    monkeypatch.setattr("s2edit_plugin.tools.gimp.install._replace", None)
    install(profile, DataFolder(data_home))
    assert not (profile.plugin / "old.py").exists()
    assert [path.name for path in profile.plugin.parent.iterdir()] == ["s2edit"]


def test_faults_are_told(profile: Profile, data_home: Path, tmp_path: Path) -> None:
    data = DataFolder(data_home)
    assert "not installed" in find_faults(profile, data)[0][0]
    install(profile, data)
    (profile.plugin / "gimp_bridge" / "plugin.py").write_text("")
    (profile.plugin / STARTED).chmod(0o644)
    said = " ".join(sentence for sentence, _ in find_faults(profile, data))
    assert "run bit" in said
    assert "1 of its files" in said
    install(profile, data)
    (profile.plugin / "installed.json").write_text('{"version": "0.0.1"}')
    (profile.plugin / STARTED).write_text("old")
    assert "is version 0.0.1" in find_faults(profile, data)[0][0]
    install(profile, data)
    assert "data folder" in find_faults(profile, DataFolder(tmp_path / "other"))[0][0]


def test_uninstalling_leaves_nothing(profile: Profile, data_home: Path) -> None:
    install(profile, DataFolder(data_home))
    assert uninstall(profile)
    assert not profile.plugin.exists()
    assert not uninstall(profile)


def test_what_gimp_gets_imports_with_the_standard_library_alone(profile: Profile, data_home: Path) -> None:
    """All modules that need no gi are imported as GIMP's Python would, from the copies."""
    folder = install(profile, DataFolder(data_home))
    light = ["library", "engine_client", "settings_parasite", "crop_box", "background_task", "png", "wording"]
    code = (
        f"import sys; sys.path.insert(0, {str(folder)!r})\n"
        + "".join(f"import gimp_bridge.{name}\n" for name in light)
        + "import s2edit_plugin.engine.client.remote\n"
        + "print([n for n in sys.modules if 'site-packages' in str(getattr(sys.modules[n], '__file__', ''))])"
    )
    done = subprocess.run(
        [sys.executable, "-I", "-S", "-c", code], capture_output=True, text=True, check=False
    )
    assert (done.stderr, done.stdout.strip()) == ("", "[]")


def test_no_file_of_the_plugin_imports_anything_but_gi_the_standard_library_and_the_copies() -> None:
    import ast

    for name, content in files_of_plugin().items():
        for node in ast.walk(ast.parse(content)):
            names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
            names += [node.module or ""] if isinstance(node, ast.ImportFrom) else []
            for wanted in names:
                top = wanted.split(".")[0]
                assert top in sys.stdlib_module_names or top in ("gi", "gimp_bridge", "s2edit_plugin"), name


# ---------------------------------------------------------------------- asking GIMP


def console(folder: Path, prints: str) -> tuple[str, ...]:
    path = folder / "console"
    path.write_text(f"#!/bin/sh\ncat <<'END'\n{prints}\nEND\n")
    path.chmod(0o755)
    return (str(path),)


@pytest.mark.parametrize(
    ("prints", "ok", "said"),
    [
        ("S2EDIT-FOUND " + " ".join(verify.PROCEDURES), True, "knows all"),
        ("S2EDIT-FOUND plug-in-s2edit-edit", False, "lacks plug-in-s2edit-edit-again"),
        ("S2EDIT-FOUND", False, "does not know the plug-in"),
        (
            'Traceback (most recent call last):\n  File "s2edit.py"\nImportError: no gi\nS2EDIT-FOUND',
            False,
            "no gi",
        ),
        ("The batch interpreter 'python-fu-eval' is not available.", False, "no Python"),
        ("cannot open display", False, "did not come up"),
    ],
)
def test_what_gimp_says_is_told_in_plain_words(tmp_path: Path, prints: str, ok: bool, said: str) -> None:
    verdict = verify.verify(Profile(tmp_path, "3.0", "native", console(tmp_path, prints)))
    assert verdict.ok is ok
    assert said in verdict.sentence
    assert ok or verdict.remedy


def test_without_a_console_it_says_what_to_install(tmp_path: Path) -> None:
    verdict = verify.verify(Profile(tmp_path, "3.0"))
    assert not verdict.ok
    assert "--gimp" in verdict.remedy


def test_the_commands_install_examine_and_remove(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("GIMP3_DIRECTORY", str(tmp_path / "profile"))
    gimp = console(tmp_path, "GIMP version 3.0.4\nS2EDIT-FOUND " + " ".join(verify.PROCEDURES))[0]
    assert main(["gimp", "install", "--gimp", gimp]) == 0
    assert "Filters > S²Edit" in capsys.readouterr().out
    assert main(["gimp", "doctor", "--gimp", gimp]) == 0
    assert main(["gimp", "uninstall"]) == 0
    assert "Removed" in capsys.readouterr().out
    assert main(["gimp", "doctor", "--gimp", gimp]) == 1
    assert "not installed" in capsys.readouterr().out


def test_without_any_gimp_there_is_one_sentence(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.delenv("GIMP3_DIRECTORY", raising=False)
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path))
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("PATH", str(tmp_path))
    assert main(["gimp", "install"]) == 1
    assert "No GIMP 3 was found" in capsys.readouterr().err
