"""Installs the translations of a language, before the first window is made."""

from __future__ import annotations

import logging
from pathlib import Path

from PyQt6.QtCore import QCoreApplication, QLibraryInfo, QLocale, QTranslator

from qt_app.i18n.compiling import compiled
from qt_app.i18n.engine_translation import use_folder
from qt_app.i18n.messages import read_ts

__all__ = ["LANGUAGES", "chosen_language", "install_language"]

LANGUAGES = ("en", "de")
FOLDER = Path(__file__).parent
_installed: list[QTranslator] = []


def chosen_language(preference: str) -> str:
    """The user's choice, else the desktop's language if there is a translation, else English."""
    if preference in LANGUAGES:
        return preference
    wanted = (QLocale(name).name()[:2] for name in QLocale.system().uiLanguages())
    return next((language for language in wanted if language in LANGUAGES), "en")


def install_language(application: QCoreApplication, preference: str = "") -> str:
    """Translate all texts, including Qt's own, and format numbers and dates accordingly. If a file is damaged, the texts stay
    English.

    Args:
        preference: ``""`` for the desktop's language, else one of `LANGUAGES`.

    Returns:
        The language in use.
    """
    language = chosen_language(preference)
    system = QLocale.system()
    # The desktop's own variant (de_AT) where the language is the same.
    QLocale.setDefault(system if system.name()[:2] == language else QLocale(language))
    use_folder(FOLDER, language)
    while _installed:
        application.removeTranslator(_installed.pop())
    own, qt = QTranslator(application), QTranslator(application)
    try:
        data = compiled(read_ts(FOLDER / f"s2edit_{language}.ts").values(), language)
    except (OSError, ValueError) as error:
        logging.getLogger(__name__).warning("the texts in %s cannot be read: %s", language, error)
    else:
        if own.loadFromData(data):
            own._data = data  # the translator reads from it, but does not own it
            _installed.append(own)
    if qt.load(f"qtbase_{language}", QLibraryInfo.path(QLibraryInfo.LibraryPath.TranslationsPath)):
        _installed.append(qt)
    for translator in _installed:
        application.installTranslator(translator)
    return language
