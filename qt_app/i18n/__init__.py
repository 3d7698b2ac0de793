"""The window's languages: ``s2edit_<language>.ts``, edited with Qt Linguist and read as they are; no compiled files lie about.

    python -m qt_app.i18n.update      takes new and changed texts of the sources into every .ts file

English texts stand in the sources; ``s2edit_en.ts`` holds what English has two forms of. ``engine_<language>.ts`` has the
engine's sentences, which come to the window in English (`engine_words`).
"""
