<?xml version="1.0" encoding="utf-8"?>
<!DOCTYPE TS>
<TS version="2.1" language="de">
<context>
    <name>AboutDialog</name>
    <message>
        <location filename="../ui/about_dialog.py"/>
        <source>About S²Edit Studio</source>
        <translation>Über S²Edit Studio</translation>
    </message>
    <message>
        <location filename="../ui/about_dialog.py"/>
        <source>Learns a person from one photo and edits photos by text, so that the person stays the person and nothing outside the chosen region changes. Everything is computed on this machine.</source>
        <translation>Lernt eine Person aus einem Foto und bearbeitet Fotos mit Worten, sodass die Person sie selbst bleibt und sich außerhalb des gewählten Bereichs nichts ändert. Alles wird auf diesem Rechner berechnet.</translation>
    </message>
    <message>
        <location filename="../ui/about_dialog.py"/>
        <source>GPL, version 3 or later</source>
        <translation>GPL, Version 3 oder neuer</translation>
    </message>
    <message>
        <location filename="../ui/about_dialog.py"/>
        <source>After the method {0}. Free software under the {1}.</source>
        <translation>Nach dem Verfahren {0}. Freie Software unter der {1}.</translation>
    </message>
    <message>
        <location filename="../ui/about_dialog.py"/>
        <source>Use it with likenesses you may use. Files of results say that they were edited by AI.</source>
        <translation>Nur für Bildnisse, die Sie verwenden dürfen. In den Dateien der Ergebnisse steht, dass sie mit KI bearbeitet wurden.</translation>
    </message>
    <message>
        <location filename="../ui/about_dialog.py"/>
        <source>Version {0}</source>
        <translation>Version {0}</translation>
    </message>
</context>
<context>
    <name>AppearancePage</name>
    <message>
        <location filename="../ui/settings_dialog.py"/>
        <source>as the desktop</source>
        <translation>wie die Oberfläche des Systems</translation>
    </message>
    <message>
        <location filename="../ui/settings_dialog.py"/>
        <source>light</source>
        <translation>hell</translation>
    </message>
    <message>
        <location filename="../ui/settings_dialog.py"/>
        <source>dark</source>
        <translation>dunkel</translation>
    </message>
    <message>
        <location filename="../ui/settings_dialog.py"/>
        <source>Theme</source>
        <translation>Farben</translation>
    </message>
    <message>
        <location filename="../ui/settings_dialog.py"/>
        <source>Language</source>
        <translation>Sprache</translation>
    </message>
    <message>
        <location filename="../ui/settings_dialog.py"/>
        <source>Start again now</source>
        <translation>Jetzt neu starten</translation>
    </message>
    <message>
        <location filename="../ui/settings_dialog.py"/>
        <source>The language changes with the next start.</source>
        <translation>Die Sprache wechselt beim nächsten Start.</translation>
    </message>
</context>
<context>
    <name>BatchDialog</name>
    <message>
        <location filename="../ui/batch_dialog.py"/>
        <source>Batch</source>
        <translation>Stapel</translation>
    </message>
    <message>
        <location filename="../ui/batch_dialog.py"/>
        <source>One recipe on a folder of photos. What is done already is not done again.</source>
        <translation>Ein Rezept für einen Ordner voller Fotos. Was schon fertig ist, wird nicht noch einmal gemacht.</translation>
    </message>
    <message>
        <location filename="../ui/batch_dialog.py"/>
        <source>Progress</source>
        <translation>Fortschritt</translation>
    </message>
    <message>
        <location filename="../ui/batch_dialog.py"/>
        <source>Photos that could not be done</source>
        <translation>Fotos, die nicht gingen</translation>
    </message>
    <message>
        <location filename="../ui/batch_dialog.py"/>
        <source>Not done</source>
        <translation>Nicht fertig</translation>
    </message>
    <message>
        <location filename="../ui/batch_dialog.py"/>
        <source>Reason</source>
        <translation>Grund</translation>
    </message>
    <message>
        <location filename="../ui/batch_dialog.py"/>
        <source>Recipe</source>
        <translation>Rezept</translation>
    </message>
    <message>
        <location filename="../ui/batch_dialog.py"/>
        <source>a TOML file</source>
        <translation>eine TOML-Datei</translation>
    </message>
    <message>
        <location filename="../ui/batch_dialog.py"/>
        <source>Photos</source>
        <translation>Fotos</translation>
    </message>
    <message>
        <location filename="../ui/batch_dialog.py"/>
        <source>a folder, or a CSV table</source>
        <translation>ein Ordner oder eine CSV-Tabelle</translation>
    </message>
    <message>
        <location filename="../ui/batch_dialog.py"/>
        <source>Results</source>
        <translation>Ergebnisse</translation>
    </message>
    <message>
        <location filename="../ui/batch_dialog.py"/>
        <source>a folder</source>
        <translation>ein Ordner</translation>
    </message>
    <message>
        <location filename="../ui/batch_dialog.py"/>
        <source>Folders inside it too</source>
        <translation>Auch die Ordner darin</translation>
    </message>
    <message>
        <location filename="../ui/batch_dialog.py"/>
        <source>Choose …</source>
        <translation>Auswählen …</translation>
    </message>
    <message>
        <location filename="../ui/batch_dialog.py"/>
        <source>Choose: {0}</source>
        <translation>Auswählen: {0}</translation>
    </message>
    <message>
        <location filename="../ui/batch_dialog.py"/>
        <source>Open the report</source>
        <translation>Bericht öffnen</translation>
    </message>
    <message>
        <location filename="../ui/batch_dialog.py"/>
        <source>Try the first three</source>
        <translation>Die ersten drei versuchen</translation>
    </message>
    <message>
        <location filename="../ui/batch_dialog.py"/>
        <source>Start</source>
        <translation>Start</translation>
    </message>
    <message>
        <location filename="../ui/batch_dialog.py"/>
        <source>Pause</source>
        <translation>Anhalten</translation>
    </message>
    <message>
        <location filename="../ui/batch_dialog.py"/>
        <source>Close</source>
        <translation>Schließen</translation>
    </message>
    <message>
        <location filename="../ui/batch_dialog.py"/>
        <source>Recipes</source>
        <translation>Rezepte</translation>
    </message>
    <message>
        <location filename="../ui/batch_dialog.py"/>
        <source>All files</source>
        <translation>Alle Dateien</translation>
    </message>
    <message>
        <location filename="../ui/batch_dialog.py"/>
        <source>Choose a recipe</source>
        <translation>Rezept wählen</translation>
    </message>
    <message>
        <location filename="../ui/batch_dialog.py"/>
        <source>Choose a folder of photos</source>
        <translation>Ordner mit Fotos wählen</translation>
    </message>
    <message>
        <location filename="../ui/batch_dialog.py"/>
        <source>Choose a folder for the results</source>
        <translation>Ordner für die Ergebnisse wählen</translation>
    </message>
    <message>
        <location filename="../ui/batch_dialog.py"/>
        <source>Go on</source>
        <translation>Weiter</translation>
    </message>
    <message>
        <location filename="../ui/batch_dialog.py"/>
        <source>Do the others too</source>
        <translation>Auch die anderen</translation>
    </message>
    <message>
        <location filename="../ui/batch_dialog.py"/>
        <source>Start again</source>
        <translation>Noch einmal</translation>
    </message>
    <message>
        <location filename="../ui/batch_dialog.py"/>
        <source>Choose a recipe; File &gt; Save as recipe makes one of the result on show.</source>
        <translation>Wählen Sie ein Rezept; Datei &gt; Als Rezept speichern macht eines aus dem gezeigten Ergebnis.</translation>
    </message>
    <message>
        <location filename="../ui/batch_dialog.py"/>
        <source>Choose a folder of photos.</source>
        <translation>Wählen Sie einen Ordner mit Fotos.</translation>
    </message>
    <message>
        <location filename="../ui/batch_dialog.py"/>
        <source>Choose a folder for the results.</source>
        <translation>Wählen Sie einen Ordner für die Ergebnisse.</translation>
    </message>
    <message>
        <location filename="../ui/batch_dialog.py"/>
        <source>Preparing …</source>
        <translation>Wird vorbereitet …</translation>
    </message>
    <message>
        <location filename="../ui/batch_dialog.py"/>
        <source>Stopping …</source>
        <translation>Wird angehalten …</translation>
    </message>
    <message>
        <location filename="../ui/batch_dialog.py"/>
        <source>Paused</source>
        <translation>Angehalten</translation>
    </message>
    <message>
        <location filename="../ui/batch_dialog.py"/>
        <source>The first ones are done. Look at them before the others follow.</source>
        <translation>Die ersten sind fertig. Sehen Sie sie an, bevor die anderen folgen.</translation>
    </message>
    <message>
        <location filename="../ui/batch_dialog.py"/>
        <source>Done</source>
        <translation>Fertig</translation>
    </message>
    <message>
        <location filename="../ui/batch_dialog.py"/>
        <source>{0} of {1}</source>
        <translation>{0} von {1}</translation>
    </message>
    <message numerus="yes">
        <location filename="../ui/batch_dialog.py"/>
        <source>%n were there already</source>
        <translation>
            <numerusform>%n war schon da</numerusform>
            <numerusform>%n waren schon da</numerusform>
        </translation>
    </message>
    <message>
        <location filename="../ui/batch_dialog.py"/>
        <source>Before: {0}</source>
        <translation>Vorher: {0}</translation>
    </message>
    <message>
        <location filename="../ui/batch_dialog.py"/>
        <source>After: {0}</source>
        <translation>Nachher: {0}</translation>
    </message>
</context>
<context>
    <name>BatchFeature</name>
    <message>
        <location filename="../ui/features/batch.py"/>
        <source>Write what made the result on show into a file, to be used on other photos</source>
        <translation>In eine Datei schreiben, woraus das gezeigte Ergebnis entstand, um es auf andere Fotos anzuwenden</translation>
    </message>
    <message>
        <location filename="../ui/features/batch.py"/>
        <source>Save as recipe (&amp;TOML) …</source>
        <translation>Als Rezept speichern (&amp;TOML) …</translation>
    </message>
    <message>
        <location filename="../ui/features/batch.py"/>
        <source>Edit a folder of photos by a recipe</source>
        <translation>Einen Ordner voller Fotos nach einem Rezept bearbeiten</translation>
    </message>
    <message>
        <location filename="../ui/features/batch.py"/>
        <source>&amp;Batch …</source>
        <translation>Sta&amp;pel …</translation>
    </message>
    <message>
        <location filename="../ui/features/batch.py"/>
        <source>Save as recipe</source>
        <translation>Als Rezept speichern</translation>
    </message>
    <message>
        <location filename="../ui/features/batch.py"/>
        <source>Recipes</source>
        <translation>Rezepte</translation>
    </message>
</context>
<context>
    <name>BatchState</name>
    <message>
        <location filename="../model/batch.py"/>
        <source>Saved as {0}.</source>
        <translation>Gespeichert als {0}.</translation>
    </message>
    <message numerus="yes">
        <location filename="../model/batch.py"/>
        <source>The batch is done: %n photo(s).</source>
        <translation>
            <numerusform>Der Stapel ist fertig: %n Foto.</numerusform>
            <numerusform>Der Stapel ist fertig: %n Fotos.</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <location filename="../model/batch.py"/>
        <source>%n could not be done.</source>
        <translation>
            <numerusform>%n Foto ging nicht.</numerusform>
            <numerusform>%n Fotos gingen nicht.</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>CanvasView</name>
    <message>
        <location filename="../ui/canvas/view.py"/>
        <source>Canvas</source>
        <translation>Leinwand</translation>
    </message>
