"""Finding and starting the engine: the same folder everywhere, one engine whoever starts it, stale files seen through."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from s2edit_plugin.engine.client import discovery, launching
from s2edit_plugin.engine.client.discovery import Endpoint, Lock
from s2edit_plugin.engine.client.remote import STANDALONE
from s2edit_plugin.engine.server.program import write_program
from s2edit_plugin.errors import EngineError
from s2edit_plugin.storage.paths import APP_NAME, HOME_VARIABLE, DataFolder, data_folder

PACKAGE = Path(discovery.__file__).resolve().parents[2]
ENDPOINT = Endpoint(40_000, 1234, "s" * 43, "0.1.0", 1.5)


@pytest.mark.parametrize(
    "environ",
    [
        {},
        {"XDG_DATA_HOME": "/data/of/anna"},
        {"XDG_DATA_HOME": "relative"},
        {"XDG_DATA_HOME": ""},
        {"HOME": "/home/bob"},
        {"HOME": "relative"},
        {"S2EDIT_HOME": "/somewhere"},
        {"S2EDIT_HOME": "~/mine"},
        {"S2EDIT_HOME": "relative/folder"},
    ],
)
def test_it_finds_the_folder_that_platformdirs_finds(
    environ: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("S2EDIT_HOME", "XDG_DATA_HOME"):
        monkeypatch.delenv(name, raising=False)
    for name, value in environ.items():
        monkeypatch.setenv(name, value)
    assert discovery.data_root() == data_folder().root
    assert discovery.data_root() / "engine" == data_folder().engine


def test_the_names_are_those_of_the_rest_of_the_program() -> None:
    assert (discovery.APP_NAME, discovery.HOME_VARIABLE) == (APP_NAME, HOME_VARIABLE)


@pytest.mark.parametrize(
    ("platform", "environ", "expected"),
    [
        ("linux", {"HOME": "/home/anna"}, "/home/anna/.local/share/s2edit-studio"),
        ("linux", {"HOME": "/home/anna", "XDG_DATA_HOME": "/x"}, "/x/s2edit-studio"),
        ("darwin", {"HOME": "/Users/anna"}, "/Users/anna/Library/Application Support/s2edit-studio"),
        ("darwin", {}, "/real/home/Library/Application Support/s2edit-studio"),
        # GIMP as a Flatpak: home is the same, the data folder is another one.
        (
            "linux",
            {
                "HOME": "/home/anna",
                "FLATPAK_ID": "org.gimp.GIMP",
                "XDG_DATA_HOME": "/home/anna/.var/app/x/data",
            },
            "/real/home/.local/share/s2edit-studio",
        ),
        (
            "linux",
            {
                "HOME": "/home/anna",
                "FLATPAK_ID": "x",
                "HOST_XDG_DATA_HOME": "/host",
                "XDG_DATA_HOME": "/inside",
            },
            "/host/s2edit-studio",
        ),
        # GIMP as a Snap: home is another one too.
        (
            "linux",
            {
                "HOME": "/home/anna/snap/gimp/1",
                "SNAP_USER_DATA": "/home/anna/snap/gimp/1",
                "XDG_DATA_HOME": "/snap/x",
            },
            "/real/home/.local/share/s2edit-studio",
        ),
        ("linux", {"FLATPAK_ID": "x", "S2EDIT_HOME": "/chosen"}, "/chosen"),
    ],
)
def test_it_finds_the_real_home_from_inside_a_sandbox(
    platform: str, environ: dict[str, str], expected: str
) -> None:
    assert discovery.data_root(environ, platform, "/real/home") == Path(expected)


def test_on_windows_it_is_the_local_application_data() -> None:
    local = {"LOCALAPPDATA": r"C:\Users\anna\AppData\Local", "HOME": "/elsewhere"}
    assert discovery.data_root(local, "win32") == Path(r"C:\Users\anna\AppData\Local") / APP_NAME
    profile = discovery.data_root({"USERPROFILE": "/Users/anna"}, "win32")
    assert profile == Path("/Users/anna/AppData/Local") / APP_NAME


def test_nothing_is_started_from_inside_a_sandbox(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FLATPAK_ID", "org.gimp.GIMP")
    with pytest.raises(EngineError, match="sandbox") as caught:
        launching.start_process(tmp_path)
    assert "Start S2Edit Studio" in caught.value.hint


# ---------------------------------------------------------------------- the file


def test_a_discovery_file_is_read_back(tmp_path: Path) -> None:
    (tmp_path / "engine.json").write_bytes(ENDPOINT.to_bytes())
    assert discovery.read_endpoint(tmp_path) == ENDPOINT
    assert ENDPOINT.secret not in repr(ENDPOINT)


WRONG_VALUES: list[dict[str, object]] = [
    {"port": 0},
    {"port": 70_000},
    {"port": "80"},
    {"port": True},
    {"pid": -1},
    {"pid": 1.5},
    {"secret": ""},
    {"secret": "short"},
    {"secret": "s" * 43 + "\r\nX: y"},
    {"secret": "\u00fc" * 43},
    {"secret": None},
    {"version": 1},
]


@pytest.mark.parametrize(
    "content",
    [
        *(b"", b"{", b"[]", b"null", b"\xff\xfe", b"{}", b'{"port": 1}', b"[" * 60_000),
        *(json.dumps(json.loads(ENDPOINT.to_bytes()) | change).encode() for change in WRONG_VALUES),
    ],
    ids=lambda content: repr(content[:80]),
)
def test_a_damaged_discovery_file_is_none(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "engine.json").write_bytes(content)
    assert discovery.read_endpoint(tmp_path) is None


def test_a_link_or_somebody_elses_file_is_not_trusted(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "real.json").write_bytes(ENDPOINT.to_bytes())
    (tmp_path / "engine.json").symlink_to(tmp_path / "real.json")
    assert discovery.read_endpoint(tmp_path) is None
    (tmp_path / "engine.json").unlink()
    (tmp_path / "engine.json").write_bytes(ENDPOINT.to_bytes())
    assert discovery.read_endpoint(tmp_path) is not None
    monkeypatch.setattr(os, "getuid", lambda: os.stat(tmp_path).st_uid + 1)
    assert discovery.read_endpoint(tmp_path) is None


# ---------------------------------------------------------------------- locks


def test_a_lock_has_one_holder_and_who_looks_disturbs_nobody(tmp_path: Path) -> None:
    assert discovery.lock_state(tmp_path) == "free"
    first, second = Lock(tmp_path / "engine.lock"), Lock(tmp_path / "engine.lock")
    assert first.acquire()
    assert not second.acquire()
    assert discovery.lock_state(tmp_path) == "held"
    first.release()
    first.release()
    assert discovery.lock_state(tmp_path) == "free"
    assert second.acquire()
    second.release()


def test_the_system_lets_go_of_the_lock_of_a_process_that_was_killed(tmp_path: Path) -> None:
    code = (
        "import sys, time; from pathlib import Path; from s2edit_plugin.engine.client.discovery import Lock\n"
        f"lock = Lock(Path({str(tmp_path)!r}) / 'engine.lock'); print(lock.acquire(), flush=True); time.sleep(60)"
    )
    process = subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    assert process.stdout.readline() == "True\n"
    assert discovery.lock_state(tmp_path) == "held"
    process.kill()
    process.wait()
    process.stdout.close()
    assert discovery.lock_state(tmp_path) == "free"


def test_a_folder_that_cannot_be_used_is_one_sentence(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(EngineError, match="cannot be used"):
        Lock(tmp_path / "file" / "engine.lock").acquire()


# ---------------------------------------------------------------------- starting


def test_an_engine_gets_nothing_of_the_program_that_starts_it() -> None:
    gimp = {
        "PYTHONHOME": "/gimp", "PYTHONPATH": "/gimp", "LD_LIBRARY_PATH": "/gimp/lib", "GI_TYPELIB_PATH": "/gimp",
        "GIMP3_DATADIR": "/gimp", "GEGL_PATH": "/gimp", "BABL_PATH": "/gimp", "GTK_PATH": "/gimp", "FONTCONFIG_FILE": "/gimp",
        "PATH": os.pathsep.join(["/opt/GIMP 3/bin", "/usr/bin"]), "LANG": "de_DE.UTF-8", "HF_ENDPOINT": "http://mirror",
    }  # fmt: skip
    environment = launching.clean_environment(Path("/data"), whole=False, environ=gimp)
    assert environment == {
        "PATH": "/usr/bin", "LANG": "de_DE.UTF-8", "HF_ENDPOINT": "http://mirror", "S2EDIT_HOME": "/data",
    }  # fmt: skip
    own = launching.clean_environment(Path("/data"), whole=True, environ=gimp)
    assert own["LD_LIBRARY_PATH"] == "/gimp/lib"  # a user's own CUDA, for example
    assert own.get("PYTHONPATH") != "/gimp"


def test_without_the_whole_program_the_engine_says_how_it_is_started(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert launching.default_command(tmp_path) == [sys.executable, "-m", "s2edit_plugin"]
    monkeypatch.setattr(launching, "_is_whole", lambda: False)
    with pytest.raises(EngineError, match="not running"):
        launching.default_command(tmp_path)
    for wrong in ("[]", '{"command": []}', '{"command": [1]}', "x"):
        (tmp_path / "program.json").write_text(wrong)
        with pytest.raises(EngineError):
            launching.default_command(tmp_path)
    (tmp_path / "program.json").write_text('{"command": ["/venv/bin/python", "-m", "s2edit_plugin"]}')
    assert launching.default_command(tmp_path) == ["/venv/bin/python", "-m", "s2edit_plugin"]


def test_a_program_that_is_not_there_is_one_sentence(tmp_path: Path) -> None:
    from s2edit_plugin.engine.client.remote import connect

    with pytest.raises(EngineError, match="could not be started") as caught:
        connect(data_folder=tmp_path, command=[str(tmp_path / "nothing")], wait=10)
    assert "not found" in caught.value.hint


def test_an_engine_that_fails_at_once_says_why(tmp_path: Path) -> None:
    from s2edit_plugin.engine.client.remote import connect

    command = [sys.executable, "-c", "raise SystemExit('There is no disk.')"]
    with pytest.raises(EngineError, match="could not be started") as caught:
        connect(data_folder=tmp_path, command=command, wait=20)
    assert "There is no disk." in caught.value.hint
    assert discovery.lock_state(tmp_path / "engine") == "free"


def test_the_client_works_with_copies_of_its_own_files_and_the_standard_library_alone(tmp_path: Path) -> None:
    """What the GIMP bridge carries."""
    for name in STANDALONE:
        target = tmp_path / "copies" / "s2edit_plugin" / name
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(PACKAGE / name, target)
    code = f"""
