"""The menu entry of each system, made up on this one; Linux's is placed into a home and checked."""

from __future__ import annotations

import configparser
import json
import plistlib
import shutil
import subprocess
import sys
import xml.etree.ElementTree as ElementTree
from pathlib import Path, PurePosixPath, PureWindowsPath

import pytest
from PIL import Image

from s2edit_plugin.cli import window
from s2edit_plugin.cli.main import main
from s2edit_plugin.tools.desktop import placing
from s2edit_plugin.tools.desktop.entries import APP_ID, ICON_SIZES, TYPES, Entry, icons_folder, make_entry

linux_only = pytest.mark.skipif(sys.platform != "linux", reason="the desktop's files are Linux's")


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A home of its own, with no desktop."""
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    monkeypatch.delenv("XDG_DATA_HOME", raising=False)
    return tmp_path / "home"


def linux(home: Path, prefix: str = "/opt/s2edit") -> Entry:
    return make_entry(PurePosixPath(prefix), ".TH S2EDIT 1", platform="linux", home=home, environ={})


def desktop_file(entry: Entry) -> str:
    return next(content.decode() for path, content in entry.files.items() if str(path).endswith(".desktop"))


def checked(*command: str) -> str:
    """What a checker of the desktop's says; skipped where there is none."""
    if shutil.which(command[0]) is None:
        pytest.skip(f"{command[0]} is not installed")
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@linux_only
def test_it_is_placed_shown_and_taken_away(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["desktop", "install"]) == 0
    capsys.readouterr()
    assert main(["desktop", "show", "--json"]) == 0
    shown = json.loads(capsys.readouterr().out)
    assert shown["placed"] is True
    assert all(Path(place).is_file() for place in shown["places"])
    assert all(Path(place).stat().st_mode & 0o777 == 0o644 for place in shown["places"])
    assert main(["desktop", "install"]) == 0  # again, over itself
    assert main(["desktop", "uninstall"]) == 0
    assert not [path for path in home.rglob("*") if APP_ID in path.name or path.name == "s2edit.1"]
    capsys.readouterr()
    assert main(["desktop", "uninstall"]) == 0
    assert "no menu entry" in capsys.readouterr().out


def test_showing_writes_nothing(home: Path) -> None:
    assert main(["desktop", "show"]) == 0
    assert not home.exists()


@linux_only
@pytest.mark.parametrize("prefix", ["/opt/s2edit", '/home/a b/100 %/"quoted" $HOME `x` \\ back'])
def test_the_desktop_accepts_it(tmp_path: Path, prefix: str) -> None:
    entry = linux(tmp_path, prefix)
    placing.place(entry)
    for path in entry.files:
        if str(path).endswith(".desktop"):
            checked("desktop-file-validate", str(path))
        elif str(path).endswith(".xml"):
            checked("appstreamcli", "validate", "--no-net", str(path))


def test_the_command_survives_odd_letters(tmp_path: Path) -> None:
    text = desktop_file(linux(tmp_path, '/a b/100 %/"q" $H `x`'))
    (line,) = [line for line in text.splitlines() if line.startswith("Exec=")]
    assert line == r'Exec="/a b/100 %%/\\"q\\" \\$H \\`x\\`/bin/s2edit" %u'


def test_the_desktop_file_names_every_type_and_the_links(tmp_path: Path) -> None:
    parser = configparser.ConfigParser(interpolation=None, strict=True)
    parser.optionxform = str  # type: ignore[assignment, method-assign]
    parser.read_string(desktop_file(linux(tmp_path)))
    entry = parser["Desktop Entry"]
    assert entry["MimeType"].strip(";").split(";") == [*TYPES, "x-scheme-handler/s2edit"]
    assert entry["Icon"] == entry["StartupWMClass"] == APP_ID
    assert {"Comment[de]", "GenericName[de]"} <= entry.keys()


def test_the_metainfo_belongs_to_the_desktop_file(tmp_path: Path) -> None:
    (content,) = [c for path, c in linux(tmp_path).files.items() if str(path).endswith(".metainfo.xml")]
    root = ElementTree.fromstring(content)
    assert root.findtext("launchable") == f"{APP_ID}.desktop"
    assert [node.text for node in root.findall("provides/mediatype")] == list(TYPES)


def test_a_data_folder_of_the_users_own_is_kept_to(tmp_path: Path) -> None:
    entry = make_entry(
        PurePosixPath("/p"), platform="linux", home=tmp_path, environ={"XDG_DATA_HOME": "/data"}
    )
    assert all(str(path).startswith("/data/") for path in entry.places)
    entry = make_entry(
        PurePosixPath("/p"), platform="linux", home=tmp_path, environ={"XDG_DATA_HOME": "data"}
    )
    assert all(path.is_relative_to(tmp_path) for path in entry.places)  # the specification wants it whole