</context>
<context>
    <name>Commands</name>
    <message>
        <location filename="../ui/commands.py"/>
        <source>All files</source>
        <translation>Alle Dateien</translation>
    </message>
    <message>
        <location filename="../ui/commands.py"/>
        <source>Open a photo</source>
        <translation>Ein Foto öffnen</translation>
    </message>
    <message>
        <location filename="../ui/commands.py"/>
        <source>Photos</source>
        <translation>Fotos</translation>
    </message>
    <message>
        <location filename="../ui/commands.py"/>
        <source>There is no picture in the clipboard.</source>
        <translation>In der Zwischenablage ist kein Bild.</translation>
    </message>
    <message>
        <location filename="../ui/commands.py"/>
        <source>The picture is in the clipboard.</source>
        <translation>Das Bild ist in der Zwischenablage.</translation>
    </message>
    <message>
        <location filename="../ui/commands.py"/>
        <source>&amp;Open …</source>
        <translation>&amp;Öffnen …</translation>
    </message>
    <message>
        <location filename="../ui/commands.py"/>
        <source>Open &amp;recent</source>
        <translation>&amp;Zuletzt geöffnet</translation>
    </message>
    <message>
        <location filename="../ui/commands.py"/>
        <source>Open the sample &amp;portrait</source>
        <translation>&amp;Beispielporträt öffnen</translation>
    </message>
    <message>
        <location filename="../ui/commands.py"/>
        <source>&amp;Undo</source>
        <translation>&amp;Rückgängig</translation>
    </message>
    <message>
        <location filename="../ui/commands.py"/>
        <source>&amp;Redo</source>
        <translation>&amp;Wiederholen</translation>
    </message>
    <message>
        <location filename="../ui/commands.py"/>
        <source>&amp;Copy picture</source>
        <translation>Bild &amp;kopieren</translation>
    </message>
    <message>
        <location filename="../ui/commands.py"/>
        <source>Put the picture on show into the clipboard</source>
        <translation>Das gezeigte Bild in die Zwischenablage legen</translation>
    </message>
    <message>
        <location filename="../ui/commands.py"/>
        <source>&amp;Paste picture</source>
        <translation>Bild &amp;einfügen</translation>
    </message>
    <message>
        <location filename="../ui/commands.py"/>
        <source>Open the picture in the clipboard</source>
        <translation>Das Bild aus der Zwischenablage öffnen</translation>
    </message>
    <message>
        <location filename="../ui/commands.py"/>
        <source>&amp;Start edit or learning</source>
        <translation>Bearbeiten oder Lernen &amp;starten</translation>
    </message>
    <message>
        <location filename="../ui/commands.py"/>
        <source>Start what the panel in front is for</source>
        <translation>Starten, wofür das vordere Feld da ist</translation>
    </message>
    <message>
        <location filename="../ui/commands.py"/>
        <source>Edit &amp;again</source>
        <translation>&amp;Noch einmal bearbeiten</translation>
    </message>
    <message>
        <location filename="../ui/commands.py"/>
        <source>Take this result's prompt and settings into the edit panel</source>
        <translation>Prompt und Einstellungen dieses Ergebnisses in das Bearbeitungsfeld übernehmen</translation>
    </message>
    <message>
        <location filename="../ui/commands.py"/>
        <source>&amp;Go on from result</source>
        <translation>Vom Ergebnis &amp;aus weiter</translation>
    </message>
    <message>
        <location filename="../ui/commands.py"/>
        <source>Open this result as the next photo to edit</source>
        <translation>Dieses Ergebnis als nächstes Foto zum Bearbeiten öffnen</translation>
    </message>
    <message>
        <location filename="../ui/commands.py"/>
        <source>&amp;Hand</source>
        <translation>&amp;Hand</translation>
    </message>
    <message>
        <location filename="../ui/commands.py"/>
        <source>Move the picture</source>
        <translation>Das Bild verschieben</translation>
    </message>
    <message>
        <location filename="../ui/commands.py"/>
        <source>&amp;Brush</source>
        <translation>&amp;Pinsel</translation>
    </message>
    <message>
        <location filename="../ui/commands.py"/>
        <source>Paint the mask</source>
        <translation>Die Maske malen</translation>
    </message>
    <message>
        <location filename="../ui/commands.py"/>
        <source>&amp;Eraser</source>
        <translation>&amp;Radierer</translation>
    </message>
    <message>
        <location filename="../ui/commands.py"/>
        <source>Take paint off the mask</source>
        <translation>Farbe von der Maske nehmen</translation>
    </message>
    <message>
        <location filename="../ui/commands.py"/>
        <source>&amp;Lasso</source>
        <translation>&amp;Lasso</translation>
    </message>
    <message>
        <location filename="../ui/commands.py"/>
        <source>Draw around what is meant</source>
        <translation>Das Gemeinte umfahren</translation>
    </message>
    <message>
        <location filename="../ui/commands.py"/>
        <source>&amp;Polygon</source>
        <translation>P&amp;olygon</translation>
    </message>
    <message>
        <location filename="../ui/commands.py"/>
        <source>Corner by corner around what is meant</source>
        <translation>Ecke für Ecke um das Gemeinte</translation>
    </message>
    <message>
        <location filename="../ui/commands.py"/>
        <source>&amp;Rectangle</source>
        <translation>Rech&amp;teck</translation>
    </message>
    <message>
        <location filename="../ui/commands.py"/>
        <source>A rectangle</source>
        <translation>Ein Rechteck</translation>
    </message>
    <message>
        <location filename="../ui/commands.py"/>
        <source>Ell&amp;ipse</source>
        <translation>Ell&amp;ipse</translation>
    </message>
    <message>
        <location filename="../ui/commands.py"/>
        <source>An ellipse</source>
        <translation>Eine Ellipse</translation>
    </message>
    <message>
        <location filename="../ui/commands.py"/>
        <source>Magic &amp;wand</source>
        <translation>&amp;Zauberstab</translation>
    </message>
    <message>
        <location filename="../ui/commands.py"/>
        <source>What has the colour of a place</source>
        <translation>Was die Farbe einer Stelle hat</translation>
    </message>
    <message>
        <location filename="../ui/commands.py"/>
        <source>&amp;Click to select</source>
        <translation>Durch &amp;Klick auswählen</translation>
    </message>
    <message>
        <location filename="../ui/commands.py"/>
        <source>Click on a thing or draw a box around it</source>
        <translation>Auf etwas klicken oder einen Kasten darum ziehen</translation>
    </message>
    <message>
        <location filename="../ui/commands.py"/>
        <source>Smaller brush</source>
        <translation>Kleinerer Pinsel</translation>
    </message>
    <message>
        <location filename="../ui/commands.py"/>
        <source>Larger brush</source>
        <translation>Größerer Pinsel</translation>
    </message>
    <message>
        <location filename="../ui/commands.py"/>
        <source>Other mask</source>
        <translation>Andere Maske</translation>
    </message>
    <message>
        <location filename="../ui/commands.py"/>
        <source>Change between subject and edit region</source>
        <translation>Zwischen Motiv und Bearbeitungsbereich wechseln</translation>
    </message>
    <message>
        <location filename="../ui/commands.py"/>
        <source>Find person</source>
        <translation>Person finden</translation>
    </message>
    <message>
        <location filename="../ui/commands.py"/>
        <source>Person</source>
        <translation>Person</translation>
    </message>
    <message>
        <location filename="../ui/commands.py"/>
        <source>Find face</source>
        <translation>Gesicht finden</translation>
    </message>
    <message>
        <location filename="../ui/commands.py"/>
        <source>Face</source>
        <translation>Gesicht</translation>
    </message>
    <message>
        <location filename="../ui/commands.py"/>
        <source>Find hair</source>
        <translation>Haare finden</translation>
    </message>
    <message>
        <location filename="../ui/commands.py"/>
        <source>Hair</source>
        <translation>Haare</translation>
    </message>
    <message>
        <location filename="../ui/commands.py"/>
        <source>Find lips</source>
        <translation>Lippen finden</translation>
    </message>
    <message>
        <location filename="../ui/commands.py"/>
        <source>Lips</source>
        <translation>Lippen</translation>
    </message>
    <message>
        <location filename="../ui/commands.py"/>
        <source>Find eyes</source>
        <translation>Augen finden</translation>
    </message>
    <message>
        <location filename="../ui/commands.py"/>
        <source>Eyes</source>
        <translation>Augen</translation>
    </message>
    <message>
        <location filename="../ui/commands.py"/>
        <source>Find skin</source>
        <translation>Haut finden</translation>
    </message>
    <message>
        <location filename="../ui/commands.py"/>
        <source>Skin</source>
        <translation>Haut</translation>
    </message>
    <message>
        <location filename="../ui/commands.py"/>
        <source>Feather</source>
        <translation>Weich</translation>
    </message>
    <message>
        <location filename="../ui/commands.py"/>
        <source>Soften the edge</source>
        <translation>Die Kante weich machen</translation>
    </message>
    <message>
        <location filename="../ui/commands.py"/>
        <source>Grow</source>
        <translation>Erweitern</translation>
    </message>
    <message>
        <location filename="../ui/commands.py"/>
        <source>Widen the mask</source>
        <translation>Die Maske weiter machen</translation>
    </message>
    <message>
        <location filename="../ui/commands.py"/>
        <source>Shrink</source>
        <translation>Verengen</translation>
    </message>
    <message>
        <location filename="../ui/commands.py"/>
        <source>Narrow the mask</source>
        <translation>Die Maske enger machen</translation>
    </message>
    <message>
        <location filename="../ui/commands.py"/>
        <source>Fill holes</source>
        <translation>Löcher füllen</translation>
    </message>
    <message>
        <location filename="../ui/commands.py"/>
        <source>Fill what the mask encloses</source>
        <translation>Füllen, was die Maske umschließt</translation>
    </message>
    <message>
        <location filename="../ui/commands.py"/>
        <source>Invert</source>
        <translation>Umkehren</translation>
    </message>
    <message>
        <location filename="../ui/commands.py"/>
        <source>Swap inside and outside</source>
        <translation>Innen und außen vertauschen</translation>
    </message>
    <message>
        <location filename="../ui/commands.py"/>
        <source>All</source>
        <translation>Alles</translation>
    </message>
    <message>
        <location filename="../ui/commands.py"/>
        <source>Everything</source>
        <translation>Alles</translation>
    </message>
    <message>
        <location filename="../ui/commands.py"/>
        <source>Clear</source>
        <translation>Leeren</translation>
    </message>
    <message>
        <location filename="../ui/commands.py"/>
        <source>Empty the mask; it is found by itself again</source>
        <translation>Die Maske leeren; sie wird wieder von selbst gefunden</translation>
    </message>
    <message>
        <location filename="../ui/commands.py"/>
        <source>Copy from the other mask</source>
        <translation>Aus der anderen Maske kopieren</translation>
    </message>
    <message>
        <location filename="../ui/commands.py"/>
        <source>Load …</source>
        <translation>Laden …</translation>
    </message>
    <message>
        <location filename="../ui/commands.py"/>
        <source>Read the mask from a picture of the photo's size</source>
        <translation>Die Maske aus einem Bild in der Größe des Fotos lesen</translation>
    </message>
    <message>
        <location filename="../ui/commands.py"/>
        <source>Save …</source>
        <translation>Speichern …</translation>
    </message>
    <message>
        <location filename="../ui/commands.py"/>
        <source>Write the mask as a grey picture</source>
        <translation>Die Maske als graues Bild schreiben</translation>
    </message>
    <message>
        <location filename="../ui/commands.py"/>
        <source>Show or hide masks</source>
        <translation>Masken zeigen oder verbergen</translation>
    </message>
    <message>
        <location filename="../ui/commands.py"/>
        <source>Zoom &amp;in</source>
        <translation>Ver&amp;größern</translation>
    </message>
    <message>
        <location filename="../ui/commands.py"/>
        <source>Zoom &amp;out</source>
        <translation>Ver&amp;kleinern</translation>
    </message>
    <message>
        <location filename="../ui/commands.py"/>
        <source>&amp;Fit</source>
        <translation>&amp;Einpassen</translation>
    </message>
    <message>
        <location filename="../ui/commands.py"/>
        <source>The whole photo</source>
        <translation>Das ganze Foto</translation>
    </message>
    <message>
        <location filename="../ui/commands.py"/>
        <source>&amp;100 %</source>
        <translation>&amp;100 %</translation>
    </message>
    <message>
        <location filename="../ui/commands.py"/>
        <source>One pixel of the screen for each of the photo</source>
        <translation>Ein Bildpunkt des Bildschirms für jeden des Fotos</translation>
    </message>
    <message>
        <location filename="../ui/commands.py"/>
        <source>&amp;Before</source>
        <translation>&amp;Vorher</translation>
    </message>
    <message>
        <location filename="../ui/commands.py"/>
        <source>Show the photo while the key is held</source>
        <translation>Das Foto zeigen, solange die Taste gehalten wird</translation>
    </message>
    <message>
        <location filename="../ui/commands.py"/>
        <source>Previous result</source>
        <translation>Voriges Ergebnis</translation>
    </message>
    <message>
        <location filename="../ui/commands.py"/>
        <source>Next result</source>
        <translation>Nächstes Ergebnis</translation>
    </message>
    <message>
        <location filename="../ui/commands.py"/>
        <source>&amp;Split</source>
        <translation>Ge&amp;teilt</translation>
    </message>
    <message>
        <location filename="../ui/commands.py"/>
        <source>Photo left, result right, with a slider</source>
        <translation>Links das Foto, rechts das Ergebnis, mit einem Schieber</translation>
    </message>
    <message>
        <location filename="../ui/commands.py"/>
        <source>See where it &amp;looks</source>
        <translation>Zeigen, wohin es &amp;schaut</translation>
    </message>
    <message>
        <location filename="../ui/commands.py"/>
        <source>Show where a word or token of the prompt looks</source>
        <translation>Zeigen, wohin ein Wort oder Token des Prompts schaut</translation>
    </message>
    <message>
        <location filename="../ui/commands.py"/>
        <source>Look at</source>
        <translation>Blick von</translation>
    </message>
    <message>
        <location filename="../ui/commands.py"/>
        <source>Load a mask</source>
        <translation>Eine Maske laden</translation>
    </message>
    <message>
        <location filename="../ui/commands.py"/>
        <source>Pictures</source>
        <translation>Bilder</translation>
    </message>
    <message>
        <location filename="../ui/commands.py"/>
        <source>Save the mask</source>
        <translation>Die Maske speichern</translation>
    </message>
    <message>
        <location filename="../ui/commands.py"/>
        <source>PNG</source>
        <translation>PNG</translation>
    </message>
    <message>
        <location filename="../ui/commands.py"/>
        <source>Choose a word or token of the prompt first.</source>
        <translation>Wählen Sie zuerst ein Wort oder Token des Prompts.</translation>
    </message>
    <message>
        <location filename="../ui/commands.py"/>
        <source>&amp;Undo {0}</source>
        <translation>&amp;Rückgängig: {0}</translation>
    </message>
    <message>
        <location filename="../ui/commands.py"/>
        <source>&amp;Redo {0}</source>
        <translation>&amp;Wiederholen: {0}</translation>
    </message>
</context>
<context>
    <name>CompareDialog</name>
    <message>
        <location filename="../ui/compare_dialog.py"/>
        <source>Compare two results</source>
        <translation>Zwei Ergebnisse vergleichen</translation>
    </message>
    <message>
        <location filename="../ui/compare_dialog.py"/>
        <source>Over each other</source>
        <translation>Übereinander</translation>
    </message>
    <message>
        <location filename="../ui/compare_dialog.py"/>
        <source>Side by side</source>
        <translation>Nebeneinander</translation>
    </message>
    <message>
        <location filename="../ui/compare_dialog.py"/>
        <source>Both were made with the same settings.</source>
        <translation>Beide entstanden mit denselben Einstellungen.</translation>
    </message>
    <message>
        <location filename="../ui/compare_dialog.py"/>
        <source>In what they differ</source>
        <translation>Worin sie sich unterscheiden</translation>
    </message>
    <message>
        <location filename="../ui/compare_dialog.py"/>
        <source>Differs in</source>
        <translation>Unterschied</translation>
    </message>
    <message>
        <location filename="../ui/compare_dialog.py"/>
        <source>left</source>
        <translation>links</translation>
    </message>
    <message>
        <location filename="../ui/compare_dialog.py"/>
        <source>right</source>
        <translation>rechts</translation>
    </message>
    <message>
        <location filename="../ui/compare_dialog.py"/>
        <source>Photo</source>
        <translation>Foto</translation>
    </message>
    <message>
        <location filename="../ui/compare_dialog.py"/>
        <source>Tokens</source>
        <translation>Token</translation>
    </message>
    <message>
        <location filename="../ui/compare_dialog.py"/>
        <source>Prompt</source>
        <translation>Prompt</translation>
    </message>
    <message>
        <location filename="../ui/compare_dialog.py"/>
        <source>Source prompt</source>
        <translation>Ausgangsprompt</translation>
    </message>
    <message>
        <location filename="../ui/compare_dialog.py"/>
        <source>Subject</source>
        <translation>Motiv</translation>
    </message>
    <message>
        <location filename="../ui/compare_dialog.py"/>
        <source>Subject mask</source>
        <translation>Maske des Motivs</translation>
    </message>
    <message>
        <location filename="../ui/compare_dialog.py"/>
        <source>May change</source>
        <translation>Darf sich ändern</translation>
    </message>
    <message>
        <location filename="../ui/compare_dialog.py"/>
        <source>Painted mask</source>
        <translation>Gemalte Maske</translation>
    </message>
    <message>
        <location filename="../ui/compare_dialog.py"/>
        <source>Steps</source>
        <translation>Schritte</translation>
    </message>
    <message>
        <location filename="../ui/compare_dialog.py"/>
        <source>Guidance</source>
        <translation>Prompttreue</translation>
    </message>
    <message>
        <location filename="../ui/compare_dialog.py"/>
        <source>Strength</source>
        <translation>Stärke</translation>
    </message>
    <message>
        <location filename="../ui/compare_dialog.py"/>
        <source>Inversion</source>
        <translation>Inversion</translation>
    </message>
    <message>
        <location filename="../ui/compare_dialog.py"/>
        <source>Control</source>
        <translation>Steuerung</translation>
    </message>
    <message>
        <location filename="../ui/compare_dialog.py"/>
        <source>Keep layout</source>
        <translation>Anordnung halten</translation>
    </message>
    <message>
        <location filename="../ui/compare_dialog.py"/>
        <source>Keep shapes</source>
        <translation>Formen halten</translation>
    </message>
    <message>
        <location filename="../ui/compare_dialog.py"/>
        <source>Word weights</source>
        <translation>Wortgewichte</translation>
    </message>
    <message>
        <location filename="../ui/compare_dialog.py"/>
        <source>Seed</source>
        <translation>Startwert</translation>
    </message>
    <message>
        <location filename="../ui/compare_dialog.py"/>
        <source>Blend outside</source>
        <translation>Außen angleichen</translation>
    </message>
    <message>
        <location filename="../ui/compare_dialog.py"/>
        <source>Mask mode</source>
        <translation>Art der Maske</translation>
    </message>
    <message>
        <location filename="../ui/compare_dialog.py"/>
        <source>Token isolation</source>
        <translation>Token getrennt</translation>
    </message>
    <message>
        <location filename="../ui/compare_dialog.py"/>
        <source>Offset</source>
        <translation>Versatz</translation>
    </message>
    <message>
        <location filename="../ui/compare_dialog.py"/>
        <source>Settings in the file</source>
        <translation>Einstellungen in der Datei</translation>
    </message>
</context>
<context>
    <name>ComparedPictures</name>
    <message>
        <location filename="../ui/compare_dialog.py"/>
        <source>Both results</source>
        <translation>Beide Ergebnisse</translation>
    </message>
    <message>
        <location filename="../ui/compare_dialog.py"/>
        <source>Left and right arrow move the line between them.</source>
        <translation>Pfeil links und rechts bewegen die Linie dazwischen.</translation>
    </message>
</context>
<context>
    <name>ComputingPage</name>
    <message>
        <location filename="../ui/settings_dialog.py"/>
        <source>found by itself</source>
        <translation>von selbst gefunden</translation>
    </message>
    <message>
        <location filename="../ui/settings_dialog.py"/>
        <source>processor (CPU)</source>
        <translation>Prozessor (CPU)</translation>
    </message>
    <message>
        <location filename="../ui/settings_dialog.py"/>
        <source>NVIDIA or AMD graphics (cuda)</source>
        <translation>Grafikkarte von NVIDIA oder AMD (cuda)</translation>
    </message>
    <message>
        <location filename="../ui/settings_dialog.py"/>
        <source>Apple graphics (mps)</source>
        <translation>Grafik von Apple (mps)</translation>
    </message>
    <message>
        <location filename="../ui/settings_dialog.py"/>
        <source>Device</source>
        <translation>Gerät</translation>
    </message>
    <message>
        <location filename="../ui/settings_dialog.py"/>
        <source>cuda:1 is the second graphics card.</source>
        <translation>cuda:1 ist die zweite Grafikkarte.</translation>
    </message>
    <message>
        <location filename="../ui/settings_dialog.py"/>
        <source>as suits the device</source>
        <translation>wie es zum Gerät passt</translation>
    </message>
    <message>
        <location filename="../ui/settings_dialog.py"/>
        <source>32 bits: exact, most memory</source>
        <translation>32 Bit: genau, am meisten Speicher</translation>
    </message>
    <message>
        <location filename="../ui/settings_dialog.py"/>
        <source>16 bits, bfloat</source>
        <translation>16 Bit, bfloat</translation>
    </message>
    <message>
        <location filename="../ui/settings_dialog.py"/>
        <source>16 bits, half</source>
        <translation>16 Bit, half</translation>
    </message>
    <message>
        <location filename="../ui/settings_dialog.py"/>
        <source>Precision</source>
        <translation>Genauigkeit</translation>
    </message>
    <message>
        <location filename="../ui/settings_dialog.py"/>
        <source>Memory limit</source>
        <translation>Speichergrenze</translation>
    </message>
    <message>
        <location filename="../ui/settings_dialog.py"/>
        <source>what is free</source>
        <translation>was frei ist</translation>
    </message>
    <message>
        <location filename="../ui/settings_dialog.py"/>
        <source>Engine stays for</source>
        <translation>Engine bleibt</translation>
    </message>
    <message>
        <location filename="../ui/settings_dialog.py"/>
        <source>not at all</source>
        <translation>gar nicht</translation>
    </message>
    <message>
        <location filename="../ui/settings_dialog.py"/>
        <source>Check results with the base model's safety checker</source>
        <translation>Ergebnisse mit der Inhaltsprüfung des Basismodells prüfen</translation>
    </message>
    <message>
        <location filename="../ui/settings_dialog.py"/>
        <source>Device and precision take effect with the next job.</source>
        <translation>Gerät und Genauigkeit gelten ab dem nächsten Auftrag.</translation>
    </message>
    <message>
        <location filename="../ui/settings_dialog.py"/>
        <source>Jobs that would need more take it in smaller steps.</source>
        <translation>Aufträge, die mehr bräuchten, rechnen in kleineren Schritten.</translation>
    </message>
    <message>
        <location filename="../ui/settings_dialog.py"/>
        <source>After the last window has gone, so that the next one finds a warm model.</source>
        <translation>Nachdem das letzte Fenster zu ist, damit das nächste ein geladenes Modell findet.</translation>
    </message>
</context>
<context>
    <name>CrashRecovery</name>
    <message numerus="yes">
        <location filename="../ui/features/crash_recovery.py"/>
        <source>%n painted mask(s)</source>
        <translation>
            <numerusform>%n gemalte Maske</numerusform>
            <numerusform>%n gemalte Masken</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <location filename="../ui/features/crash_recovery.py"/>
        <source>%n result(s)</source>
        <translation>
            <numerusform>%n Ergebnis</numerusform>
            <numerusform>%n Ergebnisse</numerusform>
        </translation>
    </message>
    <message>
        <location filename="../ui/features/crash_recovery.py"/>
        <source>Unsaved work</source>
        <translation>Ungesicherte Arbeit</translation>
    </message>
    <message>
        <location filename="../ui/features/crash_recovery.py"/>
        <source>The window ended unexpectedly. Open again what was open?</source>
        <translation>Das Fenster wurde unerwartet beendet. Soll wieder geöffnet werden, was offen war?</translation>
    </message>
    <message>
        <location filename="../ui/features/crash_recovery.py"/>
        <source>Open again</source>
        <translation>Wieder öffnen</translation>
    </message>
    <message>
        <location filename="../ui/features/crash_recovery.py"/>
        <source>Discard</source>
        <translation>Verwerfen</translation>
    </message>
    <message>
        <location filename="../ui/features/crash_recovery.py"/>
        <source>Later</source>
        <translation>Später</translation>
    </message>
</context>
<context>
    <name>CredentialsPage</name>
    <message>
        <location filename="../ui/credentials_page.py"/>
        <source>Sign results with Content Credentials</source>
        <translation>Ergebnisse mit Inhaltsnachweisen (Content Credentials) signieren</translation>
    </message>
    <message>
        <location filename="../ui/credentials_page.py"/>
        <source>The file says, signed, that it was edited by AI, where, and of which photo; no name, no prompt, no small picture of the photo. Viewers show an unknown signer, since the certificate is made on this machine.</source>
        <translation>In der Datei steht signiert, dass und wo sie mit KI bearbeitet wurde und aus welchem Foto sie entstand; kein Name, kein Prompt, keine Vorschau des Fotos. Anzeigeprogramme nennen den Unterzeichner unbekannt, weil das Zertifikat auf diesem Rechner erstellt wird.</translation>
    </message>
    <message>
        <location filename="../ui/credentials_page.py"/>
        <source>Own certificate</source>
        <translation>Eigenes Zertifikat</translation>
    </message>
    <message>
        <location filename="../ui/credentials_page.py"/>
        <source>Its private key</source>
        <translation>Sein privater Schlüssel</translation>
    </message>
    <message>
        <location filename="../ui/credentials_page.py"/>
        <source>A chain in PEM, the signer's certificate first. Your name, if it stands in it, is in every file.</source>
        <translation>Eine Kette im PEM-Format, das Zertifikat des Unterzeichners zuerst. Steht Ihr Name darin, so steht er in jeder Datei.</translation>
    </message>
    <message>
        <location filename="../ui/credentials_page.py"/>
        <source>In PEM, without a password. It stays here.</source>
        <translation>Im PEM-Format, ohne Kennwort. Er bleibt auf diesem Rechner.</translation>
    </message>
    <message>
        <location filename="../ui/credentials_page.py"/>
        <source>All that is signed on this machine bears the same certificate. Who deletes the folder 'credentials' in the data folder gets another one.</source>
        <translation>Alles, was auf diesem Rechner signiert wird, trägt dasselbe Zertifikat. Wer den Ordner „credentials“ im Datenordner löscht, bekommt ein neues.</translation>
    </message>