import sys
sys.path.insert(0, {str(tmp_path / "copies")!r})
from s2edit_plugin import api
from s2edit_plugin.engine.client import discovery, remote
from s2edit_plugin.engine.protocol import wire
from s2edit_plugin.errors import EngineError, EngineGoneError
request = api.ApplyEdit(b"photo", ("anna/me",), "smiling")
assert wire.decode(api.ApplyEdit, wire.parse(wire.dump(wire.encode(request)[0]))) == request
try:
    remote.connect(start=False)
except EngineGoneError as error:
    print(error.sentence)
try:
    remote.connect()
except EngineError as error:
    print(error.hint)
print(sorted(name for name in sys.modules if "site-packages" in str(getattr(sys.modules[name], "__file__", ""))))
"""
    environment = {"S2EDIT_HOME": str(tmp_path / "data"), "PATH": os.environ.get("PATH", "")}
    done = subprocess.run(
        [sys.executable, "-I", "-S", "-c", code], capture_output=True, text=True, env=environment, check=False
    )
    assert done.stderr == ""
    assert done.stdout.splitlines() == [
        "The engine is not running.",
        "Start S2Edit Studio once, then try again.",
        "[]",
    ]


def test_an_environment_behind_a_link_is_named_by_the_link_and_run_by_its_own_path(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    environment = tmp_path / "my.venv.d" / "b"
    (environment / "bin").mkdir(parents=True)
    (tmp_path / "my.venv").symlink_to("my.venv.d/b")
    monkeypatch.setattr(sys, "prefix", str(environment))
    monkeypatch.setattr(sys, "executable", str(environment / "bin" / "python"))
    folder = DataFolder(tmp_path / "home")
    write_program(folder)
    written = json.loads((folder.engine / discovery.PROGRAM_NAME).read_text())["command"]
    assert written[0] == str(tmp_path / "my.venv" / "bin" / "python")
    monkeypatch.setattr(launching, "_is_whole", lambda: False)
    assert launching.default_command(folder.engine)[0] == str(environment / "bin" / "python")


def test_a_program_holds_its_environment_until_it_ends(tmp_path: Path) -> None:
    assert discovery.hold_environment(tmp_path) is None
    (tmp_path / discovery.IN_USE_NAME).touch()
    held = discovery.hold_environment(tmp_path)
    assert held is not None
    beside = discovery.hold_environment(tmp_path)
    assert beside is not None
    beside.release()
    assert not Lock(tmp_path / discovery.IN_USE_NAME).acquire()
    held.release()
