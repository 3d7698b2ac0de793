"""Contents of a menu entry by system: files, links and registry values. Changes nothing.

`Entry` depends only on the given system and folders, so every system can be tested on any other.
"""

from __future__ import annotations

import os
import plistlib
import shlex
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path, PurePath, PureWindowsPath

from s2edit_plugin import __version__
from s2edit_plugin.api.picture_formats import FORMATS
from s2edit_plugin.errors import S2EditError, Sentence

__all__ = ["APP_ID", "ICON_SIZES", "SCHEME", "TYPES", "Entry", "icons_folder", "make_entry"]

APP_ID = "s2edit-studio"
COMPONENT = "org.s2edit.Studio"
TITLE = "S²Edit Studio"
SCHEME = "s2edit"
ICON_SIZES = (16, 22, 24, 32, 48, 64, 96, 128, 192, 256, 512)
TYPES = {known.mime: known.suffixes for known in FORMATS}
"""What the window opens, with the endings that files have."""

_DESKTOP = """\
[Desktop Entry]
Type=Application
Version=1.4
Name={title}
GenericName=AI Photo Editor
GenericName[de]=KI-Bildbearbeitung
Comment=Learn a person from one photo and edit photos by text
Comment[de]=Eine Person aus einem Foto lernen und Fotos mit Worten bearbeiten
Exec={command} %u
Icon={icon}
Terminal=false
Categories=Graphics;2DGraphics;RasterGraphics;Photography;
Keywords=photo;edit;AI;portrait;makeup;token;diffusion;
Keywords[de]=Foto;Bearbeitung;KI;Porträt;Make-up;Diffusion;
MimeType={types};x-scheme-handler/{scheme};
StartupNotify=true
StartupWMClass={icon}
"""
_METAINFO = """\
<?xml version="1.0" encoding="UTF-8"?>
<component type="desktop-application">
  <id>{component}</id>
  <launchable type="desktop-id">{app}.desktop</launchable>
  <name>{title}</name>
  <summary>Learn a person from one photo and edit photos by text</summary>
  <summary xml:lang="de">Eine Person aus einem Foto lernen und Fotos mit Worten bearbeiten</summary>
  <metadata_license>CC0-1.0</metadata_license>
  <project_license>GPL-3.0-or-later</project_license>
  <developer_name>The S2Edit Studio authors</developer_name>
  <description>
    <p>
      S2Edit Studio learns a person from one photo into a text token, keeps it in a library, and edits photos by text, so
      that the person stays the person and nothing outside the chosen region changes. Everything runs on this machine.
    </p>
    <p xml:lang="de">
      S2Edit Studio lernt eine Person aus einem Foto und bearbeitet Fotos mit Worten, sodass die Person sie selbst bleibt
      und sich außerhalb des gewählten Bereichs nichts ändert. Alles geschieht auf diesem Rechner.
    </p>
  </description>
  <categories>
    <category>Graphics</category>
    <category>Photography</category>
  </categories>
  <icon type="stock">{app}</icon>
  <provides>
    <binary>s2edit</binary>
    <mediatype>{types}</mediatype>
  </provides>
  <content_rating type="oars-1.1"/>
  <releases>
    <release version="{version}" date="2026-12-01"/>
  </releases>
</component>
"""
_MAC_START = """\
#!/bin/sh
# Becomes the window itself: macOS sends the files that are opened to the process it started.
exec {command} "$@"
"""


@dataclass(frozen=True)
class Entry:
    """A menu entry.

    Attributes:
        files: what is written, by path. copies: icons that are copied, by where they go. executable: files that can be run.
        shortcuts: of Windows', by path, what they start. folder: that is ours as a whole, removed with all that is in it.
        registry: keys below HKEY_CURRENT_USER with names and values (Windows). registry_trees: keys that are ours as a whole.
        refresh: programs of the desktop that read it anew; what is not there is passed over. after: the same when it is gone.
    """

    files: Mapping[PurePath, bytes] = field(default_factory=dict)
    copies: Mapping[PurePath, Path] = field(default_factory=dict)
    executable: tuple[PurePath, ...] = ()
    shortcuts: Mapping[PurePath, PurePath] = field(default_factory=dict)
    folder: PurePath | None = None
    registry: tuple[tuple[str, str, str], ...] = ()
    registry_trees: tuple[str, ...] = ()
    refresh: tuple[tuple[str, ...], ...] = ()
    after: tuple[tuple[str, ...], ...] = ()

    @property
    def places(self) -> list[PurePath]:
        """Every path that is written."""
        return sorted({*self.files, *self.copies, *self.shortcuts})


def icons_folder() -> Path:
    """Where the drawn icons lie."""
    return Path(__file__).resolve().parent / "icons"


def make_entry(
    prefix: PurePath,
    manual: str = "",
    *,
    platform: str = sys.platform,
    home: PurePath | None = None,
    environ: Mapping[str, str] | None = None,
) -> Entry:
    """The entry for a program that is installed under a prefix (an environment of Python's).

    Args:
        manual: the man page. platform: as `sys.platform`. home, environ: of the user; None: this one's.

    Raises:
        S2EditError: there is no such entry on this system.
    """
    home = Path.home() if home is None else home
    environ = os.environ if environ is None else environ
    if platform == "win32":
        return _windows(PureWindowsPath(prefix), PureWindowsPath(home), environ)
    if platform == "darwin":
        return _macos(prefix, home)
    if platform.startswith("linux") or "bsd" in platform:
        return _linux(prefix, home, environ, manual)
    raise S2EditError(
        Sentence("A menu entry on {} is not known.", platform), "Start the program by `s2edit`."
    )