</context>
<context>
    <name>DiagnosticsDialog</name>
    <message>
        <location filename="../ui/diagnostics_dialog.py"/>
        <source>Diagnostics</source>
        <translation>Diagnose</translation>
    </message>
    <message>
        <location filename="../ui/diagnostics_dialog.py"/>
        <source>Overview</source>
        <translation>Überblick</translation>
    </message>
    <message>
        <location filename="../ui/diagnostics_dialog.py"/>
        <source>Messages</source>
        <translation>Meldungen</translation>
    </message>
    <message>
        <location filename="../ui/diagnostics_dialog.py"/>
        <source>Log</source>
        <translation>Protokoll</translation>
    </message>
    <message>
        <location filename="../ui/diagnostics_dialog.py"/>
        <source>The log holds no pictures, prompts or names; messages may. Look before you pass it on.</source>
        <translation>Im Protokoll stehen keine Bilder, Prompts oder Namen, in Meldungen vielleicht. Sehen Sie nach, bevor Sie es weitergeben.</translation>
    </message>
    <message>
        <location filename="../ui/diagnostics_dialog.py"/>
        <source>Checks</source>
        <translation>Prüfungen</translation>
    </message>
    <message>
        <location filename="../ui/diagnostics_dialog.py"/>
        <source>Check</source>
        <translation>Prüfung</translation>
    </message>
    <message>
        <location filename="../ui/diagnostics_dialog.py"/>
        <source>Found</source>
        <translation>Befund</translation>
    </message>
    <message>
        <location filename="../ui/diagnostics_dialog.py"/>
        <source>Checking</source>
        <translation>Prüfung läuft</translation>
    </message>
    <message>
        <location filename="../ui/diagnostics_dialog.py"/>
        <source>Copy all</source>
        <translation>Alles kopieren</translation>
    </message>
    <message>
        <location filename="../ui/diagnostics_dialog.py"/>
        <source>Check again</source>
        <translation>Noch einmal prüfen</translation>
    </message>
    <message>
        <location filename="../ui/diagnostics_dialog.py"/>
        <source>Close</source>
        <translation>Schließen</translation>
    </message>
    <message>
        <location filename="../ui/diagnostics_dialog.py"/>
        <source>Program</source>
        <translation>Programm</translation>
    </message>
    <message>
        <location filename="../ui/diagnostics_dialog.py"/>
        <source>System</source>
        <translation>System</translation>
    </message>
    <message>
        <location filename="../ui/diagnostics_dialog.py"/>
        <source>Data folder</source>
        <translation>Datenordner</translation>
    </message>
    <message>
        <location filename="../ui/diagnostics_dialog.py"/>
        <source>Engine</source>
        <translation>Engine</translation>
    </message>
    <message>
        <location filename="../ui/diagnostics_dialog.py"/>
        <source>Device</source>
        <translation>Gerät</translation>
    </message>
    <message>
        <location filename="../ui/diagnostics_dialog.py"/>
        <source>Remark</source>
        <translation>Bemerkung</translation>
    </message>
    <message>
        <location filename="../ui/diagnostics_dialog.py"/>
        <source>Base model</source>
        <translation>Basismodell</translation>
    </message>
    <message>
        <location filename="../ui/diagnostics_dialog.py"/>
        <source>Engine's memory</source>
        <translation>Speicher der Engine</translation>
    </message>
    <message>
        <location filename="../ui/diagnostics_dialog.py"/>
        <source>Runs for</source>
        <translation>Läuft seit</translation>
    </message>
    <message>
        <location filename="../ui/diagnostics_dialog.py"/>
        <source>Jobs running and waiting</source>
        <translation>Aufträge laufend und wartend</translation>
    </message>
    <message>
        <location filename="../ui/diagnostics_dialog.py"/>
        <source>starting</source>
        <translation>startet</translation>
    </message>
    <message>
        <location filename="../ui/diagnostics_dialog.py"/>
        <source>ready</source>
        <translation>bereit</translation>
    </message>
    <message>
        <location filename="../ui/diagnostics_dialog.py"/>
        <source>starting again</source>
        <translation>startet neu</translation>
    </message>
    <message>
        <location filename="../ui/diagnostics_dialog.py"/>
        <source>not running</source>
        <translation>läuft nicht</translation>
    </message>
    <message>
        <location filename="../ui/diagnostics_dialog.py"/>
        <source>works</source>
        <translation>in Ordnung</translation>
    </message>
    <message>
        <location filename="../ui/diagnostics_dialog.py"/>
        <source>broken</source>
        <translation>gestört</translation>
    </message>
    <message>
        <location filename="../ui/diagnostics_dialog.py"/>
        <source>There were none.</source>
        <translation>Es gab keine.</translation>
    </message>
</context>
<context>
    <name>Document</name>
    <message>
        <location filename="../model/document.py"/>
        <source>Pasted picture</source>
        <translation>Eingefügtes Bild</translation>
    </message>
    <message>
        <location filename="../model/document.py"/>
        <source>edit</source>
        <translation>Bearbeitung</translation>
    </message>
</context>
<context>
    <name>Documents</name>
    <message>
        <location filename="../model/document.py"/>
        <source>Pasted picture</source>
        <translation>Eingefügtes Bild</translation>
    </message>
</context>
<context>
    <name>EditPanel</name>
    <message>
        <location filename="../ui/edit_panel.py"/>
        <source>What the photo should show</source>
        <translation>Was das Foto zeigen soll</translation>
    </message>
    <message>
        <location filename="../ui/edit_panel.py"/>
        <source>What it shows now</source>
        <translation>Was es jetzt zeigt</translation>
    </message>
    <message>
        <location filename="../ui/edit_panel.py"/>
        <source>a photo of a &lt;person/token&gt; woman smiling</source>
        <translation>a photo of a &lt;person/token&gt; woman smiling</translation>
    </message>
    <message>
        <location filename="../ui/edit_panel.py"/>
        <source>Left empty, it is found by itself.</source>
        <translation>Bleibt es leer, wird es von selbst gefunden.</translation>
    </message>
    <message>
        <location filename="../ui/edit_panel.py"/>
        <source>Suggest</source>
        <translation>Vorschlagen</translation>
    </message>
    <message>
        <location filename="../ui/edit_panel.py"/>
        <source>Let the engine say what the photo shows</source>
        <translation>Die Engine sagen lassen, was das Foto zeigt</translation>
    </message>
    <message>
        <location filename="../ui/edit_panel.py"/>
        <source>Edit</source>
        <translation>Bearbeiten</translation>
    </message>
    <message>
        <location filename="../ui/edit_panel.py"/>
        <source>Cancel</source>
        <translation>Abbrechen</translation>
    </message>
    <message>
        <location filename="../ui/edit_panel.py"/>
        <source>Start the edit (Ctrl+Return)</source>
        <translation>Die Bearbeitung starten (Strg+Eingabe)</translation>
    </message>
    <message>
        <location filename="../ui/edit_panel.py"/>
        <source>Smile</source>
        <translation>Lächeln</translation>
    </message>
    <message>
        <location filename="../ui/edit_panel.py"/>
        <source>Surprised</source>
        <translation>Überrascht</translation>
    </message>
    <message>
        <location filename="../ui/edit_panel.py"/>
        <source>Older</source>
        <translation>Älter</translation>
    </message>
    <message>
        <location filename="../ui/edit_panel.py"/>
        <source>Younger</source>
        <translation>Jünger</translation>
    </message>
    <message>
        <location filename="../ui/edit_panel.py"/>
        <source>Black hair</source>
        <translation>Schwarzes Haar</translation>
    </message>
    <message>
        <location filename="../ui/edit_panel.py"/>
        <source>Brown hair</source>
        <translation>Braunes Haar</translation>
    </message>
    <message>
        <location filename="../ui/edit_panel.py"/>
        <source>Blonde hair</source>
        <translation>Blondes Haar</translation>
    </message>
    <message>
        <location filename="../ui/edit_panel.py"/>
        <source>Red hair</source>
        <translation>Rotes Haar</translation>
    </message>
    <message>
        <location filename="../ui/edit_panel.py"/>
        <source>Lipstick</source>
        <translation>Lippenstift</translation>
    </message>
    <message>
        <location filename="../ui/edit_panel.py"/>
        <source>Glasses</source>
        <translation>Brille</translation>
    </message>
    <message>
        <location filename="../ui/edit_panel.py"/>
        <source>Sunglasses</source>
        <translation>Sonnenbrille</translation>
    </message>
    <message>
        <location filename="../ui/edit_panel.py"/>
        <source>Makeup token</source>
        <translation>Make-up-Token</translation>
    </message>
    <message>
        <location filename="../ui/edit_panel.py"/>
        <source>Ready-made edit: {0}</source>
        <translation>Fertige Bearbeitung: {0}</translation>
    </message>
    <message>
        <location filename="../ui/edit_panel.py"/>
        <source>found by itself</source>
        <translation>von selbst gefunden</translation>
    </message>
    <message>
        <location filename="../ui/edit_panel.py"/>
        <source>the painted mask</source>
        <translation>die gemalte Maske</translation>
    </message>
    <message>
        <location filename="../ui/edit_panel.py"/>
        <source>the whole subject</source>
        <translation>das ganze Motiv</translation>
    </message>
    <message>
        <location filename="../ui/edit_panel.py"/>
        <source>face</source>
        <translation>Gesicht</translation>
    </message>
    <message>
        <location filename="../ui/edit_panel.py"/>
        <source>hair</source>
        <translation>Haare</translation>
    </message>
    <message>
        <location filename="../ui/edit_panel.py"/>
        <source>lips</source>
        <translation>Lippen</translation>
    </message>
    <message>
        <location filename="../ui/edit_panel.py"/>
        <source>everywhere</source>
        <translation>überall</translation>
    </message>
    <message>
        <location filename="../ui/edit_panel.py"/>
        <source>What may change</source>
        <translation>Was sich ändern darf</translation>
    </message>
    <message>
        <location filename="../ui/edit_panel.py"/>
        <source>Which pixels may change. word:NAME looks for a word of the prompt.</source>
        <translation>Welche Bildpunkte sich ändern dürfen. word:NAME sucht nach einem Wort des Prompts.</translation>
    </message>
    <message>
        <location filename="../ui/edit_panel.py"/>
        <source>Strength</source>
        <translation>Stärke</translation>
    </message>
    <message>
        <location filename="../ui/edit_panel.py"/>
        <source>Variants</source>
        <translation>Varianten</translation>
    </message>
    <message>
        <location filename="../ui/edit_panel.py"/>
        <source>Seed</source>
        <translation>Startwert</translation>
    </message>
    <message>
        <location filename="../ui/edit_panel.py"/>
        <source>May change</source>
        <translation>Darf sich ändern</translation>
    </message>
    <message>
        <location filename="../ui/edit_panel.py"/>
        <source>In colour</source>
        <translation>In Farbe</translation>
    </message>
    <message>
        <location filename="../ui/edit_panel.py"/>
        <source>Give this grey photo colours; else its result stays grey</source>
        <translation>Diesem grauen Foto Farben geben; sonst bleibt das Ergebnis grau</translation>
    </message>
    <message>
        <location filename="../ui/edit_panel.py"/>
        <source>Guidance</source>
        <translation>Prompttreue</translation>
    </message>
    <message>
        <location filename="../ui/edit_panel.py"/>
        <source>How strictly the prompt is followed</source>
        <translation>Wie streng der Prompt befolgt wird</translation>
    </message>
    <message>
        <location filename="../ui/edit_panel.py"/>
        <source>Steps</source>
        <translation>Schritte</translation>
    </message>
    <message>
        <location filename="../ui/edit_panel.py"/>
        <source>More steps take longer and are more exact</source>
        <translation>Mehr Schritte dauern länger und sind genauer</translation>
    </message>
    <message>
        <location filename="../ui/edit_panel.py"/>
        <source>Keep layout</source>
        <translation>Anordnung halten</translation>
    </message>
    <message>
        <location filename="../ui/edit_panel.py"/>
        <source>How long words keep their places</source>
        <translation>Wie lange Wörter ihren Platz behalten</translation>
    </message>
    <message>
        <location filename="../ui/edit_panel.py"/>
        <source>Keep shapes</source>
        <translation>Formen halten</translation>
    </message>
    <message>
        <location filename="../ui/edit_panel.py"/>
        <source>How long shapes are kept</source>
        <translation>Wie lange Formen gehalten werden</translation>
    </message>
    <message>
        <location filename="../ui/edit_panel.py"/>
        <source>Word weights</source>
        <translation>Wortgewichte</translation>
    </message>
    <message>
        <location filename="../ui/edit_panel.py"/>
        <source>More</source>
        <translation>Mehr</translation>
    </message>
    <message>
        <location filename="../ui/edit_panel.py"/>
        <source>Take {0} out of the edit</source>
        <translation>{0} aus der Bearbeitung nehmen</translation>
    </message>
</context>
<context>
    <name>EditState</name>
    <message>
        <location filename="../model/editing.py"/>
        <source>Open a photo first.</source>
        <translation>Öffnen Sie zuerst ein Foto.</translation>
    </message>
    <message>
        <location filename="../model/editing.py"/>
        <source>Say what the photo should show.</source>
        <translation>Schreiben Sie, was das Foto zeigen soll.</translation>
    </message>
    <message>
        <location filename="../model/editing.py"/>
        <source>Without a token only the words decide; a token keeps the person.</source>
        <translation>Ohne Token entscheiden allein die Wörter; ein Token erhält die Person.</translation>
    </message>
    <message>
        <location filename="../model/editing.py"/>
        <source>Suggest a prompt</source>
        <translation>Prompt vorschlagen</translation>
    </message>
    <message>
        <location filename="../model/editing.py"/>
        <source>See where {0} looks</source>
        <translation>Blick von {0}</translation>
    </message>
</context>
<context>
    <name>ErrorBox</name>
    <message>
        <location filename="../ui/error_box.py"/>
        <source>Message</source>
        <translation>Meldung</translation>
    </message>
    <message>
        <location filename="../ui/error_box.py"/>
        <source>What helps</source>
        <translation>Was hilft</translation>
    </message>
    <message>
        <location filename="../ui/error_box.py"/>
        <source>Copy</source>
        <translation>Kopieren</translation>
    </message>
    <message>
        <location filename="../ui/error_box.py"/>
        <source>Copy the message</source>
        <translation>Die Meldung kopieren</translation>
    </message>
    <message>
        <location filename="../ui/error_box.py"/>
        <source>Dismiss the message</source>
        <translation>Die Meldung schließen</translation>
    </message>
    <message>
        <location filename="../ui/error_box.py"/>
        <source>Dismiss</source>
        <translation>Schließen</translation>
    </message>
</context>
<context>
    <name>ExportDialog</name>
    <message>
        <location filename="../ui/import_export_dialogs.py"/>
        <source>Export</source>
        <translation>Exportieren</translation>
    </message>
    <message>
        <location filename="../ui/import_export_dialogs.py"/>
        <source>S²Edit token (.safetensors)</source>
        <translation>S²Edit-Token (.safetensors)</translation>
    </message>
    <message>
        <location filename="../ui/import_export_dialogs.py"/>
        <source>Textual inversion embedding</source>
        <translation>Textual-Inversion-Einbettung</translation>
    </message>
    <message>
        <location filename="../ui/import_export_dialogs.py"/>
        <source>Format</source>
        <translation>Format</translation>
    </message>
    <message>
        <location filename="../ui/import_export_dialogs.py"/>
        <source>With thumbnail, mask and the photo's hash</source>
        <translation>Mit Vorschaubild, Maske und Prüfsumme des Fotos</translation>
    </message>
    <message>
        <location filename="../ui/import_export_dialogs.py"/>
        <source>The vectors alone, if the token is more than that</source>
        <translation>Nur die Vektoren, falls das Token mehr ist</translation>
    </message>
    <message>
        <location filename="../ui/import_export_dialogs.py"/>
        <source>exact</source>
        <translation>genau</translation>
    </message>
    <message>
        <location filename="../ui/import_export_dialogs.py"/>
        <source>Rank</source>
        <translation>Rang</translation>
    </message>
    <message>
        <location filename="../ui/import_export_dialogs.py"/>
        <source>Choose a folder …</source>
        <translation>Ordner wählen …</translation>
    </message>
    <message>
        <location filename="../ui/import_export_dialogs.py"/>
        <source>Everything of {0}</source>
        <translation>Alles von {0}</translation>
    </message>
    <message>
        <location filename="../ui/import_export_dialogs.py"/>
        <source>For this program. Without the box above, no picture of the person leaves the library.</source>
        <translation>Für dieses Programm. Ohne das Häkchen oben verlässt kein Bild der Person die Bibliothek.</translation>
    </message>
    <message>
        <location filename="../ui/import_export_dialogs.py"/>
        <source>Word vectors for other programs. A token that is more is refused.</source>
        <translation>Wortvektoren für andere Programme. Ein Token, das mehr ist, wird abgelehnt.</translation>
    </message>
    <message>
        <location filename="../ui/import_export_dialogs.py"/>
        <source>Attention weights and word vectors, as diffusers reads them.</source>
        <translation>Aufmerksamkeitsgewichte und Wortvektoren, wie diffusers sie liest.</translation>
    </message>
    <message>
        <location filename="../ui/import_export_dialogs.py"/>
        <source>Attention weights as most programs read them, with the word vectors in a second file.</source>
        <translation>Aufmerksamkeitsgewichte, wie die meisten Programme sie lesen, mit den Wortvektoren in einer zweiten Datei.</translation>
    </message>
    <message>
        <location filename="../ui/import_export_dialogs.py"/>
        <source>Export into a folder</source>
        <translation>In einen Ordner exportieren</translation>
    </message>
</context>
<context>
    <name>ExportState</name>
    <message>
        <location filename="../model/import_export.py"/>
        <source>Exported to {0}.</source>
        <translation>Exportiert nach {0}.</translation>
    </message>
