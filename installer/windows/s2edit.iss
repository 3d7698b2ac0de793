; Recipe of Inno Setup 6 for an installer of Windows: iscc /DAppVersion=0.1.0 installer\windows\s2edit.iss
; It carries the checkout; install.ps1 does the rest, and asks about tokens when the program is removed.
#ifndef AppVersion
  #error Say the version: iscc /DAppVersion=...
#endif
#define Root "..\.."
#define Shell "-NoProfile -ExecutionPolicy Bypass -File ""{app}\setup\installer\windows\install.ps1"""

[Setup]
AppId={{6C0E5B0E-6B8B-4B53-9E57-2B61A1A7F5C4}
AppName=S2Edit Studio
AppVersion={#AppVersion}
AppPublisher=The S2Edit Studio authors
DefaultDirName={localappdata}\Programs\S2Edit Studio
DisableProgramGroupPage=yes
PrivilegesRequired=lowest
ArchitecturesAllowed=x64compatible
ArchitecturesInstallIn64BitMode=x64compatible
MinVersion=10.0.19041
LicenseFile={#Root}\LICENSE
SetupIconFile={#Root}\s2edit_plugin\tools\desktop\icons\s2edit-studio.ico
UninstallDisplayIcon={app}\setup\s2edit_plugin\tools\desktop\icons\s2edit-studio.ico
OutputBaseFilename=s2edit-studio-{#AppVersion}
Compression=lzma2
SolidCompression=yes
WizardStyle=modern
SetupMutex=S2EditStudioSetup

[Languages]
Name: "en"; MessagesFile: "compiler:Default.isl"
Name: "de"; MessagesFile: "compiler:Languages\German.isl"

[InstallDelete]
Type: filesandordirs; Name: "{app}\setup"

[Files]
Source: "{#Root}\pyproject.toml"; DestDir: "{app}\setup"
Source: "{#Root}\README.md"; DestDir: "{app}\setup"
Source: "{#Root}\LICENSE"; DestDir: "{app}\setup"
Source: "{#Root}\s2edit_plugin\*"; DestDir: "{app}\setup\s2edit_plugin"; Excludes: "__pycache__"; Flags: recursesubdirs
Source: "{#Root}\qt_app\*"; DestDir: "{app}\setup\qt_app"; Excludes: "__pycache__"; Flags: recursesubdirs
Source: "{#Root}\gimp_bridge\*"; DestDir: "{app}\setup\gimp_bridge"; Excludes: "__pycache__"; Flags: recursesubdirs
Source: "{#Root}\models\*"; DestDir: "{app}\setup\models"; Excludes: "__pycache__,\train\state"; Flags: recursesubdirs
Source: "{#Root}\installer\*"; DestDir: "{app}\setup\installer"; Excludes: "__pycache__,\typing"; Flags: recursesubdirs

[Run]
; With a console: it shows what is fetched and how much is left.
Filename: "powershell.exe"; Parameters: "{#Shell} install -Prefix ""{app}\program"""; StatusMsg: "Fetching libraries and trying an edit ..."; Flags: waituntilterminated

[UninstallRun]
Filename: "powershell.exe"; Parameters: "{#Shell} uninstall -Prefix ""{app}\program"""; RunOnceId: "program"; Flags: waituntilterminated

[UninstallDelete]
Type: filesandordirs; Name: "{app}\setup"
Type: dirifempty; Name: "{app}"
