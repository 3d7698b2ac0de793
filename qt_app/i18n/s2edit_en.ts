<?xml version="1.0" encoding="utf-8"?>
<!DOCTYPE TS>
<TS version="2.1" language="en">
<context>
    <name>BatchDialog</name>
    <message numerus="yes">
        <location filename="../ui/batch_dialog.py"/>
        <source>%n were there already</source>
        <translation>
            <numerusform>%n was there already</numerusform>
            <numerusform>%n were there already</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>BatchState</name>
    <message numerus="yes">
        <location filename="../model/batch.py"/>
        <source>The batch is done: %n photo(s).</source>
        <translation>
            <numerusform>The batch is done: %n photo.</numerusform>
            <numerusform>The batch is done: %n photos.</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <location filename="../model/batch.py"/>
        <source>%n could not be done.</source>
        <translation>
            <numerusform>%n could not be done.</numerusform>
            <numerusform>%n could not be done.</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>CrashRecovery</name>
    <message numerus="yes">
        <location filename="../ui/features/crash_recovery.py"/>
        <source>%n painted mask(s)</source>
        <translation>
            <numerusform>%n painted mask</numerusform>
            <numerusform>%n painted masks</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <location filename="../ui/features/crash_recovery.py"/>
        <source>%n result(s)</source>
        <translation>
            <numerusform>%n result</numerusform>
            <numerusform>%n results</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>HistoryPanel</name>
    <message numerus="yes">
        <location filename="../ui/history_panel.py"/>
        <source>%n result(s) in the trash.</source>
        <translation>
            <numerusform>%n result in the trash.</numerusform>
            <numerusform>%n results in the trash.</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>ImportState</name>
    <message numerus="yes">
        <location filename="../model/import_export.py"/>
        <source>%n token(s) imported.</source>
        <translation>
            <numerusform>%n token imported.</numerusform>
            <numerusform>%n tokens imported.</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>LibraryPanel</name>
    <message numerus="yes">
        <location filename="../ui/library_panel.py"/>
        <source>%n token(s)</source>
        <translation>
            <numerusform>%n token</numerusform>
            <numerusform>%n tokens</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <location filename="../ui/library_panel.py"/>
        <source>%n token(s) in the trash.</source>
        <translation>
            <numerusform>%n token in the trash.</numerusform>
            <numerusform>%n tokens in the trash.</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>UnsavedGuard</name>
    <message numerus="yes">
        <location filename="../ui/unsaved_guard.py"/>
        <source>%n result(s) are in no file and not in the history: they would be lost.</source>
        <translation>
            <numerusform>%n result is in no file and not in the history: it would be lost.</numerusform>
            <numerusform>%n results are in no file and not in the history: they would be lost.</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <location filename="../ui/unsaved_guard.py"/>
        <source>%n result(s) are in no file; they stay in the history.</source>
        <translation>
            <numerusform>%n result is in no file; it stays in the history.</numerusform>
            <numerusform>%n results are in no file; they stay in the history.</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <location filename="../ui/unsaved_guard.py"/>
        <source>%n painted mask(s) are in no file and would be lost.</source>
        <translation>
            <numerusform>%n painted mask is in no file and would be lost.</numerusform>
            <numerusform>%n painted masks are in no file and would be lost.</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>wording</name>
    <message numerus="yes">
        <location filename="../ui/formatting.py"/>
        <source>%n s left</source>
        <translation>
            <numerusform>%n s left</numerusform>
            <numerusform>%n s left</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <location filename="../ui/formatting.py"/>
        <source>%n min left</source>
        <translation>
            <numerusform>%n min left</numerusform>
            <numerusform>%n min left</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <location filename="../ui/formatting.py"/>
        <source>%n h left</source>
        <translation>
            <numerusform>%n h left</numerusform>
            <numerusform>%n h left</numerusform>
        </translation>
    </message>
</context>
</TS>