</context>
<context>
    <name>FileInformationDialog</name>
    <message>
        <location filename="../ui/file_information_dialog.py"/>
        <source>File information</source>
        <translation>Angaben zur Datei</translation>
    </message>
    <message>
        <location filename="../ui/file_information_dialog.py"/>
        <source>What the file says</source>
        <translation>Was die Datei sagt</translation>
    </message>
    <message>
        <location filename="../ui/file_information_dialog.py"/>
        <source>Looking at the file</source>
        <translation>Die Datei wird angesehen</translation>
    </message>
    <message>
        <location filename="../ui/file_information_dialog.py"/>
        <source>Labels can be removed and forged. Nothing is fetched to look at them.</source>
        <translation>Kennzeichnungen können entfernt und gefälscht werden. Um sie anzusehen, wird nichts abgerufen.</translation>
    </message>
    <message>
        <location filename="../ui/file_information_dialog.py"/>
        <source>Another file …</source>
        <translation>Andere Datei …</translation>
    </message>
    <message>
        <location filename="../ui/file_information_dialog.py"/>
        <source>Copy all</source>
        <translation>Alles kopieren</translation>
    </message>
    <message>
        <location filename="../ui/file_information_dialog.py"/>
        <source>Close</source>
        <translation>Schließen</translation>
    </message>
    <message>
        <location filename="../ui/file_information_dialog.py"/>
        <source>Information about a file</source>
        <translation>Angaben zu einer Datei</translation>
    </message>
    <message>
        <location filename="../ui/file_information_dialog.py"/>
        <source>No file</source>
        <translation>Keine Datei</translation>
    </message>
</context>
<context>
    <name>FilesPage</name>
    <message>
        <location filename="../ui/settings_dialog.py"/>
        <source>Keep results in the history</source>
        <translation>Ergebnisse im Verlauf behalten</translation>
    </message>
    <message>
        <location filename="../ui/settings_dialog.py"/>
        <source>Size of the history</source>
        <translation>Größe des Verlaufs</translation>
    </message>
    <message>
        <location filename="../ui/settings_dialog.py"/>
        <source>the newest only</source>
        <translation>nur das Neueste</translation>
    </message>
    <message>
        <location filename="../ui/settings_dialog.py"/>
        <source>Write prompt, token names and settings into results</source>
        <translation>Prompt, Tokennamen und Einstellungen in Ergebnisse schreiben</translation>
    </message>
    <message>
        <location filename="../ui/settings_dialog.py"/>
        <source>Mirror for downloads</source>
        <translation>Spiegel für Downloads</translation>
    </message>
    <message>
        <location filename="../ui/settings_dialog.py"/>
        <source>left empty: the model hub itself</source>
        <translation>leer: das Modellverzeichnis selbst</translation>
    </message>
    <message>
        <location filename="../ui/settings_dialog.py"/>
        <source>Set S2EDIT_HOME before the start to keep it elsewhere.</source>
        <translation>Soll er woanders liegen, setzen Sie vor dem Start S2EDIT_HOME.</translation>
    </message>
    <message>
        <location filename="../ui/settings_dialog.py"/>
        <source>The oldest results go first; those with a star stay.</source>
        <translation>Die ältesten Ergebnisse gehen zuerst; die mit Stern bleiben.</translation>
    </message>
    <message>
        <location filename="../ui/settings_dialog.py"/>
        <source>That a picture was edited by AI always stands in its file.</source>
        <translation>Dass ein Bild mit KI bearbeitet wurde, steht immer in seiner Datei.</translation>
    </message>
    <message>
        <location filename="../ui/settings_dialog.py"/>
        <source>Data folder</source>
        <translation>Datenordner</translation>
    </message>
</context>
<context>
    <name>FirstStart</name>
    <message>
        <location filename="../model/first_start.py"/>
        <source>Choose a model.</source>
        <translation>Wählen Sie ein Modell.</translation>
    </message>
    <message>
        <location filename="../model/first_start.py"/>
        <source>Accept the model's licence.</source>
        <translation>Nehmen Sie die Lizenz des Modells an.</translation>
    </message>
    <message>
        <location filename="../model/first_start.py"/>
        <source>Choose the model's folder or file.</source>
        <translation>Wählen Sie Ordner oder Datei des Modells.</translation>
    </message>
    <message>
        <location filename="../model/first_start.py"/>
        <source>There is not enough room on this disk.</source>
        <translation>Auf diesem Datenträger ist nicht genug Platz.</translation>
    </message>
    <message>
        <location filename="../model/first_start.py"/>
        <source>{0} is the base model in use now.</source>
        <translation>{0} ist jetzt das verwendete Basismodell.</translation>
    </message>
</context>
<context>
    <name>Forgetting</name>
    <message>
        <location filename="../model/forgetting.py"/>
        <source>The photo was closed: whom it shows was forgotten.</source>
        <translation>Das Foto wurde geschlossen: Wen es zeigt, wurde vergessen.</translation>
    </message>
</context>
<context>
    <name>GimpFeature</name>
    <message>
        <location filename="../ui/features/gimp.py"/>
        <source>Give the result on show to the picture in GIMP, as a layer</source>
        <translation>Das gezeigte Ergebnis dem Bild in GIMP als Ebene geben</translation>
    </message>
    <message>
        <location filename="../ui/features/gimp.py"/>
        <source>Send back to &amp;GIMP</source>
        <translation>Zurück an &amp;GIMP</translation>
    </message>
</context>
<context>
    <name>GimpTransferState</name>
    <message>
        <location filename="../model/gimp_transfer.py"/>
        <source>This picture did not come from GIMP.</source>
        <translation>Dieses Bild kam nicht von GIMP.</translation>
    </message>
    <message>
        <location filename="../model/gimp_transfer.py"/>
        <source>Show a result first.</source>
        <translation>Zeigen Sie zuerst ein Ergebnis.</translation>
    </message>
    <message>
        <location filename="../model/gimp_transfer.py"/>
        <source>The result is in GIMP, as a layer.</source>
        <translation>Das Ergebnis ist in GIMP, als Ebene.</translation>
    </message>
    <message>
        <location filename="../model/gimp_transfer.py"/>
        <source>Picture from GIMP</source>
        <translation>Bild von GIMP</translation>
    </message>
    <message>
        <location filename="../model/gimp_transfer.py"/>
        <source>When it is edited, choose File &gt; Send back to GIMP.</source>
        <translation>Wenn es bearbeitet ist, wählen Sie Datei &gt; Zurück an GIMP.</translation>
    </message>
    <message>
        <location filename="../model/gimp_transfer.py"/>
        <source>Selection of GIMP</source>
        <translation>Auswahl von GIMP</translation>
    </message>
</context>
<context>
    <name>HelpFeature</name>
    <message>
        <location filename="../ui/features/help.py"/>
        <source>&amp;Diagnostics …</source>
        <translation>&amp;Diagnose …</translation>
    </message>
    <message>
        <location filename="../ui/features/help.py"/>
        <source>&amp;About S²Edit Studio</source>
        <translation>&amp;Über S²Edit Studio</translation>
    </message>
    <message>
        <location filename="../ui/features/help.py"/>
        <source>&amp;First steps …</source>
        <translation>&amp;Erste Schritte …</translation>
    </message>
</context>
<context>
    <name>HistoryFeature</name>
    <message>
        <location filename="../ui/features/history.py"/>
        <source>History</source>
        <translation>Verlauf</translation>
    </message>
</context>
<context>
    <name>HistoryPanel</name>
    <message>
        <location filename="../ui/history_panel.py"/>
        <source>Results</source>
        <translation>Ergebnisse</translation>
    </message>
    <message>
        <location filename="../ui/history_panel.py"/>
        <source>Note</source>
        <translation>Notiz</translation>
    </message>
    <message>
        <location filename="../ui/history_panel.py"/>
        <source>Note:</source>
        <translation>Notiz:</translation>
    </message>
    <message>
        <location filename="../ui/history_panel.py"/>
        <source>Search results …</source>
        <translation>Ergebnisse suchen …</translation>
    </message>
    <message>
        <location filename="../ui/history_panel.py"/>
        <source>Looks in prompts, tokens and notes</source>
        <translation>Sucht in Prompts, Token und Notizen</translation>
    </message>
    <message>
        <location filename="../ui/history_panel.py"/>
        <source>Search the history</source>
        <translation>Den Verlauf durchsuchen</translation>
    </message>
    <message>
        <location filename="../ui/history_panel.py"/>
        <source>Only those with a star</source>
        <translation>Nur die mit Stern</translation>
    </message>
    <message>
        <location filename="../ui/history_panel.py"/>
        <source>Only those of the open photo</source>
        <translation>Nur die des offenen Fotos</translation>
    </message>
    <message>
        <location filename="../ui/history_panel.py"/>
        <source>Open again</source>
        <translation>Wieder öffnen</translation>
    </message>
    <message>
        <location filename="../ui/history_panel.py"/>
        <source>Show this result on its photo, with its masks and settings (Enter)</source>
        <translation>Dieses Ergebnis auf seinem Foto zeigen, mit Masken und Einstellungen (Eingabe)</translation>
    </message>
    <message>
        <location filename="../ui/history_panel.py"/>
        <source>Compare</source>
        <translation>Vergleichen</translation>
    </message>
    <message>
        <location filename="../ui/history_panel.py"/>
        <source>Compare two selected results</source>
        <translation>Zwei ausgewählte Ergebnisse vergleichen</translation>
    </message>
    <message>
        <location filename="../ui/history_panel.py"/>
        <source>{0} of {1}</source>
        <translation>{0} von {1}</translation>
    </message>
    <message>
        <location filename="../ui/history_panel.py"/>
        <source>starred</source>
        <translation>mit Stern</translation>
    </message>
    <message>
        <location filename="../ui/history_panel.py"/>
        <source>from: {0}</source>
        <translation>aus: {0}</translation>
    </message>
    <message>
        <location filename="../ui/history_panel.py"/>
        <source>Likeness of the faces: {0}</source>
        <translation>Ähnlichkeit der Gesichter: {0}</translation>
    </message>
    <message>
        <location filename="../ui/history_panel.py"/>
        <source>Nothing was found.</source>
        <translation>Nichts gefunden.</translation>
    </message>
    <message>
        <location filename="../ui/history_panel.py"/>
        <source>Results of edits gather here.</source>
        <translation>Hier sammeln sich die Ergebnisse der Bearbeitungen.</translation>
    </message>
    <message numerus="yes">
        <location filename="../ui/history_panel.py"/>
        <source>%n result(s) in the trash.</source>
        <translation>
            <numerusform>%n Ergebnis im Papierkorb.</numerusform>
            <numerusform>%n Ergebnisse im Papierkorb.</numerusform>
        </translation>
    </message>
    <message>
        <location filename="../ui/history_panel.py"/>
        <source>Make again and compare</source>
        <translation>Noch einmal rechnen und vergleichen</translation>
    </message>
    <message>
        <location filename="../ui/history_panel.py"/>
        <source>Take the star away</source>
        <translation>Stern wegnehmen</translation>
    </message>
    <message>
        <location filename="../ui/history_panel.py"/>
        <source>Star</source>
        <translation>Stern geben</translation>
    </message>
    <message>
        <location filename="../ui/history_panel.py"/>
        <source>Note …</source>
        <translation>Notiz …</translation>
    </message>
    <message>
        <location filename="../ui/history_panel.py"/>
        <source>Delete</source>
        <translation>Löschen</translation>
    </message>
</context>
<context>
    <name>HistoryState</name>
    <message>
        <location filename="../model/history.py"/>
        <source>Make a result again</source>
        <translation>Ein Ergebnis noch einmal rechnen</translation>
    </message>
    <message>
        <location filename="../model/history.py"/>
        <source>Photo from the history</source>
        <translation>Foto aus dem Verlauf</translation>
    </message>
    <message>
        <location filename="../model/history.py"/>
        <source>Mask of a result</source>
        <translation>Maske eines Ergebnisses</translation>
    </message>
</context>
<context>
    <name>ImportDialog</name>
    <message>
        <location filename="../ui/import_export_dialogs.py"/>
        <source>Import</source>
        <translation>Importieren</translation>
    </message>
    <message>
        <location filename="../ui/import_export_dialogs.py"/>
        <source>Files</source>
        <translation>Dateien</translation>
    </message>
    <message>
        <location filename="../ui/import_export_dialogs.py"/>
        <source>Choose files …</source>
        <translation>Dateien wählen …</translation>
    </message>
    <message>
        <location filename="../ui/import_export_dialogs.py"/>
        <source>Tokens and people of this program, and embeddings of other programs.</source>
        <translation>Token und Personen dieses Programms und Einbettungen anderer Programme.</translation>
    </message>
    <message>
        <location filename="../ui/import_export_dialogs.py"/>
        <source>Import as</source>
        <translation>Importieren als</translation>
    </message>
    <message>
        <location filename="../ui/import_export_dialogs.py"/>
        <source>person/name; left empty: as the file says</source>
        <translation>Person/Name; leer: wie die Datei es sagt</translation>
    </message>
    <message>
        <location filename="../ui/import_export_dialogs.py"/>
        <source>Shows a</source>
        <translation>Zeigt</translation>
    </message>
    <message>
        <location filename="../ui/import_export_dialogs.py"/>
        <source>woman, man, lipstick …</source>
        <translation>englisch: woman, man, lipstick …</translation>
    </message>
    <message>
        <location filename="../ui/import_export_dialogs.py"/>
        <source>a person's identity</source>
        <translation>die Identität einer Person</translation>
    </message>
    <message>
        <location filename="../ui/import_export_dialogs.py"/>
        <source>an attribute, e.g. a makeup</source>
        <translation>ein Merkmal, z. B. ein Make-up</translation>
    </message>
    <message>
        <location filename="../ui/import_export_dialogs.py"/>
        <source>What it is</source>
        <translation>Was es ist</translation>
    </message>
    <message>
        <location filename="../ui/import_export_dialogs.py"/>
        <source>The person shown agrees</source>
        <translation>Die gezeigte Person ist einverstanden</translation>
    </message>
    <message>
        <location filename="../ui/import_export_dialogs.py"/>
        <source>Put what has this name already into the trash</source>
        <translation>Was schon so heißt, in den Papierkorb legen</translation>
    </message>
    <message>
        <location filename="../ui/import_export_dialogs.py"/>
        <source>Embeddings of other programs do not say what they show:</source>
        <translation>Einbettungen anderer Programme sagen nicht, was sie zeigen:</translation>
    </message>
    <message>
        <location filename="../ui/import_export_dialogs.py"/>
        <source>Tokens</source>
        <translation>Token</translation>
    </message>
</context>
<context>
    <name>ImportState</name>
    <message>
        <location filename="../model/import_export.py"/>
        <source>Choose a file.</source>
        <translation>Wählen Sie eine Datei.</translation>
    </message>
    <message>
        <location filename="../model/import_export.py"/>
        <source>Several files keep their own names.</source>
        <translation>Mehrere Dateien behalten ihre eigenen Namen.</translation>
    </message>
    <message numerus="yes">
        <location filename="../model/import_export.py"/>
        <source>%n token(s) imported.</source>
        <translation>
            <numerusform>%n Token importiert.</numerusform>
            <numerusform>%n Token importiert.</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>JobBar</name>
    <message>
        <location filename="../ui/models_page.py"/>
        <source>Progress</source>
        <translation>Fortschritt</translation>
    </message>
    <message>
        <location filename="../ui/models_page.py"/>
        <source>Cancel</source>
        <translation>Abbrechen</translation>
    </message>
    <message>
        <location filename="../ui/models_page.py"/>
        <source>waiting</source>
        <translation>wartet</translation>
    </message>
</context>
<context>
    <name>JobRow</name>
    <message>
        <location filename="../ui/jobs_panel.py"/>
        <source>Preview</source>
        <translation>Vorschau</translation>
    </message>
    <message>
        <location filename="../ui/jobs_panel.py"/>
        <source>Progress</source>
        <translation>Fortschritt</translation>
    </message>
    <message>
        <location filename="../ui/jobs_panel.py"/>
        <source>Cancel</source>
        <translation>Abbrechen</translation>
    </message>
    <message>
        <location filename="../ui/jobs_panel.py"/>
        <source>failed</source>
        <translation>fehlgeschlagen</translation>
    </message>
    <message>
        <location filename="../ui/jobs_panel.py"/>
        <source>Resume</source>
        <translation>Fortsetzen</translation>
    </message>
    <message>
        <location filename="../ui/jobs_panel.py"/>
        <source>Pause</source>
        <translation>Anhalten</translation>
    </message>
    <message>
        <location filename="../ui/jobs_panel.py"/>
        <source>waiting</source>
        <translation>wartet</translation>
    </message>
    <message>
        <location filename="../ui/jobs_panel.py"/>
        <source>starting</source>
        <translation>startet</translation>
    </message>
    <message>
        <location filename="../ui/jobs_panel.py"/>
        <source>paused</source>
        <translation>angehalten</translation>
    </message>
    <message>
        <location filename="../ui/jobs_panel.py"/>
        <source>done</source>
        <translation>fertig</translation>
    </message>
    <message>
        <location filename="../ui/jobs_panel.py"/>
        <source>cancelled</source>
        <translation>abgebrochen</translation>
    </message>
</context>
<context>
    <name>JobsPanel</name>
    <message>
        <location filename="../ui/jobs_panel.py"/>
        <source>Nothing is running.</source>
        <translation>Nichts läuft.</translation>
    </message>
    <message>
        <location filename="../ui/jobs_panel.py"/>
        <source>Clear finished</source>
        <translation>Fertige entfernen</translation>
    </message>
