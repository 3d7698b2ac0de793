"""The window's translations: ``s2edit_<language>.ts``, edited with Qt Linguist and read directly, without compiled files.

    python -m qt_app.i18n.update      adds new and changed texts of the sources to every .ts file

English texts are in the sources; ``s2edit_en.ts`` has the plural forms. ``engine_<language>.ts`` has the engine's sentences,
which the window receives in English (`engine_translation`).
"""