def test_the_icon_is_drawn_in_every_size() -> None:
    for size in ICON_SIZES:
        with Image.open(icons_folder() / f"{APP_ID}-{size}.png") as picture:
            assert (picture.size, picture.mode) == ((size, size), "RGBA")
            assert len(picture.getcolors(size * size) or []) > 20
            corner, middle = picture.getpixel((0, 0)), picture.getpixel((size // 2, size // 2))
            assert isinstance(corner, tuple)
            assert isinstance(middle, tuple)
            assert corner[3] < 128 < middle[3]
    with Image.open(icons_folder() / f"{APP_ID}.ico") as picture:
        assert {16, 32, 48, 256} <= {width for width, _ in picture.info["sizes"]}
    with Image.open(icons_folder() / f"{APP_ID}.icns") as picture:
        assert (512, 512, 2) in picture.info["sizes"]


def test_macos_gets_a_bundle_that_becomes_the_window(tmp_path: Path) -> None:
    entry = make_entry(PurePosixPath("/Users/a b/s2edit"), platform="darwin", home=tmp_path, environ={})
    bundle = tmp_path / "Applications" / "S2Edit Studio.app"
    assert entry.folder == bundle
    assert all(path.is_relative_to(bundle) for path in entry.places)
    info = plistlib.loads(entry.files[bundle / "Contents" / "Info.plist"])
    assert info["CFBundleURLTypes"][0]["CFBundleURLSchemes"] == ["s2edit"]
    (start,) = entry.executable
    assert start == bundle / "Contents" / "MacOS" / info["CFBundleExecutable"]
    assert b"exec '/Users/a b/s2edit/bin/python' -m qt_app \"$@\"\n" in entry.files[start]
    assert (bundle / "Contents" / "Resources" / info["CFBundleIconFile"]) in entry.copies

    placing.place(entry)
    assert Path(start).stat().st_mode & 0o111
    subprocess.run(["sh", "-n", str(start)], check=True)
    placing.remove(entry)
    assert not bundle.exists()


def test_windows_gets_a_shortcut_and_its_part_of_the_registry() -> None:
    home = PureWindowsPath(r"C:\Users\A B")
    prefix = PureWindowsPath(r"C:\Users\A B\AppData\Local\S2Edit Studio\environment.d\a")
    entry = make_entry(prefix, platform="win32", home=home, environ={"APPDATA": r"D:\Roaming"})
    ((shortcut, target),) = entry.shortcuts.items()
    assert str(shortcut) == r"D:\Roaming\Microsoft\Windows\Start Menu\Programs\S2Edit Studio.lnk"
    assert target == prefix / "Scripts" / "pythonw.exe"
    values = {(key, name): value for key, name, value in entry.registry}
    assert values[(r"Software\Classes\s2edit", "URL Protocol")] == ""
    assert values[(r"Software\Classes\s2edit\shell\open\command", "")] == f'"{target}" -m qt_app "%1"'
    assert all(any(key.startswith(tree) for tree in entry.registry_trees) for key, _, _ in entry.registry)


def test_the_entry_starts_what_stays_when_the_environment_is_made_anew(tmp_path: Path) -> None:
    place = tmp_path / "environment.d" / "b"
    place.mkdir(parents=True)
    assert placing.find_prefix(place) == place  # nothing leads to it
    (tmp_path / "environment").symlink_to("environment.d/b")
    assert placing.find_prefix(place) == tmp_path / "environment"


@pytest.mark.parametrize(
    ("word", "path"),
    [
        ("photo.jpg", "photo.jpg"),
        ("file:///home/me/a%20photo.jpg", "/home/me/a photo.jpg"),
        ("file://localhost/home/me/x.png", "/home/me/x.png"),
        ("s2edit:///home/me/%C3%BC.JPG", "/home/me/ü.JPG"),
        ("s2edit:", ""),
        ("s2edit://", ""),
        ("S2EDIT:///x.tif", "/x.tif"),
    ],
)
def test_links_and_addresses_lead_to_a_path(word: str, path: str) -> None:
    assert window.photo_of(word) == path


@pytest.mark.parametrize(
    "link",
    [
        "s2edit://host/share/x.png",
        "s2edit:relative.png",
        "s2edit:///etc/passwd",
        "s2edit:///x.png?run=1",
        "file://host/x.png",
    ],
)
def test_a_link_of_a_web_page_leads_nowhere_else(link: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main([link]) != 0
    assert "leads to no picture on this machine" in capsys.readouterr().err