</context>
<context>
    <name>LearnPanel</name>
    <message>
        <location filename="../ui/learn_panel.py"/>
        <source>The person in this photo agrees</source>
        <translation>Die Person auf diesem Foto ist einverstanden,</translation>
    </message>
    <message>
        <location filename="../ui/learn_panel.py"/>
        <source>to having their likeness learned and edited.</source>
        <translation>dass ihr Bildnis gelernt und bearbeitet wird.</translation>
    </message>
    <message>
        <location filename="../ui/learn_panel.py"/>
        <source>Learn</source>
        <translation>Lernen</translation>
    </message>
    <message>
        <location filename="../ui/learn_panel.py"/>
        <source>What the photo shows</source>
        <translation>Was das Foto zeigt</translation>
    </message>
    <message>
        <location filename="../ui/learn_panel.py"/>
        <source>a photo of a woman with long brown hair</source>
        <translation>a photo of a woman with long brown hair</translation>
    </message>
    <message>
        <location filename="../ui/learn_panel.py"/>
        <source>Suggest</source>
        <translation>Vorschlagen</translation>
    </message>
    <message>
        <location filename="../ui/learn_panel.py"/>
        <source>Person</source>
        <translation>Person</translation>
    </message>
    <message>
        <location filename="../ui/learn_panel.py"/>
        <source>Token name</source>
        <translation>Name des Tokens</translation>
    </message>
    <message>
        <location filename="../ui/learn_panel.py"/>
        <source>Shows a</source>
        <translation>Zeigt</translation>
    </message>
    <message>
        <location filename="../ui/learn_panel.py"/>
        <source>Where it is</source>
        <translation>Wo es ist</translation>
    </message>
    <message>
        <location filename="../ui/learn_panel.py"/>
        <source>The photo shows</source>
        <translation>Das Foto zeigt</translation>
    </message>
    <message>
        <location filename="../ui/learn_panel.py"/>
        <source>Stay clear of</source>
        <translation>Fernhalten von</translation>
    </message>
    <message>
        <location filename="../ui/learn_panel.py"/>
        <source>How thoroughly</source>
        <translation>Wie gründlich</translation>
    </message>
    <message>
        <location filename="../ui/learn_panel.py"/>
        <source>whose token it is</source>
        <translation>wessen Token es ist</translation>
    </message>
    <message>
        <location filename="../ui/learn_panel.py"/>
        <source>woman, man, car, lipstick …</source>
        <translation>englisch: woman, man, car, lipstick …</translation>
    </message>
    <message>
        <location filename="../ui/learn_panel.py"/>
        <source>left empty: the model's own list</source>
        <translation>leer: die eigene Liste des Modells</translation>
    </message>
    <message>
        <location filename="../ui/learn_panel.py"/>
        <source>Words for what the token must not learn, separated by commas: smile, blonde hair …</source>
        <translation>Wörter für das, was das Token nicht lernen darf, durch Kommas getrennt: smile, blonde hair …</translation>
    </message>
    <message>
        <location filename="../ui/learn_panel.py"/>
        <source>a person's identity</source>
        <translation>die Identität einer Person</translation>
    </message>
    <message>
        <location filename="../ui/learn_panel.py"/>
        <source>an attribute, e.g. a makeup</source>
        <translation>ein Merkmal, z. B. ein Make-up</translation>
    </message>
    <message>
        <location filename="../ui/learn_panel.py"/>
        <source>What is learned</source>
        <translation>Was gelernt wird</translation>
    </message>
    <message>
        <location filename="../ui/learn_panel.py"/>
        <source>found by itself</source>
        <translation>von selbst gefunden</translation>
    </message>
    <message>
        <location filename="../ui/learn_panel.py"/>
        <source>the face</source>
        <translation>das Gesicht</translation>
    </message>
    <message>
        <location filename="../ui/learn_panel.py"/>
        <source>the lips</source>
        <translation>die Lippen</translation>
    </message>
    <message>
        <location filename="../ui/learn_panel.py"/>
        <source>the hair</source>
        <translation>die Haare</translation>
    </message>
    <message>
        <location filename="../ui/learn_panel.py"/>
        <source>A painted subject mask goes before this. word:NAME looks for a word.</source>
        <translation>Eine gemalte Maske des Motivs geht vor. word:NAME sucht nach einem Wort.</translation>
    </message>
    <message>
        <location filename="../ui/learn_panel.py"/>
        <source>quick</source>
        <translation>schnell</translation>
    </message>
    <message>
        <location filename="../ui/learn_panel.py"/>
        <source>balanced</source>
        <translation>ausgewogen</translation>
    </message>
    <message>
        <location filename="../ui/learn_panel.py"/>
        <source>best</source>
        <translation>am besten</translation>
    </message>
    <message>
        <location filename="../ui/learn_panel.py"/>
        <source>Sample picture</source>
        <translation>Probebild</translation>
    </message>
    <message>
        <location filename="../ui/learn_panel.py"/>
        <source>Progress of learning</source>
        <translation>Fortschritt des Lernens</translation>
    </message>
    <message>
        <location filename="../ui/learn_panel.py"/>
        <source>Pause</source>
        <translation>Anhalten</translation>
    </message>
    <message>
        <location filename="../ui/learn_panel.py"/>
        <source>Cancel</source>
        <translation>Abbrechen</translation>
    </message>
    <message>
        <location filename="../ui/learn_panel.py"/>
        <source>Resume</source>
        <translation>Fortsetzen</translation>
    </message>
    <message>
        <location filename="../ui/learn_panel.py"/>
        <source>paused</source>
        <translation>angehalten</translation>
    </message>
    <message>
        <location filename="../ui/learn_panel.py"/>
        <source>waiting</source>
        <translation>wartet</translation>
    </message>
    <message>
        <location filename="../ui/learn_panel.py"/>
        <source>starting</source>
        <translation>startet</translation>
    </message>
    <message>
        <location filename="../ui/learn_panel.py"/>
        <source>Go on learning {0} ({1} of {2} steps)</source>
        <translation>{0} weiterlernen ({1} von {2} Schritten)</translation>
    </message>
</context>
<context>
    <name>LearnState</name>
    <message>
        <location filename="../model/learning.py"/>
        <source>Open a photo first.</source>
        <translation>Öffnen Sie zuerst ein Foto.</translation>
    </message>
    <message>
        <location filename="../model/learning.py"/>
        <source>Say whose token it is.</source>
        <translation>Schreiben Sie, wessen Token es ist.</translation>
    </message>
    <message>
        <location filename="../model/learning.py"/>
        <source>person's name</source>
        <translation>Name der Person</translation>
    </message>
    <message>
        <location filename="../model/learning.py"/>
        <source>token name</source>
        <translation>Name des Tokens</translation>
    </message>
    <message>
        <location filename="../model/learning.py"/>
        <source>Say what the photo shows, for example woman.</source>
        <translation>Schreiben Sie auf Englisch, was das Foto zeigt, zum Beispiel woman.</translation>
    </message>
    <message>
        <location filename="../model/learning.py"/>
        <source>Confirm that the person agrees.</source>
        <translation>Bestätigen Sie, dass die Person einverstanden ist.</translation>
    </message>
    <message>
        <location filename="../model/learning.py"/>
        <source>Suggest a prompt</source>
        <translation>Prompt vorschlagen</translation>
    </message>
    <message>
        <location filename="../model/learning.py"/>
        <source>Learn {0}</source>
        <translation>{0} lernen</translation>
    </message>
</context>
<context>
    <name>LibraryPanel</name>
    <message>
        <location filename="../ui/library_panel.py"/>
        <source>Search people, tokens, tags …</source>
        <translation>Personen, Token, Schlagwörter suchen …</translation>
    </message>
    <message>
        <location filename="../ui/library_panel.py"/>
        <source>Search the library</source>
        <translation>Die Bibliothek durchsuchen</translation>
    </message>
    <message>
        <location filename="../ui/library_panel.py"/>
        <source>People and tokens</source>
        <translation>Personen und Token</translation>
    </message>
    <message>
        <location filename="../ui/library_panel.py"/>
        <source>No tokens yet. Open a photo and learn one.</source>
        <translation>Noch keine Token. Öffnen Sie ein Foto und lernen Sie eines.</translation>
    </message>
    <message>
        <location filename="../ui/library_panel.py"/>
        <source>Rename</source>
        <translation>Umbenennen</translation>
    </message>
    <message>
        <location filename="../ui/library_panel.py"/>
        <source>New name (person/name):</source>
        <translation>Neuer Name (Person/Name):</translation>
    </message>
    <message>
        <location filename="../ui/library_panel.py"/>
        <source>Learned on another base model ({0}).</source>
        <translation>Auf einem anderen Basismodell gelernt ({0}).</translation>
    </message>
    <message numerus="yes">
        <location filename="../ui/library_panel.py"/>
        <source>%n token(s)</source>
        <translation>
            <numerusform>%n Token</numerusform>
            <numerusform>%n Token</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <location filename="../ui/library_panel.py"/>
        <source>%n token(s) in the trash.</source>
        <translation>
            <numerusform>%n Token im Papierkorb.</numerusform>
            <numerusform>%n Token im Papierkorb.</numerusform>
        </translation>
    </message>
    <message>
        <location filename="../ui/library_panel.py"/>
        <source>Use in the prompt</source>
        <translation>Im Prompt verwenden</translation>
    </message>
    <message>
        <location filename="../ui/library_panel.py"/>
        <source>Details …</source>
        <translation>Einzelheiten …</translation>
    </message>
    <message>
        <location filename="../ui/library_panel.py"/>
        <source>Rename …</source>
        <translation>Umbenennen …</translation>
    </message>
    <message>
        <location filename="../ui/library_panel.py"/>
        <source>Tags …</source>
        <translation>Schlagwörter …</translation>
    </message>
    <message>
        <location filename="../ui/library_panel.py"/>
        <source>Export …</source>
        <translation>Exportieren …</translation>
    </message>
    <message>
        <location filename="../ui/library_panel.py"/>
        <source>Delete</source>
        <translation>Löschen</translation>
    </message>
    <message>
        <location filename="../ui/library_panel.py"/>
        <source>Forget for good …</source>
        <translation>Endgültig vergessen …</translation>
    </message>
    <message>
        <location filename="../ui/library_panel.py"/>
        <source>Import …</source>
        <translation>Importieren …</translation>
    </message>
    <message>
        <location filename="../ui/library_panel.py"/>
        <source>Tags</source>
        <translation>Schlagwörter</translation>
    </message>
    <message>
        <location filename="../ui/library_panel.py"/>
        <source>Tags, separated by commas:</source>
        <translation>Schlagwörter, durch Kommas getrennt:</translation>
    </message>
    <message>
        <location filename="../ui/library_panel.py"/>
        <source>Rename person</source>
        <translation>Person umbenennen</translation>
    </message>
    <message>
        <location filename="../ui/library_panel.py"/>
        <source>New name:</source>
        <translation>Neuer Name:</translation>
    </message>
    <message>
        <location filename="../ui/library_panel.py"/>
        <source>All tokens, results, thumbnails and caches of {0} are removed for good. This cannot be undone.</source>
        <translation>Alle Token, Ergebnisse, Vorschaubilder und Zwischenspeicher von {0} werden endgültig gelöscht. Das lässt sich nicht rückgängig machen.</translation>
    </message>
    <message>
        <location filename="../ui/library_panel.py"/>
        <source>Forget {0}?</source>
        <translation>{0} vergessen?</translation>
    </message>
</context>
<context>
    <name>LicenceDialog</name>
    <message>
        <location filename="../ui/models_page.py"/>
        <source>Licence of {0}</source>
        <translation>Lizenz von {0}</translation>
    </message>
    <message>
        <location filename="../ui/models_page.py"/>
        <source>I have read the licence and accept it</source>
        <translation>Ich habe die Lizenz gelesen und nehme sie an</translation>
    </message>
    <message>
        <location filename="../ui/models_page.py"/>
        <source>Accept and install</source>
        <translation>Annehmen und installieren</translation>
    </message>
    <message>
        <location filename="../ui/models_page.py"/>
        <source>The whole licence</source>
        <translation>Die ganze Lizenz</translation>
    </message>
</context>
<context>
    <name>LossCurve</name>
    <message>
        <location filename="../ui/learn_panel.py"/>
        <source>Loss curve</source>
        <translation>Verlustkurve</translation>
    </message>
    <message>
        <location filename="../ui/learn_panel.py"/>
        <source>Loss {0} at step {1}</source>
        <translation>Verlust {0} bei Schritt {1}</translation>
    </message>
    <message>
        <location filename="../ui/learn_panel.py"/>
        <source>Loss {0}</source>
        <translation>Verlust {0}</translation>
    </message>
</context>
<context>
    <name>MainWindow</name>
    <message>
        <location filename="../ui/main_window.py"/>
        <source>Photo</source>
        <translation>Foto</translation>
    </message>
    <message>
        <location filename="../ui/main_window.py"/>
        <source>Pixel under the pointer</source>
        <translation>Bildpunkt unter dem Zeiger</translation>
    </message>
    <message>
        <location filename="../ui/main_window.py"/>
        <source>Engine</source>
        <translation>Engine</translation>
    </message>
    <message>
        <location filename="../ui/main_window.py"/>
        <source>Start the engine</source>
        <translation>Engine starten</translation>
    </message>
    <message>
        <location filename="../ui/main_window.py"/>
        <source>Learn and edit</source>
        <translation>Lernen und Bearbeiten</translation>
    </message>
    <message>
        <location filename="../ui/main_window.py"/>
        <source>Learn</source>
        <translation>Lernen</translation>
    </message>
    <message>
        <location filename="../ui/main_window.py"/>
        <source>Edit</source>
        <translation>Bearbeiten</translation>
    </message>
    <message>
        <location filename="../ui/main_window.py"/>
        <source>Library</source>
        <translation>Bibliothek</translation>
    </message>
    <message>
        <location filename="../ui/main_window.py"/>
        <source>Masks</source>
        <translation>Masken</translation>
    </message>
    <message>
        <location filename="../ui/main_window.py"/>
        <source>Jobs</source>
        <translation>Aufträge</translation>
    </message>
    <message>
        <location filename="../ui/main_window.py"/>
        <source>Panels as &amp;at the start</source>
        <translation>Felder &amp;wie am Anfang</translation>
    </message>
    <message>
        <location filename="../ui/main_window.py"/>
        <source>F&amp;ull screen</source>
        <translation>V&amp;ollbild</translation>
    </message>
    <message>
        <location filename="../ui/main_window.py"/>
        <source>&amp;Learn panel</source>
        <translation>&amp;Lernen</translation>
    </message>
    <message>
        <location filename="../ui/main_window.py"/>
        <source>&amp;Edit panel</source>
        <translation>&amp;Bearbeiten</translation>
    </message>
    <message>
        <location filename="../ui/main_window.py"/>
        <source>&amp;Search the library</source>
        <translation>In der Bibliothek &amp;suchen</translation>
    </message>
    <message>
        <location filename="../ui/main_window.py"/>
        <source>&amp;Start the engine again</source>
        <translation>Engine wieder &amp;starten</translation>
    </message>
    <message>
        <location filename="../ui/main_window.py"/>
        <source>&amp;Quit</source>
        <translation>Be&amp;enden</translation>
    </message>
    <message>
        <location filename="../ui/main_window.py"/>
        <source>Engine: starting …</source>
        <translation>Engine: startet …</translation>
    </message>
    <message>
        <location filename="../ui/main_window.py"/>
        <source>Engine: ready</source>
        <translation>Engine: bereit</translation>
    </message>
    <message>
        <location filename="../ui/main_window.py"/>
        <source>Engine: starting again …</source>
        <translation>Engine: startet neu …</translation>
    </message>
    <message>
        <location filename="../ui/main_window.py"/>
        <source>Engine: not running</source>
        <translation>Engine: läuft nicht</translation>
    </message>
    <message>
        <location filename="../ui/main_window.py"/>
        <source>What it is doing ends. Learning can go on later where it was.</source>
        <translation>Was sie gerade tut, endet. Das Lernen kann später weitergehen, wo es war.</translation>
    </message>
    <message>
        <location filename="../ui/main_window.py"/>
        <source>Start the engine again?</source>
        <translation>Engine neu starten?</translation>
    </message>
    <message>
        <location filename="../ui/main_window.py"/>
        <source>Learning is under way</source>
        <translation>Es wird gerade gelernt</translation>
    </message>
    <message>
        <location filename="../ui/main_window.py"/>
        <source>A token is being learned.</source>
        <translation>Ein Token wird gelernt.</translation>
    </message>
    <message>
        <location filename="../ui/main_window.py"/>
        <source>It can go on without the window. If it is stopped, it can be taken up later where it was.</source>
        <translation>Das geht auch ohne Fenster weiter. Wird es angehalten, kann es später dort weitergehen, wo es war.</translation>
    </message>
    <message>
        <location filename="../ui/main_window.py"/>
        <source>Close, go on learning</source>
        <translation>Schließen, weiterlernen</translation>
    </message>
    <message>
        <location filename="../ui/main_window.py"/>
        <source>Stop learning</source>
        <translation>Lernen anhalten</translation>
    </message>
</context>
<context>
    <name>MaskPair</name>
    <message>
        <location filename="../model/masks.py"/>
        <source>found region</source>
        <translation>gefundener Bereich</translation>
    </message>
</context>
<context>
    <name>MaskPanel</name>
    <message>
        <location filename="../ui/mask_panel.py"/>
        <source>Masks</source>
        <translation>Masken</translation>
    </message>
    <message>
        <location filename="../ui/mask_panel.py"/>
        <source>Subject</source>
        <translation>Motiv</translation>
    </message>
    <message>
        <location filename="../ui/mask_panel.py"/>
        <source>Where the token acts</source>
        <translation>Wo das Token wirkt</translation>
    </message>
    <message>
        <location filename="../ui/mask_panel.py"/>
        <source>Edit region</source>
        <translation>Bearbeitungsbereich</translation>
    </message>
    <message>
        <location filename="../ui/mask_panel.py"/>
        <source>Which pixels may change</source>
        <translation>Welche Bildpunkte sich ändern dürfen</translation>
    </message>
    <message>
        <location filename="../ui/mask_panel.py"/>
        <source>Find</source>
        <translation>Finden</translation>
    </message>
    <message>
        <location filename="../ui/mask_panel.py"/>
        <source>any word: scarf, sky …</source>
        <translation>englisch: scarf, sky …</translation>
    </message>
    <message>
        <location filename="../ui/mask_panel.py"/>
        <source>Word to look for</source>
        <translation>Gesuchtes Wort</translation>
    </message>
    <message>
        <location filename="../ui/mask_panel.py"/>
        <source>Find the word</source>
        <translation>Das Wort finden</translation>
    </message>
    <message>
        <location filename="../ui/mask_panel.py"/>
        <source>instead of this mask</source>
        <translation>statt dieser Maske</translation>
    </message>
    <message>
        <location filename="../ui/mask_panel.py"/>
        <source>added to this mask</source>
        <translation>zu dieser Maske dazu</translation>
    </message>
    <message>
        <location filename="../ui/mask_panel.py"/>
        <source>taken from this mask</source>
        <translation>von dieser Maske weg</translation>
    </message>
    <message>
        <location filename="../ui/mask_panel.py"/>
        <source>What is found is put</source>
        <translation>Gefundenes kommt</translation>
    </message>
    <message>
        <location filename="../ui/mask_panel.py"/>
        <source>A mask is on its way</source>
        <translation>Eine Maske ist unterwegs</translation>
    </message>
    <message>
        <location filename="../ui/mask_panel.py"/>
        <source>Cancel</source>
        <translation>Abbrechen</translation>
    </message>
    <message>
        <location filename="../ui/mask_panel.py"/>
        <source>Cancel finding masks</source>
        <translation>Maskensuche abbrechen</translation>
    </message>
    <message>
        <location filename="../ui/mask_panel.py"/>
        <source> px</source>
        <translation> px</translation>
    </message>
    <message>
        <location filename="../ui/mask_panel.py"/>
        <source>Pixels</source>
        <translation>Bildpunkte</translation>
    </message>
    <message>
        <location filename="../ui/mask_panel.py"/>
        <source>By how many pixels</source>
        <translation>Um wie viele Bildpunkte</translation>
    </message>
    <message>
        <location filename="../ui/mask_panel.py"/>
        <source>Refine</source>
        <translation>Verfeinern</translation>
    </message>
    <message>
        <location filename="../ui/mask_panel.py"/>
        <source>Opacity</source>
        <translation>Deckkraft</translation>
    </message>
    <message>
        <location filename="../ui/mask_panel.py"/>
        <source>Nothing is painted: the subject is found by itself.</source>
        <translation>Nichts gemalt: Das Motiv wird von selbst gefunden.</translation>
    </message>
    <message>
        <location filename="../ui/mask_panel.py"/>
        <source>Nothing is painted: what may change is found by itself.</source>
        <translation>Nichts gemalt: Was sich ändern darf, wird von selbst gefunden.</translation>
    </message>
    <message>
        <location filename="../ui/mask_panel.py"/>
        <source>Find {0} instead</source>
        <translation>Stattdessen {0} finden</translation>
    </message>
