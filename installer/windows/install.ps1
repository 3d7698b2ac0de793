<#
.SYNOPSIS
    Installs S2Edit Studio for the user who calls it: the program, the start menu's entry, GIMP's plug-in.
.DESCRIPTION
    Finds a Python from 3.11 to 3.14, or has uv bring one, and hands over to installer/s2edit_setup.
.PARAMETER Command
    install, repair, update or uninstall.
.PARAMETER Prefix
    Where the program lies.
.PARAMETER From
    update: the folder of the newer version.
.PARAMETER DryRun
    Say what would be done, and do nothing.
.PARAMETER KeepData
    uninstall: keep tokens, results and models, unasked.
.PARAMETER DeleteData
    uninstall: delete them, unasked.
.PARAMETER NoMenu
    Without an entry in the start menu.
.PARAMETER NoGimp
    Without GIMP's plug-in.
.EXAMPLE
    powershell -ExecutionPolicy Bypass -File installer\windows\install.ps1 install
#>
[CmdletBinding()]
param(
    [Parameter(Position = 0)]
    [ValidateSet('install', 'repair', 'update', 'uninstall')]
    [string] $Command = 'install',

    [string] $Prefix = '',
    [string] $From = '',
    [switch] $DryRun,
    [switch] $KeepData,
    [switch] $DeleteData,
    [switch] $NoMenu,
    [switch] $NoGimp
)

Set-StrictMode -Version Latest
$ErrorActionPreference = 'Stop'

$Installer = Split-Path -Parent $PSScriptRoot
$Check = 'import sys, venv, ensurepip; sys.exit(not (3, 11) <= sys.version_info < (3, 15))'

function Test-Python {
    [CmdletBinding()]
    [OutputType([bool])]
    param([Parameter(Mandatory = $true)] [string] $Path)

    if (-not (Get-Command -Name $Path -ErrorAction SilentlyContinue)) {
        return $false
    }
    # The store's stand-in for Python only opens the store.
    if ((Get-Command -Name $Path).Source -like '*\WindowsApps\*') {
        return $false
    }
    & $Path -c $Check 2>$null | Out-Null
    return $LASTEXITCODE -eq 0
}

function Get-Uv {
    [CmdletBinding()]
    [OutputType([string])]
    param()

    $found = Get-Command -Name 'uv' -ErrorAction SilentlyContinue
    if ($found) {
        return $found.Source
    }
    if (Get-Command -Name 'winget' -ErrorAction SilentlyContinue) {
        & winget install --id astral-sh.uv --exact --silent --accept-source-agreements --accept-package-agreements | Out-Null
        $links = Join-Path -Path $env:LOCALAPPDATA -ChildPath 'Microsoft\WinGet\Links\uv.exe'
        if (Test-Path -LiteralPath $links) {
            return $links
        }
    }
    return ''
}

function Find-Python {
    [CmdletBinding()]
    [OutputType([string])]
    param()

    if ($env:S2EDIT_PYTHON -and (Test-Python -Path $env:S2EDIT_PYTHON)) {
        return $env:S2EDIT_PYTHON
    }
    if (Get-Command -Name 'py' -ErrorAction SilentlyContinue) {
        foreach ($version in '3.13', '3.12', '3.11', '3.14') {
            $path = & py "-$version" -c 'import sys; print(sys.executable)' 2>$null
            if ($LASTEXITCODE -eq 0 -and (Test-Python -Path $path)) {
                return $path
            }
        }
    }
    foreach ($name in 'python', 'python3') {
        if (Test-Python -Path $name) {
            return (Get-Command -Name $name).Source
        }
    }
    $uv = Get-Uv
    if ($uv) {
        $env:S2EDIT_UV = $uv
        & $uv python install 3.13 | Out-Null
        $path = & $uv python find 3.13
        if ($LASTEXITCODE -eq 0) {
            return $path
        }
    }
    return ''
}

$ErrorActionPreference = 'Continue' # what a program prints as an error is no error of this script's
$python = Find-Python
if (-not $python) {
    Write-Error -Message 'Python 3.11 to 3.14 is missing; install it, or uv (winget install astral-sh.uv), and run this again.'
    exit 1
}
$env:S2EDIT_BASE_PYTHON = $python
$words = @('application', $Command)
if ($Prefix) { $words += "--prefix=$Prefix" }
if ($From) { $words += "--from=$From" }
if ($DryRun) { $words += '--dry-run' }
if ($KeepData) { $words += '--keep-data' }
if ($DeleteData) { $words += '--delete-data' }
if ($NoMenu) { $words += '--no-menu' }
if ($NoGimp) { $words += '--no-gimp' }
& $python -I -S (Join-Path -Path $Installer -ChildPath 's2edit_setup') @words
exit $LASTEXITCODE