def _linux(prefix: PurePath, home: PurePath, environ: Mapping[str, str], manual: str) -> Entry:
    """Files of the freedesktop specifications, in the user's own folders."""
    named = environ.get("XDG_DATA_HOME", "")
    data = Path(named) if named.startswith("/") else home / ".local" / "share"
    program = prefix / "bin" / "s2edit"
    applications, icons = data / "applications", data / "icons" / "hicolor"
    types = ";".join(TYPES)
    desktop = _DESKTOP.format(title=TITLE, command=_quoted(program), icon=APP_ID, types=types, scheme=SCHEME)
    media = "</mediatype>\n    <mediatype>".join(TYPES)
    metainfo = _METAINFO.format(
        component=COMPONENT, app=APP_ID, title=TITLE, types=media, version=__version__
    )
    copies = {
        icons / f"{size}x{size}" / "apps" / f"{APP_ID}.png": icons_folder() / f"{APP_ID}-{size}.png"
        for size in ICON_SIZES
    }
    copies[icons / "scalable" / "apps" / f"{APP_ID}.svg"] = icons_folder() / f"{APP_ID}.svg"
    files: dict[PurePath, bytes] = {
        applications / f"{APP_ID}.desktop": desktop.encode(),
        data / "metainfo" / f"{COMPONENT}.metainfo.xml": metainfo.encode(),
    }
    if manual:
        files[data / "man" / "man1" / "s2edit.1"] = manual.encode()
    refresh = (
        ("update-desktop-database", "-q", str(applications)),
        ("gtk-update-icon-cache", "-q", "-t", "-f", str(icons)),
    )
    first = (*refresh, ("xdg-mime", "default", f"{APP_ID}.desktop", f"x-scheme-handler/{SCHEME}"))
    return Entry(files, copies, refresh=first, after=refresh)


def _quoted(program: PurePath) -> str:
    """A path as the key Exec wants it: in quotes, with some letters escaped twice, per cent signs doubled."""
    text = str(program).replace("\\", "\\\\")
    for letter in '"`$':
        text = text.replace(letter, f"\\{letter}")
    return '"' + text.replace("\\", "\\\\").replace("%", "%%") + '"'


def _macos(prefix: PurePath, home: PurePath) -> Entry:
    """An application bundle in the user's own folder of applications."""
    bundle = home / "Applications" / "S2Edit Studio.app"
    contents = bundle / "Contents"
    start = contents / "MacOS" / APP_ID
    info = {
        "CFBundleIdentifier": COMPONENT,
        "CFBundleName": TITLE,
        "CFBundleDisplayName": TITLE,
        "CFBundleExecutable": APP_ID,
        "CFBundleIconFile": f"{APP_ID}.icns",
        "CFBundlePackageType": "APPL",
        "CFBundleShortVersionString": __version__,
        "CFBundleVersion": __version__,
        "CFBundleInfoDictionaryVersion": "6.0",
        "LSMinimumSystemVersion": "14.0",
        "LSApplicationCategoryType": "public.app-category.photography",
        "NSHighResolutionCapable": True,
        "CFBundleURLTypes": [{"CFBundleURLName": COMPONENT, "CFBundleURLSchemes": [SCHEME]}],
        "CFBundleDocumentTypes": [
            {
                "CFBundleTypeName": "Photo",
                "CFBundleTypeRole": "Editor",
                "LSHandlerRank": "Alternate",
                "LSItemContentTypes": ["public.image"],
            }
        ],
    }
    command = f"{shlex.quote(str(prefix / 'bin' / 'python'))} -m qt_app"
    services = "/System/Library/Frameworks/CoreServices.framework/Frameworks/LaunchServices.framework/Support/lsregister"
    return Entry(
        files={
            contents / "Info.plist": plistlib.dumps(info),
            contents / "PkgInfo": b"APPL????",
            start: _MAC_START.format(command=command).encode(),
        },
        copies={contents / "Resources" / f"{APP_ID}.icns": icons_folder() / f"{APP_ID}.icns"},
        executable=(start,),
        folder=bundle,
        refresh=((services, "-f", str(bundle)),),
        after=((services, "-u", str(bundle)),),
    )


def _windows(prefix: PureWindowsPath, home: PureWindowsPath, environ: Mapping[str, str]) -> Entry:
    """A shortcut in the start menu and the user's own part of the registry."""
    roaming = PureWindowsPath(environ.get("APPDATA") or home / "AppData" / "Roaming")
    menu = roaming / "Microsoft" / "Windows" / "Start Menu" / "Programs"
    program = prefix / "Scripts" / "pythonw.exe"  # without a console
    icon = prefix / "share" / f"{APP_ID}.ico"
    opens = f'"{program}" -m qt_app "%1"'
    scheme = rf"Software\Classes\{SCHEME}"
    application = r"Software\Classes\Applications\s2edit-studio.exe"
    registry = [
        (scheme, "", f"URL:{TITLE}"),
        (scheme, "URL Protocol", ""),
        (rf"{scheme}\DefaultIcon", "", str(icon)),
        (rf"{scheme}\shell\open\command", "", opens),
        (application, "FriendlyAppName", TITLE),
        (rf"{application}\DefaultIcon", "", str(icon)),
        (rf"{application}\shell\open\command", "", opens),
    ]
    endings = [ending for every in TYPES.values() for ending in every]
    registry += [(rf"{application}\SupportedTypes", ending, "") for ending in endings]
    shortcut = menu / "S2Edit Studio.lnk"
    return Entry(
        copies={icon: icons_folder() / f"{APP_ID}.ico"},
        shortcuts={shortcut: program},
        registry=tuple(registry),
        registry_trees=(scheme, application),
    )