</context>
<context>
    <name>MaskingState</name>
    <message>
        <location filename="../model/masking.py"/>
        <source>Find {0}</source>
        <translation>{0} finden</translation>
    </message>
    <message>
        <location filename="../model/masking.py"/>
        <source>Find it once more to take the next person.</source>
        <translation>Suchen Sie noch einmal, um die nächste Person zu nehmen.</translation>
    </message>
    <message>
        <location filename="../model/masking.py"/>
        <source>person</source>
        <translation>Person</translation>
    </message>
    <message>
        <location filename="../model/masking.py"/>
        <source>face</source>
        <translation>Gesicht</translation>
    </message>
    <message>
        <location filename="../model/masking.py"/>
        <source>hair</source>
        <translation>Haare</translation>
    </message>
    <message>
        <location filename="../model/masking.py"/>
        <source>lips</source>
        <translation>Lippen</translation>
    </message>
    <message>
        <location filename="../model/masking.py"/>
        <source>eyes</source>
        <translation>Augen</translation>
    </message>
    <message>
        <location filename="../model/masking.py"/>
        <source>skin</source>
        <translation>Haut</translation>
    </message>
    <message>
        <location filename="../model/masking.py"/>
        <source>glasses</source>
        <translation>Brille</translation>
    </message>
    <message>
        <location filename="../model/masking.py"/>
        <source>hat</source>
        <translation>Hut</translation>
    </message>
    <message>
        <location filename="../model/masking.py"/>
        <source>No word was given.</source>
        <translation>Es wurde kein Wort angegeben.</translation>
    </message>
    <message>
        <location filename="../model/masking.py"/>
        <source>Write what to look for, for example scarf.</source>
        <translation>Schreiben Sie auf Englisch, wonach gesucht wird, zum Beispiel scarf.</translation>
    </message>
    <message>
        <location filename="../model/masking.py"/>
        <source>Click to select</source>
        <translation>Durch Klick auswählen</translation>
    </message>
    <message>
        <location filename="../model/masking.py"/>
        <source>Magic wand</source>
        <translation>Zauberstab</translation>
    </message>
    <message>
        <location filename="../model/masking.py"/>
        <source>Feather</source>
        <translation>Weichzeichnen</translation>
    </message>
    <message>
        <location filename="../model/masking.py"/>
        <source>Grow</source>
        <translation>Erweitern</translation>
    </message>
    <message>
        <location filename="../model/masking.py"/>
        <source>Shrink</source>
        <translation>Verengen</translation>
    </message>
    <message>
        <location filename="../model/masking.py"/>
        <source>Fill holes</source>
        <translation>Löcher füllen</translation>
    </message>
    <message>
        <location filename="../model/masking.py"/>
        <source>Invert</source>
        <translation>Umkehren</translation>
    </message>
    <message>
        <location filename="../model/masking.py"/>
        <source>Select all</source>
        <translation>Alles auswählen</translation>
    </message>
    <message>
        <location filename="../model/masking.py"/>
        <source>Clear mask</source>
        <translation>Maske leeren</translation>
    </message>
    <message>
        <location filename="../model/masking.py"/>
        <source>Copy mask</source>
        <translation>Maske kopieren</translation>
    </message>
    <message>
        <location filename="../model/masking.py"/>
        <source>Load mask</source>
        <translation>Maske laden</translation>
    </message>
    <message>
        <location filename="../model/masking.py"/>
        <source>Open a photo first.</source>
        <translation>Öffnen Sie zuerst ein Foto.</translation>
    </message>
</context>
<context>
    <name>Menus</name>
    <message>
        <location filename="../ui/menus.py"/>
        <source>&amp;File</source>
        <translation>&amp;Datei</translation>
    </message>
    <message>
        <location filename="../ui/menus.py"/>
        <source>&amp;Edit</source>
        <translation>&amp;Bearbeiten</translation>
    </message>
    <message>
        <location filename="../ui/menus.py"/>
        <source>&amp;Mask</source>
        <translation>&amp;Maske</translation>
    </message>
    <message>
        <location filename="../ui/menus.py"/>
        <source>&amp;View</source>
        <translation>&amp;Ansicht</translation>
    </message>
    <message>
        <location filename="../ui/menus.py"/>
        <source>&amp;Tokens</source>
        <translation>&amp;Token</translation>
    </message>
    <message>
        <location filename="../ui/menus.py"/>
        <source>&amp;Help</source>
        <translation>&amp;Hilfe</translation>
    </message>
</context>
<context>
    <name>ModelPage</name>
    <message>
        <location filename="../ui/wizard.py"/>
        <source>A model to begin with</source>
        <translation>Ein Modell für den Anfang</translation>
    </message>
    <message>
        <location filename="../ui/wizard.py"/>
        <source>It can be changed at any time in the settings.</source>
        <translation>Es lässt sich jederzeit in den Einstellungen ändern.</translation>
    </message>
    <message>
        <location filename="../ui/wizard.py"/>
        <source>Try it now with the small model</source>
        <translation>Gleich mit dem kleinen Modell ausprobieren</translation>
    </message>
    <message>
        <location filename="../ui/wizard.py"/>
        <source>It is here already and quick everywhere, but draws like its training pictures: drawn portraits and cars.</source>
        <translation>Es ist schon da und überall schnell, zeichnet aber wie seine Trainingsbilder: gezeichnete Porträts und Autos.</translation>
    </message>
    <message>
        <location filename="../ui/wizard.py"/>
        <source>Download a model for photographs</source>
        <translation>Ein Modell für Fotos herunterladen</translation>
    </message>
    <message>
        <location filename="../ui/wizard.py"/>
        <source>Once; afterwards no connection is needed.</source>
        <translation>Einmal; danach ist keine Verbindung nötig.</translation>
    </message>
    <message>
        <location filename="../ui/wizard.py"/>
        <source>I have read its licence and accept it</source>
        <translation>Ich habe seine Lizenz gelesen und nehme sie an</translation>
    </message>
    <message>
        <location filename="../ui/wizard.py"/>
        <source>Take a model that lies on this machine</source>
        <translation>Ein Modell nehmen, das auf diesem Rechner liegt</translation>
    </message>
    <message>
        <location filename="../ui/wizard.py"/>
        <source>A folder in the diffusers layout, or a single .safetensors checkpoint: Stable Diffusion 1.x, 2.x, XL.</source>
        <translation>Ein Ordner im Aufbau von diffusers oder eine einzelne .safetensors-Datei: Stable Diffusion 1.x, 2.x, XL.</translation>
    </message>
    <message>
        <location filename="../ui/wizard.py"/>
        <source>Folder or file of the model</source>
        <translation>Ordner oder Datei des Modells</translation>
    </message>
    <message>
        <location filename="../ui/wizard.py"/>
        <source>Folder …</source>
        <translation>Ordner …</translation>
    </message>
    <message>
        <location filename="../ui/wizard.py"/>
        <source>File …</source>
        <translation>Datei …</translation>
    </message>
    <message>
        <location filename="../ui/wizard.py"/>
        <source>The list comes as soon as the engine is there.</source>
        <translation>Die Liste kommt, sobald die Engine da ist.</translation>
    </message>
    <message>
        <location filename="../ui/wizard.py"/>
        <source>installed</source>
        <translation>installiert</translation>
    </message>
    <message>
        <location filename="../ui/wizard.py"/>
        <source>needs {0} GB of memory</source>
        <translation>braucht {0} GB Speicher</translation>
    </message>
    <message>
        <location filename="../ui/wizard.py"/>
        <source>not for commercial use</source>
        <translation>nicht für gewerbliche Nutzung</translation>
    </message>
    <message>
        <location filename="../ui/wizard.py"/>
        <source>commercial use unclear</source>
        <translation>gewerbliche Nutzung unklar</translation>
    </message>
    <message>
        <location filename="../ui/wizard.py"/>
        <source>The model's folder</source>
        <translation>Der Ordner des Modells</translation>
    </message>
    <message>
        <location filename="../ui/wizard.py"/>
        <source>Checkpoints</source>
        <translation>Modelldateien</translation>
    </message>
    <message>
        <location filename="../ui/wizard.py"/>
        <source>The model's file</source>
        <translation>Die Datei des Modells</translation>
    </message>
</context>
<context>
    <name>ModelsPage</name>
    <message>
        <location filename="../ui/models_page.py"/>
        <source>Models</source>
        <translation>Modelle</translation>
    </message>
    <message>
        <location filename="../ui/models_page.py"/>
        <source>Model</source>
        <translation>Modell</translation>
    </message>
    <message>
        <location filename="../ui/models_page.py"/>
        <source>Size</source>
        <translation>Größe</translation>
    </message>
    <message>
        <location filename="../ui/models_page.py"/>
        <source>Licence</source>
        <translation>Lizenz</translation>
    </message>
    <message>
        <location filename="../ui/models_page.py"/>
        <source>State</source>
        <translation>Zustand</translation>
    </message>
    <message>
        <location filename="../ui/models_page.py"/>
        <source>Use</source>
        <translation>Verwenden</translation>
    </message>
    <message>
        <location filename="../ui/models_page.py"/>
        <source>Install …</source>
        <translation>Installieren …</translation>
    </message>
    <message>
        <location filename="../ui/models_page.py"/>
        <source>Verify</source>
        <translation>Prüfen</translation>
    </message>
    <message>
        <location filename="../ui/models_page.py"/>
        <source>Remove …</source>
        <translation>Entfernen …</translation>
    </message>
    <message>
        <location filename="../ui/models_page.py"/>
        <source>Import folder …</source>
        <translation>Ordner importieren …</translation>
    </message>
    <message>
        <location filename="../ui/models_page.py"/>
        <source>Import file …</source>
        <translation>Datei importieren …</translation>
    </message>
    <message>
        <location filename="../ui/models_page.py"/>
        <source>Move models …</source>
        <translation>Modelle verlegen …</translation>
    </message>
    <message>
        <location filename="../ui/models_page.py"/>
        <source>A model in the diffusers layout that lies on this machine</source>
        <translation>Ein Modell im Aufbau von diffusers, das auf diesem Rechner liegt</translation>
    </message>
    <message>
        <location filename="../ui/models_page.py"/>
        <source>A single .safetensors checkpoint that lies on this machine</source>
        <translation>Eine einzelne .safetensors-Modelldatei, die auf diesem Rechner liegt</translation>
    </message>
    <message>
        <location filename="../ui/models_page.py"/>
        <source>in use</source>
        <translation>in Gebrauch</translation>
    </message>
    <message>
        <location filename="../ui/models_page.py"/>
        <source>installed</source>
        <translation>installiert</translation>
    </message>
    <message>
        <location filename="../ui/models_page.py"/>
        <source>Base models: they learn and edit</source>
        <translation>Basismodelle: Sie lernen und bearbeiten</translation>
    </message>
    <message>
        <location filename="../ui/models_page.py"/>
        <source>Find subjects</source>
        <translation>Motive finden</translation>
    </message>
    <message>
        <location filename="../ui/models_page.py"/>
        <source>Find faces and compare them</source>
        <translation>Gesichter finden und vergleichen</translation>
    </message>
    <message>
        <location filename="../ui/models_page.py"/>
        <source>Describe photos</source>
        <translation>Fotos beschreiben</translation>
    </message>
    <message>
        <location filename="../ui/models_page.py"/>
        <source>Choose a model above.</source>
        <translation>Wählen Sie oben ein Modell.</translation>
    </message>
    <message>
        <location filename="../ui/models_page.py"/>
        <source>allowed</source>
        <translation>erlaubt</translation>
    </message>
    <message>
        <location filename="../ui/models_page.py"/>
        <source>not allowed</source>
        <translation>nicht erlaubt</translation>
    </message>
    <message>
        <location filename="../ui/models_page.py"/>
        <source>unclear: ask the owners</source>
        <translation>unklar: fragen Sie die Rechteinhaber</translation>
    </message>
    <message>
        <location filename="../ui/models_page.py"/>
        <source>unknown</source>
        <translation>unbekannt</translation>
    </message>
    <message>
        <location filename="../ui/models_page.py"/>
        <source>Licence: {0} · commercial use: {1}</source>
        <translation>Lizenz: {0} · gewerbliche Nutzung: {1}</translation>
    </message>
    <message>
        <location filename="../ui/models_page.py"/>
        <source>Memory for editing: about {0} GB</source>
        <translation>Speicher zum Bearbeiten: etwa {0} GB</translation>
    </message>
    <message>
        <location filename="../ui/models_page.py"/>
        <source>Trained on: {0}</source>
        <translation>Trainiert mit: {0}</translation>
    </message>
    <message>
        <location filename="../ui/models_page.py"/>
        <source>Lies in {0}</source>
        <translation>Liegt in {0}</translation>
    </message>
    <message>
        <location filename="../ui/models_page.py"/>
        <source>Models are kept in {0}; {1} are free there.</source>
        <translation>Modelle liegen in {0}; dort sind {1} frei.</translation>
    </message>
    <message>
        <location filename="../ui/models_page.py"/>
        <source>{0} are freed. Tokens that were learned on it are kept, but need it to be used.</source>
        <translation>{0} werden frei. Token, die darauf gelernt wurden, bleiben, brauchen es aber, um verwendet zu werden.</translation>
    </message>
    <message>
        <location filename="../ui/models_page.py"/>
        <source>Remove {0}?</source>
        <translation>{0} entfernen?</translation>
    </message>
    <message>
        <location filename="../ui/models_page.py"/>
        <source>Import a model: its folder</source>
        <translation>Ein Modell importieren: sein Ordner</translation>
    </message>
    <message>
        <location filename="../ui/models_page.py"/>
        <source>Checkpoints</source>
        <translation>Modelldateien</translation>
    </message>
    <message>
        <location filename="../ui/models_page.py"/>
        <source>Import a model: its file</source>
        <translation>Ein Modell importieren: seine Datei</translation>
    </message>
    <message>
        <location filename="../ui/models_page.py"/>
        <source>Move the models to an empty folder</source>
        <translation>Die Modelle in einen leeren Ordner verlegen</translation>
    </message>
</context>
<context>
    <name>ModelsState</name>
    <message>
        <location filename="../model/base_models.py"/>
        <source>Install {0}</source>
        <translation>{0} installieren</translation>
    </message>
    <message>
        <location filename="../model/base_models.py"/>
        <source>Verify {0}</source>
        <translation>{0} prüfen</translation>
    </message>
    <message>
        <location filename="../model/base_models.py"/>
        <source>Import a model</source>
        <translation>Ein Modell importieren</translation>
    </message>
    <message>
        <location filename="../model/base_models.py"/>
        <source>Move the models</source>
        <translation>Die Modelle verlegen</translation>
    </message>
</context>
<context>
    <name>PlacePage</name>
    <message>
        <location filename="../ui/wizard.py"/>
        <source>Where models are kept</source>
        <translation>Wo Modelle liegen</translation>
    </message>
    <message>
        <location filename="../ui/wizard.py"/>
        <source>Models are large. They can be moved to another disk at any time.</source>
        <translation>Modelle sind groß. Sie lassen sich jederzeit auf einen anderen Datenträger verlegen.</translation>
    </message>
    <message>
        <location filename="../ui/wizard.py"/>
        <source>Browse …</source>
        <translation>Durchsuchen …</translation>
    </message>
    <message>
        <location filename="../ui/wizard.py"/>
        <source>Folder for models</source>
        <translation>Ordner für Modelle</translation>
    </message>
    <message>
        <location filename="../ui/wizard.py"/>
        <source>Open the sample portrait</source>
        <translation>Das Beispielporträt öffnen</translation>
    </message>
    <message>
        <location filename="../ui/wizard.py"/>
        <source>{0} are free there.</source>
        <translation>Dort sind {0} frei.</translation>
    </message>
    <message>
        <location filename="../ui/wizard.py"/>
        <source>The model takes {0}.</source>
        <translation>Das Modell braucht {0}.</translation>
    </message>
    <message>
        <location filename="../ui/wizard.py"/>
        <source>The small model is in use. Nothing is downloaded.</source>
        <translation>Das kleine Modell wird verwendet. Nichts wird heruntergeladen.</translation>
    </message>
    <message>
        <location filename="../ui/wizard.py"/>
        <source>The download begins with “Start” and goes on in the background; it can be cancelled and taken up again. Until it is there the small model is in use.</source>
        <translation>Der Download beginnt mit „Start“ und läuft im Hintergrund; er lässt sich abbrechen und wieder aufnehmen. Bis er da ist, wird das kleine Modell verwendet.</translation>
    </message>
    <message>
        <location filename="../ui/wizard.py"/>
        <source>The import begins with “Start” and goes on in the background.</source>
        <translation>Der Import beginnt mit „Start“ und läuft im Hintergrund.</translation>
    </message>
    <message>
        <location filename="../ui/wizard.py"/>
        <source>Keep models in</source>
        <translation>Modelle aufbewahren in</translation>
    </message>
</context>
<context>
    <name>RegionCorrection</name>
    <message>
        <location filename="../model/region_correction.py"/>
        <source>The coloured part may change. Paint to correct it; the edit begins anew with it.</source>
        <translation>Der farbige Teil darf sich ändern. Malen Sie, um ihn zu berichtigen; die Bearbeitung beginnt damit neu.</translation>
    </message>
</context>
<context>
    <name>ResultsStrip</name>
    <message>
        <location filename="../ui/results_strip.py"/>
        <source>Photo and results</source>
        <translation>Foto und Ergebnisse</translation>
    </message>
    <message>
        <location filename="../ui/results_strip.py"/>
        <source>What helps</source>
        <translation>Was hilft</translation>
    </message>
    <message>
        <location filename="../ui/results_strip.py"/>
        <source>Photo</source>
        <translation>Foto</translation>
    </message>
    <message>
        <location filename="../ui/results_strip.py"/>
        <source>Result {0}</source>
        <translation>Ergebnis {0}</translation>
    </message>
    <message>
        <location filename="../ui/results_strip.py"/>
        <source>{0}, inversion reused</source>
        <translation>{0}, Inversion wiederverwendet</translation>
    </message>
</context>
<context>
    <name>SaveDialog</name>
    <message>
        <location filename="../ui/save_dialog.py"/>
        <source>Save the result</source>
        <translation>Das Ergebnis speichern</translation>
    </message>
    <message>
        <location filename="../ui/save_dialog.py"/>
        <source>Save</source>
        <translation>Speichern</translation>
    </message>
    <message>
        <location filename="../ui/save_dialog.py"/>
        <source>OpenRaster (layers)</source>
        <translation>OpenRaster (Ebenen)</translation>
    </message>
    <message>
        <location filename="../ui/save_dialog.py"/>
        <source>Format</source>
        <translation>Format</translation>
    </message>
    <message>
        <location filename="../ui/save_dialog.py"/>
        <source>Without loss</source>
        <translation>Ohne Verlust</translation>
    </message>
    <message>
        <location filename="../ui/save_dialog.py"/>
        <source>As fine as the photo</source>
        <translation>So fein wie das Foto</translation>
    </message>
    <message>
        <location filename="../ui/save_dialog.py"/>
        <source>Quality</source>
        <translation>Qualität</translation>
    </message>
    <message>
        <location filename="../ui/save_dialog.py"/>
        <source>Higher is finer and larger</source>
        <translation>Höher ist feiner und größer</translation>
    </message>
    <message>
        <location filename="../ui/save_dialog.py"/>
        <source>Folder</source>
        <translation>Ordner</translation>
    </message>
    <message>
        <location filename="../ui/save_dialog.py"/>
        <source>File name</source>
        <translation>Dateiname</translation>
    </message>
    <message>
        <location filename="../ui/save_dialog.py"/>
        <source>Browse …</source>
        <translation>Durchsuchen …</translation>
    </message>
</context>
<context>
    <name>SaveState</name>
    <message>
        <location filename="../model/saving.py"/>
        <source>Show a result first.</source>
        <translation>Zeigen Sie zuerst ein Ergebnis.</translation>
    </message>
    <message>
        <location filename="../model/saving.py"/>
        <source>Give the file a name.</source>
        <translation>Geben Sie der Datei einen Namen.</translation>
    </message>
    <message>
        <location filename="../model/saving.py"/>
        <source>{0} files are not written. Choose one of the formats below.</source>
        <translation>{0}-Dateien werden nicht geschrieben. Wählen Sie eines der Formate unten.</translation>
    </message>
    <message>
        <location filename="../model/saving.py"/>
        <source>The folder {0} is not there.</source>
        <translation>Den Ordner {0} gibt es nicht.</translation>
    </message>
    <message>
        <location filename="../model/saving.py"/>
        <source>Photo and result as layers; GIMP, Krita and others open it.</source>
        <translation>Foto und Ergebnis als Ebenen; GIMP, Krita und andere öffnen es.</translation>
    </message>
    <message>
        <location filename="../model/saving.py"/>
        <source>This format keeps 8 of the photo's 16 bits.</source>
        <translation>Dieses Format behält 8 der 16 Bit des Fotos.</translation>
    </message>
    <message>
        <location filename="../model/saving.py"/>
        <source>Transparent places become white.</source>
        <translation>Durchsichtige Stellen werden weiß.</translation>
    </message>
    <message>
        <location filename="../model/saving.py"/>
        <source>Nothing outside the edit changes.</source>
        <translation>Außerhalb der Bearbeitung ändert sich nichts.</translation>
    </message>
    <message>
        <location filename="../model/saving.py"/>
        <source>Blocks of 8 or 16 pixels that the edit does not touch stay as they are in the photo.</source>
        <translation>Blöcke von 8 oder 16 Pixeln, die die Bearbeitung nicht berührt, bleiben, wie sie im Foto sind.</translation>
    </message>
    <message>
        <location filename="../model/saving.py"/>
        <source>Compressing changes pixels outside the edit too, at quality 95 by 1 of 255 on average, at 80 by up to 4; PNG and TIFF keep them.</source>
        <translation>Komprimieren ändert auch Pixel außerhalb der Bearbeitung, bei Qualität 95 im Mittel um 1 von 255, bei 80 um bis zu 4; PNG und TIFF erhalten sie.</translation>
    </message>
    <message>
        <location filename="../model/saving.py"/>
        <source>{0} of the photo are kept.</source>
        <translation>{0} des Fotos bleiben erhalten.</translation>
    </message>
    <message>
        <location filename="../model/saving.py"/>
        <source>The file says that it was edited by AI.</source>
        <translation>In der Datei steht, dass sie mit KI bearbeitet wurde.</translation>
    </message>
    <message>
        <location filename="../model/saving.py"/>
        <source>Photo</source>
        <translation>Foto</translation>
    </message>
    <message>
        <location filename="../model/saving.py"/>
        <source>Result</source>
        <translation>Ergebnis</translation>
    </message>
    <message>
        <location filename="../model/saving.py"/>
        <source>Edit region</source>
        <translation>Bearbeitungsbereich</translation>
    </message>
    <message>
        <location filename="../model/saving.py"/>
        <source>Saved as {0}.</source>
        <translation>Gespeichert als {0}.</translation>
    </message>
    <message>
        <location filename="../model/saving.py"/>
        <source>{0}-edited</source>
        <translation>{0}-bearbeitet</translation>
    </message>
</context>
<context>
    <name>SavingFeature</name>
    <message>
        <location filename="../ui/features/saving.py"/>
        <source>Save the result on show</source>
        <translation>Das gezeigte Ergebnis speichern</translation>
    </message>
    <message>
        <location filename="../ui/features/saving.py"/>
        <source>&amp;Save result …</source>
        <translation>Ergebnis &amp;speichern …</translation>
    </message>
    <message>
        <location filename="../ui/features/saving.py"/>
        <source>What a file says about its making, and whether its signature holds</source>
        <translation>Was eine Datei über ihre Entstehung sagt und ob ihre Signatur gilt</translation>
    </message>
    <message>
        <location filename="../ui/features/saving.py"/>
        <source>&amp;Information about the file …</source>
        <translation>&amp;Angaben zur Datei …</translation>
    </message>
</context>
<context>
    <name>SessionState</name>
    <message>
        <location filename="../model/session.py"/>
        <source>Unsaved work cannot be kept for the case of a crash.</source>
        <translation>Ungesicherte Arbeit kann nicht für den Fall eines Absturzes aufbewahrt werden.</translation>
    </message>
    <message>
        <location filename="../model/session.py"/>
        <source>Mask of the last session</source>
        <translation>Maske der letzten Sitzung</translation>
    </message>
</context>
<context>
    <name>SettingsDialog</name>
    <message>
        <location filename="../ui/settings_dialog.py"/>
        <source>Settings</source>
        <translation>Einstellungen</translation>
    </message>
    <message>
        <location filename="../ui/settings_dialog.py"/>
        <source>Pages</source>
        <translation>Seiten</translation>
    </message>
    <message>
        <location filename="../ui/settings_dialog.py"/>
        <source>Look</source>
        <translation>Aussehen</translation>
    </message>
    <message>
        <location filename="../ui/settings_dialog.py"/>
        <source>Computing</source>
        <translation>Berechnung</translation>
    </message>
    <message>
        <location filename="../ui/settings_dialog.py"/>
        <source>Files and privacy</source>
        <translation>Dateien und Datenschutz</translation>
    </message>
    <message>
        <location filename="../ui/settings_dialog.py"/>
        <source>Provenance</source>
        <translation>Herkunft</translation>
    </message>
</context>
<context>
    <name>SettingsFeature</name>
    <message>
        <location filename="../ui/features/settings.py"/>
        <source>S&amp;ettings …</source>
        <translation>E&amp;instellungen …</translation>
    </message>
    <message>
        <location filename="../ui/features/settings.py"/>
        <source>&amp;Keyboard shortcuts …</source>
        <translation>&amp;Tastenkürzel …</translation>
    </message>
    <message>
        <location filename="../ui/features/settings.py"/>
        <source>Base &amp;models …</source>
        <translation>Basis&amp;modelle …</translation>
    </message>
    <message>
        <location filename="../ui/features/settings.py"/>
        <source>Base models</source>
        <translation>Basismodelle</translation>
    </message>
    <message>
        <location filename="../ui/features/settings.py"/>
        <source>Shortcuts</source>
        <translation>Tastenkürzel</translation>
    </message>
</context>
<context>
    <name>ShortcutsPage</name>
    <message>
        <location filename="../ui/shortcuts_page.py"/>
        <source>Search actions and keys …</source>
        <translation>Aktionen und Tasten suchen …</translation>
    </message>
    <message>
        <location filename="../ui/shortcuts_page.py"/>
        <source>Search shortcuts</source>
        <translation>Tastenkürzel suchen</translation>
    </message>
    <message>
        <location filename="../ui/shortcuts_page.py"/>
        <source>Actions</source>
        <translation>Aktionen</translation>
    </message>
    <message>
        <location filename="../ui/shortcuts_page.py"/>
        <source>Action</source>
        <translation>Aktion</translation>
    </message>
    <message>
        <location filename="../ui/shortcuts_page.py"/>
        <source>Keys</source>
        <translation>Tasten</translation>
    </message>
    <message>
        <location filename="../ui/shortcuts_page.py"/>
        <source>New keys</source>
        <translation>Neue Tasten</translation>
    </message>
    <message>
        <location filename="../ui/shortcuts_page.py"/>
        <source>None</source>
        <translation>Keine</translation>
    </message>
    <message>
        <location filename="../ui/shortcuts_page.py"/>
        <source>Default</source>
        <translation>Vorgabe</translation>
    </message>
    <message>
        <location filename="../ui/shortcuts_page.py"/>
        <source>All as at the start</source>
        <translation>Alle wie am Anfang</translation>
    </message>
    <message>
        <location filename="../ui/shortcuts_page.py"/>
        <source>Press new keys:</source>
        <translation>Neue Tasten drücken:</translation>
    </message>
    <message>
        <location filename="../ui/shortcuts_page.py"/>
        <source>{0} belongs to “{1}” already.</source>
        <translation>{0} gehört schon zu „{1}“.</translation>
    </message>
</context>
<context>
    <name>SmallModelBanner</name>
    <message>
        <location filename="../ui/banner.py"/>
        <source>About the model in use</source>
        <translation>Zum benutzten Modell</translation>
    </message>
    <message>
        <location filename="../ui/banner.py"/>
        <source>Dismiss the remark</source>
        <translation>Den Hinweis schließen</translation>
    </message>
    <message>
        <location filename="../ui/banner.py"/>
        <source>Dismiss</source>
        <translation>Schließen</translation>
    </message>
    <message>
        <location filename="../ui/banner.py"/>
        <source>The small model is in use. It draws like its training pictures; photographs want a full-size model.</source>
        <translation>Das kleine Modell ist in Gebrauch. Es zeichnet wie seine Trainingsbilder; Fotos brauchen ein Modell voller Größe.</translation>
    </message>
    <message>
        <location filename="../ui/banner.py"/>
        <source>Choose another model …</source>
        <translation>Anderes Modell wählen …</translation>
    </message>
    <message>
        <location filename="../ui/banner.py"/>
        <source>Install a model …</source>
        <translation>Ein Modell installieren …</translation>
    </message>
</context>
<context>
    <name>StartPage</name>
    <message>
        <location filename="../ui/start_page.py"/>
        <source>Start</source>
        <translation>Start</translation>
    </message>
    <message>
        <location filename="../ui/start_page.py"/>
        <source>Drop a photo here</source>
        <translation>Ein Foto hier ablegen</translation>
    </message>
    <message>
        <location filename="../ui/start_page.py"/>
        <source>JPEG, PNG, WebP or TIFF. It stays on this machine.</source>
        <translation>JPEG, PNG, WebP oder TIFF. Es bleibt auf diesem Rechner.</translation>
    </message>
    <message>
        <location filename="../ui/start_page.py"/>
        <source>Open a photo …</source>
        <translation>Ein Foto öffnen …</translation>
    </message>
    <message>
        <location filename="../ui/start_page.py"/>
        <source>Paste</source>
        <translation>Einfügen</translation>
    </message>
    <message>
        <location filename="../ui/start_page.py"/>
        <source>Try the sample portrait</source>
        <translation>Mit dem Beispielporträt probieren</translation>
    </message>
    <message>
        <location filename="../ui/start_page.py"/>
        <source>Lately open</source>
        <translation>Zuletzt offen</translation>
    </message>
    <message>
        <location filename="../ui/start_page.py"/>
        <source>Opening {0} …</source>
        <translation>{0} wird geöffnet …</translation>
    </message>
    <message>
        <location filename="../ui/start_page.py"/>
        <source>Open {0}</source>
        <translation>{0} öffnen</translation>
    </message>
</context>
<context>
    <name>StudioState</name>
    <message>
        <location filename="../model/studio.py"/>
        <source>Nothing is lost.</source>
        <translation>Nichts ist verloren.</translation>
    </message>
    <message>
        <location filename="../model/studio.py"/>
        <source>Learning can go on where it was.</source>
        <translation>Das Lernen kann dort weitergehen, wo es war.</translation>
    </message>
    <message>
        <location filename="../model/studio.py"/>
        <source>What was running has to be started again; photo, masks and results are here.</source>
        <translation>Was lief, muss neu gestartet werden; Foto, Masken und Ergebnisse sind noch da.</translation>
    </message>
    <message>
        <location filename="../model/studio.py"/>
        <source>The engine has stopped and is being started again.</source>
        <translation>Die Engine wurde beendet und wird neu gestartet.</translation>
    </message>
    <message>
        <location filename="../model/studio.py"/>
        <source>The engine did not answer any more. It was ended, and another one runs now.</source>
        <translation>Die Engine antwortete nicht mehr. Sie wurde beendet, und jetzt läuft eine andere.</translation>
    </message>
</context>
<context>
    <name>TokenDialog</name>
    <message>
        <location filename="../ui/token_dialog.py"/>
        <source>Notes</source>
        <translation>Notizen</translation>
    </message>
    <message>
        <location filename="../ui/token_dialog.py"/>
        <source>Tags</source>
        <translation>Schlagwörter</translation>
    </message>
    <message>
        <location filename="../ui/token_dialog.py"/>
        <source>separated by commas</source>
        <translation>durch Kommas getrennt</translation>
    </message>
    <message>
        <location filename="../ui/token_dialog.py"/>
        <source>Photo it was learned from</source>
        <translation>Foto, aus dem es gelernt wurde</translation>
    </message>
    <message>
        <location filename="../ui/token_dialog.py"/>
        <source>Where it acts on its own photo</source>
        <translation>Wo es auf seinem eigenen Foto wirkt</translation>
    </message>
    <message>
        <location filename="../ui/token_dialog.py"/>
        <source>a person's identity</source>
        <translation>die Identität einer Person</translation>
    </message>
    <message>
        <location filename="../ui/token_dialog.py"/>
        <source>an attribute</source>
        <translation>ein Merkmal</translation>
    </message>
    <message>
        <location filename="../ui/token_dialog.py"/>
        <source>It needs the base model {0}.</source>
        <translation>Es braucht das Basismodell {0}.</translation>
    </message>
    <message>
        <location filename="../ui/token_dialog.py"/>
        <source>The photo shows</source>
        <translation>Das Foto zeigt</translation>
    </message>
    <message>
        <location filename="../ui/token_dialog.py"/>
        <source>Stays clear of</source>
        <translation>Hält sich fern von</translation>
    </message>
    <message>
        <location filename="../ui/token_dialog.py"/>
        <source>Base model</source>
        <translation>Basismodell</translation>
    </message>
    <message>
        <location filename="../ui/token_dialog.py"/>
        <source>Learned</source>
        <translation>Gelernt</translation>
    </message>
    <message>
        <location filename="../ui/token_dialog.py"/>
        <source>Steps</source>
        <translation>Schritte</translation>
    </message>
    <message>
        <location filename="../ui/token_dialog.py"/>
        <source>seed {0}</source>
        <translation>Startwert {0}</translation>
    </message>
    <message>
        <location filename="../ui/token_dialog.py"/>
        <source>Loss reached</source>
        <translation>Erreichter Verlust</translation>
    </message>
    <message>
        <location filename="../ui/token_dialog.py"/>
        <source>Closeness to attribute words</source>
        <translation>Nähe zu Merkmalswörtern</translation>
    </message>
    <message>
        <location filename="../ui/token_dialog.py"/>
        <source>Consent</source>
        <translation>Einverständnis</translation>
    </message>
    <message>
        <location filename="../ui/token_dialog.py"/>
        <source>Size</source>
        <translation>Größe</translation>
    </message>
    <message>
        <location filename="../ui/token_dialog.py"/>
        <source>File</source>
        <translation>Datei</translation>
    </message>
    <message>
        <location filename="../ui/token_dialog.py"/>
        <source>Settings of the learning</source>
        <translation>Einstellungen des Lernens</translation>
    </message>
    <message>
        <location filename="../ui/token_dialog.py"/>
        <source>Use in the prompt</source>
        <translation>Im Prompt verwenden</translation>
    </message>
    <message>
        <location filename="../ui/token_dialog.py"/>
        <source>Export …</source>
        <translation>Exportieren …</translation>
    </message>
</context>
<context>
    <name>TokensFeature</name>
    <message>
        <location filename="../ui/features/tokens.py"/>
        <source>&amp;Details …</source>
        <translation>Ein&amp;zelheiten …</translation>
    </message>
    <message>
        <location filename="../ui/features/tokens.py"/>
        <source>E&amp;xport …</source>
        <translation>E&amp;xportieren …</translation>
    </message>
    <message>
        <location filename="../ui/features/tokens.py"/>
        <source>&amp;Import …</source>
        <translation>&amp;Importieren …</translation>
    </message>
    <message>
        <location filename="../ui/features/tokens.py"/>
        <source>Choose a token in the library first.</source>
        <translation>Wählen Sie zuerst ein Token in der Bibliothek.</translation>
    </message>
</context>
<context>
    <name>ToolBar</name>
    <message>
        <location filename="../ui/tool_bar.py"/>
        <source>Tools</source>
        <translation>Werkzeuge</translation>
    </message>
</context>
<context>
    <name>ToolOptions</name>
    <message>
        <location filename="../ui/tool_bar.py"/>
        <source>Tool settings</source>
        <translation>Einstellungen des Werkzeugs</translation>
    </message>
    <message>
        <location filename="../ui/tool_bar.py"/>
        <source>Size</source>
        <translation>Größe</translation>
    </message>
    <message>
        <location filename="../ui/tool_bar.py"/>
        <source>Diameter in pixels</source>
        <translation>Durchmesser in Bildpunkten</translation>
    </message>
    <message>
        <location filename="../ui/tool_bar.py"/>
        <source>Hardness</source>
        <translation>Härte</translation>
    </message>
    <message>
        <location filename="../ui/tool_bar.py"/>
        <source>How sharp the brush's edge is</source>
        <translation>Wie scharf der Rand des Pinsels ist</translation>
    </message>
    <message>
        <location filename="../ui/tool_bar.py"/>
        <source>Tolerance</source>
        <translation>Toleranz</translation>
    </message>
    <message>
        <location filename="../ui/tool_bar.py"/>
        <source>How different a colour may be</source>
        <translation>Wie sehr eine Farbe abweichen darf</translation>
    </message>
    <message>
        <location filename="../ui/tool_bar.py"/>
        <source>Pen pressure</source>
        <translation>Stiftdruck</translation>
    </message>
    <message>
        <location filename="../ui/tool_bar.py"/>
        <source>The pen's pressure changes the size</source>
        <translation>Der Druck des Stifts ändert die Größe</translation>
    </message>
    <message>
        <location filename="../ui/tool_bar.py"/>
        <source>Connected</source>
        <translation>Zusammenhängend</translation>
    </message>
    <message>
        <location filename="../ui/tool_bar.py"/>
        <source>Only what hangs together with the place</source>
        <translation>Nur, was mit der Stelle zusammenhängt</translation>
    </message>
    <message>
        <location filename="../ui/tool_bar.py"/>
        <source>Take away</source>
        <translation>Wegnehmen</translation>
    </message>
    <message>
        <location filename="../ui/tool_bar.py"/>
        <source>Take away instead of adding; Alt does so for one time</source>
        <translation>Wegnehmen statt dazugeben; mit Alt für ein Mal</translation>
    </message>
    <message>
        <location filename="../ui/tool_bar.py"/>
        <source>Drag to move the picture, turn the wheel to zoom.</source>
        <translation>Ziehen verschiebt das Bild, das Mausrad vergrößert.</translation>
    </message>
    <message>
        <location filename="../ui/tool_bar.py"/>
        <source>Draw around what is meant.</source>
        <translation>Umfahren Sie, was gemeint ist.</translation>
    </message>
    <message>
        <location filename="../ui/tool_bar.py"/>
        <source>Click the corners; Enter closes.</source>
        <translation>Ecken anklicken; die Eingabetaste schließt.</translation>
    </message>
    <message>
        <location filename="../ui/tool_bar.py"/>
        <source>Drag from corner to corner.</source>
        <translation>Von Ecke zu Ecke ziehen.</translation>
    </message>
    <message>
        <location filename="../ui/tool_bar.py"/>
        <source>Click on a colour.</source>
        <translation>Auf eine Farbe klicken.</translation>
    </message>
    <message>
        <location filename="../ui/tool_bar.py"/>
        <source>Click on a thing, or draw a box around it.</source>
        <translation>Auf etwas klicken oder einen Kasten darum ziehen.</translation>
    </message>
</context>
<context>
    <name>UndoBar</name>
    <message>
        <location filename="../ui/widgets.py"/>
        <source>Undo</source>
        <translation>Rückgängig</translation>
    </message>
</context>
<context>
    <name>UnsavedGuard</name>
    <message numerus="yes">
        <location filename="../ui/unsaved_guard.py"/>
        <source>%n result(s) are in no file and not in the history: they would be lost.</source>
        <translation>
            <numerusform>%n Ergebnis liegt in keiner Datei und nicht im Verlauf: Es ginge verloren.</numerusform>
            <numerusform>%n Ergebnisse liegen in keiner Datei und nicht im Verlauf: Sie gingen verloren.</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <location filename="../ui/unsaved_guard.py"/>
        <source>%n result(s) are in no file; they stay in the history.</source>
        <translation>
            <numerusform>%n Ergebnis liegt in keiner Datei; es bleibt im Verlauf.</numerusform>
            <numerusform>%n Ergebnisse liegen in keiner Datei; sie bleiben im Verlauf.</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <location filename="../ui/unsaved_guard.py"/>
        <source>%n painted mask(s) are in no file and would be lost.</source>
        <translation>
            <numerusform>%n gemalte Maske liegt in keiner Datei und ginge verloren.</numerusform>
            <numerusform>%n gemalte Masken liegen in keiner Datei und gingen verloren.</numerusform>
        </translation>
    </message>
    <message>
        <location filename="../ui/unsaved_guard.py"/>
        <source>Not saved yet</source>
        <translation>Noch nicht gespeichert</translation>
    </message>
    <message>
        <location filename="../ui/unsaved_guard.py"/>
        <source>Save it first?</source>
        <translation>Vorher speichern?</translation>
    </message>
    <message>
        <location filename="../ui/unsaved_guard.py"/>
        <source>Save …</source>
        <translation>Speichern …</translation>
    </message>
    <message>
        <location filename="../ui/unsaved_guard.py"/>
        <source>Go on without saving</source>
        <translation>Ohne Speichern weiter</translation>
    </message>
</context>
<context>
    <name>UsePage</name>
    <message>
        <location filename="../ui/wizard.py"/>
        <source>Welcome to S²Edit Studio</source>
        <translation>Willkommen bei S²Edit Studio</translation>
    </message>
    <message>
        <location filename="../ui/wizard.py"/>
        <source>Learn a person from one photo, then edit photos by text.</source>
        <translation>Lernen Sie eine Person aus einem Foto, dann bearbeiten Sie Fotos mit Worten.</translation>
    </message>
    <message>
        <location filename="../ui/wizard.py"/>
        <source>Photos, masks, tokens and results stay on this machine. Nothing is sent anywhere; only models are downloaded, and only when you say so.</source>
        <translation>Fotos, Masken, Token und Ergebnisse bleiben auf diesem Rechner. Nichts wird verschickt; nur Modelle werden heruntergeladen, und nur, wenn Sie es sagen.</translation>
    </message>
    <message>
        <location filename="../ui/wizard.py"/>
        <source>A likeness belongs to the person shown. Learn and edit people who agree to it, or yourself. The program asks for this agreement with every person and keeps the answer in their tokens.</source>
        <translation>Ein Bildnis gehört der gezeigten Person. Lernen und bearbeiten Sie Menschen, die einverstanden sind, oder sich selbst. Das Programm fragt bei jeder Person nach diesem Einverständnis und bewahrt die Antwort in ihren Token auf.</translation>
    </message>
    <message>
        <location filename="../ui/wizard.py"/>
        <source>Files of results say that they were edited by AI. Do not use them to deceive or to hurt anybody.</source>
        <translation>In den Dateien der Ergebnisse steht, dass sie mit KI bearbeitet wurden. Täuschen und verletzen Sie damit niemanden.</translation>
    </message>
    <message>
        <location filename="../ui/wizard.py"/>
        <source>“Forget for good” in the library removes a person with everything that was made of them here.</source>
        <translation>„Endgültig vergessen“ in der Bibliothek entfernt eine Person mit allem, was hier von ihr gemacht wurde.</translation>
    </message>
    <message>
        <location filename="../ui/wizard.py"/>
        <source>I use it only with likenesses that I may use</source>
        <translation>Ich verwende es nur für Bildnisse, die ich verwenden darf</translation>
    </message>
    <message>
        <location filename="../ui/wizard.py"/>
        <source>Agree to this to go on.</source>
        <translation>Stimmen Sie zu, um fortzufahren.</translation>
    </message>
</context>
<context>
    <name>ViewBar</name>
    <message>
        <location filename="../ui/view_bar.py"/>
        <source>Zoom</source>
        <translation>Zoom</translation>
    </message>
    <message>
        <location filename="../ui/view_bar.py"/>
        <source>Word or token whose attention is shown</source>
        <translation>Wort oder Token, dessen Aufmerksamkeit gezeigt wird</translation>
    </message>
    <message>
        <location filename="../ui/view_bar.py"/>
        <source>A word of the prompt, or a token</source>
        <translation>Ein Wort des Prompts oder ein Token</translation>
    </message>
    <message>
        <location filename="../ui/view_bar.py"/>
        <source>word</source>
        <translation>Wort</translation>
    </message>
    <message>
        <location filename="../ui/view_bar.py"/>
        <source>Before</source>
        <translation>Vorher</translation>
    </message>
    <message>
        <location filename="../ui/view_bar.py"/>
        <source>Show the photo while held</source>
        <translation>Das Foto zeigen, solange gehalten wird</translation>
    </message>
</context>
<context>
    <name>WeightsField</name>
    <message>
        <location filename="../ui/weights_field.py"/>
        <source>Word that gets a weight</source>
        <translation>Wort, das ein Gewicht bekommt</translation>
    </message>
    <message>
        <location filename="../ui/weights_field.py"/>
        <source>Choose a word of the prompt, or write one and press Enter</source>
        <translation>Wählen Sie ein Wort des Prompts, oder schreiben Sie eines und drücken Sie die Eingabetaste</translation>
    </message>
    <message>
        <location filename="../ui/weights_field.py"/>
        <source>weight of a word …</source>
        <translation>Gewicht eines Wortes …</translation>
    </message>
    <message>
        <location filename="../ui/weights_field.py"/>
        <source>Weight of {0}</source>
        <translation>Gewicht von {0}</translation>
    </message>
    <message>
        <location filename="../ui/weights_field.py"/>
        <source>No weight for {0}</source>
        <translation>Kein Gewicht für {0}</translation>
    </message>
    <message>
        <location filename="../ui/weights_field.py"/>
        <source>This word is not in the prompt.</source>
        <translation>Dieses Wort steht nicht im Prompt.</translation>
    </message>
</context>
<context>
    <name>Wizard</name>
    <message>
        <location filename="../ui/wizard.py"/>
        <source>First steps</source>
        <translation>Erste Schritte</translation>
    </message>
    <message>
        <location filename="../ui/wizard.py"/>
        <source>Later</source>
        <translation>Später</translation>
    </message>
    <message>
        <location filename="../ui/wizard.py"/>
        <source>Start</source>
        <translation>Start</translation>
    </message>
    <message>
        <location filename="../ui/wizard.py"/>
        <source>Next</source>
        <translation>Weiter</translation>
    </message>
    <message>
        <location filename="../ui/wizard.py"/>
        <source>Back</source>
        <translation>Zurück</translation>
    </message>
</context>
<context>
    <name>_FileRow</name>
    <message>
        <location filename="../ui/credentials_page.py"/>
        <source>left empty: made on this machine</source>
        <translation>leer: auf diesem Rechner erstellt</translation>
    </message>
    <message>
        <location filename="../ui/credentials_page.py"/>
        <source>Choose …</source>
        <translation>Auswählen …</translation>
    </message>
    <message>
        <location filename="../ui/credentials_page.py"/>
        <source>Choose: {0}</source>
        <translation>Auswählen: {0}</translation>
    </message>
    <message>
        <location filename="../ui/credentials_page.py"/>
        <source>Choose the file</source>
        <translation>Die Datei auswählen</translation>
    </message>
    <message>
        <location filename="../ui/credentials_page.py"/>
        <source>Certificates and keys</source>
        <translation>Zertifikate und Schlüssel</translation>
    </message>
</context>
<context>
    <name>_LayerRow</name>
    <message>
        <location filename="../ui/mask_panel.py"/>
        <source>Show {0}</source>
        <translation>{0} zeigen</translation>
    </message>
    <message>
        <location filename="../ui/mask_panel.py"/>
        <source>Show or hide this mask</source>
        <translation>Diese Maske zeigen oder verbergen</translation>
    </message>
    <message>
        <location filename="../ui/mask_panel.py"/>
        <source>Colour of {0}</source>
        <translation>Farbe von {0}</translation>
    </message>
    <message>
        <location filename="../ui/mask_panel.py"/>
        <source>Colour of this mask</source>
        <translation>Farbe dieser Maske</translation>
    </message>
    <message>
        <location filename="../ui/mask_panel.py"/>
        <source>Colour of the mask</source>
        <translation>Farbe der Maske</translation>
    </message>
</context>
<context>
    <name>files</name>
    <message>
        <location filename="../ui/plain_text.py"/>
        <source>{0} is there already. Replace it?</source>
        <translation>{0} gibt es schon. Ersetzen?</translation>
    </message>
    <message>
        <location filename="../ui/plain_text.py"/>
        <source>{0} is the photo itself. Overwrite the original?</source>
        <translation>{0} ist das Foto selbst. Das Original überschreiben?</translation>
    </message>
    <message>
        <location filename="../ui/plain_text.py"/>
        <source>Replace the file?</source>
        <translation>Die Datei ersetzen?</translation>
    </message>
</context>
<context>
    <name>tools</name>
    <message>
        <location filename="../ui/canvas/tools.py"/>
        <source>Eraser</source>
        <translation>Radierer</translation>
    </message>
    <message>
        <location filename="../ui/canvas/tools.py"/>
        <source>Brush</source>
        <translation>Pinsel</translation>
    </message>
    <message>
        <location filename="../ui/canvas/tools.py"/>
        <source>Ellipse</source>
        <translation>Ellipse</translation>
    </message>
    <message>
        <location filename="../ui/canvas/tools.py"/>
        <source>Rectangle</source>
        <translation>Rechteck</translation>
    </message>
    <message>
        <location filename="../ui/canvas/tools.py"/>
        <source>Lasso</source>
        <translation>Lasso</translation>
    </message>
    <message>
        <location filename="../ui/canvas/tools.py"/>
        <source>Polygon</source>
        <translation>Polygon</translation>
    </message>
</context>
<context>
    <name>wording</name>
    <message numerus="yes">
        <location filename="../ui/formatting.py"/>
        <source>%n s left</source>
        <translation>
            <numerusform>noch %n s</numerusform>
            <numerusform>noch %n s</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <location filename="../ui/formatting.py"/>
        <source>%n min left</source>
        <translation>
            <numerusform>noch %n min</numerusform>
            <numerusform>noch %n min</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <location filename="../ui/formatting.py"/>
        <source>%n h left</source>
        <translation>
            <numerusform>noch %n h</numerusform>
            <numerusform>noch %n h</numerusform>
        </translation>
    </message>
    <message>
        <location filename="../ui/formatting.py"/>
        <source>learning</source>
        <translation>lernt</translation>
    </message>
    <message>
        <location filename="../ui/formatting.py"/>
        <source>inverting</source>
        <translation>invertiert</translation>
    </message>
    <message>
        <location filename="../ui/formatting.py"/>
        <source>optimizing the null text</source>
        <translation>passt den leeren Text an</translation>
    </message>
    <message>
        <location filename="../ui/formatting.py"/>
        <source>editing photos</source>
        <translation>bearbeitet Fotos</translation>
    </message>
    <message>
        <location filename="../ui/formatting.py"/>
        <source>editing</source>
        <translation>bearbeitet</translation>
    </message>
    <message>
        <location filename="../ui/formatting.py"/>
        <source>finding the region</source>
        <translation>Bereich wird gesucht</translation>
    </message>
    <message>
        <location filename="../ui/formatting.py"/>
        <source>looking</source>
        <translation>wird betrachtet</translation>
    </message>
    <message>
        <location filename="../ui/formatting.py"/>
        <source>waiting for another program that changes the models</source>
        <translation>wartet auf ein anderes Programm, das die Modelle ändert</translation>
    </message>
    <message>
        <location filename="../ui/formatting.py"/>
        <source>checking what is here</source>
        <translation>prüft, was da ist</translation>
    </message>
    <message>
        <location filename="../ui/formatting.py"/>
        <source>moving models</source>
        <translation>verlegt Modelle</translation>
    </message>
    <message>
        <location filename="../ui/formatting.py"/>
        <source>downloading {0}</source>
        <translation>lädt {0}</translation>
    </message>
    <message>
        <location filename="../ui/formatting.py"/>
        <source>copying {0}</source>
        <translation>kopiert {0}</translation>
    </message>
    <message>
        <location filename="../ui/formatting.py"/>
        <source>asking for {0}</source>
        <translation>Anfrage nach {0}</translation>
    </message>
    <message>
        <location filename="../ui/formatting.py"/>
        <source>checking {0}</source>
        <translation>prüft {0}</translation>
    </message>
    <message>
        <location filename="../ui/formatting.py"/>
        <source>importing {0}</source>
        <translation>importiert {0}</translation>
    </message>
    <message>
        <location filename="../ui/formatting.py"/>
        <source>hashing {0}</source>
        <translation>bildet Prüfsummen von {0}</translation>
    </message>
    <message>
        <location filename="../ui/formatting.py"/>
        <source>Learn {0}</source>
        <translation>{0} lernen</translation>
    </message>
    <message>
        <location filename="../ui/formatting.py"/>
        <source>Edit with {0}</source>
        <translation>Bearbeiten mit {0}</translation>
    </message>
    <message>
        <location filename="../ui/formatting.py"/>
        <source>Edit by text</source>
        <translation>Bearbeiten durch Text</translation>
    </message>
    <message>
        <location filename="../ui/formatting.py"/>
        <source>Find a mask</source>
        <translation>Eine Maske finden</translation>
    </message>
    <message>
        <location filename="../ui/formatting.py"/>
        <source>Suggest a prompt</source>
        <translation>Prompt vorschlagen</translation>
    </message>
    <message>
        <location filename="../ui/formatting.py"/>
        <source>Recognise people</source>
        <translation>Personen erkennen</translation>
    </message>
    <message>
        <location filename="../ui/formatting.py"/>
        <source>Load the model</source>
        <translation>Modell laden</translation>
    </message>
    <message>
        <location filename="../ui/formatting.py"/>
        <source>Show where “{0}” looks</source>
        <translation>Zeigen, wohin „{0}“ sieht</translation>
    </message>
    <message>
        <location filename="../ui/formatting.py"/>
        <source>Make a result again</source>
        <translation>Ein Ergebnis noch einmal rechnen</translation>
    </message>
    <message>
        <location filename="../ui/formatting.py"/>
        <source>Download {0}</source>
        <translation>{0} herunterladen</translation>
    </message>
    <message>
        <location filename="../ui/formatting.py"/>
        <source>Import a model</source>
        <translation>Ein Modell importieren</translation>
    </message>
    <message>
        <location filename="../ui/formatting.py"/>
        <source>Import {0}</source>
        <translation>{0} importieren</translation>
    </message>
    <message>
        <location filename="../ui/formatting.py"/>
        <source>Check {0}</source>
        <translation>{0} prüfen</translation>
    </message>
    <message>
        <location filename="../ui/formatting.py"/>
        <source>Move the models</source>
        <translation>Die Modelle verlegen</translation>
    </message>
    <message>
        <location filename="../ui/formatting.py"/>
        <source>{0} of {1}</source>
        <translation>{0} von {1}</translation>
    </message>
    <message>
        <location filename="../ui/formatting.py"/>
        <source>about {0}</source>
        <translation>etwa {0}</translation>
    </message>
    <message>
        <location filename="../ui/formatting.py"/>
        <source>{0} of memory, {1} are free</source>
        <translation>{0} Speicher, {1} sind frei</translation>
    </message>
    <message>
        <location filename="../ui/formatting.py"/>
        <source>{0} of memory</source>
        <translation>{0} Speicher</translation>
    </message>
</context>
</TS>
