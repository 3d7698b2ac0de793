<?xml version="1.0" encoding="utf-8"?>
<!DOCTYPE TS>
<TS version="2.1" language="de">
<context>
    <name>engine</name>
    <message>
        <location filename="../api/limits.py"/>
        <source>A token has 1 to 8 vectors.</source>
        <translation>Ein Token hat 1 bis 8 Vektoren.</translation>
    </message>
    <message>
        <location filename="../api/limits.py"/>
        <source>A batch has 1 to {0} pictures.</source>
        <translation>Ein Stapel hat 1 bis {0} Bilder.</translation>
    </message>
    <message>
        <location filename="../api/limits.py"/>
        <source>Learning takes 1 to {0} steps, not {1}.</source>
        <translation>Lernen braucht 1 bis {0} Schritte, nicht {1}.</translation>
    </message>
    <message>
        <location filename="../api/limits.py"/>
        <source>Change --steps.</source>
        <translation>Ändern Sie --steps.</translation>
    </message>
    <message>
        <location filename="../api/limits.py"/>
        <source>The rank of {0} is 1 to {1}.</source>
        <translation>Der Rang von {0} ist 1 bis {1}.</translation>
    </message>
    <message>
        <location filename="../api/limits.py"/>
        <source>A token is learned from 1 to {0} copies.</source>
        <translation>Ein Token wird aus 1 bis {0} Kopien gelernt.</translation>
    </message>
    <message>
        <location filename="../api/limits.py"/>
        <source>A prompt has 1 to {0} wordings.</source>
        <translation>Ein Prompt hat 1 bis {0} Fassungen.</translation>
    </message>
    <message>
        <location filename="../api/limits.py"/>
        <source>A learning rate is a number from 0 to 10.</source>
        <translation>Eine Lernrate ist eine Zahl von 0 bis 10.</translation>
    </message>
    <message>
        <location filename="../api/limits.py"/>
        <source>The defaults are 0.005 and 0.002.</source>
        <translation>Vorgabe sind 0.005 und 0.002.</translation>
    </message>
    <message>
        <location filename="../api/limits.py"/>
        <source>An edit takes 1 to {0} steps.</source>
        <translation>Eine Bearbeitung braucht 1 bis {0} Schritte.</translation>
    </message>
    <message>
        <location filename="../api/limits.py"/>
        <source>The guidance is a number from {0} to {1}.</source>
        <translation>Die Prompttreue ist eine Zahl von {0} bis {1}.</translation>
    </message>
    <message>
        <location filename="../api/limits.py"/>
        <source>The token's guidance is a number from {0} to {1}.</source>
        <translation>Die Guidance des Tokens ist eine Zahl von {0} bis {1}.</translation>
    </message>
    <message>
        <location filename="../api/limits.py"/>
        <source>The strength is a number from {0} to {1}.</source>
        <translation>Die Stärke ist eine Zahl von {0} bis {1}.</translation>
    </message>
    <message>
        <location filename="../api/limits.py"/>
        <source>The part of the steps is a number from {0} to {1}.</source>
        <translation>Der Anteil der Schritte ist eine Zahl von {0} bis {1}.</translation>
    </message>
    <message>
        <location filename="../api/limits.py"/>
        <source>The weight of a word is a number from -100 to 100.</source>
        <translation>Das Gewicht eines Wortes ist eine Zahl von -100 bis 100.</translation>
    </message>
    <message>
        <location filename="../api/limits.py"/>
        <source>There are more than {0} {1}.</source>
        <translation>Es gibt mehr als {0} {1}.</translation>
    </message>
    <message>
        <location filename="../api/limits.py"/>
        <source>Leave some out.</source>
        <translation>Lassen Sie einige weg.</translation>
    </message>
    <message>
        <location filename="../api/limits.py"/>
        <location filename="../api/prompts.py"/>
        <source>The {0} is longer than {1} characters.</source>
        <translation>{0} ist länger als {1} Zeichen.</translation>
    </message>
    <message>
        <location filename="../api/limits.py"/>
        <location filename="../tokens/file.py"/>
        <source>Shorten it.</source>
        <translation>Kürzen Sie es.</translation>
    </message>
    <message>
        <location filename="../api/limits.py"/>
        <source>The {0} holds bytes that are no text.</source>
        <translation>{0} enthält Bytes, die kein Text sind.</translation>
    </message>
    <message>
        <location filename="../api/limits.py"/>
        <source>Write it in UTF-8.</source>
        <translation>Schreiben Sie es in UTF-8.</translation>
    </message>
    <message>
        <location filename="../api/limits.py"/>
        <source>{0} was asked for as {1}.</source>
        <translation>{0} wurde als {1} verlangt.</translation>
    </message>
    <message>
        <location filename="../api/prompt_syntax.py"/>
        <source>Read as weights of words: {0}.</source>
        <translation>Als Gewichte von Wörtern gelesen: {0}.</translation>
    </message>
    <message>
        <location filename="../api/prompt_syntax.py"/>
        <source>LoRAs and the like in a prompt are left out.</source>
        <translation>LoRAs und Ähnliches in einem Prompt werden weggelassen.</translation>
    </message>
    <message>
        <location filename="../api/prompt_syntax.py"/>
        <source>The settings pasted with the prompt are left out.</source>
        <translation>Die mit dem Prompt eingefügten Einstellungen werden weggelassen.</translation>
    </message>
    <message>
        <location filename="../api/prompt_syntax.py"/>
        <source>The negative prompt pasted with the prompt is left out.</source>
        <translation>Der mit dem Prompt eingefügte negative Prompt wird weggelassen.</translation>
    </message>
    <message>
        <location filename="../api/prompt_syntax.py"/>
        <source>The negative prompt and the settings pasted with the prompt are left out.</source>
        <translation>Der mit dem Prompt eingefügte negative Prompt und die Einstellungen werden weggelassen.</translation>
    </message>
    <message>
        <location filename="../api/prompts.py"/>
        <location filename="../library/names.py"/>
        <source>Choose a shorter one.</source>
        <translation>Wählen Sie einen kürzeren.</translation>
    </message>
    <message>
        <location filename="../api/prompts.py"/>
        <source>'{0}' cannot be a {1}.</source>
        <translation>„{0}“ kann nicht {1} sein.</translation>
    </message>
    <message>
        <location filename="../api/prompts.py"/>
        <source>Use letters, digits, '-', '_' and '.', beginning with a letter or digit.</source>
        <translation>Möglich sind Buchstaben, Ziffern, „-“, „_“ und „.“, am Anfang ein Buchstabe oder eine Ziffer.</translation>
    </message>
    <message>
        <location filename="../api/prompts.py"/>
        <source>'{0}' is no token name.</source>
        <translation>„{0}“ ist kein Name eines Tokens.</translation>
    </message>
    <message>
        <location filename="../api/prompts.py"/>
        <source>Write it as PERSON/NAME, e.g. anna/me.</source>
        <translation>Schreiben Sie ihn als PERSON/NAME, zum Beispiel anna/me.</translation>
    </message>
    <message>
        <location filename="../api/prompts.py"/>
        <source>'{0}' in the prompt is no token.</source>
        <translation>„{0}“ im Prompt ist kein Token.</translation>
    </message>
    <message>
        <location filename="../api/prompts.py"/>
        <source>Write a token as &lt;person/name&gt;.</source>
        <translation>Schreiben Sie ein Token als &lt;person/name&gt;.</translation>
    </message>
    <message>
        <location filename="../api/prompts.py"/>
        <source>The prompt does not contain the class noun '{0}'.</source>
        <translation>Im Prompt steht das Gattungswort „{0}“ nicht.</translation>
    </message>
    <message>
        <location filename="../api/prompts.py"/>
        <source>Name the subject as in "a photo of a {0}", or write {1} where it belongs.</source>
        <translation>Nennen Sie das Motiv, etwa „a photo of a {0}“, oder schreiben Sie {1}, wo es hingehört.</translation>
    </message>
    <message>
        <location filename="../api/safety.py"/>
        <source>Prompts about nudity or sex are refused where the photo may show a person.</source>
        <translation>Prompts über Nacktheit oder Sex werden abgelehnt, wo das Foto eine Person zeigen kann.</translation>
    </message>
    <message>
        <location filename="../api/safety.py"/>
        <source>Say it in other words if nothing of the kind was meant.</source>
        <translation>Sagen Sie es mit anderen Worten, wenn nichts dergleichen gemeint war.</translation>
    </message>
    <message>
        <location filename="../backbones/device.py"/>
        <source>Install the build of torch that is made for this GPU.</source>
        <translation>Installieren Sie das torch, das für diese GPU gemacht ist.</translation>
    </message>
    <message>
        <location filename="../backbones/device.py"/>
        <source>Update the driver of the GPU.</source>
        <translation>Aktualisieren Sie den Treiber der GPU.</translation>
    </message>
    <message>
        <location filename="../backbones/device.py"/>
        <source>Use --device auto.</source>
        <translation>Verwenden Sie --device auto.</translation>
    </message>
    <message>
        <location filename="../backbones/device.py"/>
        <source>Update macOS.</source>
        <translation>Aktualisieren Sie macOS.</translation>
    </message>
    <message>
        <location filename="../backbones/device.py"/>
        <source>Close other programs that use the GPU.</source>
        <translation>Schließen Sie andere Programme, die die GPU benutzen.</translation>
    </message>
    <message>
        <location filename="../backbones/device.py"/>
        <source>'{0}' is no precision.</source>
        <translation>„{0}“ ist keine Genauigkeit.</translation>
    </message>
    <message>
        <location filename="../backbones/device.py"/>
        <source>Use auto, {0}.</source>
        <translation>Möglich sind auto, {0}.</translation>
    </message>
    <message>
        <location filename="../backbones/device.py"/>
        <source>'{0}' is no device.</source>
        <translation>„{0}“ ist kein Gerät.</translation>
    </message>
    <message>
        <location filename="../backbones/device.py"/>
        <source>Use auto, cpu, cuda or mps.</source>
        <translation>Möglich sind auto, cpu, cuda oder mps.</translation>
    </message>
    <message>
        <location filename="../backbones/device.py"/>
        <source>The GPU {0} was not used because {1}.</source>
        <translation>Die GPU {0} wurde nicht benutzt, denn {1}.</translation>
    </message>
    <message>
        <location filename="../backbones/device.py"/>
        <source>No GPU was found.</source>
        <translation>Es wurde keine GPU gefunden.</translation>
    </message>
    <message>
        <location filename="../backbones/device.py"/>
        <source>The GPU {0} was not used because the model does not fit into its free memory.</source>
        <translation>Die GPU {0} wurde nicht benutzt, weil das Modell nicht in ihren freien Speicher passt.</translation>
    </message>
    <message>
        <location filename="../backbones/device.py"/>
        <source>There is none.</source>
        <translation>Es gibt keine.</translation>
    </message>
    <message>
        <location filename="../backbones/device.py"/>
        <source>Use --device auto or cpu.</source>
        <translation>Verwenden Sie --device auto oder cpu.</translation>
    </message>
    <message>
        <location filename="../backbones/device.py"/>
        <source>The format {0} was not used on {1} because {2}.</source>
        <translation>Das Format {0} wurde auf {1} nicht benutzt, denn {2}.</translation>
    </message>
    <message>
        <location filename="../backbones/device.py"/>
        <source>The format {0} was not used on the CPU because {1}.</source>
        <translation>Das Format {0} wurde auf der CPU nicht benutzt, denn {1}.</translation>
    </message>
    <message>
        <location filename="../backbones/device.py"/>
        <source>The format {0} is not faster than fp32 on this CPU.</source>
        <translation>Das Format {0} ist auf dieser CPU nicht schneller als fp32.</translation>
    </message>
    <message>
        <location filename="../backbones/device.py"/>
        <source>The format bf16 is used because memory is short for fp32.</source>
        <translation>Das Format bf16 wird benutzt, weil der Speicher für fp32 knapp ist.</translation>
    </message>
    <message>
        <location filename="../backbones/device.py"/>
        <source>No GPU was used because {0}.</source>
        <translation>Es wurde keine GPU benutzt, denn {0}.</translation>
    </message>
    <message>
        <location filename="../backbones/device.py"/>
        <source>The GPU of {0} was not used because torch is installed for the CPU alone.</source>
        <translation>Die GPU von {0} wurde nicht benutzt, weil torch nur für die CPU installiert ist.</translation>
    </message>
    <message>
        <location filename="../backbones/device.py"/>
        <source>The GPU of this Mac was not used because macOS or torch is too old for it.</source>
        <translation>Die GPU dieses Mac wurde nicht benutzt, weil macOS oder torch zu alt dafür ist.</translation>
    </message>
    <message>
        <location filename="../backbones/folder.py"/>
        <source>It can use Stable Diffusion 1.x, 2.x and XL in the diffusers layout.</source>
        <translation>Möglich sind Stable Diffusion 1.x, 2.x und XL im Aufbau von diffusers.</translation>
    </message>
    <message>
        <location filename="../backbones/folder.py"/>
        <source>Install or copy it again.</source>
        <translation>Installieren oder kopieren Sie es noch einmal.</translation>
    </message>
    <message>
        <location filename="../backbones/folder.py"/>
        <source>'{0}' is a file, not a model's folder.</source>
        <translation>„{0}“ ist eine Datei, nicht der Ordner eines Modells.</translation>
    </message>
    <message>
        <location filename="../backbones/folder.py"/>
        <source>Import it: s2edit models import FILE.</source>
        <translation>Importieren Sie sie: s2edit models import DATEI.</translation>
    </message>
    <message>
        <location filename="../backbones/folder.py"/>
        <source>There is no model in the folder '{0}'.</source>
        <translation>Im Ordner „{0}“ ist kein Modell.</translation>
    </message>
    <message>
        <location filename="../backbones/folder.py"/>
        <source>A model folder holds a model_index.json.</source>
        <translation>Im Ordner eines Modells liegt model_index.json.</translation>
    </message>
    <message>
        <location filename="../backbones/folder.py"/>
        <source>The model '{0}' is of the kind '{1}', which S2Edit Studio cannot use.</source>
        <translation>Das Modell „{0}“ ist von der Art „{1}“, mit der S²Edit Studio nicht arbeiten kann.</translation>
    </message>
    <message>
        <location filename="../backbones/folder.py"/>
        <source>The model '{0}' is the SDXL refiner, which only finishes pictures of another model.</source>
        <translation>Das Modell „{0}“ ist der Refiner von SDXL, der nur Bilder eines anderen Modells fertigstellt.</translation>
    </message>
    <message>
        <location filename="../backbones/folder.py"/>
        <source>Use the SDXL base model.</source>
        <translation>Verwenden Sie das Basismodell von SDXL.</translation>
    </message>
    <message>
        <location filename="../backbones/folder.py"/>
        <source>The model '{0}' is damaged: its configuration makes no sense.</source>
        <translation>Das Modell „{0}“ ist beschädigt: Seine Konfiguration ergibt keinen Sinn.</translation>
    </message>
    <message>
        <location filename="../backbones/folder.py"/>
        <source>The model '{0}' is incomplete: {1} is missing.</source>
        <translation>Das Modell „{0}“ ist unvollständig: {1} fehlt.</translation>
    </message>
    <message>
        <location filename="../backbones/folder.py"/>
        <source>The model '{0}' is damaged: {1} cannot be read.</source>
        <translation>Das Modell „{0}“ ist beschädigt: {1} ist nicht lesbar.</translation>
    </message>
    <message>
        <location filename="../backbones/folder.py"/>
        <source>The model '{0}' is incomplete: {1}/vocab.json is missing.</source>
        <translation>Das Modell „{0}“ ist unvollständig: {1}/vocab.json fehlt.</translation>
    </message>
    <message>
        <location filename="../backbones/folder.py"/>
        <source>The {0} of the model '{1}' is a pickled file, which may hold programs and is never loaded.</source>
        <translation>Der Teil {0} des Modells „{1}“ ist eine Pickle-Datei; sie kann Programme enthalten und wird nie geladen.</translation>
    </message>
    <message>
        <location filename="../backbones/folder.py"/>
        <source>Get the model as .safetensors.</source>
        <translation>Holen Sie das Modell als .safetensors.</translation>
    </message>
    <message>
        <location filename="../backbones/folder.py"/>
        <source>The model '{0}' is incomplete: the weights of its {1} are missing.</source>
        <translation>Das Modell „{0}“ ist unvollständig: Die Gewichte von {1} fehlen.</translation>
    </message>
    <message>
        <location filename="../backbones/folder.py"/>
        <source>The model '{0}' has a {1} of the kind '{2}', which S2Edit Studio cannot use.</source>
        <translation>Im Modell „{0}“ ist {1} von der Art „{2}“, mit der S²Edit Studio nicht arbeiten kann.</translation>
    </message>
    <message>
        <location filename="../backbones/folder.py"/>
        <source>The model '{0}' is made {1}, not for text to picture (its U-Net takes {2} channels, the latents have {3}).</source>
        <translation>Das Modell „{0}“ ist {1} gemacht, nicht für Bilder aus Text (sein U-Net nimmt {2} Kanäle, die Latents haben {3}).</translation>
    </message>
    <message>
        <location filename="../backbones/folder.py"/>
        <source>Use the text-to-picture model it was made from.</source>
        <translation>Verwenden Sie das Text-zu-Bild-Modell, aus dem es gemacht wurde.</translation>
    </message>
    <message>
        <location filename="../backbones/folder.py"/>
        <source>The model '{0}' wants to be told '{1}', which S2Edit Studio cannot say.</source>
        <translation>Das Modell „{0}“ will „{1}“ wissen, was S²Edit Studio nicht sagen kann.</translation>
    </message>
    <message>
        <location filename="../backbones/folder.py"/>
        <source>The model '{0}' wants to be told other sizes than SDXL's base model.</source>
        <translation>Das Modell „{0}“ will andere Größenangaben als das Basismodell von SDXL.</translation>
    </message>
    <message>
        <location filename="../backbones/folder.py"/>
        <source>The parts of the model '{0}' do not belong together: its text features have {1} numbers, its U-Net reads {2}.</source>
        <translation>Die Teile des Modells „{0}“ gehören nicht zusammen: Seine Textmerkmale haben {1} Zahlen, sein U-Net liest {2}.</translation>
    </message>
    <message>
        <location filename="../backbones/loading.py"/>
        <source>The {0} of the model '{1}' cannot be loaded: it is smaller than its configuration says.</source>
        <translation>{0} des Modells „{1}“ kann nicht geladen werden: die Datei ist kleiner, als die Konfiguration sagt.</translation>
    </message>
    <message>
        <location filename="../backbones/loading.py"/>
        <source>The model '{0}' is incomplete: {1} tensors of its {2} are missing ({3}).</source>
        <translation>Das Modell „{0}“ ist unvollständig: {1} Tensoren von {2} fehlen ({3}).</translation>
    </message>
    <message>
        <location filename="../backbones/loading.py"/>
        <source>There is not enough memory to load the model '{0}'.</source>
        <translation>Der Speicher reicht nicht, um das Modell „{0}“ zu laden.</translation>
    </message>
    <message>
        <location filename="../backbones/loading.py"/>
        <location filename="../backbones/memory/fallback.py"/>
        <source>Close other programs, or use a smaller model.</source>
        <translation>Schließen Sie andere Programme, oder nehmen Sie ein kleineres Modell.</translation>
    </message>
    <message>
        <location filename="../backbones/loading.py"/>
        <source>The {0} of the model '{1}' cannot be loaded: {2}.</source>
        <translation>Der Teil {0} des Modells „{1}“ lässt sich nicht laden: {2}.</translation>
    </message>
    <message>
        <location filename="../backbones/memory/fallback.py"/>
        <source>Close other programs, use a smaller model, or set the device to cpu.</source>
        <translation>Schließen Sie andere Programme, nehmen Sie ein kleineres Modell, oder stellen Sie das Gerät auf cpu.</translation>
    </message>
    <message>
        <location filename="../backbones/memory/fallback.py"/>
        <source>Memory was short: less was computed at once, which takes a little longer.</source>
        <translation>Der Speicher war knapp: Es wurde weniger auf einmal berechnet, was etwas länger dauert.</translation>
    </message>
    <message>
        <location filename="../backbones/memory/fallback.py"/>
        <source>Memory was short: one thing after the other was computed, which takes longer.</source>
        <translation>Der Speicher war knapp: Es wurde eines nach dem anderen berechnet, was länger dauert.</translation>
    </message>
    <message>
        <location filename="../backbones/memory/fallback.py"/>
        <source>Memory was short: the picture was drawn in tiles.</source>
        <translation>Der Speicher war knapp: Das Bild wurde in Kacheln gezeichnet.</translation>
    </message>
    <message>
        <location filename="../backbones/memory/fallback.py"/>
        <source>Memory was short: attention was computed in slices, which takes longer.</source>
        <translation>Der Speicher war knapp: Die Aufmerksamkeit wurde in Scheiben berechnet, was länger dauert.</translation>
    </message>
    <message>
        <location filename="../backbones/memory/fallback.py"/>
        <source>Memory was short: intermediate results were computed twice instead of kept.</source>
        <translation>Der Speicher war knapp: Zwischenergebnisse wurden zweimal berechnet statt behalten.</translation>
    </message>
    <message>
        <location filename="../backbones/memory/fallback.py"/>
        <source>Memory was short: the CPU read the words and drew the picture, which takes longer.</source>
        <translation>Der Speicher war knapp: Die CPU las die Wörter und zeichnete das Bild, was länger dauert.</translation>
    </message>
    <message>
        <location filename="../backbones/memory/fallback.py"/>
        <source>Memory was short: half precision was used; the result may differ a little.</source>
        <translation>Der Speicher war knapp: Es wurde mit halber Genauigkeit gerechnet; das Ergebnis kann etwas abweichen.</translation>
    </message>
    <message>
        <location filename="../backbones/memory/fallback.py"/>
        <source>Memory was short: the model saw the picture at three quarters of the usual size.</source>
        <translation>Der Speicher war knapp: Das Modell sah das Bild mit drei Vierteln der üblichen Größe.</translation>
    </message>
    <message>
        <location filename="../backbones/memory/fallback.py"/>
        <source>Memory was short: the model saw the picture at half of the usual size.</source>
        <translation>Der Speicher war knapp: Das Modell sah das Bild mit der Hälfte der üblichen Größe.</translation>
    </message>
    <message>
        <location filename="../backbones/memory/fallback.py"/>
        <source>This needs about {0} GB of memory, and {1} GB are free.</source>
        <translation>Dafür werden etwa {0} GB Speicher gebraucht, und {1} GB sind frei.</translation>
    </message>
    <message>
        <location filename="../backbones/memory/fallback.py"/>
        <source>The computer's memory ran out while the photo was worked on.</source>
        <translation>Der Speicher des Rechners reichte nicht, um das Foto zu bearbeiten.</translation>
    </message>
    <message>
        <location filename="../backbones/memory/fallback.py"/>
        <source>Close other programs, or use a smaller photo.</source>
        <translation>Schließen Sie andere Programme, oder nehmen Sie ein kleineres Foto.</translation>
    </message>
    <message>
        <location filename="../backbones/memory/fallback.py"/>
        <source>Memory ran out, and nothing that saves memory was enough.</source>
        <translation>Der Speicher reichte nicht, und nichts, was Speicher spart, genügte.</translation>
    </message>
    <message>
        <location filename="../backbones/offloading.py"/>
        <source>The model '{0}' cannot be read again.</source>
        <translation>Das Modell „{0}“ ist nicht mehr lesbar.</translation>
    </message>
    <message>
        <location filename="../backbones/random_weights.py"/>
        <source>'{0}' is no shape.</source>
        <translation>„{0}“ ist keine Form.</translation>
    </message>
    <message>
        <location filename="../backbones/sdxl.py"/>
        <source>The two tokenizers of the model '{0}' do not share a vocabulary.</source>
        <translation>Die beiden Tokenizer des Modells „{0}“ haben nicht dasselbe Vokabular.</translation>
    </message>
    <message>
        <location filename="../backbones/stable_diffusion.py"/>
        <source>The picture came out with numbers that are not finite.</source>
        <translation>Im Bild kamen Zahlen heraus, die nicht endlich sind.</translation>
    </message>
    <message>
        <location filename="../backbones/stable_diffusion.py"/>
        <location filename="../method/invert.py"/>
        <source>Try another precision.</source>
        <translation>Versuchen Sie es mit einer anderen Genauigkeit.</translation>
    </message>
    <message>
        <location filename="../backbones/stable_diffusion.py"/>
        <source>The model '{0}' has a noise schedule ({1}) that S2Edit Studio does not know.</source>
        <translation>Das Modell „{0}“ hat einen Rauschplan ({1}), den S²Edit Studio nicht kennt.</translation>
    </message>
    <message>
        <location filename="../backbones/stable_diffusion.py"/>
        <source>The model '{0}' predicts '{1}', which is not known.</source>
        <translation>Das Modell „{0}“ sagt „{1}“ voraus, was nicht bekannt ist.</translation>
    </message>
    <message>
        <location filename="../backbones/stable_diffusion.py"/>
        <source>The model '{0}' predicts noise but starts where there is nothing else to see.</source>
        <translation>Das Modell „{0}“ sagt Rauschen voraus, beginnt aber dort, wo sonst nichts zu sehen ist.</translation>
    </message>
    <message>
        <location filename="../base_models/bounds.py"/>
        <source>{0} is quantised, which is not supported.</source>
        <translation>{0} ist quantisiert; das wird nicht unterstützt.</translation>
    </message>
    <message>
        <location filename="../base_models/bounds.py"/>
        <source>Get the plain fp16 or fp32 model.</source>
        <translation>Besorgen Sie das gewöhnliche Modell in fp16 oder fp32.</translation>
    </message>
    <message>
        <location filename="../base_models/bounds.py"/>
        <source>{0} brings a program of its own, which is never run.</source>
        <translation>{0} bringt ein eigenes Programm mit; so etwas wird nie ausgeführt.</translation>
    </message>
    <message>
        <location filename="../base_models/bounds.py"/>
        <source>Get another copy.</source>
        <translation>Besorgen Sie eine andere Kopie.</translation>
    </message>
    <message>
        <location filename="../base_models/bounds.py"/>
        <source>{0} wants a program from a hub, which is never fetched.</source>
        <translation>{0} verlangt ein Programm von einem Hub; so etwas wird nie geholt.</translation>
    </message>
    <message>
        <location filename="../base_models/bounds.py"/>
        <source>{0} has a configuration that no model has: {1}, {2}.</source>
        <translation>{0} hat eine Konfiguration, wie sie kein Modell hat: {1}, {2}.</translation>
    </message>
    <message>
        <location filename="../base_models/bounds.py"/>
        <location filename="../base_models/importing.py"/>
        <source>Get the model again.</source>
        <translation>Holen Sie das Modell noch einmal.</translation>
    </message>
    <message>
        <location filename="../base_models/catalogue.py"/>
        <source>There is no model '{0}' in the catalogue.</source>
        <translation>Im Katalog gibt es kein Modell „{0}“.</translation>
    </message>
    <message>
        <location filename="../base_models/catalogue.py"/>
        <source>There are: {0}. Files of your own: `s2edit models import PATH`.</source>
        <translation>Es gibt: {0}. Eigene Dateien: `s2edit models import PFAD`.</translation>
    </message>
    <message>
        <location filename="../base_models/catalogue.py"/>
        <source>The catalogue of base models is missing or damaged.</source>
        <translation>Der Katalog der Basismodelle fehlt oder ist beschädigt.</translation>
    </message>
    <message>
        <location filename="../base_models/catalogue.py"/>
        <location filename="../base_models/clip_vocabulary.py"/>
        <location filename="../imaging/credentials/child.py"/>
        <location filename="../storage/paths.py"/>
        <location filename="../workflows/doctor.py"/>
        <source>Run `sh installer/run.sh repair` in the checkout.</source>
        <translation>Führen Sie `sh installer/run.sh repair` im Ordner des Programms aus.</translation>
    </message>
    <message>
        <location filename="../base_models/clip_vocabulary.py"/>
        <source>CLIP's vocabulary in the package open_clip_torch cannot be read.</source>
        <translation>Das Vokabular von CLIP im Paket open_clip_torch ist nicht lesbar.</translation>
    </message>
    <message>
        <location filename="../base_models/clip_vocabulary.py"/>
        <source>The package open_clip_torch holds another vocabulary than CLIP's.</source>
        <translation>Das Paket open_clip_torch enthält ein anderes Vokabular als das von CLIP.</translation>
    </message>
    <message>
        <location filename="../base_models/clip_vocabulary.py"/>
        <source>Importing a single file needs the package open_clip_torch for CLIP's vocabulary.</source>
        <translation>Um eine einzelne Datei zu importieren, wird das Paket open_clip_torch für das Vokabular von CLIP gebraucht.</translation>
    </message>
    <message>
        <location filename="../base_models/copying.py"/>
        <source>{0} needs {1} and only {2} are free where models are kept ({3}).</source>
        <translation>{0} braucht {1}, und wo Modelle liegen, sind nur {2} frei ({3}).</translation>
    </message>
    <message>
        <location filename="../base_models/copying.py"/>
        <source>Free some space, remove a model, or `s2edit models move FOLDER` to another disk.</source>
        <translation>Schaffen Sie Platz, entfernen Sie ein Modell, oder verlegen Sie die Modelle mit `s2edit models move ORDNER` auf einen anderen Datenträger.</translation>
    </message>
    <message>
        <location filename="../base_models/families.py"/>
        <source>This version knows Stable Diffusion 1.x, 2.x and XL.</source>
        <translation>Diese Version kennt Stable Diffusion 1.x, 2.x und XL.</translation>
    </message>
    <message>
        <location filename="../base_models/families.py"/>
        <source>{0} has no autoencoder.</source>
        <translation>{0} hat keinen Autoencoder.</translation>
    </message>
    <message>
        <location filename="../base_models/families.py"/>
        <source>Get the variant with a baked-in VAE.</source>
        <translation>Holen Sie die Fassung mit eingebautem VAE.</translation>
    </message>
    <message>
        <location filename="../base_models/families.py"/>
        <source>{0} has no text encoder.</source>
        <translation>{0} hat keinen Text-Encoder.</translation>
    </message>
    <message>
        <location filename="../base_models/families.py"/>
        <source>Get the whole checkpoint, not the U-Net alone.</source>
        <translation>Holen Sie den ganzen Checkpoint, nicht nur das U-Net.</translation>
    </message>
    <message>
        <location filename="../base_models/families.py"/>
        <source>{0} is a textual-inversion embedding, not a model.</source>
        <translation>{0} ist eine Einbettung (Textual Inversion), kein Modell.</translation>
    </message>
    <message>
        <location filename="../base_models/families.py"/>
        <source>`s2edit tokens import` takes it.</source>
        <translation>`s2edit tokens import` nimmt sie.</translation>
    </message>
    <message>
        <location filename="../base_models/families.py"/>
        <source>{0} is one part of a model in the diffusers layout.</source>
        <translation>{0} ist ein Teil eines Modells im Aufbau von diffusers.</translation>
    </message>
    <message>
        <location filename="../base_models/families.py"/>
        <source>Import the folder that holds model_index.json.</source>
        <translation>Importieren Sie den Ordner, in dem model_index.json liegt.</translation>
    </message>
    <message>
        <location filename="../base_models/hub.py"/>
        <source>Try again later, or set a mirror (`mirror` in the settings, or HF_ENDPOINT).</source>
        <translation>Versuchen Sie es später noch einmal, oder stellen Sie einen Spiegel ein (`mirror` in den Einstellungen, oder HF_ENDPOINT).</translation>
    </message>
    <message>
        <location filename="../base_models/hub.py"/>
        <source>'{0}' is no address of a mirror.</source>
        <translation>„{0}“ ist keine Adresse eines Spiegels.</translation>
    </message>
    <message>
        <location filename="../base_models/hub.py"/>
        <source>Write it as https://HOST.</source>
        <translation>Schreiben Sie sie als https://RECHNER.</translation>
    </message>
    <message>
        <location filename="../base_models/hub.py"/>
        <source>The mirror '{0}' is not secure: whoever is on the way can change the models.</source>
        <translation>Der Spiegel „{0}“ ist nicht sicher: Wer auf dem Weg sitzt, kann die Modelle verändern.</translation>
    </message>
    <message>
        <location filename="../base_models/hub.py"/>
        <source>Write it as https://HOST, or bring the files: `s2edit models install NAME --from FOLDER`.</source>
        <translation>Schreiben Sie ihn als https://HOST, oder bringen Sie die Dateien mit: `s2edit models install NAME --from ORDNER`.</translation>
    </message>
    <message>
        <location filename="../base_models/hub.py"/>
        <source>{0} does not answer like a model hub.</source>
        <translation>{0} antwortet nicht wie ein Modellverzeichnis.</translation>
    </message>
    <message>
        <location filename="../base_models/hub.py"/>
        <source>Check the mirror in the settings (or HF_ENDPOINT), and whether this network wants a login first.</source>
        <translation>Prüfen Sie den Spiegel in den Einstellungen (oder HF_ENDPOINT), und ob dieses Netz zuerst eine Anmeldung will.</translation>
    </message>
    <message>
        <location filename="../base_models/hub.py"/>
        <source>{0} is given only to people who accepted its terms on the hub.</source>
        <translation>{0} bekommt nur, wer im Modellverzeichnis den Bedingungen zugestimmt hat.</translation>
    </message>
    <message>
        <location filename="../base_models/hub.py"/>
        <source>Log in at {0}, accept them, then set {1} to an access token of yours.</source>
        <translation>Melden Sie sich bei {0} an, stimmen Sie zu und setzen Sie dann {1} auf Ihr Zugriffstoken.</translation>
    </message>
    <message>
        <location filename="../base_models/hub.py"/>
        <source>The hub did not accept the access token.</source>
        <translation>Das Modellverzeichnis hat den Zugangsschlüssel nicht angenommen.</translation>
    </message>
    <message>
        <location filename="../base_models/hub.py"/>
        <source>Renew it, or unset {0}.</source>
        <translation>Erneuern Sie es, oder entfernen Sie {0}.</translation>
    </message>
    <message>
        <location filename="../base_models/hub.py"/>
        <source>The hub does not give out {0} without an access token, or it is not there any more.</source>
        <translation>Das Modellverzeichnis gibt {0} nicht ohne Zugangsschlüssel heraus, oder es ist nicht mehr da.</translation>
    </message>
    <message>
        <location filename="../base_models/hub.py"/>
        <source>See {0}; set {1} to an access token of yours.</source>
        <translation>Siehe {0}; setzen Sie {1} auf Ihr Zugriffstoken.</translation>
    </message>
    <message>
        <location filename="../base_models/hub.py"/>
        <source>The hub does not have {0} {1}.</source>
        <translation>Das Modellverzeichnis hat {0} {1} nicht.</translation>
    </message>
    <message>
        <location filename="../base_models/hub.py"/>
        <source>Its owner may have moved it; update S2Edit Studio, or import the model from files of your own.</source>
        <translation>Es wurde vielleicht verschoben; aktualisieren Sie S²Edit Studio, oder importieren Sie das Modell aus eigenen Dateien.</translation>
    </message>
    <message>
        <location filename="../base_models/hub.py"/>
        <source>{0} gets too many requests from here and wants a pause.</source>
        <translation>{0} bekommt zu viele Anfragen von hier und will eine Pause.</translation>
    </message>
    <message>
        <location filename="../base_models/hub.py"/>
        <source>{0} does not give the file out (HTTP {1}).</source>
        <translation>{0} gibt die Datei nicht heraus (HTTP {1}).</translation>
    </message>
    <message>
        <location filename="../base_models/hub.py"/>
        <source>{0} does not have the file any more.</source>
        <translation>{0} hat die Datei nicht mehr.</translation>
    </message>
    <message>
        <location filename="../base_models/hub.py"/>
        <location filename="../base_models/install.py"/>
        <source>Update S2Edit Studio, or import the model from files.</source>
        <translation>Aktualisieren Sie S²Edit Studio, oder importieren Sie das Modell aus Dateien.</translation>
    </message>
    <message>
        <location filename="../base_models/hub.py"/>
        <source>{0} is out of order (HTTP {1}).</source>
        <translation>{0} ist gestört (HTTP {1}).</translation>
    </message>
    <message>
        <location filename="../base_models/hub.py"/>
        <source>{0} refused with HTTP {1}.</source>
        <translation>{0} hat mit HTTP {1} abgelehnt.</translation>
    </message>
    <message>
        <location filename="../base_models/importing.py"/>
        <location filename="../base_models/store.py"/>
        <source>Pickle can run programs and is never read; get the model as .safetensors.</source>
        <translation>Pickle kann Programme ausführen und wird nie gelesen; holen Sie das Modell als .safetensors.</translation>
    </message>
    <message>
        <location filename="../base_models/importing.py"/>
        <source>'{0}' is a name of the catalogue.</source>
        <translation>„{0}“ ist ein Name des Katalogs.</translation>
    </message>
    <message>
        <location filename="../base_models/importing.py"/>
        <source>Choose another one with --as NAME.</source>
        <translation>Wählen Sie mit --as NAME einen anderen.</translation>
    </message>
    <message>
        <location filename="../base_models/importing.py"/>
        <source>There is a model '{0}' already.</source>
        <translation>Es gibt schon ein Modell „{0}“.</translation>
    </message>
    <message>
        <location filename="../base_models/importing.py"/>
        <source>Choose another name, or `s2edit models remove {0}` first.</source>
        <translation>Wählen Sie einen anderen Namen, oder entfernen Sie zuerst jenes: `s2edit models remove {0}`.</translation>
    </message>
    <message>
        <location filename="../base_models/importing.py"/>
        <location filename="../batch/photos.py"/>
        <source>There is no file or folder {0}.</source>
        <translation>Es gibt keine Datei und keinen Ordner {0}.</translation>
    </message>
    <message>
        <location filename="../base_models/importing.py"/>
        <source>Check the path.</source>
        <translation>Prüfen Sie den Pfad.</translation>
    </message>
    <message>
        <location filename="../base_models/importing.py"/>
        <source>{0} is a pickled checkpoint.</source>
        <translation>{0} ist ein Checkpoint als Pickle.</translation>
    </message>
    <message>
        <location filename="../base_models/importing.py"/>
        <source>{0} is no model that can be imported.</source>
        <translation>{0} ist kein Modell, das importiert werden kann.</translation>
    </message>
    <message>
        <location filename="../base_models/importing.py"/>
        <source>Name a .safetensors file or a folder with model_index.json.</source>
        <translation>Nennen Sie eine .safetensors-Datei oder einen Ordner mit model_index.json.</translation>
    </message>
    <message>
        <location filename="../base_models/importing.py"/>
        <source>The folder {0} holds no model_index.json.</source>
        <translation>Im Ordner {0} ist keine model_index.json.</translation>
    </message>
    <message>
        <location filename="../base_models/importing.py"/>
        <source>Name the folder of a model in the diffusers layout.</source>
        <translation>Nennen Sie den Ordner eines Modells im Aufbau von diffusers.</translation>
    </message>
    <message>
        <location filename="../base_models/importing.py"/>
        <source>The model in {0} has no {1}.</source>
        <translation>Dem Modell in {0} fehlt {1}.</translation>
    </message>
    <message>
        <location filename="../base_models/importing.py"/>
        <source>Get the whole folder.</source>
        <translation>Holen Sie den ganzen Ordner.</translation>
    </message>
    <message>
        <location filename="../base_models/importing.py"/>
        <source>Its safety checker is a pickled file and was left out.</source>
        <translation>Seine Inhaltsprüfung ist eine Pickle-Datei und wurde weggelassen.</translation>
    </message>
    <message>
        <location filename="../base_models/importing.py"/>
        <source>The model in {0} has no scheduler_config.json.</source>
        <translation>Dem Modell in {0} fehlt scheduler_config.json.</translation>
    </message>
    <message>
        <location filename="../base_models/importing.py"/>
        <source>{0}/{1} in {2} is no ordinary file.</source>
        <translation>{0}/{1} in {2} ist keine gewöhnliche Datei.</translation>
    </message>
    <message>
        <location filename="../base_models/importing.py"/>
        <source>Get it again.</source>
        <translation>Holen Sie es noch einmal.</translation>
    </message>
    <message>
        <location filename="../base_models/importing.py"/>
        <source>The model in {0} is a '{1}', which this version does not know.</source>
        <translation>Das Modell in {0} ist ein „{1}“, das diese Version nicht kennt.</translation>
    </message>
    <message>
        <location filename="../base_models/importing.py"/>
        <source>It knows Stable Diffusion 1.x, 2.x and XL.</source>
        <translation>Sie kennt Stable Diffusion 1.x, 2.x und XL.</translation>
    </message>
    <message>
        <location filename="../base_models/importing.py"/>
        <source>The {0} of the model in {1} is a '{2}', which this version does not know.</source>
        <translation>Der Teil {0} des Modells in {1} ist ein „{2}“, den diese Version nicht kennt.</translation>
    </message>
    <message>
        <location filename="../base_models/importing.py"/>
        <source>The {0} in {1} is a pickled file ({2}).</source>
        <translation>Der Teil {0} in {1} ist eine Pickle-Datei ({2}).</translation>
    </message>
    <message>
        <location filename="../base_models/importing.py"/>
        <source>The {0} in {1} has no weights.</source>
        <translation>Der Teil {0} in {1} hat keine Gewichte.</translation>
    </message>
    <message>
        <location filename="../base_models/importing.py"/>
        <source>The {0} in {1} stores its numbers as {2}, which cannot be used.</source>
        <translation>{0} in {1} speichert Zahlen als {2}; damit kann nicht gerechnet werden.</translation>
    </message>
    <message>
        <location filename="../base_models/importing.py"/>
        <source>Get the fp16 or fp32 files.</source>
        <translation>Besorgen Sie die Dateien in fp16 oder fp32.</translation>
    </message>
    <message>
        <location filename="../base_models/importing.py"/>
        <source>The {0} in {1} does not fit its config.json: {2}.</source>
        <translation>Der Teil {0} in {1} passt nicht zu seiner config.json: {2}.</translation>
    </message>
    <message>
        <location filename="../base_models/importing.py"/>
        <source>The {0} in {1} is in pieces without their index.</source>
        <translation>Der Teil {0} in {1} ist zerteilt, und das Verzeichnis der Stücke fehlt.</translation>
    </message>
    <message>
        <location filename="../base_models/importing.py"/>
        <source>The index of the {0} in {1} names files that are not there.</source>
        <translation>Das Verzeichnis der Teile von {0} in {1} nennt Dateien, die nicht da sind.</translation>
    </message>
    <message>
        <location filename="../base_models/importing.py"/>
        <source>{0}/{1} cannot be read.</source>
        <translation>{0}/{1} ist nicht lesbar.</translation>
    </message>
    <message>
        <location filename="../base_models/importing.py"/>
        <source>{0}/{1} is malformed.</source>
        <translation>{0}/{1} ist fehlerhaft.</translation>
    </message>
    <message>
        <location filename="../base_models/install.py"/>
        <location filename="../base_models/store.py"/>
        <source>The model '{0}' comes with the program.</source>
        <translation>Das Modell „{0}“ gehört zum Programm.</translation>
    </message>
    <message>
        <location filename="../base_models/install.py"/>
        <source>The model '{0}' is here already.</source>
        <translation>Das Modell „{0}“ ist schon da.</translation>
    </message>
    <message>
        <location filename="../base_models/install.py"/>
        <source>Installed {0}: {1} files, {2} compared with a hash ({3}).</source>
        <translation>{0} ist installiert: {1} Dateien, {2} mit einer Prüfsumme verglichen ({3}).</translation>
    </message>
    <message>
        <location filename="../base_models/install.py"/>
        <source>{0} is not the file the catalogue means: its {1} is another one.</source>
        <translation>{0} ist nicht die Datei, die der Katalog meint: {1} stimmt nicht.</translation>
    </message>
    <message>
        <location filename="../base_models/install.py"/>
        <source>Get it again from {0}.</source>
        <translation>Holen Sie sie noch einmal von {0}.</translation>
    </message>
    <message>
        <location filename="../base_models/install.py"/>
        <source>There is no {0} in {1}.</source>
        <translation>In {1} gibt es kein {0}.</translation>
    </message>
    <message>
        <location filename="../base_models/install.py"/>
        <source>Get it from {0}.</source>
        <translation>Holen Sie es von {0}.</translation>
    </message>
    <message>
        <location filename="../base_models/install.py"/>
        <source>{0} has no {1} any more.</source>
        <translation>{0} hat {1} nicht mehr.</translation>
    </message>
    <message>
        <location filename="../base_models/licences.py"/>
        <source>The licence of '{0}' ({1}) has not been accepted yet.</source>
        <translation>Die Lizenz von „{0}“ ({1}) wurde noch nicht angenommen.</translation>
    </message>
    <message>
        <location filename="../base_models/licences.py"/>
        <source>Read it at {0}, then add --accept-licence.</source>
        <translation>Lesen Sie sie unter {0}, und fügen Sie --accept-licence hinzu.</translation>
    </message>
    <message>
        <location filename="../base_models/listing.py"/>
        <source>There is no model '{0}'.</source>
        <translation>Es gibt kein Modell „{0}“.</translation>
    </message>
    <message>
        <location filename="../base_models/listing.py"/>
        <location filename="../base_models/store.py"/>
        <source>`s2edit models list` shows what there is.</source>
        <translation>`s2edit models list` zeigt, was es gibt.</translation>
    </message>
    <message>
        <location filename="../base_models/listing.py"/>
        <source>Imported from {0}; you know its licence.</source>
        <translation>Aus {0} importiert; Sie kennen seine Lizenz.</translation>
    </message>
    <message>
        <location filename="../base_models/moving.py"/>
        <source>Models are kept in {0} now; {1} came along.</source>
        <translation>Modelle liegen jetzt in {0}; {1} kamen mit.</translation>
    </message>
    <message>
        <location filename="../base_models/moving.py"/>
        <source>A models' folder cannot lie inside the other.</source>
        <translation>Ein Ordner für Modelle kann nicht in dem anderen liegen.</translation>
    </message>
    <message>
        <location filename="../base_models/moving.py"/>
        <source>Choose a folder beside it.</source>
        <translation>Wählen Sie einen Ordner daneben.</translation>
    </message>
    <message>
        <location filename="../base_models/moving.py"/>
        <source>The folder {0} holds other things.</source>
        <translation>Im Ordner {0} ist anderes.</translation>
    </message>
    <message>
        <location filename="../base_models/moving.py"/>
        <source>Name an empty or a new folder.</source>
        <translation>Nennen Sie einen leeren oder neuen Ordner.</translation>
    </message>
    <message>
        <location filename="../base_models/moving.py"/>
        <source>The model '{0}' was not moved: {1} is damaged.</source>
        <translation>Das Modell „{0}“ wurde nicht verlegt: {1} ist beschädigt.</translation>
    </message>
    <message>
        <location filename="../base_models/moving.py"/>
        <source>Run `s2edit models verify {0}`; nothing was deleted.</source>
        <translation>Führen Sie `s2edit models verify {0}` aus; nichts wurde gelöscht.</translation>
    </message>
    <message>
        <location filename="../base_models/moving.py"/>
        <source>The model '{0}' was not moved: a file of it is missing.</source>
        <translation>Das Modell „{0}“ wurde nicht verlegt: Eine Datei davon fehlt.</translation>
    </message>
    <message>
        <location filename="../base_models/placing.py"/>
        <source>'{0}' cannot be a model's name.</source>
        <translation>„{0}“ kann nicht der Name eines Modells sein.</translation>
    </message>
    <message>
        <location filename="../base_models/placing.py"/>
        <source>Use letters from a to z, digits, '-', '_' and '.', beginning with a letter or digit.</source>
        <translation>Möglich sind Buchstaben von a bis z, Ziffern, „-“, „_“ und „.“, am Anfang ein Buchstabe oder eine Ziffer.</translation>
    </message>
    <message>
        <location filename="../base_models/placing.py"/>
        <source>The models' folder holds a link where models are put together ({0}).</source>
        <translation>Im Ordner der Modelle liegt eine Verknüpfung, wo Modelle zusammengestellt werden ({0}).</translation>
    </message>
    <message>
        <location filename="../base_models/placing.py"/>
        <source>Delete the link, then try again; nothing was changed.</source>
        <translation>Löschen Sie die Verknüpfung, und versuchen Sie es noch einmal; es wurde nichts geändert.</translation>
    </message>
    <message>
        <location filename="../base_models/placing.py"/>
        <source>The model '{0}' cannot be put into {1} ({2}).</source>
        <translation>Das Modell „{0}“ kann nicht in {1} abgelegt werden ({2}).</translation>
    </message>
    <message>
        <location filename="../base_models/placing.py"/>
        <source>Make the folder writable, or choose another one with `s2edit models move`.</source>
        <translation>Machen Sie den Ordner beschreibbar, oder wählen Sie mit `s2edit models move` einen anderen.</translation>
    </message>
    <message>
        <location filename="../base_models/placing.py"/>
        <source>{0} cannot be deleted ({1}).</source>
        <translation>{0} kann nicht gelöscht werden ({1}).</translation>
    </message>
    <message>
        <location filename="../base_models/placing.py"/>
        <source>Close programs that use it, then try again.</source>
        <translation>Schließen Sie Programme, die es benutzen, und versuchen Sie es noch einmal.</translation>
    </message>
    <message>
        <location filename="../base_models/single_file.py"/>
        <source>'{0}' is no kind of prediction.</source>
        <translation>„{0}“ ist keine Art der Vorhersage.</translation>
    </message>
    <message>
        <location filename="../base_models/single_file.py"/>
        <location filename="../imaging/writing.py"/>
        <location filename="../perception/masks/resolve.py"/>
        <source>Use one of {0}.</source>
        <translation>Möglich sind {0}.</translation>
    </message>
    <message>
        <location filename="../base_models/single_file.py"/>
        <source>{0} looks like {1}, but its {2} is built otherwise: its tensors cannot be put in order.</source>
        <translation>{0} sieht aus wie {1}, aber {2} ist anders gebaut: Die Tensoren lassen sich nicht zuordnen.</translation>
    </message>
    <message>
        <location filename="../base_models/single_file.py"/>
        <source>Variants with fewer or other layers are not supported.</source>
        <translation>Fassungen mit weniger oder anderen Schichten werden nicht unterstützt.</translation>
    </message>
    <message>
        <location filename="../base_models/single_file.py"/>
        <source>{0} stores the numbers of its {1} as {2}, which cannot be used.</source>
        <translation>{0} speichert die Zahlen von {1} als {2}; damit kann nicht gerechnet werden.</translation>
    </message>
    <message>
        <location filename="../base_models/single_file.py"/>
        <source>Get the fp16 or fp32 file.</source>
        <translation>Holen Sie die Datei in fp16 oder fp32.</translation>
    </message>
    <message>
        <location filename="../base_models/single_file.py"/>
        <source>{0} looks like {1}, but its {2} is built otherwise: {3}.</source>
        <translation>{0} sieht aus wie {1}, aber {2} ist anders gebaut: {3}.</translation>
    </message>
    <message>
        <location filename="../base_models/single_file.py"/>
        <source>The averaged (EMA) weights were taken.</source>
        <translation>Die gemittelten Gewichte (EMA) wurden genommen.</translation>
    </message>
    <message>
        <location filename="../base_models/single_file.py"/>
        <source>It was taken for a model with {0}, which its weights suggest; if pictures come out as noise, import it again with --prediction {1}.</source>
        <translation>Es wurde für ein Modell mit {0} gehalten, worauf seine Gewichte hinweisen; kommen Bilder als Rauschen heraus, importieren Sie es noch einmal mit --prediction {1}.</translation>
    </message>
    <message>
        <location filename="../base_models/store.py"/>
        <source>There is no base model '{0}'.</source>
        <translation>Es gibt kein Basismodell „{0}“.</translation>
    </message>
    <message>
        <location filename="../base_models/store.py"/>
        <source>`s2edit models list` shows what there is; a folder must hold a model_index.json.</source>
        <translation>`s2edit models list` zeigt, was es gibt; in einem Ordner muss model_index.json liegen.</translation>
    </message>
    <message>
        <location filename="../base_models/store.py"/>
        <source>`s2edit doctor` checks it.</source>
        <translation>`s2edit doctor` prüft es.</translation>
    </message>
    <message>
        <location filename="../base_models/store.py"/>
        <source>'{0}' is no base model: it cannot learn and edit.</source>
        <translation>„{0}“ ist kein Basismodell: Es kann weder lernen noch bearbeiten.</translation>
    </message>
    <message>
        <location filename="../base_models/store.py"/>
        <location filename="../perception/masks/sessions.py"/>
        <source>Choose another one.</source>
        <translation>Wählen Sie ein anderes.</translation>
    </message>
    <message>
        <location filename="../base_models/store.py"/>
        <source>The model folder '{0}' has its {1} as a pickled file only.</source>
        <translation>Im Modellordner „{0}“ ist {1} nur als Pickle-Datei.</translation>
    </message>
    <message>
        <location filename="../base_models/store.py"/>
        <source>The model '{0}' is not installed.</source>
        <translation>Das Modell „{0}“ ist nicht installiert.</translation>
    </message>
    <message>
        <location filename="../base_models/store.py"/>
        <source>Run `s2edit models install {0}` ({1} to download).</source>
        <translation>Führen Sie `s2edit models install {0}` aus ({1} zum Herunterladen).</translation>
    </message>
    <message>
        <location filename="../base_models/store.py"/>
        <source>There is no installed model '{0}'.</source>
        <translation>Es gibt kein installiertes Modell „{0}“.</translation>
    </message>
    <message>
        <location filename="../base_models/stream.py"/>
        <source>{0} answered with far more than was asked for.</source>
        <translation>{0} hat viel mehr geantwortet, als verlangt war.</translation>
    </message>
    <message>
        <location filename="../base_models/stream.py"/>
        <source>{0} cannot prove that it is {1}: its certificate is not valid.</source>
        <translation>{0} kann nicht beweisen, dass es {1} ist: Das Zertifikat ist nicht gültig.</translation>
    </message>
    <message>
        <location filename="../base_models/stream.py"/>
        <source>A proxy or virus scanner may stand between; SSL_CERT_FILE names its certificate.</source>
        <translation>Vielleicht steht ein Proxy oder Virenscanner dazwischen; SSL_CERT_FILE nennt sein Zertifikat.</translation>
    </message>
    <message>
        <location filename="../base_models/stream.py"/>
        <source>'{0}' is no address that can be downloaded from.</source>
        <translation>„{0}“ ist keine Adresse, von der heruntergeladen werden kann.</translation>
    </message>
    <message>
        <location filename="../base_models/stream.py"/>
        <source>Check the mirror in the settings.</source>
        <translation>Prüfen Sie den Spiegel in den Einstellungen.</translation>
    </message>
    <message>
        <location filename="../base_models/stream.py"/>
        <source>{0} cannot be reached.</source>
        <translation>{0} ist nicht erreichbar.</translation>
    </message>
    <message>
        <location filename="../base_models/stream.py"/>
        <source>Check the network. Behind a firewall, set a mirror (HF_ENDPOINT) or bring the files: `s2edit models install NAME --from FOLDER`.</source>
        <translation>Prüfen Sie das Netz. Hinter einer Firewall stellen Sie einen Spiegel ein (HF_ENDPOINT), oder bringen Sie die Dateien: `s2edit models install NAME --from ORDNER`.</translation>
    </message>
    <message>
        <location filename="../base_models/stream.py"/>
        <source>The connection to {0} was cut.</source>
        <translation>Die Verbindung zu {0} brach ab.</translation>
    </message>
    <message>
        <location filename="../base_models/stream.py"/>
        <source>Run the same command again; it goes on where it stopped.</source>
        <translation>Versuchen Sie es noch einmal; es geht weiter, wo es aufhörte.</translation>
    </message>
    <message>
        <location filename="../base_models/stream.py"/>
        <source>{0} has stopped answering.</source>
        <translation>{0} antwortet nicht mehr.</translation>
    </message>
    <message>
        <location filename="../base_models/stream.py"/>
        <source>Run the same command again later; it goes on where it stopped.</source>
        <translation>Versuchen Sie es später noch einmal; es geht weiter, wo es aufhörte.</translation>
    </message>
    <message>
        <location filename="../base_models/transfer.py"/>
        <source>Try another mirror.</source>
        <translation>Versuchen Sie einen anderen Spiegel.</translation>
    </message>
    <message>
        <location filename="../base_models/transfer.py"/>
        <source>{0} arrived with a wrong content twice ({1}); it was thrown away.</source>
        <translation>{0} kam zweimal mit falschem Inhalt an ({1}) und wurde weggeworfen.</translation>
    </message>
    <message>
        <location filename="../base_models/transfer.py"/>
        <source>Something between here and the server changes it; try another network or mirror.</source>
        <translation>Etwas auf dem Weg verändert es; versuchen Sie ein anderes Netz oder einen anderen Spiegel.</translation>
    </message>
    <message>
        <location filename="../base_models/transfer.py"/>
        <source>{0} is not asked without https.</source>
        <translation>{0} wird ohne https nicht gefragt.</translation>
    </message>
    <message>
        <location filename="../base_models/transfer.py"/>
        <source>{0} sends from one address to the next without end.</source>
        <translation>{0} schickt ohne Ende von einer Adresse zur nächsten.</translation>
    </message>
    <message>
        <location filename="../base_models/transfer.py"/>
        <source>Try again later, or set another mirror (HF_ENDPOINT).</source>
        <translation>Versuchen Sie es später noch einmal, oder stellen Sie einen anderen Spiegel ein (HF_ENDPOINT).</translation>
    </message>
    <message>
        <location filename="../base_models/transfer.py"/>
        <source>{0} is no address.</source>
        <translation>{0} ist keine Adresse.</translation>
    </message>
    <message>
        <location filename="../base_models/transfer.py"/>
        <source>{0} sends to an address that is not secure.</source>
        <translation>{0} schickt zu einer Adresse, die nicht sicher ist.</translation>
    </message>
    <message>
        <location filename="../base_models/transfer.py"/>
        <source>{0} sent only a part of {1}.</source>
        <translation>{0} hat nur einen Teil von {1} geschickt.</translation>
    </message>
    <message>
        <location filename="../base_models/transfer.py"/>
        <source>Run the same command again.</source>
        <translation>Versuchen Sie es noch einmal.</translation>
    </message>
    <message>
        <location filename="../base_models/transfer.py"/>
        <source>{0} sent something else than {1}: {2}.</source>
        <translation>{0} hat etwas anderes als {1} geschickt: {2}.</translation>
    </message>
    <message>
        <location filename="../base_models/transfer.py"/>
        <source>See whether this network wants a login first, or try another mirror (HF_ENDPOINT).</source>
        <translation>Sehen Sie nach, ob dieses Netz zuerst eine Anmeldung will, oder versuchen Sie einen anderen Spiegel (HF_ENDPOINT).</translation>
    </message>
    <message>
        <location filename="../base_models/verify.py"/>
        <source>Run `s2edit models install {0} --again` to fetch what is damaged.</source>
        <translation>Führen Sie `s2edit models install {0} --again` aus, um zu holen, was beschädigt ist.</translation>
    </message>
    <message>
        <location filename="../base_models/verify.py"/>
        <source>Run `s2edit models remove {0}`, then import it again.</source>
        <translation>Führen Sie `s2edit models remove {0}` aus, und importieren Sie es noch einmal.</translation>
    </message>
    <message>
        <location filename="../base_models/verify.py"/>
        <source>The model '{0}' is damaged: {1}{2}.</source>
        <translation>Das Modell „{0}“ ist beschädigt: {1}{2}.</translation>
    </message>
    <message>
        <location filename="../base_models/weights.py"/>
        <source>{0} is no safetensors file, or it is damaged.</source>
        <translation>{0} ist keine safetensors-Datei, oder sie ist beschädigt.</translation>
    </message>
    <message>
        <location filename="../base_models/weights.py"/>
        <source>Get it again, and compare its size and hash.</source>
        <translation>Holen Sie sie noch einmal, und vergleichen Sie Größe und Prüfsumme.</translation>
    </message>
    <message>
        <location filename="../base_models/weights.py"/>
        <source>Its {0} has a configuration that cannot be built: {1}.</source>
        <translation>Der Teil {0} hat eine Konfiguration, die sich nicht bauen lässt: {1}.</translation>
    </message>
    <message>
        <location filename="../base_models/weights.py"/>
        <source>{0} tensors that the model does not need were ignored, e.g. {1}.</source>
        <translation>{0} Tensoren, die das Modell nicht braucht, wurden übergangen, z. B. {1}.</translation>
    </message>
    <message>
        <location filename="../batch/ledger.py"/>
        <source>The ledger was damaged; it is kept as {0}, and a new one was begun.</source>
        <translation>Das Verzeichnis der Arbeit war beschädigt; es liegt jetzt als {0} daneben, und ein neues wurde begonnen.</translation>
    </message>
    <message>
        <location filename="../batch/ledger.py"/>
        <source>The ledger {0} was written by a newer version of this program.</source>
        <translation>Das Verzeichnis {0} wurde von einer neueren Version dieses Programms geschrieben.</translation>
    </message>
    <message>
        <location filename="../batch/ledger.py"/>
        <source>Update, or choose another folder for the results.</source>
        <translation>Aktualisieren Sie das Programm oder wählen Sie einen anderen Ordner für die Ergebnisse.</translation>
    </message>
    <message>
        <location filename="../batch/ledger.py"/>
        <location filename="../storage/paths.py"/>
        <source>The disk is full: {0} was not written.</source>
        <translation>Der Datenträger ist voll: {0} wurde nicht geschrieben.</translation>
    </message>
    <message>
        <location filename="../batch/ledger.py"/>
        <location filename="../history/database.py"/>
        <location filename="../storage/paths.py"/>
        <source>Free some space and try again.</source>
        <translation>Schaffen Sie Platz, und versuchen Sie es noch einmal.</translation>
    </message>
    <message>
        <location filename="../batch/ledger.py"/>
        <source>Another process holds the ledger {0}.</source>
        <translation>Ein anderer Prozess hält das Verzeichnis {0}.</translation>
    </message>
    <message>
        <location filename="../batch/ledger.py"/>
        <source>Wait until it has finished.</source>
        <translation>Warten Sie, bis er fertig ist.</translation>
    </message>
    <message>
        <location filename="../batch/ledger.py"/>
        <source>The ledger {0} cannot be used ({1}).</source>
        <translation>Das Verzeichnis {0} kann nicht benutzt werden ({1}).</translation>
    </message>
    <message>
        <location filename="../batch/ledger.py"/>
        <source>Choose another folder with --out.</source>
        <translation>Wählen Sie mit --out einen anderen Ordner.</translation>
    </message>
    <message>
        <location filename="../batch/order.py"/>
        <source>{0} is a file.</source>
        <translation>{0} ist eine Datei.</translation>
    </message>
    <message>
        <location filename="../batch/order.py"/>
        <source>Name a folder for the results.</source>
        <translation>Nennen Sie einen Ordner für die Ergebnisse.</translation>
    </message>
    <message>
        <location filename="../batch/order.py"/>
        <source>Name photos, folders or a CSV table.</source>
        <translation>Nennen Sie Fotos, Ordner oder eine CSV-Tabelle.</translation>
    </message>
    <message>
        <location filename="../batch/photos.py"/>
        <source>Files that are no photos were passed over: {0}.</source>
        <translation>Dateien, die keine Fotos sind, wurden übergangen: {0}.</translation>
    </message>
    <message>
        <location filename="../batch/photos.py"/>
        <source>Folders inside were not looked into: {0}; with --recursive they are.</source>
        <translation>In Unterordner wurde nicht gesehen: {0}; mit --recursive geschieht es.</translation>
    </message>
    <message>
        <location filename="../batch/photos.py"/>
        <source>Folders with results of batches were passed over: {0}.</source>
        <translation>Ordner mit Ergebnissen von Stapeln wurden übergangen: {0}.</translation>
    </message>
    <message>
        <location filename="../batch/photos.py"/>
        <source>Name photos, folders, patterns or a CSV table.</source>
        <translation>Nennen Sie Fotos, Ordner, Muster oder eine CSV-Tabelle.</translation>
    </message>
    <message>
        <location filename="../batch/photos.py"/>
        <source>No file fits {0}.</source>
        <translation>Keine Datei passt auf {0}.</translation>
    </message>
    <message>
        <location filename="../batch/photos.py"/>
        <source>Quote the pattern and check it.</source>
        <translation>Setzen Sie das Muster in Anführungszeichen und prüfen Sie es.</translation>
    </message>
    <message>
        <location filename="../batch/photos.py"/>
        <location filename="../library/store.py"/>
        <source>The folder {0} cannot be read ({1}).</source>
        <translation>Der Ordner {0} ist nicht lesbar ({1}).</translation>
    </message>
    <message>
        <location filename="../batch/photos.py"/>
        <source>Check its permissions.</source>
        <translation>Prüfen Sie die Zugriffsrechte.</translation>
    </message>
    <message>
        <location filename="../batch/photos.py"/>
        <source>The table {0} has no column 'photo'.</source>
        <translation>Die Tabelle {0} hat keine Spalte „photo“.</translation>
    </message>
    <message>
        <location filename="../batch/photos.py"/>
        <source>Its first line names the columns: photo, prompt, tokens, mask, out, ...</source>
        <translation>Ihre erste Zeile nennt die Spalten: photo, prompt, tokens, mask, out, ...</translation>
    </message>
    <message>
        <location filename="../batch/photos.py"/>
        <source>The table {0} cannot be read: {1}.</source>
        <translation>Die Tabelle {0} kann nicht gelesen werden: {1}.</translation>
    </message>
    <message>
        <location filename="../batch/photos.py"/>
        <source>Save it as CSV in UTF-8.</source>
        <translation>Speichern Sie sie als CSV in UTF-8.</translation>
    </message>
    <message>
        <location filename="../batch/photos.py"/>
        <source>The table {0} is too large.</source>
        <translation>Die Tabelle {0} ist zu groß.</translation>
    </message>
    <message>
        <location filename="../batch/photos.py"/>
        <source>Split it.</source>
        <translation>Teilen Sie sie.</translation>
    </message>
    <message>
        <location filename="../batch/photos.py"/>
        <source>The table {0} cannot be read ({1}).</source>
        <translation>Die Tabelle {0} kann nicht gelesen werden ({1}).</translation>
    </message>
    <message>
        <location filename="../batch/photos.py"/>
        <source>The table {0} is no text.</source>
        <translation>Die Tabelle {0} ist kein Text.</translation>
    </message>
    <message>
        <location filename="../batch/photos.py"/>
        <source>Line {0} of {1} would write outside the folder of the results.</source>
        <translation>Zeile {0} von {1} würde außerhalb des Ordners der Ergebnisse schreiben.</translation>
    </message>
    <message>
        <location filename="../batch/photos.py"/>
        <source>Give 'out' a name inside it.</source>
        <translation>Geben Sie „out“ einen Namen darin.</translation>
    </message>
    <message>
        <location filename="../batch/photos.py"/>
        <source>Line {0} of {1}: '{2}' is no number for {3}.</source>
        <translation>Zeile {0} von {1}: „{2}“ ist keine Zahl für {3}.</translation>
    </message>
    <message>
        <location filename="../batch/photos.py"/>
        <source>Correct the table.</source>
        <translation>Berichtigen Sie die Tabelle.</translation>
    </message>
    <message>
        <location filename="../batch/ray_cluster.py"/>
        <source>The machines of the cluster have different base models.</source>
        <translation>Die Rechner des Clusters haben verschiedene Basismodelle.</translation>
    </message>
    <message>
        <location filename="../batch/ray_cluster.py"/>
        <location filename="../engine/server/worker.py"/>
        <source>Something went wrong inside S2Edit ({0}).</source>
        <translation>In S2Edit ist etwas schiefgegangen ({0}).</translation>
    </message>
    <message>
        <location filename="../batch/ray_cluster.py"/>
        <source>Install the same one on each, or name one with --model.</source>
        <translation>Installieren Sie überall dasselbe oder nennen Sie eines mit --model.</translation>
    </message>
    <message>
        <location filename="../batch/ray_cluster.py"/>
        <source>The worker ended {0} times while it had this photo.</source>
        <translation>Der Prozess endete {0}-mal, während er dieses Foto hatte.</translation>
    </message>
    <message>
        <location filename="../batch/ray_cluster.py"/>
        <location filename="../batch/result_files.py"/>
        <source>Look at the photo; the next run tries it again.</source>
        <translation>Sehen Sie sich das Foto an; der nächste Lauf versucht es wieder.</translation>
    </message>
    <message>
        <location filename="../batch/ray_cluster.py"/>
        <source>Ray is not installed.</source>
        <translation>Ray ist nicht installiert.</translation>
    </message>
    <message>
        <location filename="../batch/ray_cluster.py"/>
        <source>Install it: `pip install 's2edit-studio[scale]'`.</source>
        <translation>Installieren Sie es: `pip install 's2edit-studio[scale]'`.</translation>
    </message>
    <message>
        <location filename="../batch/ray_cluster.py"/>
        <source>The Ray cluster '{0}' cannot be joined: {1}.</source>
        <translation>Dem Ray-Cluster „{0}“ kann nicht beigetreten werden: {1}.</translation>
    </message>
    <message>
        <location filename="../batch/ray_cluster.py"/>
        <source>Use --ray local, auto or HOST:6379.</source>
        <translation>Nehmen Sie --ray local, auto oder HOST:6379.</translation>
    </message>
    <message>
        <location filename="../batch/ray_cluster.py"/>
        <source>The Ray cluster cannot be reached any more ({0}).</source>
        <translation>Der Ray-Cluster ist nicht mehr zu erreichen ({0}).</translation>
    </message>
    <message>
        <location filename="../batch/ray_cluster.py"/>
        <source>Start it again; the same command goes on.</source>
        <translation>Starten Sie ihn wieder; derselbe Befehl macht weiter.</translation>
    </message>
    <message>
        <location filename="../batch/recipe.py"/>
        <source>{0} is too large for a recipe.</source>
        <translation>{0} ist zu groß für ein Rezept.</translation>
    </message>
    <message>
        <location filename="../batch/recipe.py"/>
        <source>Name a TOML file that the window saved.</source>
        <translation>Nennen Sie eine TOML-Datei, die das Fenster gespeichert hat.</translation>
    </message>
    <message>
        <location filename="../batch/recipe.py"/>
        <source>The recipe {0} cannot be read ({1}).</source>
        <translation>Das Rezept {0} kann nicht gelesen werden ({1}).</translation>
    </message>
    <message>
        <location filename="../batch/recipe.py"/>
        <source>Name a TOML file, for example recipe.toml.</source>
        <translation>Nennen Sie eine TOML-Datei, zum Beispiel recipe.toml.</translation>
    </message>
    <message>
        <location filename="../batch/recipe.py"/>
        <source>The recipe {0} is no valid TOML: {1}.</source>
        <translation>Das Rezept {0} ist kein gültiges TOML: {1}.</translation>
    </message>
    <message>
        <location filename="../batch/recipe.py"/>
        <source>The least that a recipe needs is a line like: prompt = "a photo of a woman with blonde hair".</source>
        <translation>Ein Rezept braucht mindestens eine Zeile wie: prompt = "a photo of a woman with blonde hair".</translation>
    </message>
    <message>
        <location filename="../batch/recipe.py"/>
        <source>'format' must be 1.</source>
        <translation>„format“ muss 1 sein.</translation>
    </message>
    <message>
        <location filename="../batch/recipe.py"/>
        <source>It was written by a newer version of this program.</source>
        <translation>Es wurde von einer neueren Version dieses Programms geschrieben.</translation>
    </message>
    <message>
        <location filename="../batch/recipe.py"/>
        <location filename="../history/database.py"/>
        <source>Update to use it.</source>
        <translation>Aktualisieren Sie das Programm, um ihn zu benutzen.</translation>
    </message>
    <message>
        <location filename="../batch/recipe.py"/>
        <location filename="../workflows/scenes.py"/>
        <source>The prompt is empty.</source>
        <translation>Der Prompt ist leer.</translation>
    </message>
    <message>
        <location filename="../batch/recipe.py"/>
        <source>Say what the photos should show.</source>
        <translation>Sagen Sie, was die Fotos zeigen sollen.</translation>
    </message>
    <message>
        <location filename="../batch/recipe.py"/>
        <source>The painted mask fits its own photo alone: the recipe finds the region on each photo.</source>
        <translation>Die gemalte Maske passt nur auf ihr eigenes Foto: Das Rezept findet den Bereich auf jedem Foto.</translation>
    </message>
    <message>
        <location filename="../batch/recipe.py"/>
        <source>The painted subject fits its own photo alone: the recipe finds it on each photo.</source>
        <translation>Das gemalte Motiv passt nur auf sein eigenes Foto: Das Rezept findet es auf jedem Foto.</translation>
    </message>
    <message>
        <location filename="../batch/result_files.py"/>
        <source>The result was changed by another program and is left as it is.</source>
        <translation>Das Ergebnis wurde von einem anderen Programm geändert und bleibt, wie es ist.</translation>
    </message>
    <message>
        <location filename="../batch/result_files.py"/>
        <source>The result would be written over the photo itself.</source>
        <translation>Das Ergebnis würde über das Foto selbst geschrieben.</translation>
    </message>
    <message>
        <location filename="../batch/result_files.py"/>
        <source>Choose another folder for the results.</source>
        <translation>Wählen Sie einen anderen Ordner für die Ergebnisse.</translation>
    </message>
    <message>
        <location filename="../batch/result_files.py"/>
        <source>The program ended {0} times while it worked on this photo.</source>
        <translation>Das Programm endete {0}-mal, während es an diesem Foto arbeitete.</translation>
    </message>
    <message>
        <location filename="../batch/result_files.py"/>
        <source>{0} is there already, and this program did not write it.</source>
        <translation>{0} gibt es schon, und dieses Programm hat es nicht geschrieben.</translation>
    </message>
    <message>
        <location filename="../batch/result_files.py"/>
        <source>Move it away, choose another folder, or add --overwrite.</source>
        <translation>Verschieben Sie es, wählen Sie einen anderen Ordner oder fügen Sie --overwrite hinzu.</translation>
    </message>
    <message>
        <location filename="../batch/result_files.py"/>
        <source>{0} has gone.</source>
        <translation>{0} ist nicht mehr da.</translation>
    </message>
    <message>
        <location filename="../batch/result_files.py"/>
        <source>Run the batch again.</source>
        <translation>Starten Sie den Stapel noch einmal.</translation>
    </message>
    <message>
        <location filename="../batch/runner.py"/>
        <source>The batch is paused.</source>
        <translation>Der Stapel ist angehalten.</translation>
    </message>
    <message>
        <location filename="../batch/runner.py"/>
        <source>The same command goes on.</source>
        <translation>Derselbe Befehl macht weiter.</translation>
    </message>
    <message>
        <location filename="../batch/worker.py"/>
        <source>Nobody whom the recipe looks for was recognised on the photo.</source>
        <translation>Auf dem Foto wurde niemand erkannt, den das Rezept sucht.</translation>
    </message>
    <message>
        <location filename="../batch/worker.py"/>
        <source>The recipe needs the token {0}, which is not in the library.</source>
        <translation>Das Rezept braucht das Token {0}, das nicht in der Bibliothek ist.</translation>
    </message>
    <message>
        <location filename="../batch/worker.py"/>
        <source>`s2edit tokens list` shows what there is.</source>
        <translation>`s2edit tokens list` zeigt, was da ist.</translation>
    </message>
    <message>
        <location filename="../batch/worker.py"/>
        <source>The token {0} was learned on the model {1}, and {2} is in use.</source>
        <translation>Das Token {0} wurde auf dem Modell {1} gelernt, und {2} ist in Gebrauch.</translation>
    </message>
    <message>
        <location filename="../batch/worker.py"/>
        <source>Use --model {0}, or learn the token on {1}.</source>
        <translation>Nehmen Sie --model {0} oder lernen Sie das Token auf {1}.</translation>
    </message>
    <message>
        <location filename="../batch/worker.py"/>
        <source>The base model in use was changed while the batch ran.</source>
        <translation>Das Basismodell wurde gewechselt, während der Stapel lief.</translation>
    </message>
    <message>
        <location filename="../batch/worker.py"/>
        <source>Use {0} again, or name a model in the recipe.</source>
        <translation>Nehmen Sie wieder {0} oder nennen Sie im Rezept ein Modell.</translation>
    </message>
    <message>
        <location filename="../batch/worker.py"/>
        <source>It shows {0} faces.</source>
        <translation>Es zeigt {0} Gesichter.</translation>
    </message>
    <message>
        <location filename="../batch/worker.py"/>
        <source>It shows one face.</source>
        <translation>Es zeigt ein Gesicht.</translation>
    </message>
    <message>
        <location filename="../batch/worker.py"/>
        <source>No face was found on it.</source>
        <translation>Darauf wurde kein Gesicht gefunden.</translation>
    </message>
    <message>
        <location filename="../engine/client/connections.py"/>
        <location filename="../engine/client/interface.py"/>
        <source>The engine has gone.</source>
        <translation>Die Engine ist fort.</translation>
    </message>
    <message>
        <location filename="../engine/client/connections.py"/>
        <source>The engine does not answer.</source>
        <translation>Die Engine antwortet nicht.</translation>
    </message>
    <message>
        <location filename="../engine/client/connections.py"/>
        <location filename="../engine/client/transport.py"/>
        <source>It may be busy; try again.</source>
        <translation>Sie ist vielleicht beschäftigt; versuchen Sie es noch einmal.</translation>
    </message>
    <message>
        <location filename="../engine/client/connections.py"/>
        <location filename="../engine/client/transport.py"/>
        <source>It ended or crashed; try again.</source>
        <translation>Sie endete oder stürzte ab; versuchen Sie es noch einmal.</translation>
    </message>
    <message>
        <location filename="../engine/client/connections.py"/>
        <location filename="../engine/client/transport.py"/>
        <source>The engine has too many connections.</source>
        <translation>Die Engine hat zu viele Verbindungen.</translation>
    </message>
    <message>
        <location filename="../engine/client/connections.py"/>
        <location filename="../engine/client/transport.py"/>
        <source>Close other programs that use it.</source>
        <translation>Schließen Sie andere Programme, die sie benutzen.</translation>
    </message>
    <message>
        <location filename="../engine/client/connections.py"/>
        <source>Another program answers in the engine's place.</source>
        <translation>Ein anderes Programm antwortet an Stelle der Engine.</translation>
    </message>
    <message>
        <location filename="../engine/client/connections.py"/>
        <source>It was told nothing; try again.</source>
        <translation>Es hat nichts erfahren; versuchen Sie es noch einmal.</translation>
    </message>
    <message>
        <location filename="../engine/client/discovery.py"/>
        <source>The folder {0} cannot be used ({1}).</source>
        <translation>Der Ordner {0} kann nicht benutzt werden ({1}).</translation>
    </message>
    <message>
        <location filename="../engine/client/discovery.py"/>
        <source>Make it writable, or set {0} to another folder.</source>
        <translation>Machen Sie ihn beschreibbar, oder setzen Sie {0} auf einen anderen Ordner.</translation>
    </message>
    <message>
        <location filename="../engine/client/interface.py"/>
        <source>Run the command again.</source>
        <translation>Versuchen Sie es noch einmal.</translation>
    </message>
    <message>
        <location filename="../engine/client/interface.py"/>
        <source>The job {0} is not over after {1} seconds.</source>
        <translation>Der Auftrag {0} ist nach {1} Sekunden nicht fertig.</translation>
    </message>
    <message>
        <location filename="../engine/client/launching.py"/>
        <location filename="../engine/client/remote.py"/>
        <source>The engine is not running.</source>
        <translation>Die Engine läuft nicht.</translation>
    </message>
    <message>
        <location filename="../engine/client/launching.py"/>
        <source>Start S2Edit Studio once, then try again.</source>
        <translation>Starten Sie S²Edit Studio einmal, und versuchen Sie es noch einmal.</translation>
    </message>
    <message>
        <location filename="../engine/client/launching.py"/>
        <source>The engine is not running, and it cannot be started from inside this sandbox.</source>
        <translation>Die Engine läuft nicht und kann aus dieser abgeschotteten Umgebung nicht gestartet werden.</translation>
    </message>
    <message>
        <location filename="../engine/client/launching.py"/>
        <source>Start S2Edit Studio, then try again.</source>
        <translation>Starten Sie S²Edit Studio, und versuchen Sie es noch einmal.</translation>
    </message>
    <message>
        <location filename="../engine/client/launching.py"/>
        <source>The engine could not be started ({0}).</source>
        <translation>Die Engine konnte nicht gestartet werden ({0}).</translation>
    </message>
    <message>
        <location filename="../engine/client/launching.py"/>
        <source>Run `s2edit doctor`, or `s2edit engine run`.</source>
        <translation>Führen Sie `s2edit doctor` oder `s2edit engine run` aus.</translation>
    </message>
    <message>
        <location filename="../engine/client/launching.py"/>
        <source>The window cannot be opened from inside this sandbox.</source>
        <translation>Das Fenster kann aus dieser abgeschotteten Umgebung nicht geöffnet werden.</translation>
    </message>
    <message>
        <location filename="../engine/client/launching.py"/>
        <source>Start S2Edit Studio.</source>
        <translation>Starten Sie S²Edit Studio.</translation>
    </message>
    <message>
        <location filename="../engine/client/launching.py"/>
        <source>The window could not be opened ({0}).</source>
        <translation>Das Fenster konnte nicht geöffnet werden ({0}).</translation>
    </message>
    <message>
        <location filename="../engine/client/remote.py"/>
        <source>Try again; `s2edit engine stop` ends one that hangs.</source>
        <translation>Versuchen Sie es noch einmal; `s2edit engine stop` beendet eine, die hängt.</translation>
    </message>
    <message>
        <location filename="../engine/client/remote.py"/>
        <source>Start the window, or run `s2edit engine start`.</source>
        <translation>Starten Sie das Fenster, oder führen Sie `s2edit engine start` aus.</translation>
    </message>
    <message>
        <location filename="../engine/client/remote.py"/>
        <source>The running engine is version {0}, this program is {1}.</source>
        <translation>Die laufende Engine hat Version {0}, dieses Programm {1}.</translation>
    </message>
    <message>
        <location filename="../engine/client/remote.py"/>
        <source>Close the other S2Edit programs, or run `s2edit engine stop`, then try again.</source>
        <translation>Schließen Sie die anderen S2Edit-Programme, oder führen Sie `s2edit engine stop` aus, und versuchen Sie es noch einmal.</translation>
    </message>
    <message>
        <location filename="../engine/client/remote.py"/>
        <source>The engine could not be started.</source>
        <translation>Die Engine konnte nicht gestartet werden.</translation>
    </message>
    <message>
        <location filename="../engine/client/remote.py"/>
        <source>{0} is no query.</source>
        <translation>{0} ist keine Abfrage.</translation>
    </message>
    <message>
        <location filename="../engine/client/remote.py"/>
        <source>Submit it.</source>
        <translation>Reichen Sie es als Auftrag ein.</translation>
    </message>
    <message>
        <location filename="../engine/client/remote.py"/>
        <location filename="../engine/server/job_queue.py"/>
        <source>{0} is no job.</source>
        <translation>{0} ist kein Auftrag.</translation>
    </message>
    <message>
        <location filename="../engine/client/remote.py"/>
        <source>Call it.</source>
        <translation>Stellen Sie es als Frage.</translation>
    </message>
    <message>
        <location filename="../engine/client/remote.py"/>
        <location filename="../engine/server/job_queue.py"/>
        <source>A job can be cancelled, paused or resumed.</source>
        <translation>Ein Auftrag kann abgebrochen, angehalten oder fortgesetzt werden.</translation>
    </message>
    <message>
        <location filename="../engine/client/remote.py"/>
        <location filename="../engine/client/transport.py"/>
        <location filename="../engine/server/local.py"/>
        <source>This client was closed.</source>
        <translation>Diese Verbindung wurde geschlossen.</translation>
    </message>
    <message>
        <location filename="../engine/client/remote.py"/>
        <source>Something else answers in the engine's place.</source>
        <translation>An der Stelle der Engine antwortet etwas anderes.</translation>
    </message>
    <message>
        <location filename="../engine/client/remote.py"/>
        <source>Connect again.</source>
        <translation>Verbinden Sie sich noch einmal.</translation>
    </message>
    <message>
        <location filename="../engine/client/remote.py"/>
        <source>The engine gave an answer that makes no sense.</source>
        <translation>Die Engine gab eine Antwort, die keinen Sinn ergibt.</translation>
    </message>
    <message>
        <location filename="../engine/client/remote.py"/>
        <location filename="../engine/client/transport.py"/>
        <source>Restart it.</source>
        <translation>Starten Sie sie neu.</translation>
    </message>
    <message>
        <location filename="../engine/client/remote.py"/>
        <location filename="../engine/server/job_queue.py"/>
        <location filename="../engine/server/service.py"/>
        <source>The engine knows no such job.</source>
        <translation>Die Engine kennt keinen solchen Auftrag.</translation>
    </message>
    <message>
        <location filename="../engine/client/shutdown.py"/>
        <source>The engine (process {0}) has not ended yet.</source>
        <translation>Die Engine (Prozess {0}) ist noch nicht beendet.</translation>
    </message>
    <message>
        <location filename="../engine/client/shutdown.py"/>
        <source>Wait, or run `s2edit engine stop --force`.</source>
        <translation>Warten Sie, oder führen Sie `s2edit engine stop --force` aus.</translation>
    </message>
    <message>
        <location filename="../engine/client/stream.py"/>
        <source>The engine has ended.</source>
        <translation>Die Engine hat geendet.</translation>
    </message>
    <message>
        <location filename="../engine/client/stream.py"/>
        <source>The engine ended unexpectedly.</source>
        <translation>Die Engine endete unerwartet.</translation>
    </message>
    <message>
        <location filename="../engine/client/stream.py"/>
        <source>The engine does not answer any more.</source>
        <translation>Die Engine antwortet nicht mehr.</translation>
    </message>
    <message>
        <location filename="../engine/client/transport.py"/>
        <source>A picture was damaged on its way.</source>
        <translation>Ein Bild wurde unterwegs beschädigt.</translation>
    </message>
    <message>
        <location filename="../engine/client/transport.py"/>
        <source>Try again.</source>
        <translation>Versuchen Sie es noch einmal.</translation>
    </message>
    <message>
        <location filename="../engine/client/transport.py"/>
        <source>The picture is larger than 1 GB.</source>
        <translation>Das Bild ist größer als 1 GB.</translation>
    </message>
    <message>
        <location filename="../engine/client/transport.py"/>
        <source>Use a smaller one.</source>
        <translation>Nehmen Sie ein kleineres.</translation>
    </message>
    <message>
        <location filename="../engine/client/transport.py"/>
        <source>The connection to the engine broke before it answered.</source>
        <translation>Die Verbindung zur Engine brach ab, bevor sie antwortete.</translation>
    </message>
    <message>
        <location filename="../engine/client/transport.py"/>
        <source>Look whether it was done before you do it again.</source>
        <translation>Sehen Sie nach, ob es geschehen ist, bevor Sie es wiederholen.</translation>
    </message>
    <message>
        <location filename="../engine/client/transport.py"/>
        <source>The engine gave an answer that makes no sense (status {0}).</source>
        <translation>Die Engine gab eine Antwort, die keinen Sinn ergibt (Status {0}).</translation>
    </message>
    <message>
        <location filename="../engine/protocol/wire.py"/>
        <source>A picture of the request is not in the engine.</source>
        <translation>Ein Bild der Anfrage ist nicht in der Engine.</translation>
    </message>
    <message>
        <location filename="../engine/protocol/wire.py"/>
        <location filename="../engine/server/service.py"/>
        <source>Send it again.</source>
        <translation>Schicken Sie es noch einmal.</translation>
    </message>
    <message>
        <location filename="../engine/protocol/wire.py"/>
        <source>A value cannot be sent: it is no text or finite number.</source>
        <translation>Ein Wert kann nicht geschickt werden: Er ist weder Text noch eine endliche Zahl.</translation>
    </message>
    <message>
        <location filename="../engine/protocol/wire.py"/>
        <source>This is not JSON as the engine understands it.</source>
        <translation>Das ist kein JSON, wie die Engine es versteht.</translation>
    </message>
    <message>
        <location filename="../engine/protocol/wire.py"/>
        <source>A value cannot be sent: it is no finite number.</source>
        <translation>Ein Wert kann nicht geschickt werden: Er ist keine endliche Zahl.</translation>
    </message>
    <message>
        <location filename="../engine/protocol/wire.py"/>
        <source>A value of the type {0} cannot be sent.</source>
        <translation>Ein Wert vom Typ {0} kann nicht geschickt werden.</translation>
    </message>
    <message>
        <location filename="../engine/protocol/wire.py"/>
        <source>{0} is nested too deeply.</source>
        <translation>{0} ist zu tief verschachtelt.</translation>
    </message>
    <message>
        <location filename="../engine/protocol/wire.py"/>
        <source>{0} must be one of {1}.</source>
        <translation>{0} muss eines von {1} sein.</translation>
    </message>
    <message>
        <location filename="../engine/protocol/wire.py"/>
        <source>{0} has no field '{1}'.</source>
        <translation>{0} hat kein Feld „{1}“.</translation>
    </message>
    <message>
        <location filename="../engine/protocol/wire.py"/>
        <source>{0} lacks the field '{1}'.</source>
        <translation>{0} fehlt das Feld „{1}“.</translation>
    </message>
    <message>
        <location filename="../engine/protocol/wire.py"/>
        <source>{0} is too long.</source>
        <translation>{0} ist zu lang.</translation>
    </message>
    <message>
        <location filename="../engine/protocol/wire.py"/>
        <source>{0} holds characters that are no text.</source>
        <translation>{0} enthält Zeichen, die kein Text sind.</translation>
    </message>
    <message>
        <location filename="../engine/protocol/wire.py"/>
        <source>{0} is too large.</source>
        <translation>{0} ist zu groß.</translation>
    </message>
    <message>
        <location filename="../engine/protocol/wire.py"/>
        <source>{0} must be {1}.</source>
        <translation>{0} muss {1} sein.</translation>
    </message>
    <message>
        <location filename="../engine/server/access_guard.py"/>
        <source>A proof is asked for with a nonce of 32 hexadecimal digits.</source>
        <translation>Ein Nachweis wird mit einer Zufallszahl von 32 hexadezimalen Ziffern verlangt.</translation>
    </message>
    <message>
        <location filename="../engine/server/access_guard.py"/>
        <source>The secret is missing or wrong.</source>
        <translation>Das Geheimnis fehlt oder ist falsch.</translation>
    </message>
    <message>
        <location filename="../engine/server/access_guard.py"/>
        <source>The engine answers to this machine alone.</source>
        <translation>Die Engine antwortet nur diesem Rechner.</translation>
    </message>
    <message>
        <location filename="../engine/server/access_guard.py"/>
        <source>The engine does not answer web pages.</source>
        <translation>Die Engine antwortet keinen Webseiten.</translation>
    </message>
    <message>
        <location filename="../engine/server/access_guard.py"/>
        <source>The request came too slowly.</source>
        <translation>Die Anfrage kam zu langsam.</translation>
    </message>
    <message>
        <location filename="../engine/server/access_guard.py"/>
        <source>The request is larger than {0}.</source>
        <translation>Die Anfrage ist größer als {0}.</translation>
    </message>
    <message>
        <location filename="../engine/server/access_guard.py"/>
        <source>This is no HTTP request.</source>
        <translation>Das ist keine HTTP-Anfrage.</translation>
    </message>
    <message>
        <location filename="../engine/server/blobs.py"/>
        <source>The engine holds too many pictures at the moment.</source>
        <translation>Die Engine hält im Augenblick zu viele Bilder.</translation>
    </message>
    <message>
        <location filename="../engine/server/blobs.py"/>
        <source>Wait until a job has ended.</source>
        <translation>Warten Sie, bis ein Auftrag fertig ist.</translation>
    </message>
    <message>
        <location filename="../engine/server/core.py"/>
        <source>{0} is nothing the engine can be asked.</source>
        <translation>{0} ist nichts, wonach die Engine gefragt werden kann.</translation>
    </message>
    <message>
        <location filename="../engine/server/handlers/estimates.py"/>
        <source>The photo takes about {0} GB of main memory besides.</source>
        <translation>Das Foto braucht außerdem etwa {0} GB Hauptspeicher.</translation>
    </message>
    <message>
        <location filename="../engine/server/handlers/estimates.py"/>
        <source>Another job is running; more memory will be free when it has ended.</source>
        <translation>Ein anderer Auftrag läuft; danach ist mehr Speicher frei.</translation>
    </message>
    <message>
        <location filename="../engine/server/handlers/estimates.py"/>
        <source>The time is a cautious guess until one has run here.</source>
        <translation>Die Zeit ist vorsichtig geschätzt, bis hier einer gelaufen ist.</translation>
    </message>
    <message>
        <location filename="../engine/server/handlers/estimates.py"/>
        <source>An estimate is for 1 to {0} variants.</source>
        <translation>Eine Schätzung gilt für 1 bis {0} Varianten.</translation>
    </message>
    <message>
        <location filename="../engine/server/handlers/estimates.py"/>
        <source>An estimate is for one job, to learn or to edit.</source>
        <translation>Eine Schätzung gilt einem Auftrag: zum Lernen oder zum Bearbeiten.</translation>
    </message>
    <message>
        <location filename="../engine/server/handlers/estimates.py"/>
        <source>The configuration of the model '{0}' cannot be read.</source>
        <translation>Die Konfiguration des Modells „{0}“ ist nicht lesbar.</translation>
    </message>
    <message>
        <location filename="../engine/server/handlers/estimates.py"/>
        <source>Even with all that saves memory it needs about {0}, and {1} are free.</source>
        <translation>Selbst mit allem, was Speicher spart, braucht es etwa {0}, und {1} sind frei.</translation>
    </message>
    <message>
        <location filename="../engine/server/handlers/estimates.py"/>
        <source>Memory is short: it will be done in smaller pieces, which takes longer.</source>
        <translation>Der Speicher ist knapp: Es wird in kleineren Stücken gerechnet, was länger dauert.</translation>
    </message>
    <message>
        <location filename="../engine/server/handlers/estimates.py"/>
        <source>Memory is short: it will be done with less, and the result may differ a little.</source>
        <translation>Der Speicher ist knapp: Es wird mit weniger gerechnet, und das Ergebnis kann etwas abweichen.</translation>
    </message>
    <message>
        <location filename="../engine/server/handlers/handover.py"/>
        <source>The picture was given back.</source>
        <translation>Das Bild wurde zurückgegeben.</translation>
    </message>
    <message>
        <location filename="../engine/server/handlers/handover.py"/>
        <source>This picture has another size or depth than the one from GIMP.</source>
        <translation>Dieses Bild hat eine andere Größe oder Tiefe als das aus GIMP.</translation>
    </message>
    <message>
        <location filename="../engine/server/handlers/handover.py"/>
        <source>Send back a result of the picture that came from there.</source>
        <translation>Schicken Sie ein Ergebnis des Bildes zurück, das von dort kam.</translation>
    </message>
    <message>
        <location filename="../engine/server/handlers/history.py"/>
        <source>At most {0} results are changed at a time.</source>
        <translation>Auf einmal werden höchstens {0} Ergebnisse geändert.</translation>
    </message>
    <message>
        <location filename="../engine/server/handlers/history.py"/>
        <source>The history cannot be smaller than nothing.</source>
        <translation>Der Verlauf kann nicht kleiner als nichts sein.</translation>
    </message>
    <message>
        <location filename="../engine/server/handlers/history.py"/>
        <source>Give a number from 0 on.</source>
        <translation>Geben Sie eine Zahl ab 0 an.</translation>
    </message>
    <message>
        <location filename="../engine/server/handlers/library.py"/>
        <source>The file is damaged.</source>
        <translation>Die Datei ist beschädigt.</translation>
    </message>
    <message>
        <location filename="../engine/server/handlers/library.py"/>
        <source>At most {0} pictures are given at a time.</source>
        <translation>Auf einmal werden höchstens {0} Bilder gegeben.</translation>
    </message>
    <message>
        <location filename="../engine/server/handlers/library.py"/>
        <source>Thumbnails are of tokens or history.</source>
        <translation>Vorschaubilder gibt es von Token oder vom Verlauf.</translation>
    </message>
    <message>
        <location filename="../engine/server/handlers/library.py"/>
        <source>{0} in the trash.</source>
        <translation>{0} im Papierkorb.</translation>
    </message>
    <message>
        <location filename="../engine/server/handlers/library.py"/>
        <source>{0} is now {1}.</source>
        <translation>{0} heißt jetzt {1}.</translation>
    </message>
    <message>
        <location filename="../engine/server/handlers/library.py"/>
        <source>The notes were changed.</source>
        <translation>Die Notizen wurden geändert.</translation>
    </message>
    <message>
        <location filename="../engine/server/handlers/library.py"/>
        <source>Forgot {0}: {1} and {2} other things are gone for good.</source>
        <translation>{0} ist vergessen: {1} und {2} weitere Dinge sind endgültig fort.</translation>
    </message>
    <message>
        <location filename="../engine/server/handlers/library.py"/>
        <source>{0} is called {1} here.</source>
        <translation>{0} heißt hier {1}.</translation>
    </message>
    <message>
        <location filename="../engine/server/handlers/library.py"/>
        <source>The {0} that was here is in the trash.</source>
        <translation>{0}, das hier war, liegt im Papierkorb.</translation>
    </message>
    <message>
        <location filename="../engine/server/handlers/library.py"/>
        <source>An embedding holds vectors alone, no mask and no thumbnail.</source>
        <translation>Eine Einbettung enthält nur Vektoren, keine Maske und kein Vorschaubild.</translation>
    </message>
    <message>
        <location filename="../engine/server/handlers/library.py"/>
        <source>There is nothing to resume for {0}/{1}.</source>
        <translation>Für {0}/{1} gibt es nichts, was weitergehen kann.</translation>
    </message>
    <message>
        <location filename="../engine/server/handlers/library.py"/>
        <source>The run was given up.</source>
        <translation>Der Lauf wurde aufgegeben.</translation>
    </message>
    <message>
        <location filename="../engine/server/handlers/machine.py"/>
        <location filename="../workflows/model_files.py"/>
        <source>'{0}' is no whole path.</source>
        <translation>„{0}“ ist kein ganzer Pfad.</translation>
    </message>
    <message>
        <location filename="../engine/server/handlers/machine.py"/>
        <location filename="../workflows/model_files.py"/>
        <source>Name it from the root on.</source>
        <translation>Nennen Sie ihn von der Wurzel an.</translation>
    </message>
    <message>
        <location filename="../engine/server/handlers/machine.py"/>
        <source>The log can be asked for 1 to {0} lines.</source>
        <translation>Das Protokoll kann nach 1 bis {0} Zeilen gefragt werden.</translation>
    </message>
    <message>
        <location filename="../engine/server/handlers/models.py"/>
        <source>The licence was accepted.</source>
        <translation>Die Lizenz wurde angenommen.</translation>
    </message>
    <message>
        <location filename="../engine/server/handlers/models.py"/>
        <source>The next job uses it.</source>
        <translation>Der nächste Auftrag benutzt es.</translation>
    </message>
    <message>
        <location filename="../engine/server/handlers/models.py"/>
        <source>{0} GB were freed.</source>
        <translation>{0} GB wurden frei.</translation>
    </message>
    <message>
        <location filename="../engine/server/image_transfer.py"/>
        <source>Nobody waits for this picture any more.</source>
        <translation>Auf dieses Bild wartet niemand mehr.</translation>
    </message>
    <message>
        <location filename="../engine/server/image_transfer.py"/>
        <source>Open it again from GIMP, or save the result to a file.</source>
        <translation>Öffnen Sie es noch einmal aus GIMP, oder speichern Sie das Ergebnis in einer Datei.</translation>
    </message>
    <message>
        <location filename="../engine/server/job_queue.py"/>
        <location filename="../engine/server/service.py"/>
        <source>The engine is ending.</source>
        <translation>Die Engine endet gerade.</translation>
    </message>
    <message>
        <location filename="../engine/server/job_queue.py"/>
        <location filename="../engine/server/service.py"/>
        <location filename="../history/database.py"/>
        <source>Try again in a moment.</source>
        <translation>Versuchen Sie es gleich noch einmal.</translation>
    </message>
    <message>
        <location filename="../engine/server/job_queue.py"/>
        <source>{0} jobs are waiting already.</source>
        <translation>Es warten schon {0} Aufträge.</translation>
    </message>
    <message>
        <location filename="../engine/server/job_queue.py"/>
        <source>Wait, or cancel some.</source>
        <translation>Warten Sie, oder brechen Sie einige ab.</translation>
    </message>
    <message>
        <location filename="../engine/server/job_queue.py"/>
        <source>The job is not over yet.</source>
        <translation>Der Auftrag ist noch nicht fertig.</translation>
    </message>
    <message>
        <location filename="../engine/server/job_queue.py"/>
        <source>Wait for it.</source>
        <translation>Warten Sie darauf.</translation>
    </message>
    <message>
        <location filename="../engine/server/job_queue.py"/>
        <source>The result of this job is not kept any more.</source>
        <translation>Das Ergebnis dieses Auftrags wird nicht mehr aufgehoben.</translation>
    </message>
    <message>
        <location filename="../engine/server/job_queue.py"/>
        <source>Edits are in the history; run it again.</source>
        <translation>Bearbeitungen stehen im Verlauf; machen Sie es noch einmal.</translation>
    </message>
    <message>
        <location filename="../engine/server/job_queue.py"/>
        <source>It may have been restarted.</source>
        <translation>Sie wurde vielleicht neu gestartet.</translation>
    </message>
    <message>
        <location filename="../engine/server/logs.py"/>
        <source>The engine's log {0} cannot be written ({1}).</source>
        <translation>Das Protokoll {0} der Engine kann nicht geschrieben werden ({1}).</translation>
    </message>
    <message>
        <location filename="../engine/server/logs.py"/>
        <source>Make its folder writable.</source>
        <translation>Machen Sie seinen Ordner beschreibbar.</translation>
    </message>
    <message>
        <location filename="../engine/server/service.py"/>
        <source>The picture was damaged on its way.</source>
        <translation>Das Bild wurde unterwegs beschädigt.</translation>
    </message>
    <message>
        <location filename="../engine/server/service.py"/>
        <source>The engine knows no such call.</source>
        <translation>Die Engine kennt keine solche Frage.</translation>
    </message>
    <message>
        <location filename="../engine/server/service.py"/>
        <source>A job's id has 32 hexadecimal digits.</source>
        <translation>Die Nummer eines Auftrags hat 32 hexadezimale Ziffern.</translation>
    </message>
    <message>
        <location filename="../engine/server/service.py"/>
        <source>A job that is not kept needs a client.</source>
        <translation>Ein Auftrag, der nicht behalten wird, braucht jemanden, dem er gehört.</translation>
    </message>
    <message>
        <location filename="../engine/server/service.py"/>
        <source>Name one, and open its event stream.</source>
        <translation>Nennen Sie einen, und öffnen Sie seinen Strom von Ereignissen.</translation>
    </message>
    <message>
        <location filename="../engine/server/service.py"/>
        <source>The engine is busy.</source>
        <translation>Die Engine ist beschäftigt.</translation>
    </message>
    <message>
        <location filename="../engine/server/service.py"/>
        <source>Try again later.</source>
        <translation>Versuchen Sie es später noch einmal.</translation>
    </message>
    <message>
        <location filename="../engine/server/service.py"/>
        <source>Only a client that names itself can hear events.</source>
        <translation>Nur wer sich nennt, kann Ereignisse hören.</translation>
    </message>
    <message>
        <location filename="../engine/server/service.py"/>
        <source>Events are asked for since a number.</source>
        <translation>Ereignisse werden ab einer Nummer verlangt.</translation>
    </message>
    <message>
        <location filename="../engine/server/service.py"/>
        <source>A picture is named by its sha256.</source>
        <translation>Ein Bild wird mit seiner sha256 genannt.</translation>
    </message>
    <message>
        <location filename="../engine/server/service.py"/>
        <source>A client is named by 32 hexadecimal digits.</source>
        <translation>Wer fragt, nennt sich mit 32 hexadezimalen Ziffern.</translation>
    </message>
    <message>
        <location filename="../engine/server/service.py"/>
        <source>This method is not possible here.</source>
        <translation>Diese Methode ist hier nicht möglich.</translation>
    </message>
    <message>
        <location filename="../engine/server/service.py"/>
        <source>There is nothing here.</source>
        <translation>Hier ist nichts.</translation>
    </message>
    <message>
        <location filename="../engine/server/worker.py"/>
        <source>There was not enough memory.</source>
        <translation>Der Speicher reichte nicht.</translation>
    </message>
    <message>
        <location filename="../engine/server/worker.py"/>
        <source>Close other programs, use a smaller photo, or a smaller model.</source>
        <translation>Schließen Sie andere Programme, nehmen Sie ein kleineres Foto oder ein kleineres Modell.</translation>
    </message>
    <message>
        <location filename="../engine/server/worker.py"/>
        <source>The log says where: `s2edit engine status` names it, on the command line S2EDIT_DEBUG=1 shows it.</source>
        <translation>Das Protokoll sagt, wo: `s2edit engine status` nennt es, auf der Kommandozeile zeigt es S2EDIT_DEBUG=1.</translation>
    </message>
    <message>
        <location filename="../errors.py"/>
        <source>Something went wrong.</source>
        <translation>Etwas ist schiefgegangen.</translation>
    </message>
    <message>
        <location filename="../formats/base_model.py"/>
        <source>The model '{0}' is damaged: its {1} has no sound config.json.</source>
        <translation>Das Modell „{0}“ ist beschädigt: {1} hat keine brauchbare config.json.</translation>
    </message>
    <message>
        <location filename="../formats/base_model.py"/>
        <source>The model '{0}' has no text encoder for embeddings.</source>
        <translation>Das Modell „{0}“ hat keinen Text-Encoder für Einbettungen.</translation>
    </message>
    <message>
        <location filename="../formats/base_model.py"/>
        <source>The model '{0}' has no layer {1}.</source>
        <translation>Das Modell „{0}“ hat keine Schicht {1}.</translation>
    </message>
    <message>
        <location filename="../formats/base_model.py"/>
        <source>The U-Net of the model '{0}' cannot be read.</source>
        <translation>Das U-Net des Modells „{0}“ ist nicht lesbar.</translation>
    </message>
    <message>
        <location filename="../formats/base_model.py"/>
        <location filename="../perception/networks/captioner.py"/>
        <location filename="../perception/networks/face_parser.py"/>
        <location filename="../perception/networks/safety_checker.py"/>
        <source>Install it again.</source>
        <translation>Installieren Sie es noch einmal.</translation>
    </message>
    <message>
        <location filename="../formats/exchange.py"/>
        <source>An embedding does not say whose it is.</source>
        <translation>Eine Einbettung sagt nicht, wem sie gehört.</translation>
    </message>
    <message>
        <location filename="../formats/exchange.py"/>
        <source>Name it, e.g. --as anna/me.</source>
        <translation>Nennen Sie sie, zum Beispiel --as anna/me.</translation>
    </message>
    <message>
        <location filename="../formats/exchange.py"/>
        <source>'{0}' is no kind of token.</source>
        <translation>„{0}“ ist keine Art von Token.</translation>
    </message>
    <message>
        <location filename="../formats/exchange.py"/>
        <source>Use identity or attribute.</source>
        <translation>Möglich sind identity und attribute.</translation>
    </message>
    <message>
        <location filename="../formats/exporting.py"/>
        <location filename="../library/archive.py"/>
        <location filename="../library/transfer.py"/>
        <source>{0} exists already.</source>
        <translation>{0} gibt es schon.</translation>
    </message>
    <message>
        <location filename="../formats/exporting.py"/>
        <location filename="../library/archive.py"/>
        <location filename="../library/transfer.py"/>
        <source>Choose another file name, or add --overwrite.</source>
        <translation>Wählen Sie einen anderen Dateinamen, oder fügen Sie --overwrite hinzu.</translation>
    </message>
    <message>
        <location filename="../formats/exporting.py"/>
        <source>'{0}' is no format.</source>
        <translation>„{0}“ ist kein Format.</translation>
    </message>
    <message>
        <location filename="../formats/exporting.py"/>
        <source>A {0} file has no place for thumbnail, mask and the photo's hash.</source>
        <translation>In einer Datei der Art {0} ist kein Platz für Vorschaubild, Maske und Prüfsumme des Fotos.</translation>
    </message>
    <message>
        <location filename="../formats/exporting.py"/>
        <source>Leave out --private.</source>
        <translation>Lassen Sie --private weg.</translation>
    </message>
    <message>
        <location filename="../formats/exporting.py"/>
        <source>--rank is a whole number from 1 on, for the format lora.</source>
        <translation>--rank ist eine ganze Zahl ab 1, für das Format lora.</translation>
    </message>
    <message>
        <location filename="../formats/exporting.py"/>
        <source>--approximate is for the format textual-inversion.</source>
        <translation>--approximate gehört zum Format textual-inversion.</translation>
    </message>
    <message>
        <location filename="../formats/exporting.py"/>
        <source>The token {0} is damaged: its parameters do not fit its settings.</source>
        <translation>Das Token {0} ist beschädigt: Seine Parameter passen nicht zu seinen Einstellungen.</translation>
    </message>
    <message>
        <location filename="../formats/exporting.py"/>
        <source>Restore it from a backup or learn it again.</source>
        <translation>Holen Sie es aus einer Sicherung, oder lernen Sie es noch einmal.</translation>
    </message>
    <message>
        <location filename="../formats/exporting.py"/>
        <source>The base model of {0}, '{1}', is not here, and a Custom Diffusion file holds matrices of it.</source>
        <translation>Das Basismodell von {0}, „{1}“, ist nicht hier, und eine Custom-Diffusion-Datei enthält Matrizen davon.</translation>
    </message>
    <message>
        <location filename="../formats/exporting.py"/>
        <source>Name it with --model.</source>
        <translation>Nennen Sie es mit --model.</translation>
    </message>
    <message>
        <location filename="../formats/exporting.py"/>
        <source>Load both files; in diffusers with load_textual_inversion and unet.load_attn_procs(..., _pipeline=pipeline): without the last argument diffusers 0.42 sets nothing.</source>
        <translation>Laden Sie beide Dateien; in diffusers mit load_textual_inversion und unet.load_attn_procs(..., _pipeline=pipeline): Ohne das letzte Argument setzt diffusers 0.42 nichts.</translation>
    </message>
    <message>
        <location filename="../formats/exporting.py"/>
        <source>Load both files, the LoRA at strength 1.</source>
        <translation>Laden Sie beide Dateien, die LoRA mit Stärke 1.</translation>
    </message>
    <message>
        <location filename="../formats/exporting.py"/>
        <source>At rank {0} the LoRA misses {1} % of what was learned.</source>
        <translation>Mit Rang {0} fehlen der LoRA {1} % des Gelernten.</translation>
    </message>
    <message>
        <location filename="../formats/exporting.py"/>
        <source>In other programs write "{0} {1}" where the prompt names the {2}.</source>
        <translation>Schreiben Sie in anderen Programmen „{0} {1}“, wo der Prompt {2} nennt.</translation>
    </message>
    <message>
        <location filename="../formats/exporting.py"/>
        <source>They know no masks and no token isolation: there the token acts on the whole picture and on the words after it.</source>
        <translation>Sie kennen weder Masken noch getrennte Token: Dort wirkt das Token auf das ganze Bild und auf die Wörter danach.</translation>
    </message>
    <message>
        <location filename="../formats/exporting.py"/>
        <source>{0} is more than its vectors: its parameters ({1}) have no place in an embedding file.</source>
        <translation>{0} ist mehr als seine Vektoren: Seine Parameter ({1}) haben in einer Embedding-Datei keinen Platz.</translation>
    </message>
    <message>
        <location filename="../formats/exporting.py"/>
        <source>{0} is kept clear of its attribute words after the text encoder, which other programs do not do.</source>
        <translation>{0} wird nach dem Text-Encoder von seinen Attributwörtern ferngehalten, was andere Programme nicht tun.</translation>
    </message>
    <message>
        <location filename="../formats/exporting.py"/>
        <source>The token {0} is its vectors alone, so there is nothing for a {1}.</source>
        <translation>Das Token {0} besteht nur aus seinen Vektoren, also gibt es nichts für {1}.</translation>
    </message>
    <message>
        <location filename="../formats/exporting.py"/>
        <source>Export it as textual-inversion.</source>
        <translation>Exportieren Sie es als textual-inversion.</translation>
    </message>
    <message>
        <location filename="../formats/exporting.py"/>
        <source>The parameters of the token {0} ({1}) act on its own word only, but a {2} acts on every word.</source>
        <translation>Die Parameter des Tokens {0} ({1}) wirken nur auf sein eigenes Wort, {2} aber auf jedes.</translation>
    </message>
    <message>
        <location filename="../formats/exporting.py"/>
        <source>Learn it with --parameters kv_lora or kv_full, or export its vectors alone: textual-inversion --approximate.</source>
        <translation>Lernen Sie es mit --parameters kv_lora oder kv_full, oder exportieren Sie nur seine Vektoren: textual-inversion --approximate.</translation>
    </message>
    <message>
        <location filename="../formats/exporting.py"/>
        <source>The parameters of the token {0} (unet_lora) act inside its mask only, but a {1} acts on the whole picture.</source>
        <translation>Die Parameter des Tokens {0} (unet_lora) wirken nur innerhalb seiner Maske, eine {1} aber wirkt auf das ganze Bild.</translation>
    </message>
    <message>
        <location filename="../formats/exporting.py"/>
        <source>The token {0} is kept clear of its attribute words after the text encoder, which other programs do not do.</source>
        <translation>Das Token {0} wird nach dem Text-Encoder von seinen Attributwörtern ferngehalten, was andere Programme nicht tun.</translation>
    </message>
    <message>
        <location filename="../formats/exporting.py"/>
        <source>Learn it with --orthogonality soft.</source>
        <translation>Lernen Sie es mit --orthogonality soft.</translation>
    </message>
    <message>
        <location filename="../formats/importing.py"/>
        <source>{0} is a pickle file, which can run any program when it is opened, so it is not read here.</source>
        <translation>{0} ist eine Pickle-Datei, die beim Öffnen jedes Programm ausführen kann; sie wird hier nicht gelesen.</translation>
    </message>
    <message>
        <location filename="../formats/importing.py"/>
        <source>Convert it to .safetensors in the program it came from.</source>
        <translation>Wandeln Sie sie in dem Programm, aus dem sie kommt, in .safetensors um.</translation>
    </message>
    <message>
        <location filename="../formats/importing.py"/>
        <location filename="../workflows/learning.py"/>
        <source>The class noun is missing.</source>
        <translation>Es fehlt, was gezeigt wird.</translation>
    </message>
    <message>
        <location filename="../formats/importing.py"/>
        <source>Say what the embedding shows, e.g. --class woman.</source>
        <translation>Sagen Sie, was die Einbettung zeigt, zum Beispiel --class woman.</translation>
    </message>
    <message>
        <location filename="../formats/importing.py"/>
        <source>Save it again in the program it came from.</source>
        <translation>Speichern Sie sie noch einmal in dem Programm, aus dem sie kommt.</translation>
    </message>
    <message>
        <location filename="../formats/importing.py"/>
        <source>Import it with `s2edit models import`.</source>
        <translation>Importieren Sie es mit `s2edit models import`.</translation>
    </message>
    <message>
        <location filename="../formats/importing.py"/>
        <source>Import the embedding that belongs to it.</source>
        <translation>Importieren Sie die Einbettung, die dazugehört.</translation>
    </message>
    <message>
        <location filename="../formats/importing.py"/>
        <source>{0} is {1}; only tokens and textual-inversion embeddings can be imported.</source>
        <translation>{0} ist {1}; importiert werden können nur Token und Einbettungen (Textual Inversion).</translation>
    </message>
    <message>
        <location filename="../formats/importing.py"/>
        <source>{0} has vectors of {1} numbers, but the model '{2}' takes {3}.</source>
        <translation>{0} hat Vektoren aus {1} Zahlen, aber das Modell „{2}“ nimmt {3}.</translation>
    </message>
    <message>
        <location filename="../formats/importing.py"/>
        <source>It was made for {0}; choose such a model.</source>
        <translation>Sie wurde für {0} gemacht; wählen Sie ein solches Modell.</translation>
    </message>
    <message>
        <location filename="../formats/importing.py"/>
        <source>Choose the model it was made for.</source>
        <translation>Wählen Sie das Modell, für das sie gemacht wurde.</translation>
    </message>
    <message>
        <location filename="../formats/textual_inversion.py"/>
        <source>{0} has vectors for the second text encoder only.</source>
        <translation>{0} hat Vektoren nur für den zweiten Text-Encoder.</translation>
    </message>
    <message>
        <location filename="../formats/textual_inversion.py"/>
        <source>An embedding for SDXL has clip_l too.</source>
        <translation>Eine Einbettung für SDXL hat auch clip_l.</translation>
    </message>
    <message>
        <location filename="../formats/textual_inversion.py"/>
        <source>{0} holds {1} embeddings ({2}), not one.</source>
        <translation>{0} enthält {1} Einbettungen ({2}), nicht eine.</translation>
    </message>
    <message>
        <location filename="../formats/textual_inversion.py"/>
        <source>{0} holds no embedding.</source>
        <translation>{0} enthält keine Einbettung.</translation>
    </message>
    <message>
        <location filename="../formats/textual_inversion.py"/>
        <source>Save one embedding a file in the program it came from.</source>
        <translation>Speichern Sie in dem Programm, aus dem sie kommt, eine Einbettung je Datei.</translation>
    </message>
    <message>
        <location filename="../formats/textual_inversion.py"/>
        <source>{0} has more vectors for one text encoder than for the other.</source>
        <translation>{0} hat für den einen Text-Encoder mehr Vektoren als für den anderen.</translation>
    </message>
    <message>
        <location filename="../formats/textual_inversion.py"/>
        <source>{0} is no embedding of 1 to {1} vectors: its numbers are {2}.</source>
        <translation>{0} ist keine Einbettung aus 1 bis {1} Vektoren: Ihre Zahlen sind {2}.</translation>
    </message>
    <message>
        <location filename="../history/changes.py"/>
        <source>A note has at most {0} characters.</source>
        <translation>Eine Notiz hat höchstens {0} Zeichen.</translation>
    </message>
    <message>
        <location filename="../history/changes.py"/>
        <source>Write a shorter one.</source>
        <translation>Schreiben Sie eine kürzere.</translation>
    </message>
    <message>
        <location filename="../history/changes.py"/>
        <source>Nothing was changed.</source>
        <translation>Nichts wurde geändert.</translation>
    </message>
    <message>
        <location filename="../history/changes.py"/>
        <source>Deleted; `s2edit history restore` brings it back within {0} days.</source>
        <translation>Gelöscht; `s2edit history restore` bringt es innerhalb von {0} Tagen zurück.</translation>
    </message>
    <message>
        <location filename="../history/changes.py"/>
        <source>The history is empty.</source>
        <translation>Der Verlauf ist leer.</translation>
    </message>
    <message>
        <location filename="../history/changes.py"/>
        <source>Removed {0} results.</source>
        <translation>{0} Ergebnisse wurden entfernt.</translation>
    </message>
    <message>
        <location filename="../history/checking.py"/>
        <source>The index contradicts itself: {0}.</source>
        <translation>Das Verzeichnis widerspricht sich: {0}.</translation>
    </message>
    <message>
        <location filename="../history/checking.py"/>
        <source>The index has a row of '{0}' that belongs to no result.</source>
        <translation>Im Verzeichnis steht eine Zeile von „{0}“, die zu keinem Ergebnis gehört.</translation>
    </message>
    <message>
        <location filename="../history/checking.py"/>
        <source>The result {0} is in the index and not on the disk.</source>
        <translation>Das Ergebnis {0} steht im Verzeichnis und nicht auf dem Datenträger.</translation>
    </message>
    <message>
        <location filename="../history/checking.py"/>
        <source>The result {0} is on the disk and not in the index.</source>
        <translation>Das Ergebnis {0} liegt auf dem Datenträger und steht nicht im Verzeichnis.</translation>
    </message>
    <message>
        <location filename="../history/checking.py"/>
        <source>The index says something else of the result {0} than its record.</source>
        <translation>Das Verzeichnis sagt über das Ergebnis {0} etwas anderes als dessen Aufzeichnung.</translation>
    </message>
    <message>
        <location filename="../history/checking.py"/>
        <source>The result {0} has lost its {1}.</source>
        <translation>Dem Ergebnis {0} fehlt {1}.</translation>
    </message>
    <message>
        <location filename="../history/checking.py"/>
        <source>The {0} of the result {1} was changed or is damaged.</source>
        <translation>{0} des Ergebnisses {1} wurde verändert oder ist beschädigt.</translation>
    </message>
    <message>
        <location filename="../history/checking.py"/>
        <source>The folder of the result {0} holds a file {1} that does not belong to it.</source>
        <translation>Im Ordner des Ergebnisses {0} liegt eine Datei {1}, die nicht dazugehört.</translation>
    </message>
    <message>
        <location filename="../history/checking.py"/>
        <source>The photo or mask {0} of a result is not there.</source>
        <translation>Das Foto oder die Maske {0} eines Ergebnisses ist nicht da.</translation>
    </message>
    <message>
        <location filename="../history/checking.py"/>
        <source>The photo or mask {0} belongs to no result.</source>
        <translation>Das Foto oder die Maske {0} gehört zu keinem Ergebnis.</translation>
    </message>
    <message>
        <location filename="../history/checking.py"/>
        <source>The index counts other photos and masks than the results have.</source>
        <translation>Das Verzeichnis zählt andere Fotos und Masken, als die Ergebnisse haben.</translation>
    </message>
    <message>
        <location filename="../history/checking.py"/>
        <source>The photo or mask {0} was changed or is damaged.</source>
        <translation>Das Foto oder die Maske {0} wurde verändert oder ist beschädigt.</translation>
    </message>
    <message>
        <location filename="../history/checking.py"/>
        <source>{0} lies in the history and does not belong there.</source>
        <translation>{0} liegt im Verlauf und gehört nicht dorthin.</translation>
    </message>
    <message>
        <location filename="../history/database.py"/>
        <source>The history was written by a newer version of S2Edit Studio.</source>
        <translation>Der Verlauf wurde von einer neueren Version von S²Edit Studio geschrieben.</translation>
    </message>
    <message>
        <location filename="../history/database.py"/>
        <source>Another process is using the history.</source>
        <translation>Ein anderer Prozess benutzt den Verlauf.</translation>
    </message>
    <message>
        <location filename="../history/database.py"/>
        <source>The disk is full: the history was not changed.</source>
        <translation>Der Datenträger ist voll: Der Verlauf wurde nicht geändert.</translation>
    </message>
    <message>
        <location filename="../history/database.py"/>
        <source>The history cannot be used ({0}).</source>
        <translation>Der Verlauf kann nicht benutzt werden ({0}).</translation>
    </message>
    <message>
        <location filename="../history/database.py"/>
        <location filename="../history/folders.py"/>
        <source>Check the folder {0}.</source>
        <translation>Prüfen Sie den Ordner {0}.</translation>
    </message>
    <message>
        <location filename="../history/folders.py"/>
        <source>The photo of this result is not in the history any more.</source>
        <translation>Das Foto dieses Ergebnisses ist nicht mehr im Verlauf.</translation>
    </message>
    <message>
        <location filename="../history/folders.py"/>
        <source>Open the photo again.</source>
        <translation>Öffnen Sie das Foto noch einmal.</translation>
    </message>
    <message>
        <location filename="../history/folders.py"/>
        <source>The history cannot be read ({0}).</source>
        <translation>Der Verlauf ist nicht lesbar ({0}).</translation>
    </message>
    <message>
        <location filename="../history/history.py"/>
        <source>The result {0} is an edit, no learned token.</source>
        <translation>Das Ergebnis {0} ist eine Bearbeitung, kein gelerntes Token.</translation>
    </message>
    <message>
        <location filename="../history/history.py"/>
        <source>The picture of the result {0} was changed or is damaged.</source>
        <translation>Das Bild des Ergebnisses {0} wurde verändert oder ist beschädigt.</translation>
    </message>
    <message>
        <location filename="../history/history.py"/>
        <source>Make it again with rerun.</source>
        <translation>Machen Sie es mit rerun noch einmal.</translation>
    </message>
    <message>
        <location filename="../history/history.py"/>
        <location filename="../history/listing.py"/>
        <source>There is no such result in the history.</source>
        <translation>Im Verlauf gibt es kein solches Ergebnis.</translation>
    </message>
    <message>
        <location filename="../history/history.py"/>
        <location filename="../history/listing.py"/>
        <source>`s2edit history list` shows them.</source>
        <translation>`s2edit history list` zeigt sie.</translation>
    </message>
    <message>
        <location filename="../history/history.py"/>
        <source>A person of this result was forgotten while it was made.</source>
        <translation>Eine Person dieses Ergebnisses wurde vergessen, während es entstand.</translation>
    </message>
    <message>
        <location filename="../history/listing.py"/>
        <source>'{0}' is a part of several results' ids.</source>
        <translation>„{0}“ ist ein Teil der Nummern mehrerer Ergebnisse.</translation>
    </message>
    <message>
        <location filename="../history/listing.py"/>
        <source>Write more of the id.</source>
        <translation>Schreiben Sie mehr von der Nummer.</translation>
    </message>
    <message>
        <location filename="../history/listing.py"/>
        <source>There are no results of the kind '{0}'.</source>
        <translation>Es gibt keine Ergebnisse der Art „{0}“.</translation>
    </message>
    <message>
        <location filename="../history/listing.py"/>
        <source>Use edit or learn.</source>
        <translation>Möglich sind edit und learn.</translation>
    </message>
    <message>
        <location filename="../history/listing.py"/>
        <source>'{0}' is no date.</source>
        <translation>„{0}“ ist kein Datum.</translation>
    </message>
    <message>
        <location filename="../history/listing.py"/>
        <source>Write it as 2026-11-25.</source>
        <translation>Schreiben Sie es als 2026-11-25.</translation>
    </message>
    <message>
        <location filename="../history/names.py"/>
        <source>The token {0} of this result {1} and is not in the trash.</source>
        <translation>Das Token {0} dieses Ergebnisses {1} und liegt nicht im Papierkorb.</translation>
    </message>
    <message>
        <location filename="../history/names.py"/>
        <source>Import it from an export.</source>
        <translation>Importieren Sie es aus einer exportierten Datei.</translation>
    </message>
    <message>
        <location filename="../history/names.py"/>
        <source>Rename the new one, then {0} brings the old one back.</source>
        <translation>Benennen Sie das neue um; dann bringt {0} das alte zurück.</translation>
    </message>
    <message>
        <location filename="../history/names.py"/>
        <source>{0} brings it back.</source>
        <translation>{0} bringt es zurück.</translation>
    </message>
    <message>
        <location filename="../history/names.py"/>
        <source>The token {0} of this result {1}.</source>
        <translation>Das Token {0} dieses Ergebnisses {1}.</translation>
    </message>
    <message>
        <location filename="../history/record.py"/>
        <source>The result {0} was written by a newer version of S2Edit Studio.</source>
        <translation>Das Ergebnis {0} wurde von einer neueren Version von S²Edit Studio geschrieben.</translation>
    </message>
    <message>
        <location filename="../history/record.py"/>
        <source>Update to read it.</source>
        <translation>Aktualisieren Sie das Programm, um es zu lesen.</translation>
    </message>
    <message>
        <location filename="../history/record.py"/>
        <source>The result {0} of the history is damaged.</source>
        <translation>Das Ergebnis {0} des Verlaufs ist beschädigt.</translation>
    </message>
    <message>
        <location filename="../history/record.py"/>
        <source>Delete it, or restore its folder from a backup.</source>
        <translation>Löschen Sie es, oder holen Sie seinen Ordner aus einer Sicherung.</translation>
    </message>
    <message>
        <location filename="../history/store.py"/>
        <source>The history's index is damaged.</source>
        <translation>Das Verzeichnis des Verlaufs ist beschädigt.</translation>
    </message>
    <message>
        <location filename="../history/store.py"/>
        <source>Try again: it is made anew.</source>
        <translation>Versuchen Sie es noch einmal: Es wird neu gemacht.</translation>
    </message>
    <message>
        <location filename="../history/store.py"/>
        <source>The history cannot be used: its new index is damaged again.</source>
        <translation>Der Verlauf kann nicht benutzt werden: Auch sein neues Verzeichnis ist beschädigt.</translation>
    </message>
    <message>
        <location filename="../history/store.py"/>
        <source>Check the disk for errors.</source>
        <translation>Prüfen Sie den Datenträger auf Fehler.</translation>
    </message>
    <message>
        <location filename="../history/store.py"/>
        <source>The history's index was damaged and was made anew from the {0} results that lie there; the damaged file is {1}.</source>
        <translation>Das Verzeichnis des Verlaufs war beschädigt und wurde aus den {0} Ergebnissen, die dort liegen, neu gemacht; die beschädigte Datei ist {1}.</translation>
    </message>
    <message>
        <location filename="../history/store.py"/>
        <source>The result {0} had lost its picture and was taken out of the history.</source>
        <translation>Das Ergebnis {0} hatte sein Bild verloren und wurde aus dem Verlauf genommen.</translation>
    </message>
    <message>
        <location filename="../imaging/credentials/certificates.py"/>
        <source>See `s2edit settings certificate` and `s2edit settings certificate_key`.</source>
        <translation>Siehe `s2edit settings certificate` und `s2edit settings certificate_key`.</translation>
    </message>
    <message>
        <location filename="../imaging/credentials/certificates.py"/>
        <source>The signing key in {0} cannot be read.</source>
        <translation>Der Signaturschlüssel in {0} kann nicht gelesen werden.</translation>
    </message>
    <message>
        <location filename="../imaging/credentials/certificates.py"/>
        <source>Delete this folder.</source>
        <translation>Löschen Sie diesen Ordner.</translation>
    </message>
    <message>
        <location filename="../imaging/credentials/certificates.py"/>
        <source>An own certificate needs its key: the setting '{0}' is empty.</source>
        <translation>Ein eigenes Zertifikat braucht seinen Schlüssel: Die Einstellung „{0}“ ist leer.</translation>
    </message>
    <message>
        <location filename="../imaging/credentials/certificates.py"/>
        <location filename="../imaging/files.py"/>
        <source>{0} cannot be read ({1}).</source>
        <translation>{0} kann nicht gelesen werden ({1}).</translation>
    </message>
    <message>
        <location filename="../imaging/credentials/certificates.py"/>
        <source>The key {0} is locked by a password.</source>
        <translation>Der Schlüssel {0} ist durch ein Kennwort geschützt.</translation>
    </message>
    <message>
        <location filename="../imaging/credentials/certificates.py"/>
        <source>Save it without one, mode 0600.</source>
        <translation>Speichern Sie ihn ohne Kennwort, mit den Rechten 0600.</translation>
    </message>
    <message>
        <location filename="../imaging/credentials/certificates.py"/>
        <source>The certificate {0} and its key cannot be used: {1}.</source>
        <translation>Das Zertifikat {0} und sein Schlüssel können nicht verwendet werden: {1}.</translation>
    </message>
    <message>
        <location filename="../imaging/credentials/certificates.py"/>
        <source>The certificate {0} ended on {1}.</source>
        <translation>Das Zertifikat {0} ist am {1} abgelaufen.</translation>
    </message>
    <message>
        <location filename="../imaging/credentials/certificates.py"/>
        <source>Use a newer one.</source>
        <translation>Verwenden Sie ein neueres.</translation>
    </message>
    <message>
        <location filename="../imaging/credentials/child.py"/>
        <source>The library for Content Credentials is not installed ({0}).</source>
        <translation>Die Bibliothek für Inhaltsnachweise (Content Credentials) ist nicht installiert ({0}).</translation>
    </message>
    <message>
        <location filename="../imaging/credentials/child.py"/>
        <source>Content Credentials failed ({0}).</source>
        <translation>Die Inhaltsnachweise (Content Credentials) sind fehlgeschlagen ({0}).</translation>
    </message>
    <message>
        <location filename="../imaging/credentials/inspection.py"/>
        <location filename="../imaging/reading.py"/>
        <source>{0} is not a picture that can be read.</source>
        <translation>{0} ist kein Bild, das gelesen werden kann.</translation>
    </message>
    <message>
        <location filename="../imaging/credentials/inspection.py"/>
        <location filename="../imaging/files.py"/>
        <source>Name a picture file.</source>
        <translation>Nennen Sie eine Bilddatei.</translation>
    </message>
    <message>
        <location filename="../imaging/credentials/inspection.py"/>
        <source>It says nothing about how it was made, which proves nothing.</source>
        <translation>Sie sagt nichts darüber, wie sie entstand; das beweist nichts.</translation>
    </message>
    <message>
        <location filename="../imaging/credentials/inspection.py"/>
        <source>It holds what an image generator leaves, so AI made or changed it.</source>
        <translation>Sie enthält, was ein Bildgenerator hinterlässt; KI hat sie also erzeugt oder verändert.</translation>
    </message>
    <message>
        <location filename="../imaging/credentials/inspection.py"/>
        <source>The program was {0}.</source>
        <translation>Das Programm war {0}.</translation>
    </message>
    <message>
        <location filename="../imaging/credentials/inspection.py"/>
        <source>The base model was {0}.</source>
        <translation>Das Basismodell war {0}.</translation>
    </message>
    <message>
        <location filename="../imaging/credentials/inspection.py"/>
        <source>The AI system was {0}.</source>
        <translation>Das KI-System war {0}.</translation>
    </message>
    <message>
        <location filename="../imaging/credentials/inspection.py"/>
        <source>The camera was {0}.</source>
        <translation>Die Kamera war {0}.</translation>
    </message>
    <message>
        <location filename="../imaging/credentials/inspection.py"/>
        <source>Prompt, names and settings are embedded: {0}.</source>
        <translation>Prompt, Namen und Einstellungen sind eingebettet: {0}.</translation>
    </message>
    <message>
        <location filename="../imaging/credentials/inspection.py"/>
        <source>The prompt was: {0}.</source>
        <translation>Der Prompt war: {0}.</translation>
    </message>
    <message>
        <location filename="../imaging/credentials/inspection.py"/>
        <source>{0} left its settings: {1}.</source>
        <translation>{0} hat seine Einstellungen hinterlassen: {1}.</translation>
    </message>
    <message>
        <location filename="../imaging/credentials/inspection.py"/>
        <source>It says that it was edited by AI.</source>
        <translation>Sie sagt, dass sie mit KI bearbeitet wurde.</translation>
    </message>
    <message>
        <location filename="../imaging/credentials/inspection.py"/>
        <source>It says that it was made by AI.</source>
        <translation>Sie sagt, dass sie von KI erzeugt wurde.</translation>
    </message>
    <message>
        <location filename="../imaging/credentials/inspection.py"/>
        <source>It says that parts of it were made by AI.</source>
        <translation>Sie sagt, dass Teile von KI erzeugt wurden.</translation>
    </message>
    <message>
        <location filename="../imaging/credentials/inspection.py"/>
        <source>It says that it was made by a program without AI.</source>
        <translation>Sie sagt, dass ein Programm ohne KI sie erzeugt hat.</translation>
    </message>
    <message>
        <location filename="../imaging/credentials/inspection.py"/>
        <source>It says that a program enhanced it.</source>
        <translation>Sie sagt, dass ein Programm sie verbessert hat.</translation>
    </message>
    <message>
        <location filename="../imaging/credentials/inspection.py"/>
        <source>It says that a camera took it.</source>
        <translation>Sie sagt, dass eine Kamera sie aufgenommen hat.</translation>
    </message>
    <message>
        <location filename="../imaging/credentials/inspection.py"/>
        <source>It says that a person edited it.</source>
        <translation>Sie sagt, dass ein Mensch sie bearbeitet hat.</translation>
    </message>
    <message>
        <location filename="../imaging/credentials/inspection.py"/>
        <source>It says that it was put together from several pictures.</source>
        <translation>Sie sagt, dass sie aus mehreren Bildern zusammengesetzt wurde.</translation>
    </message>
    <message>
        <location filename="../imaging/credentials/inspection.py"/>
        <source>It says of its source: {0}.</source>
        <translation>Sie sagt über ihre Herkunft: {0}.</translation>
    </message>
    <message>
        <location filename="../imaging/credentials/inspection.py"/>
        <source>Its Content Credentials cannot be read.</source>
        <translation>Ihre Inhaltsnachweise (Content Credentials) können nicht gelesen werden.</translation>
    </message>
    <message>
        <location filename="../imaging/credentials/inspection.py"/>
        <source>It has no Content Credentials.</source>
        <translation>Sie hat keine Inhaltsnachweise (Content Credentials).</translation>
    </message>
    <message>
        <location filename="../imaging/credentials/inspection.py"/>
        <source>Such are said to be kept at {0}; nothing is fetched.</source>
        <translation>Solche sollen unter {0} liegen; es wird nichts abgerufen.</translation>
    </message>
    <message>
        <location filename="../imaging/credentials/inspection.py"/>
        <source>It was changed after it was signed: its Content Credentials do not hold.</source>
        <translation>Sie wurde nach dem Signieren verändert: Ihre Inhaltsnachweise (Content Credentials) gelten nicht.</translation>
    </message>
    <message>
        <location filename="../imaging/credentials/inspection.py"/>
        <source>Its Content Credentials do not hold: {0}.</source>
        <translation>Ihre Inhaltsnachweise (Content Credentials) gelten nicht: {0}.</translation>
    </message>
    <message>
        <location filename="../imaging/credentials/inspection.py"/>
        <source>It is as it was signed: its Content Credentials hold.</source>
        <translation>Sie ist, wie sie signiert wurde: Ihre Inhaltsnachweise (Content Credentials) gelten.</translation>
    </message>
    <message>
        <location filename="../imaging/credentials/inspection.py"/>
        <source>The signer is {0}.</source>
        <translation>Unterzeichner ist {0}.</translation>
    </message>
    <message>
        <location filename="../imaging/credentials/inspection.py"/>
        <source>The signer calls itself {0}; it is on no list of trusted ones, and viewers show it as unknown.</source>
        <translation>Der Unterzeichner nennt sich {0}; er steht auf keiner Liste vertrauenswürdiger, und Anzeigeprogramme nennen ihn unbekannt.</translation>
    </message>
    <message>
        <location filename="../imaging/credentials/inspection.py"/>
        <source>Before that the picture was signed by {0}.</source>
        <translation>Davor wurde das Bild signiert von {0}.</translation>
    </message>
    <message>
        <location filename="../imaging/credentials/inspection.py"/>
        <source>A part of it was signed by {0}.</source>
        <translation>Ein Teil davon wurde signiert von {0}.</translation>
    </message>
    <message>
        <location filename="../imaging/credentials/inspection.py"/>
        <source>What that one says does not hold: {0}.</source>
        <translation>Was dort steht, gilt nicht: {0}.</translation>
    </message>
    <message>
        <location filename="../imaging/credentials/inspection.py"/>
        <source>It holds a small picture of how it was then.</source>
        <translation>Sie enthält eine Vorschau des damaligen Zustands.</translation>
    </message>
    <message>
        <location filename="../imaging/credentials/inspection.py"/>
        <source>Signed as done: {0}.</source>
        <translation>Als ausgeführt signiert: {0}.</translation>
    </message>
    <message>
        <location filename="../imaging/credentials/signing.py"/>
        <source>The file has no Content Credentials.</source>
        <translation>Die Datei hat keine Inhaltsnachweise (Content Credentials).</translation>
    </message>
    <message>
        <location filename="../imaging/credentials/signing.py"/>
        <source>Only JPEG, PNG, TIFF and WebP files can be signed.</source>
        <translation>Nur JPEG-, PNG-, TIFF- und WebP-Dateien können signiert werden.</translation>
    </message>
    <message>
        <location filename="../imaging/credentials/signing.py"/>
        <source>The file could not be signed.</source>
        <translation>Die Datei konnte nicht signiert werden.</translation>
    </message>
    <message>
        <location filename="../imaging/credentials/signing.py"/>
        <source>Content Credentials took too long.</source>
        <translation>Die Inhaltsnachweise (Content Credentials) haben zu lange gedauert.</translation>
    </message>
    <message>
        <location filename="../imaging/credentials/signing.py"/>
        <source>The process for Content Credentials failed.</source>
        <translation>Der Prozess für Inhaltsnachweise (Content Credentials) ist fehlgeschlagen.</translation>
    </message>
    <message>
        <location filename="../imaging/crop.py"/>
        <source>The subject mask is empty.</source>
        <translation>Die Motivmaske ist leer.</translation>
    </message>
    <message>
        <location filename="../imaging/crop.py"/>
        <source>Paint it, or choose another way to find the subject.</source>
        <translation>Malen Sie sie, oder lassen Sie das Motiv auf andere Weise finden.</translation>
    </message>
    <message>
        <location filename="../imaging/files.py"/>
        <location filename="../library/archive.py"/>
        <source>There is no file {0}.</source>
        <translation>Es gibt keine Datei {0}.</translation>
    </message>
    <message>
        <location filename="../imaging/files.py"/>
        <source>Check the path of the photo.</source>
        <translation>Prüfen Sie den Pfad des Fotos.</translation>
    </message>
    <message>
        <location filename="../imaging/files.py"/>
        <source>{0} is a folder, not a photo.</source>
        <translation>{0} ist ein Ordner, kein Foto.</translation>
    </message>
    <message>
        <location filename="../imaging/files.py"/>
        <source>{0} is a device, not a photo.</source>
        <translation>{0} ist ein Gerät, kein Foto.</translation>
    </message>
    <message>
        <location filename="../imaging/files.py"/>
        <source>{0} is larger than 2 GB.</source>
        <translation>{0} ist größer als 2 GB.</translation>
    </message>
    <message>
        <location filename="../imaging/files.py"/>
        <location filename="../imaging/reading.py"/>
        <source>Use a smaller picture.</source>
        <translation>Nehmen Sie ein kleineres Bild.</translation>
    </message>
    <message>
        <location filename="../imaging/files.py"/>
        <location filename="../perception/masks/painted.py"/>
        <source>{0} is empty.</source>
        <translation>{0} ist leer.</translation>
    </message>
    <message>
        <location filename="../imaging/formats/extras.py"/>
        <source>{0} has a film or sound with it (a motion photo), which results do not keep.</source>
        <translation>{0} hat einen Film oder Ton bei sich (Bewegungsfoto); Ergebnisse behalten ihn nicht.</translation>
    </message>
    <message>
        <location filename="../imaging/formats/extras.py"/>
        <source>{0} has a gain map for HDR displays, which results do not keep.</source>
        <translation>{0} hat eine Verstärkungskarte für HDR-Bildschirme; Ergebnisse behalten sie nicht.</translation>
    </message>
    <message>
        <location filename="../imaging/formats/extras.py"/>
        <source>{0} has a depth map, which results do not keep.</source>
        <translation>{0} hat eine Tiefenkarte; Ergebnisse behalten sie nicht.</translation>
    </message>
    <message>
        <location filename="../imaging/formats/extras.py"/>
        <source>{0} has further pictures in its file, which results do not keep.</source>
        <translation>{0} hat weitere Bilder in der Datei; Ergebnisse behalten sie nicht.</translation>
    </message>
    <message>
        <location filename="../imaging/formats/extras.py"/>
        <source>{0} has Content Credentials; a signed result goes on from them, an unsigned one drops them.</source>
        <translation>{0} hat Inhaltsnachweise (Content Credentials); ein signiertes Ergebnis führt sie fort, ein unsigniertes lässt sie weg.</translation>
    </message>
    <message>
        <location filename="../imaging/formats/extras.py"/>
        <source>{0} has more XMP data than one part of its file holds; the rest is not kept.</source>
        <translation>{0} hat mehr XMP-Daten, als ein Teil der Datei fasst; der Rest bleibt nicht erhalten.</translation>
    </message>
    <message>
        <location filename="../imaging/formats/extras.py"/>
        <source>{0} has damaged XMP data, which were left out.</source>
        <translation>{0} hat beschädigte XMP-Daten, die weggelassen wurden.</translation>
    </message>
    <message>
        <location filename="../imaging/formats/extras.py"/>
        <source>{0} has data of a camera or program in its file, which results do not keep.</source>
        <translation>{0} hat Daten einer Kamera oder eines Programms in der Datei; Ergebnisse behalten sie nicht.</translation>
    </message>
    <message>
        <location filename="../imaging/formats/kinds.py"/>
        <source>Save it as PNG, TIFF or JPEG in the program that made it.</source>
        <translation>Speichern Sie es in dem Programm, das es erstellt hat, als PNG, TIFF oder JPEG.</translation>
    </message>
    <message>
        <location filename="../imaging/formats/kinds.py"/>
        <source>Develop it in a raw converter and save it as TIFF or JPEG.</source>
        <translation>Entwickeln Sie es in einem Raw-Konverter und speichern Sie es als TIFF oder JPEG.</translation>
    </message>
    <message>
        <location filename="../imaging/formats/kinds.py"/>
        <source>Save it as TIFF or PNG with 16 bits a channel.</source>
        <translation>Speichern Sie es als TIFF oder PNG mit 16 Bit je Kanal.</translation>
    </message>
    <message>
        <location filename="../imaging/formats/kinds.py"/>
        <source>Convert it to PNG with djxl or GIMP.</source>
        <translation>Wandeln Sie es mit djxl oder GIMP in PNG um.</translation>
    </message>
    <message>
        <location filename="../imaging/formats/kinds.py"/>
        <source>Save one of its pictures as PNG or JPEG.</source>
        <translation>Speichern Sie eines seiner Bilder als PNG oder JPEG.</translation>
    </message>
    <message>
        <location filename="../imaging/formats/kinds.py"/>
        <source>Save the picture itself, not the page that shows it.</source>
        <translation>Speichern Sie das Bild selbst, nicht die Seite, die es zeigt.</translation>
    </message>
    <message>
        <location filename="../imaging/formats/tiff_reading.py"/>
        <source>Save it as RGB with 8 or 16 bits a channel.</source>
        <translation>Speichern Sie es als RGB mit 8 oder 16 Bit je Kanal.</translation>
    </message>
    <message>
        <location filename="../imaging/formats/tiff_reading.py"/>
        <source>{0} has {1} pages; the first is used.</source>
        <translation>{0} hat {1} Seiten; die erste wird genommen.</translation>
    </message>
    <message>
        <location filename="../imaging/formats/tiff_reading.py"/>
        <source>{0} is a TIFF file with {1}, which is not read here.</source>
        <translation>{0} ist eine TIFF-Datei mit {1}, die hier nicht gelesen wird.</translation>
    </message>
    <message>
        <location filename="../imaging/formats/tiff_reading.py"/>
        <source>{0} has {1} further channels that are no transparency; they were left out.</source>
        <translation>{0} hat {1} weitere Kanäle, die keine Transparenz sind; sie wurden weggelassen.</translation>
    </message>
    <message>
        <location filename="../imaging/formats/tiff_reading.py"/>
        <source>{0} has {1} bits a channel; it was read with {2}.</source>
        <translation>{0} hat {1} Bit je Kanal; es wurde mit {2} gelesen.</translation>
    </message>
    <message>
        <location filename="../imaging/formats/tiff_reading.py"/>
        <location filename="../imaging/reading.py"/>
        <source>{0} is a CMYK picture; it was converted to sRGB.</source>
        <translation>{0} ist ein CMYK-Bild; es wurde in sRGB umgewandelt.</translation>
    </message>
    <message>
        <location filename="../imaging/formats/tiff_reading.py"/>
        <source>{0} is a Lab picture; it was converted to sRGB.</source>
        <translation>{0} ist ein Lab-Bild; es wurde in sRGB umgewandelt.</translation>
    </message>
    <message>
        <location filename="../imaging/openraster.py"/>
        <source>The photo and its result have different sizes.</source>
        <translation>Das Foto und sein Ergebnis sind verschieden groß.</translation>
    </message>
    <message>
        <location filename="../imaging/openraster.py"/>
        <source>Open the result's own photo.</source>
        <translation>Öffnen Sie das eigene Foto des Ergebnisses.</translation>
    </message>
    <message>
        <location filename="../imaging/paste.py"/>
        <source>The mask has {0} x {1} pixels, the photo {2} x {3}.</source>
        <translation>Die Maske hat {0} x {1} Pixel, das Foto {2} x {3}.</translation>
    </message>
    <message>
        <location filename="../imaging/paste.py"/>
        <source>The change has values that are not numbers.</source>
        <translation>In der Änderung sind Werte, die keine Zahlen sind.</translation>
    </message>
    <message>
        <location filename="../imaging/paste.py"/>
        <source>Try another seed or fewer steps.</source>
        <translation>Versuchen Sie es mit einem anderen Startwert oder weniger Schritten.</translation>
    </message>
    <message>
        <location filename="../imaging/reading.py"/>
        <source>Use a JPEG, PNG, WebP, TIFF, HEIC, AVIF, GIF or BMP file.</source>
        <translation>Nehmen Sie eine JPEG-, PNG-, WebP-, TIFF-, HEIC-, AVIF-, GIF- oder BMP-Datei.</translation>
    </message>
    <message>
        <location filename="../imaging/reading.py"/>
        <source>{0} holds pixels of the kind {1}, which is not read here.</source>
        <translation>{0} enthält Pixel der Art {1}, die hier nicht gelesen werden.</translation>
    </message>
    <message>
        <location filename="../imaging/reading.py"/>
        <source>Save it as RGB with 8 or 16 bits.</source>
        <translation>Speichern Sie es als RGB mit 8 oder 16 Bit.</translation>
    </message>
    <message>
        <location filename="../imaging/reading.py"/>
        <source>{0} is a picture of high dynamic range (PQ or HLG), which is not read here.</source>
        <translation>{0} ist ein Bild mit hohem Dynamikumfang (PQ oder HLG), das hier nicht gelesen wird.</translation>
    </message>
    <message>
        <location filename="../imaging/reading.py"/>
        <source>Save it as sRGB or Display P3 first.</source>
        <translation>Speichern Sie es zuerst als sRGB oder Display P3.</translation>
    </message>
    <message>
        <location filename="../imaging/reading.py"/>
        <source>{0} is a {1} file, and what reads them is not installed.</source>
        <translation>{0} ist eine {1}-Datei, und was solche Dateien liest, ist nicht installiert.</translation>
    </message>
    <message>
        <location filename="../imaging/reading.py"/>
        <source>Save it as JPEG or PNG, or install the Python package pi-heif.</source>
        <translation>Speichern Sie es als JPEG oder PNG, oder installieren Sie das Python-Paket pi-heif.</translation>
    </message>
    <message>
        <location filename="../imaging/reading.py"/>
        <source>{0} has too many pixels for a WebP file.</source>
        <translation>{0} hat zu viele Pixel für eine WebP-Datei.</translation>
    </message>
    <message>
        <location filename="../imaging/reading.py"/>
        <source>Make it smaller, or save it as PNG or TIFF.</source>
        <translation>Machen Sie es kleiner, oder speichern Sie es als PNG oder TIFF.</translation>
    </message>
    <message>
        <location filename="../imaging/reading.py"/>
        <source>There is not enough memory to open {0}.</source>
        <translation>Der Speicher reicht nicht, um {0} zu öffnen.</translation>
    </message>
    <message>
        <location filename="../imaging/reading.py"/>
        <source>{0} is damaged or cut short.</source>
        <translation>{0} ist beschädigt oder unvollständig.</translation>
    </message>
    <message>
        <location filename="../imaging/reading.py"/>
        <source>Save or copy it again.</source>
        <translation>Speichern oder kopieren Sie es noch einmal.</translation>
    </message>
    <message>
        <location filename="../imaging/reading.py"/>
        <source>{0} is a file of the kind {1}, which is not read here.</source>
        <translation>{0} ist eine Datei der Art {1}, die hier nicht gelesen wird.</translation>
    </message>
    <message>
        <location filename="../imaging/reading.py"/>
        <source>{0} has {1} x {2} pixels, more than the {3} megapixels that are allowed.</source>
        <translation>{0} hat {1} x {2} Pixel, mehr als die {3} Megapixel, die erlaubt sind.</translation>
    </message>
    <message>
        <location filename="../imaging/reading.py"/>
        <source>Make it smaller first.</source>
        <translation>Machen Sie es zuerst kleiner.</translation>
    </message>
    <message>
        <location filename="../imaging/reading.py"/>
        <source>{0} has only {1} x {2} pixels.</source>
        <translation>{0} hat nur {1} x {2} Pixel.</translation>
    </message>
    <message>
        <location filename="../imaging/reading.py"/>
        <source>At least {0} x {1} are needed.</source>
        <translation>Es müssen mindestens {0} x {1} sein.</translation>
    </message>
    <message>
        <location filename="../imaging/reading.py"/>
        <source>{0} is a {1}, which is not read here.</source>
        <translation>{0} ist ein {1}, das hier nicht gelesen wird.</translation>
    </message>
    <message>
        <location filename="../imaging/reading.py"/>
        <source>Save it as PNG or TIFF.</source>
        <translation>Speichern Sie es als PNG oder TIFF.</translation>
    </message>
    <message>
        <location filename="../imaging/reading.py"/>
        <source>{0} is a JPEG of more than {1} passes.</source>
        <translation>{0} ist ein JPEG mit mehr als {1} Durchgängen.</translation>
    </message>
    <message>
        <location filename="../imaging/reading.py"/>
        <source>Save it again in another program.</source>
        <translation>Speichern Sie es in einem anderen Programm noch einmal.</translation>
    </message>
    <message>
        <location filename="../imaging/reading.py"/>
        <source>{0} is a lossless JPEG; as JPEG its results are saved with loss.</source>
        <translation>{0} ist ein verlustfreies JPEG; als JPEG werden Ergebnisse mit Verlust gespeichert.</translation>
    </message>
    <message>
        <location filename="../imaging/reading.py"/>
        <source>{0} is a {1} file; results are saved as PNG.</source>
        <translation>{0} ist eine {1}-Datei; Ergebnisse werden als PNG gespeichert.</translation>
    </message>
    <message>
        <location filename="../imaging/reading.py"/>
        <source>{0} is animated; its first picture is used.</source>
        <translation>{0} ist bewegt; das erste Bild wird genommen.</translation>
    </message>
    <message>
        <location filename="../imaging/reading.py"/>
        <source>{0} has a damaged colour profile, which was left out.</source>
        <translation>{0} hat ein beschädigtes Farbprofil, das weggelassen wurde.</translation>
    </message>
    <message>
        <location filename="../imaging/reading.py"/>
        <source>{0} has colour numbers that are damaged or unknown, which were left out.</source>
        <translation>{0} hat beschädigte oder unbekannte Farbangaben, die weggelassen wurden.</translation>
    </message>
    <message>
        <location filename="../imaging/reading.py"/>
        <source>{0} has damaged EXIF data, which were left out.</source>
        <translation>{0} hat beschädigte EXIF-Daten, die weggelassen wurden.</translation>
    </message>
    <message>
        <location filename="../imaging/reading.py"/>
        <source>{0} has damaged or very large XMP data, which were left out.</source>
        <translation>{0} hat beschädigte oder sehr große XMP-Daten, die weggelassen wurden.</translation>
    </message>
    <message>
        <location filename="../imaging/reading.py"/>
        <source>{0} has damaged or very long texts, which were left out.</source>
        <translation>{0} hat beschädigte oder sehr lange Texte, die weggelassen wurden.</translation>
    </message>
    <message>
        <location filename="../imaging/reading.py"/>
        <source>{0} has damaged parts beside its pixels, which were left out.</source>
        <translation>{0} hat neben den Pixeln beschädigte Teile, die weggelassen wurden.</translation>
    </message>
    <message>
        <location filename="../imaging/saving.py"/>
        <source>The photo's EXIF data are too large for a JPEG and are left out; PNG and TIFF keep them.</source>
        <translation>Die EXIF-Daten des Fotos sind zu groß für ein JPEG und werden weggelassen; PNG und TIFF behalten sie.</translation>
    </message>
    <message>
        <location filename="../imaging/saving.py"/>
        <source>The photo's XMP data are too large for a JPEG and are left out; PNG and TIFF keep them.</source>
        <translation>Die XMP-Daten des Fotos sind zu groß für ein JPEG und werden weggelassen; PNG und TIFF behalten sie.</translation>
    </message>
    <message>
        <location filename="../imaging/saving.py"/>
        <source>A WebP file has no place for the photo's IPTC data, which are left out.</source>
        <translation>Eine WebP-Datei hat keinen Platz für die IPTC-Daten des Fotos; sie werden weggelassen.</translation>
    </message>
    <message>
        <location filename="../imaging/saving.py"/>
        <source>The photo has texts or comments that only PNG keeps all; they are left out.</source>
        <translation>Das Foto hat Texte oder Kommentare, die nur PNG alle behält; sie werden weggelassen.</translation>
    </message>
    <message>
        <location filename="../imaging/writing.py"/>
        <source>{0} does not end in a known picture suffix.</source>
        <translation>{0} hat keine bekannte Endung eines Bildes.</translation>
    </message>
    <message>
        <location filename="../imaging/writing.py"/>
        <source>A {0} file has at most {1} pixels a side.</source>
        <translation>Eine Datei der Art {0} hat höchstens {1} Pixel je Seite.</translation>
    </message>
    <message>
        <location filename="../imaging/writing.py"/>
        <source>Save as PNG or TIFF.</source>
        <translation>Speichern Sie es als PNG oder TIFF.</translation>
    </message>
    <message>
        <location filename="../imaging/writing.py"/>
        <source>There is not enough memory to save the picture.</source>
        <translation>Der Speicher reicht nicht, um das Bild zu speichern.</translation>
    </message>
    <message>
        <location filename="../imaging/writing.py"/>
        <source>Close other programs.</source>
        <translation>Schließen Sie andere Programme.</translation>
    </message>
    <message>
        <location filename="../library/archive.py"/>
        <source>Run `s2edit tokens check --repair`, or delete it first.</source>
        <translation>Führen Sie `s2edit tokens check --repair` aus, oder löschen Sie es zuerst.</translation>
    </message>
    <message>
        <location filename="../library/archive.py"/>
        <source>There is no person '{0}' with tokens.</source>
        <translation>Es gibt keine Person „{0}“ mit Token.</translation>
    </message>
    <message>
        <location filename="../library/archive.py"/>
        <source>A person's file holds at most {0} tokens.</source>
        <translation>Die Datei einer Person enthält höchstens {0} Token.</translation>
    </message>
    <message>
        <location filename="../library/archive.py"/>
        <source>Export them one by one.</source>
        <translation>Exportieren Sie sie einzeln.</translation>
    </message>
    <message>
        <location filename="../library/archive.py"/>
        <source>The tokens are larger than 4 GB together.</source>
        <translation>Die Token sind zusammen größer als 4 GB.</translation>
    </message>
    <message>
        <location filename="../library/archive.py"/>
        <location filename="../library/changes.py"/>
        <source>There is a person '{0}' already.</source>
        <translation>Es gibt schon eine Person „{0}“.</translation>
    </message>
    <message>
        <location filename="../library/archive.py"/>
        <source>Import them as '{0}' instead.</source>
        <translation>Importieren Sie sie stattdessen als „{0}“.</translation>
    </message>
    <message>
        <location filename="../library/archive.py"/>
        <source>There are tokens of these names already: {0}{1}.</source>
        <translation>Token dieser Namen gibt es schon: {0}{1}.</translation>
    </message>
    <message>
        <location filename="../library/archive.py"/>
        <source>Import with --on-clash rename or --on-clash replace, or under another person's name.</source>
        <translation>Importieren Sie mit --on-clash rename oder --on-clash replace, oder unter dem Namen einer anderen Person.</translation>
    </message>
    <message>
        <location filename="../library/archive.py"/>
        <source>The person's file cannot be taken in: {0}.</source>
        <translation>Die Datei der Person kann nicht aufgenommen werden: {0}.</translation>
    </message>
    <message>
        <location filename="../library/archive.py"/>
        <source>Export the person again; nothing was changed here.</source>
        <translation>Exportieren Sie die Person noch einmal; hier wurde nichts geändert.</translation>
    </message>
    <message>
        <location filename="../library/changes.py"/>
        <location filename="../library/forget.py"/>
        <location filename="../library/library.py"/>
        <source>There is no person '{0}'.</source>
        <translation>Es gibt keine Person „{0}“.</translation>
    </message>
    <message>
        <location filename="../library/changes.py"/>
        <source>There is no token {0} in the trash.</source>
        <translation>Im Papierkorb ist kein Token {0}.</translation>
    </message>
    <message>
        <location filename="../library/changes.py"/>
        <source>Choose another name.</source>
        <translation>Wählen Sie einen anderen Namen.</translation>
    </message>
    <message>
        <location filename="../library/names.py"/>
        <source>The {0} is too long for a file's name.</source>
        <translation>{0} ist zu lang für einen Dateinamen.</translation>
    </message>
    <message>
        <location filename="../library/names.py"/>
        <source>'{0}' cannot be a {1}: Windows keeps it for a device.</source>
        <translation>„{0}“ kann nicht {1} sein: Windows behält es für ein Gerät.</translation>
    </message>
    <message>
        <location filename="../library/names.py"/>
        <source>Choose another.</source>
        <translation>Wählen Sie einen anderen.</translation>
    </message>
    <message>
        <location filename="../library/people.py"/>
        <source>Notes can have at most {0} characters.</source>
        <translation>Notizen können höchstens {0} Zeichen haben.</translation>
    </message>
    <message>
        <location filename="../library/people.py"/>
        <source>Shorten them.</source>
        <translation>Kürzen Sie sie.</translation>
    </message>
    <message>
        <location filename="../library/people.py"/>
        <source>The notes on {0} are damaged.</source>
        <translation>Die Notizen zu {0} sind beschädigt.</translation>
    </message>
    <message>
        <location filename="../library/repair.py"/>
        <source>It was finished.</source>
        <translation>Sie wurde zu Ende geführt.</translation>
    </message>
    <message>
        <location filename="../library/repair.py"/>
        <source>A change of the library was interrupted.</source>
        <translation>Eine Änderung der Bibliothek wurde unterbrochen.</translation>
    </message>
    <message>
        <location filename="../library/repair.py"/>
        <source>It was removed.</source>
        <translation>Es wurde entfernt.</translation>
    </message>
    <message>
        <location filename="../library/repair.py"/>
        <source>The file {0} was only half written.</source>
        <translation>Die Datei {0} war nur halb geschrieben.</translation>
    </message>
    <message>
        <location filename="../library/repair.py"/>
        <source>It was moved to quarantine.</source>
        <translation>Es wurde in Quarantäne gelegt.</translation>
    </message>
    <message>
        <location filename="../library/repair.py"/>
        <source>{0} is a link, which the library does not follow.</source>
        <translation>{0} ist ein Verweis, dem die Bibliothek nicht folgt.</translation>
    </message>
    <message>
        <location filename="../library/repair.py"/>
        <source>They were moved to quarantine.</source>
        <translation>Sie wurden in Quarantäne gelegt.</translation>
    </message>
    <message>
        <location filename="../library/repair.py"/>
        <source>{0} is no token; it is left alone.</source>
        <translation>{0} ist kein Token und bleibt, wie es ist.</translation>
    </message>
    <message>
        <location filename="../library/repair.py"/>
        <source>The name of {0} is spelled as another system does.</source>
        <translation>Der Name von {0} ist so geschrieben, wie es ein anderes System tut.</translation>
    </message>
    <message>
        <location filename="../library/repair.py"/>
        <source>{0} differs from '{1}' in upper and lower case only.</source>
        <translation>{0} unterscheidet sich von „{1}“ nur in Groß- und Kleinschreibung.</translation>
    </message>
    <message>
        <location filename="../library/repair.py"/>
        <source>The name of {0} cannot be a {1}.</source>
        <translation>Der Name von {0} kann nicht {1} sein.</translation>
    </message>
    <message>
        <location filename="../library/repair.py"/>
        <source>It is called {0} now.</source>
        <translation>Es heißt jetzt {0}.</translation>
    </message>
    <message>
        <location filename="../library/repair.py"/>
        <source>The token {0} calls itself {1} inside.</source>
        <translation>Das Token {0} nennt sich innen {1}.</translation>
    </message>
    <message>
        <location filename="../library/repair.py"/>
        <source>The token {0} is of an older format.</source>
        <translation>Das Token {0} hat ein älteres Format.</translation>
    </message>
    <message>
        <location filename="../library/repair.py"/>
        <source>It was rewritten.</source>
        <translation>Es wurde neu geschrieben.</translation>
    </message>
    <message>
        <location filename="../library/repair.py"/>
        <source>It was moved to quarantine; there is no sound copy in the trash.</source>
        <translation>Es wurde in Quarantäne gelegt; im Papierkorb ist keine heile Kopie.</translation>
    </message>
    <message>
        <location filename="../library/repair.py"/>
        <source>It was replaced by its newest sound copy from the trash.</source>
        <translation>Es wurde durch die neueste heile Kopie aus dem Papierkorb ersetzt.</translation>
    </message>
    <message>
        <location filename="../library/repair.py"/>
        <source>{0} and {1} are one token twice.</source>
        <translation>{0} und {1} sind zweimal dasselbe Token.</translation>
    </message>
    <message>
        <location filename="../library/repair.py"/>
        <source>{0} was moved to the trash.</source>
        <translation>{0} wurde in den Papierkorb gelegt.</translation>
    </message>
    <message>
        <location filename="../library/repair.py"/>
        <source>{0} is a token of its own now.</source>
        <translation>{0} ist jetzt ein eigenes Token.</translation>
    </message>
    <message>
        <location filename="../library/repair.py"/>
        <source>The one in the trash was removed.</source>
        <translation>Das im Papierkorb wurde entfernt.</translation>
    </message>
    <message>
        <location filename="../library/repair.py"/>
        <source>The token {0} lies in the trash as well, unchanged.</source>
        <translation>Das Token {0} liegt unverändert auch im Papierkorb.</translation>
    </message>
    <message>
        <location filename="../library/repair.py"/>
        <source>Now only you can.</source>
        <translation>Jetzt können es nur Sie.</translation>
    </message>
    <message>
        <location filename="../library/repair.py"/>
        <source>{0} can be read by other users of this computer.</source>
        <translation>{0} kann von anderen Benutzern dieses Rechners gelesen werden.</translation>
    </message>
    <message>
        <location filename="../library/repair.py"/>
        <source>{0} cannot be changed by you.</source>
        <translation>{0} können Sie nicht ändern.</translation>
    </message>
    <message>
        <location filename="../library/store.py"/>
        <source>Its file's name cannot be a token's; `s2edit tokens check --repair` gives it another.</source>
        <translation>Der Name der Datei kann nicht der eines Tokens sein; `s2edit tokens check --repair` gibt ihr einen anderen.</translation>
    </message>
    <message>
        <location filename="../library/store.py"/>
        <source>The library does not follow the link {0}.</source>
        <translation>Die Bibliothek folgt dem Verweis {0} nicht.</translation>
    </message>
    <message>
        <location filename="../library/store.py"/>
        <source>Put the files themselves there; `s2edit tokens check --repair` takes the link away.</source>
        <translation>Legen Sie die Dateien selbst dorthin; `s2edit tokens check --repair` nimmt den Verweis weg.</translation>
    </message>
    <message>
        <location filename="../library/store.py"/>
        <source>There is no token {0} in the library.</source>
        <translation>In der Bibliothek gibt es kein Token {0}.</translation>
    </message>
    <message>
        <location filename="../library/store.py"/>
        <source>There is a person '{0}' already, which is too like '{1}'.</source>
        <translation>Es gibt schon eine Person „{0}“, die „{1}“ zu ähnlich ist.</translation>
    </message>
    <message>
        <location filename="../library/store.py"/>
        <source>Write the name the same way, or choose another.</source>
        <translation>Schreiben Sie den Namen genauso, oder wählen Sie einen anderen.</translation>
    </message>
    <message>
        <location filename="../library/store.py"/>
        <source>There is a token {0}/{1} already.</source>
        <translation>Es gibt schon ein Token {0}/{1}.</translation>
    </message>
    <message>
        <location filename="../library/store.py"/>
        <source>Choose another name or delete it first.</source>
        <translation>Wählen Sie einen anderen Namen, oder löschen Sie es zuerst.</translation>
    </message>
    <message>
        <location filename="../library/store.py"/>
        <source>The library is empty; `s2edit learn` makes a token.</source>
        <translation>Die Bibliothek ist leer; `s2edit learn` macht ein Token.</translation>
    </message>
    <message>
        <location filename="../library/store.py"/>
        <source>Check who may read it.</source>
        <translation>Prüfen Sie, wer ihn lesen darf.</translation>
    </message>
    <message>
        <location filename="../library/store.py"/>
        <source>There are: {0}{1}.</source>
        <translation>Es gibt: {0}{1}.</translation>
    </message>
    <message>
        <location filename="../library/store.py"/>
        <source>Check the data folder.</source>
        <translation>Prüfen Sie den Datenordner.</translation>
    </message>
    <message>
        <location filename="../library/transfer.py"/>
        <source>The identity token {0} carries no consent of the person it shows.</source>
        <translation>Das Token {0} zeigt eine Person und enthält ihr Einverständnis nicht.</translation>
    </message>
    <message>
        <location filename="../library/transfer.py"/>
        <location filename="../tokens/consent.py"/>
        <source>Add --yes-i-have-consent if you have it.</source>
        <translation>Fügen Sie --yes-i-have-consent hinzu, wenn Sie es haben.</translation>
    </message>
    <message>
        <location filename="../method/alignment.py"/>
        <source>Replacing words needs prompts with equally many words.</source>
        <translation>Wörter lassen sich nur zwischen Prompts mit gleich vielen Wörtern ersetzen.</translation>
    </message>
    <message>
        <location filename="../method/alignment.py"/>
        <source>Use --control refine, or reword the prompts.</source>
        <translation>Verwenden Sie --control refine, oder formulieren Sie die Prompts um.</translation>
    </message>
    <message>
        <location filename="../method/alignment.py"/>
        <source>The weighted word '{0}' is not in the prompt.</source>
        <translation>Das gewichtete Wort „{0}“ steht nicht im Prompt.</translation>
    </message>
    <message>
        <location filename="../method/checkpoint.py"/>
        <source>Learning {0} starts at the beginning: {1}.</source>
        <translation>Das Lernen von {0} beginnt am Anfang: {1}.</translation>
    </message>
    <message>
        <location filename="../method/edit.py"/>
        <source>The edit gave a number that is not finite.</source>
        <translation>Beim Bearbeiten kam eine Zahl heraus, die nicht endlich ist.</translation>
    </message>
    <message>
        <location filename="../method/edit.py"/>
        <source>Try a smaller guidance or another precision.</source>
        <translation>Versuchen Sie es mit weniger Prompttreue oder einer anderen Genauigkeit.</translation>
    </message>
    <message>
        <location filename="../method/invert.py"/>
        <source>Inverting the photo gave a number that is not finite.</source>
        <translation>Bei der Inversion des Fotos kam eine Zahl heraus, die nicht endlich ist.</translation>
    </message>
    <message>
        <location filename="../method/learn.py"/>
        <source>Learning gave a number that is not finite.</source>
        <translation>Beim Lernen kam eine Zahl heraus, die nicht endlich ist.</translation>
    </message>
    <message>
        <location filename="../method/learn.py"/>
        <source>Try a smaller learning rate.</source>
        <translation>Versuchen Sie es mit einer kleineren Lernrate.</translation>
    </message>
    <message>
        <location filename="../method/text.py"/>
        <source>The prompt names the token {0}, which is not among the tokens of this edit.</source>
        <translation>Der Prompt nennt das Token {0}, das nicht zu dieser Bearbeitung gehört.</translation>
    </message>
    <message>
        <location filename="../method/text.py"/>
        <source>The prompt is too long: it takes {0} of at most {1} places.</source>
        <translation>Der Prompt ist zu lang: Er braucht {0} von höchstens {1} Plätzen.</translation>
    </message>
    <message>
        <location filename="../method/text.py"/>
        <source>Shorten the prompt.</source>
        <translation>Kürzen Sie den Prompt.</translation>
    </message>
    <message>
        <location filename="../perception/captioning.py"/>
        <source>Photographs are described by a captioner, which is not installed. Say yourself what the photo shows, or install it with `s2edit models install captioner`.</source>
        <translation>Fotos beschreibt ein Bildbeschreiber, der nicht installiert ist. Sagen Sie selbst, was das Foto zeigt, oder installieren Sie ihn mit `s2edit models install captioner`.</translation>
    </message>
    <message>
        <location filename="../perception/captioning.py"/>
        <source>The photo looks like a {0}; '{1}' is believed.</source>
        <translation>Das Foto sieht nach „{0}“ aus; „{1}“ gilt.</translation>
    </message>
    <message>
        <location filename="../perception/identity.py"/>
        <source>How alike the faces are cannot be told ({0}).</source>
        <translation>Wie ähnlich die Gesichter sind, lässt sich nicht sagen ({0}).</translation>
    </message>
    <message>
        <location filename="../perception/identity.py"/>
        <source>{0} {1} not installed.</source>
        <translation>{0}: nicht installiert.</translation>
    </message>
    <message>
        <location filename="../perception/identity.py"/>
        <source>The picture before shows no face that could be compared.</source>
        <translation>Auf dem Bild davor ist kein Gesicht, das verglichen werden könnte.</translation>
    </message>
    <message>
        <location filename="../perception/identity.py"/>
        <source>The picture after shows no face that could be compared.</source>
        <translation>Auf dem Bild danach ist kein Gesicht, das verglichen werden könnte.</translation>
    </message>
    <message>
        <location filename="../perception/identity.py"/>
        <source>{0}: {1} of 1, the same from {2} on ({3}).</source>
        <translation>{0}: {1} von 1, dieselbe ab {2} ({3}).</translation>
    </message>
    <message>
        <location filename="../perception/judges.py"/>
        <source>Judges look at RGB pictures with 8 bits a channel.</source>
        <translation>Beurteilt werden RGB-Bilder mit 8 Bit je Kanal.</translation>
    </message>
    <message>
        <location filename="../perception/judges.py"/>
        <source>The judge {0} is missing.</source>
        <translation>Das Beurteilungsnetz {0} fehlt.</translation>
    </message>
    <message>
        <location filename="../perception/judges.py"/>
        <source>The judge {0} is damaged.</source>
        <translation>Das Beurteilungsnetz {0} ist beschädigt.</translation>
    </message>
    <message>
        <location filename="../perception/judges.py"/>
        <source>The judge knows no attribute {0} with a value {1}.</source>
        <translation>Das Beurteilungsnetz kennt kein Attribut {0} mit dem Wert {1}.</translation>
    </message>
    <message>
        <location filename="../perception/masks/clicks.py"/>
        <source>`s2edit models install sam` brings the network that knows things by their shape.</source>
        <translation>`s2edit models install sam` bringt das Netz, das Dinge an ihrer Form erkennt.</translation>
    </message>
    <message>
        <location filename="../perception/masks/clicks.py"/>
        <location filename="../perception/networks/sam.py"/>
        <source>Nothing was clicked on.</source>
        <translation>Es wurde nirgends hingeklickt.</translation>
    </message>
    <message>
        <location filename="../perception/masks/clicks.py"/>
        <location filename="../perception/networks/sam.py"/>
        <source>Click on what is meant, or draw a box around it.</source>
        <translation>Klicken Sie auf das, was gemeint ist, oder ziehen Sie ein Rechteck darum.</translation>
    </message>
    <message>
        <location filename="../perception/masks/clicks.py"/>
        <source>More than {0} clicks say nothing new.</source>
        <translation>Mehr als {0} Klicks sagen nichts Neues.</translation>
    </message>
    <message>
        <location filename="../perception/masks/clicks.py"/>
        <source>Begin anew, or paint the mask.</source>
        <translation>Fangen Sie neu an, oder malen Sie die Maske.</translation>
    </message>
    <message>
        <location filename="../perception/masks/clicks.py"/>
        <source>The click at {0}, {1} lies beside the photo.</source>
        <translation>Der Klick bei {0}, {1} liegt neben dem Foto.</translation>
    </message>
    <message>
        <location filename="../perception/masks/clicks.py"/>
        <source>It has {0} x {1} pixels.</source>
        <translation>Es hat {0} x {1} Pixel.</translation>
    </message>
    <message>
        <location filename="../perception/masks/clicks.py"/>
        <source>A box is left, top, right and bottom.</source>
        <translation>Ein Rechteck ist links, oben, rechts und unten.</translation>
    </message>
    <message>
        <location filename="../perception/masks/clicks.py"/>
        <source>Draw it around what is meant.</source>
        <translation>Ziehen Sie es um das, was gemeint ist.</translation>
    </message>
    <message>
        <location filename="../perception/masks/clicks.py"/>
        <source>The box holds nothing of the photo.</source>
        <translation>In dem Rechteck ist nichts vom Foto.</translation>
    </message>
    <message>
        <location filename="../perception/masks/clicks.py"/>
        <source>Nothing was found where you clicked.</source>
        <translation>Wo Sie geklickt haben, wurde nichts gefunden.</translation>
    </message>
    <message>
        <location filename="../perception/masks/clicks.py"/>
        <source>Click on another place of it.</source>
        <translation>Klicken Sie auf eine andere Stelle davon.</translation>
    </message>
    <message>
        <location filename="../perception/masks/face.py"/>
        <source>Paint the mask, or choose another method such as grabcut.</source>
        <translation>Malen Sie die Maske, oder wählen Sie ein anderes Verfahren, zum Beispiel grabcut.</translation>
    </message>
    <message>
        <location filename="../perception/masks/face.py"/>
        <location filename="../perception/masks/photograph.py"/>
        <source>No face was found in the photo.</source>
        <translation>Auf dem Foto wurde kein Gesicht gefunden.</translation>
    </message>
    <message>
        <location filename="../perception/masks/grabcut.py"/>
        <source>No subject was found {0}.</source>
        <translation>Es wurde kein Motiv gefunden {0}.</translation>
    </message>
    <message>
        <location filename="../perception/masks/grabcut.py"/>
        <source>Paint the mask, or choose another way to find it.</source>
        <translation>Malen Sie die Maske, oder lassen Sie es auf andere Weise finden.</translation>
    </message>
    <message>
        <location filename="../perception/masks/painted.py"/>
        <source>Paint what belongs to it in white on black.</source>
        <translation>Malen Sie weiß auf schwarz, was dazugehört.</translation>
    </message>
    <message>
        <location filename="../perception/masks/painted.py"/>
        <source>{0} has {1} x {2} pixels but the photo has {3} x {4}.</source>
        <translation>{0} hat {1} x {2} Pixel, aber das Foto hat {3} x {4}.</translation>
    </message>
    <message>
        <location filename="../perception/masks/painted.py"/>
        <source>Save the mask at the size of the photo.</source>
        <translation>Speichern Sie die Maske in der Größe des Fotos.</translation>
    </message>
    <message>
        <location filename="../perception/masks/painted.py"/>
        <source>{0} is a picture cut out: what is visible of it is the mask. Where the rest is meant, invert it.</source>
        <translation>{0} ist ein ausgeschnittenes Bild: Was davon sichtbar ist, ist die Maske. Ist der Rest gemeint, kehren Sie sie um.</translation>
    </message>
    <message>
        <location filename="../perception/masks/painted.py"/>
        <source>{0} is a picture with a hole: the hole is the mask. Where the rest is meant, invert it.</source>
        <translation>{0} ist ein Bild mit einem Loch: Das Loch ist die Maske. Ist der Rest gemeint, kehren Sie sie um.</translation>
    </message>
    <message>
        <location filename="../perception/masks/painted.py"/>
        <source>{0} looks like a photo: how bright it is counts as how much belongs to the mask.</source>
        <translation>{0} sieht wie ein Foto aus: Ihre Helligkeit gilt als das, was zur Maske gehört.</translation>
    </message>
    <message>
        <location filename="../perception/masks/painted.py"/>
        <source>{0} is at most {1} % white: where it is, that much of the change is laid over the photo.</source>
        <translation>{0} ist höchstens zu {1} % weiß: Dort wird die Änderung zu diesem Teil über das Foto gelegt.</translation>
    </message>
    <message>
        <location filename="../perception/masks/painted.py"/>
        <source>{0} holds {1} % of the photo. Where the rest is meant, invert it.</source>
        <translation>{0} enthält {1} % des Fotos. Ist der Rest gemeint, kehren Sie sie um.</translation>
    </message>
    <message>
        <location filename="../perception/masks/photograph.py"/>
        <source>Not sure that this is the subject: it was found by colour alone. Look at the mask before you use it.</source>
        <translation>Nicht sicher, dass dies das Motiv ist: Es wurde nur nach der Farbe gefunden. Sehen Sie sich die Maske an, bevor Sie sie verwenden.</translation>
    </message>
    <message>
        <location filename="../perception/masks/photograph.py"/>
        <source>Not sure that this is all of the person. Look at the mask before you use it.</source>
        <translation>Nicht sicher, dass dies die ganze Person ist. Sehen Sie sich die Maske an, bevor Sie sie verwenden.</translation>
    </message>
    <message>
        <location filename="../perception/masks/photograph.py"/>
        <source>There is no face {0} in the photo: {1} were found.</source>
        <translation>Es gibt kein Gesicht {0} im Foto: {1} wurden gefunden.</translation>
    </message>
    <message>
        <location filename="../perception/masks/photograph.py"/>
        <source>Finding {0} needs the face parser, which is not installed or does not see this face.</source>
        <translation>Um {0} zu finden, wird der Gesichtszerleger gebraucht; er ist nicht installiert oder sieht dieses Gesicht nicht.</translation>
    </message>
    <message>
        <location filename="../perception/masks/photograph.py"/>
        <source>Run `s2edit models install face-parser`, paint the mask, or use word:{0}.</source>
        <translation>Führen Sie `s2edit models install face-parser` aus, malen Sie die Maske, oder nehmen Sie word:{0}.</translation>
    </message>
    <message>
        <location filename="../perception/masks/regions.py"/>
        <source>Regions are found in RGB pictures with 8 bits a channel.</source>
        <translation>Bereiche werden in RGB-Bildern mit 8 Bit je Kanal gefunden.</translation>
    </message>
    <message>
        <location filename="../perception/masks/resolve.py"/>
        <source>Paint the mask, or choose another method.</source>
        <translation>Malen Sie die Maske, oder wählen Sie ein anderes Verfahren.</translation>
    </message>
    <message>
        <location filename="../perception/masks/resolve.py"/>
        <source>Not sure that this is a face. Look at the mask before you use it.</source>
        <translation>Nicht sicher, dass dies ein Gesicht ist. Sehen Sie sich die Maske an, bevor Sie sie verwenden.</translation>
    </message>
    <message>
        <location filename="../perception/masks/resolve.py"/>
        <source>There is no mask method {0}.</source>
        <translation>Es gibt kein Maskenverfahren {0}.</translation>
    </message>
    <message>
        <location filename="../perception/masks/resolve.py"/>
        <source>The photo shows {0} faces, and the largest was taken. The others are found as {1}.</source>
        <translation>Das Foto zeigt {0} Gesichter; das größte wurde genommen. Die anderen finden Sie als {1}.</translation>
    </message>
    <message>
        <location filename="../perception/masks/resolve.py"/>
        <source>The method word: lacks its word.</source>
        <translation>Dem Verfahren word: fehlt sein Wort.</translation>
    </message>
    <message>
        <location filename="../perception/masks/resolve.py"/>
        <source>Write for example word:hair.</source>
        <translation>Schreiben Sie zum Beispiel word:hair.</translation>
    </message>
    <message>
        <location filename="../perception/masks/resolve.py"/>
        <source>A word's mask comes from a model, and none is at hand here.</source>
        <translation>Die Maske eines Wortes kommt von einem Modell, und hier ist keines zur Hand.</translation>
    </message>
    <message>
        <location filename="../perception/masks/resolve.py"/>
        <source>The mask of {0} came out at another size than the photo.</source>
        <translation>Die Maske von {0} kam in einer anderen Größe heraus als das Foto.</translation>
    </message>
    <message>
        <location filename="../perception/masks/resolve.py"/>
        <source>The search for {0} found nothing in the photo.</source>
        <translation>Die Suche nach {0} fand auf dem Foto nichts.</translation>
    </message>
    <message>
        <location filename="../perception/masks/sessions.py"/>
        <source>The mask network {0} is not allowed.</source>
        <translation>Das Maskennetz {0} ist nicht erlaubt.</translation>
    </message>
    <message>
        <location filename="../perception/masks/sessions.py"/>
        <source>Choose one of {0}; they all run on this machine.</source>
        <translation>Wählen Sie eines von {0}; sie laufen alle auf diesem Rechner.</translation>
    </message>
    <message>
        <location filename="../perception/masks/sessions.py"/>
        <source>The mask network {0} cannot be opened.</source>
        <translation>Das Maskennetz {0} lässt sich nicht öffnen.</translation>
    </message>
    <message>
        <location filename="../perception/masks/sessions.py"/>
        <source>This onnxruntime has no {0}.</source>
        <translation>Dieses onnxruntime hat kein {0}.</translation>
    </message>
    <message>
        <location filename="../perception/masks/sessions.py"/>
        <source>It has {0}; install the matching package.</source>
        <translation>Es hat {0}; installieren Sie das passende Paket.</translation>
    </message>
    <message>
        <location filename="../perception/masks/sessions.py"/>
        <source>The mask network {0} would upload the picture.</source>
        <translation>Das Maskennetz {0} würde das Bild verschicken.</translation>
    </message>
    <message>
        <location filename="../perception/masks/sessions.py"/>
        <source>The mask network {0} is not on this machine.</source>
        <translation>Das Maskennetz {0} ist nicht auf diesem Rechner.</translation>
    </message>
    <message>
        <location filename="../perception/masks/sessions.py"/>
        <source>Run `s2edit models install {0}`, or use {1}, which is bundled.</source>
        <translation>Führen Sie `s2edit models install {0}` aus, oder nehmen Sie {1}, das dabei ist.</translation>
    </message>
    <message>
        <location filename="../perception/masks/sessions.py"/>
        <source>The bundled mask network is missing.</source>
        <translation>Das mitgelieferte Maskennetz fehlt.</translation>
    </message>
    <message>
        <location filename="../perception/networks/captioner.py"/>
        <source>The vocabulary of {0} is missing.</source>
        <translation>Das Vokabular von {0} fehlt.</translation>
    </message>
    <message>
        <location filename="../perception/networks/captioner.py"/>
        <source>The vocabulary of {0} is damaged.</source>
        <translation>Das Vokabular von {0} ist beschädigt.</translation>
    </message>
    <message>
        <location filename="../perception/networks/captioner.py"/>
        <source>The captioner cannot be run.</source>
        <translation>Der Bildbeschreiber lässt sich nicht ausführen.</translation>
    </message>
    <message>
        <location filename="../perception/networks/face_parser.py"/>
        <source>The face parser gave numbers that are not finite.</source>
        <translation>Der Gesichtszerleger gab Zahlen, die nicht endlich sind.</translation>
    </message>
    <message>
        <location filename="../perception/networks/face_parser.py"/>
        <source>The labels of the face parser are not parts of a face: {0}.</source>
        <translation>Die Bezeichnungen des Gesichtszerlegers sind keine Teile eines Gesichts: {0}.</translation>
    </message>
    <message>
        <location filename="../perception/networks/face_parser.py"/>
        <source>Use a network with the labels of CelebAMask-HQ: `s2edit models install face-parser`.</source>
        <translation>Nehmen Sie ein Netz mit den Bezeichnungen von CelebAMask-HQ: `s2edit models install face-parser`.</translation>
    </message>
    <message>
        <location filename="../perception/networks/onnx_network.py"/>
        <location filename="../perception/networks/transformers_model.py"/>
        <source>The file {0} of {1} is missing.</source>
        <translation>Die Datei {0} von {1} fehlt.</translation>
    </message>
    <message>
        <location filename="../perception/networks/preprocessing.py"/>
        <source>The file {0} of {1} is missing or not understood.</source>
        <translation>Die Datei {0} von {1} fehlt oder wird nicht verstanden.</translation>
    </message>
    <message>
        <location filename="../perception/networks/preprocessing.py"/>
        <source>Install the network again.</source>
        <translation>Installieren Sie das Netz noch einmal.</translation>
    </message>
    <message>
        <location filename="../perception/networks/safety_checker.py"/>
        <source>{0}{1} cannot be run.</source>
        <translation>{0}{1} lässt sich nicht ausführen.</translation>
    </message>
    <message>
        <location filename="../perception/networks/sface.py"/>
        <source>The face is too small to be compared.</source>
        <translation>Das Gesicht ist zu klein, um verglichen zu werden.</translation>
    </message>
    <message>
        <location filename="../perception/networks/sface.py"/>
        <source>Use a larger picture.</source>
        <translation>Nehmen Sie ein größeres Bild.</translation>
    </message>
    <message>
        <location filename="../perception/networks/transformers_model.py"/>
        <source>Its files may be damaged or another network's; remove and install it again.</source>
        <translation>Seine Dateien sind vielleicht beschädigt oder gehören einem anderen Netz; entfernen Sie es, und installieren Sie es noch einmal.</translation>
    </message>
    <message>
        <location filename="../perception/networks/transformers_model.py"/>
        <source>{0} cannot be loaded.</source>
        <translation>{0} lässt sich nicht laden.</translation>
    </message>
    <message>
        <location filename="../perception/networks/transformers_model.py"/>
        <source>{0} lacks a part of its weights.</source>
        <translation>{0} fehlt ein Teil seiner Gewichte.</translation>
    </message>
    <message>
        <location filename="../perception/networks/yunet.py"/>
        <source>This file is an older YuNet (2022), whose answers have another layout.</source>
        <translation>Diese Datei ist ein älteres YuNet (2022), dessen Antworten anders aufgebaut sind.</translation>
    </message>
    <message>
        <location filename="../perception/networks/yunet.py"/>
        <source>Use face_detection_yunet_2023mar.onnx: `s2edit models install yunet`.</source>
        <translation>Nehmen Sie face_detection_yunet_2023mar.onnx: `s2edit models install yunet`.</translation>
    </message>
    <message>
        <location filename="../storage/locks.py"/>
        <source>The disk is full: {0} cannot be changed.</source>
        <translation>Der Datenträger ist voll: {0} kann nicht geändert werden.</translation>
    </message>
    <message>
        <location filename="../storage/locks.py"/>
        <source>Free some space.</source>
        <translation>Schaffen Sie Platz.</translation>
    </message>
    <message>
        <location filename="../storage/locks.py"/>
        <source>{0}{1} cannot be changed ({2}).</source>
        <translation>{0}{1} kann nicht geändert werden ({2}).</translation>
    </message>
    <message>
        <location filename="../storage/locks.py"/>
        <source>Make {0} writable, or choose another folder.</source>
        <translation>Machen Sie {0} beschreibbar, oder wählen Sie einen anderen Ordner.</translation>
    </message>
    <message>
        <location filename="../storage/locks.py"/>
        <source>{0}{1} cannot be locked.</source>
        <translation>{0}{1} kann nicht gesperrt werden.</translation>
    </message>
    <message>
        <location filename="../storage/locks.py"/>
        <source>Another process is changing {0}.</source>
        <translation>Ein anderer Prozess ändert gerade {0}.</translation>
    </message>
    <message>
        <location filename="../storage/locks.py"/>
        <source>Wait until it has finished, then try again.</source>
        <translation>Warten Sie, bis er fertig ist, und versuchen Sie es noch einmal.</translation>
    </message>
    <message>
        <location filename="../storage/paths.py"/>
        <source>The bundled models are not installed.</source>
        <translation>Die mitgelieferten Modelle sind nicht installiert.</translation>
    </message>
    <message>
        <location filename="../storage/paths.py"/>
        <source>The bundled model '{0}' is missing or incomplete.</source>
        <translation>Das mitgelieferte Modell „{0}“ fehlt oder ist unvollständig.</translation>
    </message>
    <message>
        <location filename="../storage/paths.py"/>
        <source>Run `sh installer/run.sh doctor` in the checkout to see what is broken.</source>
        <translation>Führen Sie `sh installer/run.sh doctor` im Ordner des Programms aus, um zu sehen, was kaputt ist.</translation>
    </message>
    <message>
        <location filename="../storage/paths.py"/>
        <source>The folder {0} cannot be written to.</source>
        <translation>In den Ordner {0} kann nicht geschrieben werden.</translation>
    </message>
    <message>
        <location filename="../storage/paths.py"/>
        <source>Choose another folder.</source>
        <translation>Wählen Sie einen anderen Ordner.</translation>
    </message>
    <message>
        <location filename="../storage/paths.py"/>
        <source>{0} could not be written ({1}).</source>
        <translation>{0} konnte nicht geschrieben werden ({1}).</translation>
    </message>
    <message>
        <location filename="../storage/paths.py"/>
        <source>Choose another folder or file name.</source>
        <translation>Wählen Sie einen anderen Ordner oder Dateinamen.</translation>
    </message>
    <message>
        <location filename="../storage/settings.py"/>
        <source>Settings are: {0}.</source>
        <translation>Einstellungen sind: {0}.</translation>
    </message>
    <message>
        <location filename="../storage/settings.py"/>
        <source>There is no setting '{0}'.</source>
        <translation>Es gibt keine Einstellung „{0}“.</translation>
    </message>
    <message>
        <location filename="../storage/settings.py"/>
        <source>The setting '{0}' cannot be {1}.</source>
        <translation>Die Einstellung „{0}“ kann nicht {1} sein.</translation>
    </message>
    <message>
        <location filename="../storage/settings.py"/>
        <source>The setting '{0}' must be one of {1}.</source>
        <translation>Die Einstellung „{0}“ muss eines von {1} sein.</translation>
    </message>
    <message>
        <location filename="../tokens/consent.py"/>
        <source>An identity token needs the consent of the person it shows ({0}).</source>
        <translation>Ein Token, das eine Person zeigt, braucht deren Einverständnis ({0}).</translation>
    </message>
    <message>
        <location filename="../tokens/consent.py"/>
        <source>The user confirmed the person's consent on {0}.</source>
        <translation>Am {0} wurde das Einverständnis der Person bestätigt.</translation>
    </message>
    <message>
        <location filename="../tokens/file.py"/>
        <source>A token without tensors cannot be saved.</source>
        <translation>Ein Token ohne Tensoren kann nicht gespeichert werden.</translation>
    </message>
    <message>
        <location filename="../tokens/file.py"/>
        <source>The token {0} has a loss that is not finite and was not saved.</source>
        <translation>Das Token {0} hat einen Verlust, der nicht endlich ist, und wurde nicht gespeichert.</translation>
    </message>
    <message>
        <location filename="../tokens/file.py"/>
        <source>The token {0} cannot be saved: {1}.</source>
        <translation>Das Token {0} kann nicht gespeichert werden: {1}.</translation>
    </message>
    <message>
        <location filename="../tokens/file.py"/>
        <source>The record of token {0} is too large to be saved.</source>
        <translation>Die Angaben zum Token {0} sind zu groß, um gespeichert zu werden.</translation>
    </message>
    <message>
        <location filename="../tokens/file.py"/>
        <source>Use a smaller thumbnail.</source>
        <translation>Nehmen Sie ein kleineres Vorschaubild.</translation>
    </message>
    <message>
        <location filename="../tokens/file.py"/>
        <source>The token {0} was learned on another version of the model '{1}'.</source>
        <translation>Das Token {0} wurde auf einer anderen Version des Modells „{1}“ gelernt.</translation>
    </message>
    <message>
        <location filename="../tokens/file.py"/>
        <source>The token {0} was learned on the model '{1}', not on '{2}'.</source>
        <translation>Das Token {0} wurde auf dem Modell „{1}“ gelernt, nicht auf „{2}“.</translation>
    </message>
    <message>
        <location filename="../tokens/file.py"/>
        <source>Learn it again on this model, or use the model it was learned on.</source>
        <translation>Lernen Sie es auf diesem Modell noch einmal, oder nehmen Sie das Modell, auf dem es gelernt wurde.</translation>
    </message>
    <message>
        <location filename="../tokens/file.py"/>
        <source>The token was not saved because '{0}' holds numbers that are not finite.</source>
        <translation>Das Token wurde nicht gespeichert, weil „{0}“ Zahlen enthält, die nicht endlich sind.</translation>
    </message>
    <message>
        <location filename="../tokens/file.py"/>
        <source>Learn it again with a smaller learning rate.</source>
        <translation>Lernen Sie es mit einer kleineren Lernrate noch einmal.</translation>
    </message>
    <message>
        <location filename="../tokens/file.py"/>
        <source>There is no token file {0}.</source>
        <translation>Es gibt keine Tokendatei {0}.</translation>
    </message>
    <message>
        <location filename="../tokens/record.py"/>
        <source>The token file {0} is damaged: {1}.</source>
        <translation>Die Tokendatei {0} ist beschädigt: {1}.</translation>
    </message>
    <message>
        <location filename="../tokens/record.py"/>
        <source>Restore it from a backup or learn the token again.</source>
        <translation>Holen Sie sie aus einer Sicherung, oder lernen Sie das Token noch einmal.</translation>
    </message>
    <message>
        <location filename="../tokens/record.py"/>
        <source>The token file {0} was written by a newer version of S2Edit Studio (format {1}).</source>
        <translation>Die Tokendatei {0} wurde von einer neueren Version von S²Edit Studio geschrieben (Format {1}).</translation>
    </message>
    <message>
        <location filename="../tokens/record.py"/>
        <source>Update S2Edit Studio to read it.</source>
        <translation>Aktualisieren Sie S²Edit Studio, um sie zu lesen.</translation>
    </message>
    <message>
        <location filename="../tokens/runs.py"/>
        <source>The token {0} is being learned by another process.</source>
        <translation>Das Token {0} wird gerade von einem anderen Prozess gelernt.</translation>
    </message>
    <message>
        <location filename="../tokens/runs.py"/>
        <source>Wait until it has finished, or choose another name.</source>
        <translation>Warten Sie, bis er fertig ist, oder wählen Sie einen anderen Namen.</translation>
    </message>
    <message>
        <location filename="../tokens/runs.py"/>
        <source>Learning {0} was stopped: the person was renamed or forgotten meanwhile.</source>
        <translation>Das Lernen von {0} wurde beendet: Die Person wurde inzwischen umbenannt oder vergessen.</translation>
    </message>
    <message>
        <location filename="../tokens/runs.py"/>
        <source>{0} could not be removed ({1}).</source>
        <translation>{0} konnte nicht entfernt werden ({1}).</translation>
    </message>
    <message>
        <location filename="../tokens/runs.py"/>
        <source>Remove it by hand.</source>
        <translation>Entfernen Sie es von Hand.</translation>
    </message>
    <message>
        <location filename="../tools/desktop/entries.py"/>
        <source>A menu entry on {0} is not known.</source>
        <translation>Ein Menüeintrag unter {0} ist nicht bekannt.</translation>
    </message>
    <message>
        <location filename="../tools/desktop/entries.py"/>
        <source>Start the program by `s2edit`.</source>
        <translation>Starten Sie das Programm mit `s2edit`.</translation>
    </message>
    <message>
        <location filename="../tools/sample_images.py"/>
        <source>The sample picture '{0}' is missing.</source>
        <translation>Das Beispielbild „{0}“ fehlt.</translation>
    </message>
    <message>
        <location filename="../tools/sample_images.py"/>
        <source>Install the program again.</source>
        <translation>Installieren Sie das Programm neu.</translation>
    </message>
    <message>
        <location filename="../workflows/attention_views.py"/>
        <source>No word was given.</source>
        <translation>Es wurde kein Wort genannt.</translation>
    </message>
    <message>
        <location filename="../workflows/attention_views.py"/>
        <source>Name a word of the prompt, or a token as &lt;person/name&gt;.</source>
        <translation>Nennen Sie ein Wort des Prompts, oder ein Token als &lt;person/name&gt;.</translation>
    </message>
    <message>
        <location filename="../workflows/context.py"/>
        <source>The base model's safety checker took the result for sexual and it was not kept.</source>
        <translation>Die Inhaltsprüfung des Basismodells hielt das Ergebnis für sexuell; es wurde nicht behalten.</translation>
    </message>
    <message>
        <location filename="../workflows/context.py"/>
        <source>It errs at times: change the prompt or the seed; `s2edit settings safety_checker off` asks it no more.</source>
        <translation>Sie irrt manchmal: Ändern Sie den Prompt oder den Startwert; `s2edit settings safety_checker off` fragt sie nicht mehr.</translation>
    </message>
    <message>
        <location filename="../workflows/doctor.py"/>
        <source>Run `s2edit doctor` in a terminal to see more.</source>
        <translation>Führen Sie `s2edit doctor` in einem Terminal aus, um mehr zu sehen.</translation>
    </message>
    <message>
        <location filename="../workflows/doctor.py"/>
        <source>Install Python 3.11 or newer and set up again.</source>
        <translation>Installieren Sie Python 3.11 oder neuer, und richten Sie das Programm noch einmal ein.</translation>
    </message>
    <message>
        <location filename="../workflows/doctor.py"/>
        <source>`python -m pip install --no-deps {0}` brings {1}.</source>
        <translation>`python -m pip install --no-deps {0}` bringt {1}.</translation>
    </message>
    <message>
        <location filename="../workflows/doctor.py"/>
        <source>Remove all (`{0}`), then install one.</source>
        <translation>Entfernen Sie alle (`{0}`), und installieren Sie eines.</translation>
    </message>
    <message>
        <location filename="../workflows/doctor.py"/>
        <source>Run `s2edit models verify {0}`, or remove it and install it again.</source>
        <translation>Führen Sie `s2edit models verify {0}` aus, oder entfernen Sie es und installieren Sie es noch einmal.</translation>
    </message>
    <message>
        <location filename="../workflows/doctor.py"/>
        <source>`s2edit models install yunet` and `sface` bring the identity score of photographs; see `s2edit models list`.</source>
        <translation>`s2edit models install yunet` und `sface` bringen den Vergleich der Gesichter auf Fotos; siehe `s2edit models list`.</translation>
    </message>
    <message>
        <location filename="../workflows/doctor.py"/>
        <source>Make it writable, or set S2EDIT_HOME to another folder.</source>
        <translation>Machen Sie ihn beschreibbar, oder setzen Sie S2EDIT_HOME auf einen anderen Ordner.</translation>
    </message>
    <message>
        <location filename="../workflows/doctor.py"/>
        <source>Free at least 1 GB.</source>
        <translation>Schaffen Sie mindestens 1 GB Platz.</translation>
    </message>
    <message>
        <location filename="../workflows/edit_region.py"/>
        <source>Nothing changes: the model sees no difference between the two prompts on this photo. Say the change in other words, or name what may change with a mask.</source>
        <translation>Nichts ändert sich: Das Modell sieht auf diesem Foto keinen Unterschied zwischen den beiden Beschreibungen. Nennen Sie die Änderung in anderen Worten, oder geben Sie mit einer Maske an, was sich ändern darf.</translation>
    </message>
    <message>
        <location filename="../workflows/grey.py"/>
        <source>The photo is grey and stays grey: a colour of the prompt shows as its lightness alone. Choose 'In colour' (--in-colour; in GIMP: Image &gt; Mode &gt; RGB) to give it colours.</source>
        <translation>Das Foto ist grau und bleibt grau: Eine Farbe des Prompts zeigt sich nur als ihre Helligkeit. Mit „In Farbe“ (--in-colour; in GIMP: Bild &gt; Modus &gt; RGB) bekommt es Farben.</translation>
    </message>
    <message>
        <location filename="../workflows/learning.py"/>
        <source>Say what the photo shows, e.g. --class woman.</source>
        <translation>Sagen Sie, was das Foto zeigt, zum Beispiel --class woman.</translation>
    </message>
    <message>
        <location filename="../workflows/masking.py"/>
        <source>Clicks go with the method '{0}' alone.</source>
        <translation>Klicks gehören nur zum Verfahren „{0}“.</translation>
    </message>
    <message>
        <location filename="../workflows/masking.py"/>
        <source>Use --method {0}.</source>
        <translation>Verwenden Sie --method {0}.</translation>
    </message>
    <message>
        <location filename="../workflows/recognising.py"/>
        <source>{0} holds no person: it cannot be recognised by its face.</source>
        <translation>{0} enthält keine Person: Am Gesicht kann es nicht erkannt werden.</translation>
    </message>
    <message>
        <location filename="../workflows/recognising.py"/>
        <source>Name identity tokens.</source>
        <translation>Nennen Sie Personen-Token.</translation>
    </message>
    <message>
        <location filename="../workflows/recognising.py"/>
        <source>The token {0} has no picture with a face that could be compared.</source>
        <translation>Das Token {0} hat kein Bild mit einem Gesicht, das verglichen werden könnte.</translation>
    </message>
    <message>
        <location filename="../workflows/rerunning.py"/>
        <source>The result {0} is a learned token, no edit.</source>
        <translation>Das Ergebnis {0} ist ein gelerntes Token, keine Bearbeitung.</translation>
    </message>
    <message>
        <location filename="../workflows/rerunning.py"/>
        <source>Learn it again with `s2edit learn`.</source>
        <translation>Lernen Sie es mit `s2edit learn` noch einmal.</translation>
    </message>
    <message>
        <location filename="../workflows/rerunning.py"/>
        <source>The result {0} has lost its record and cannot be made again.</source>
        <translation>Das Ergebnis {0} hat seine Aufzeichnung verloren und kann nicht noch einmal gemacht werden.</translation>
    </message>
    <message>
        <location filename="../workflows/rerunning.py"/>
        <source>This result was made with another version of the model '{0}'.</source>
        <translation>Dieses Ergebnis wurde mit einer anderen Version des Modells „{0}“ gemacht.</translation>
    </message>
    <message>
        <location filename="../workflows/rerunning.py"/>
        <source>Install that version to make it again.</source>
        <translation>Installieren Sie jene Version, um es noch einmal zu machen.</translation>
    </message>
    <message>
        <location filename="../workflows/rerunning.py"/>
        <source>This result was made with the model '{0}', not with '{1}'.</source>
        <translation>Dieses Ergebnis wurde mit dem Modell „{0}“ gemacht, nicht mit „{1}“.</translation>
    </message>
    <message>
        <location filename="../workflows/rerunning.py"/>
        <source>Add --model {0} to make it again.</source>
        <translation>Fügen Sie --model {0} hinzu, um es noch einmal zu machen.</translation>
    </message>
    <message>
        <location filename="../workflows/rerunning.py"/>
        <source>Every pixel is the same.</source>
        <translation>Jedes Pixel ist gleich.</translation>
    </message>
    <message>
        <location filename="../workflows/rerunning.py"/>
        <source>The largest difference of a channel is {0} of 255.</source>
        <translation>Der größte Unterschied eines Kanals ist {0} von 255.</translation>
    </message>
    <message>
        <location filename="../workflows/rerunning.py"/>
        <source>{0} On a GPU sums are not always added in the same order.</source>
        <translation>{0} Auf einer GPU wird nicht immer in derselben Reihenfolge addiert.</translation>
    </message>
    <message>
        <location filename="../workflows/rerunning.py"/>
        <source>{0} What differs: {1}.</source>
        <translation>{0} Anders ist: {1}.</translation>
    </message>
    <message>
        <location filename="../workflows/resuming.py"/>
        <source>{0} {1}, so learning starts at the beginning.</source>
        <translation>{0} {1}, also beginnt das Lernen am Anfang.</translation>
    </message>
    <message>
        <location filename="../workflows/scenes.py"/>
        <source>No subject was found in the photo: what is around the mask is used instead.</source>
        <translation>Im Foto wurde kein Motiv gefunden: Stattdessen wird die Umgebung der Maske verwendet.</translation>
    </message>
    <message>
        <location filename="../workflows/scenes.py"/>
        <source>What the prompt says nothing of stays as it is: {0}. To take something away, write "without" it, or write the source prompt yourself.</source>
        <translation>Wovon der Prompt nichts sagt, bleibt, wie es ist: {0}. Um etwas wegzunehmen, schreiben Sie „without“ davor, oder schreiben Sie den Quellprompt selbst.</translation>
    </message>
    <message>
        <location filename="../workflows/scenes.py"/>
        <source>The prompt reads like a command, and is taken as a description. Say what the photo should show in the end, such as "a photo of a woman with red hair".</source>
        <translation>Der Prompt liest sich wie ein Befehl und wird als Beschreibung genommen. Sagen Sie, was das Foto am Ende zeigen soll, etwa „a photo of a woman with red hair“.</translation>
    </message>
    <message>
        <location filename="../workflows/scenes.py"/>
        <source>No subject was found for certain: the whole photo is used.</source>
        <translation>Es wurde kein Motiv sicher gefunden: Das ganze Foto wird verwendet.</translation>
    </message>
    <message>
        <location filename="../workflows/scenes.py"/>
        <source>The mask is to be the subject too, but there is no mask.</source>
        <translation>Die Maske soll auch das Motiv sein, aber es gibt keine Maske.</translation>
    </message>
    <message>
        <location filename="../workflows/scenes.py"/>
        <source>Paint or name one with --mask.</source>
        <translation>Malen Sie eine oder nennen Sie sie mit --mask.</translation>
    </message>
    <message>
        <location filename="../workflows/scenes.py"/>
        <source>Nothing was found for the mask '{0}' in this photo.</source>
        <translation>Für die Maske „{0}“ wurde auf diesem Foto nichts gefunden.</translation>
    </message>
    <message>
        <location filename="../workflows/scenes.py"/>
        <source>Paint the mask instead.</source>
        <translation>Malen Sie stattdessen die Maske.</translation>
    </message>
    <message>
        <location filename="../workflows/scenes.py"/>
        <source>The search for {0} found nothing: the token {1} acts in the whole subject.</source>
        <translation>Die Suche nach {0} fand nichts: das Token {1} wirkt im ganzen Motiv.</translation>
    </message>
    <message>
        <location filename="../workflows/scenes.py"/>
        <source>Say what the photo should show.</source>
        <translation>Sagen Sie, was das Foto zeigen soll.</translation>
    </message>
    <message>
        <location filename="../workflows/scenes.py"/>
        <source>The prompt asks for nothing but what the photo seems to show already: "{0}".</source>
        <translation>Der Prompt verlangt nur, was das Foto schon zu zeigen scheint: „{0}“.</translation>
    </message>
    <message>
        <location filename="../workflows/scenes.py"/>
        <source>Say what should be different, or give a source prompt that says what is there now.</source>
        <translation>Sagen Sie, was anders sein soll, oder geben Sie einen Quellprompt an, der sagt, was jetzt da ist.</translation>
    </message>
    <message>
        <location filename="../workflows/self_test.py"/>
        <source>The self-test of {0} cannot be read.</source>
        <translation>Der Selbsttest von {0} ist nicht lesbar.</translation>
    </message>
    <message>
        <location filename="../workflows/self_test.py"/>
        <source>The token {0} has no effect here, though it had one where it was learned.</source>
        <translation>Das Token {0} wirkt hier nicht, obwohl es dort wirkte, wo es gelernt wurde.</translation>
    </message>
    <message>
        <location filename="../workflows/self_test.py"/>
        <source>The token {0} acts differently here than where it was learned ({1} {2} instead of {3}).</source>
        <translation>Das Token {0} wirkt hier anders als dort, wo es gelernt wurde ({1} {2} statt {3}).</translation>
    </message>
    <message>
        <location filename="../workflows/self_test.py"/>
        <source>The token {0} gives numbers that are not finite in {1}.</source>
        <translation>Das Token {0} gibt in {1} Zahlen, die nicht endlich sind.</translation>
    </message>
    <message>
        <location filename="../workflows/self_test.py"/>
        <source>Use another precision, or learn it again with a smaller learning rate.</source>
        <translation>Nehmen Sie eine andere Genauigkeit, oder lernen Sie es mit einer kleineren Lernrate noch einmal.</translation>
    </message>
    <message>
        <location filename="../workflows/suggested.py"/>
        <source>The photo seems to show '{0}', the prompt says '{1}' and is believed; say what the photo shows in a source prompt to turn the one into the other.</source>
        <translation>Das Foto scheint „{0}“ zu zeigen, der Prompt sagt „{1}“, und das gilt; um das eine in das andere zu verwandeln, sagen Sie in einem Quellprompt, was das Foto zeigt.</translation>
    </message>
    <message>
        <location filename="../workflows/token_io.py"/>
        <source>The token {0} is damaged: its parameters do not fit the model.</source>
        <translation>Das Token {0} ist beschädigt: Seine Parameter passen nicht zum Modell.</translation>
    </message>
    <message>
        <location filename="../workflows/token_io.py"/>
        <source>Learn it again.</source>
        <translation>Lernen Sie es noch einmal.</translation>
    </message>
    <message>
        <location filename="../workflows/word_masks.py"/>
        <source>The word '{0}' is not in the prompt.</source>
        <translation>Das Wort „{0}“ steht nicht im Prompt.</translation>
    </message>
    <message>
        <location filename="../workflows/word_masks.py"/>
        <source>The mask method 'word:' needs a word after the colon.</source>
        <translation>Das Maskenverfahren „word:“ braucht ein Wort nach dem Doppelpunkt.</translation>
    </message>
    <message>
        <location filename="../workflows/word_masks.py"/>
        <source>For example word:hair.</source>
        <translation>Zum Beispiel word:hair.</translation>
    </message>
    <message>
        <location filename="../workflows/word_masks.py"/>
        <source>Not sure that this is '{0}': the bundled model knows drawn pictures, no photographs. Look at the mask before you use it.</source>
        <translation>Nicht sicher, dass dies „{0}“ ist: Das mitgelieferte Modell kennt gezeichnete Bilder, keine Fotografien. Sehen Sie sich die Maske an, bevor Sie sie verwenden.</translation>
    </message>
    <message>
        <location filename="../workflows/word_masks.py"/>
        <source>Not sure that this is '{0}': it was found in {1} places. Look at the mask before you use it.</source>
        <translation>Nicht sicher, dass dies „{0}“ ist: Es wurde an {1} Stellen gefunden. Sehen Sie sich die Maske an, bevor Sie sie verwenden.</translation>
    </message>
    <message>
        <source>The same person</source>
        <translation>Dieselbe Person</translation>
    </message>
    <message>
        <source>Not clearly the same person</source>
        <translation>Nicht eindeutig dieselbe Person</translation>
    </message>
    <message>
        <source>The same subject</source>
        <translation>Dasselbe Motiv</translation>
    </message>
    <message>
        <source>Not clearly the same subject</source>
        <translation>Nicht eindeutig dasselbe Motiv</translation>
    </message>
    <message>
        <source>The mask</source>
        <translation>Die Maske</translation>
    </message>
    <message>
        <source>The subject mask</source>
        <translation>Die Motivmaske</translation>
    </message>
    <message>
        <location filename="../models/catalogue.toml"/>
        <source>Trained for this program on pictures drawn by this program; the program's own licence holds.</source>
        <translation>Für dieses Programm an Bildern trainiert, die dieses Programm gezeichnet hat; es gilt die Lizenz des Programms.</translation>
    </message>
    <message>
        <location filename="../models/catalogue.toml"/>
        <source>Any use, also commercial, as long as the copyright notice is kept with copies.</source>
        <translation>Jede Nutzung, auch kommerziell, solange der Urheberrechtsvermerk bei Kopien bleibt.</translation>
    </message>
    <message>
        <location filename="../models/catalogue.toml"/>
        <source>Any use, also commercial, as long as notices are kept with copies.</source>
        <translation>Jede Nutzung, auch kommerziell, solange die Vermerke bei Kopien bleiben.</translation>
    </message>
    <message>
        <location filename="../models/catalogue.toml"/>
        <source>You may use the model and its pictures, also commercially. You may not use it for what the licence's attachment A forbids, among other things: breaking the law, harming minors, spreading false information to harm others, defaming or harassing people, discriminating against them, or giving medical advice. Who passes the model on must pass these conditions on with it. The authors claim no rights in what you make.</source>
        <translation>Sie dürfen das Modell und seine Bilder nutzen, auch kommerziell. Nicht nutzen dürfen Sie es für das, was Anhang A der Lizenz verbietet, unter anderem: Gesetze brechen, Minderjährigen schaden, Falsches verbreiten, um anderen zu schaden, Menschen verleumden oder belästigen, sie benachteiligen oder medizinischen Rat geben. Wer das Modell weitergibt, muss diese Bedingungen mit weitergeben. Die Urheber beanspruchen keine Rechte an dem, was Sie machen.</translation>
    </message>
    <message>
        <location filename="../models/catalogue.toml"/>
        <source>The repository is tagged MIT, but the network was fine-tuned from NVIDIA's SegFormer, whose licence allows research and evaluation only, on CelebAMask-HQ, which is for non-commercial research and education only. Use it for non-commercial work, or ask the owners.</source>
        <translation>Das Repositorium ist als MIT gekennzeichnet, aber das Netz wurde aus NVIDIAs SegFormer weitertrainiert, dessen Lizenz nur Forschung und Erprobung erlaubt, an CelebAMask-HQ, das nur für nichtkommerzielle Forschung und Lehre ist. Nutzen Sie es für nichtkommerzielle Arbeit, oder fragen Sie die Eigentümer.</translation>
    </message>
    <message>
        <location filename="../models/catalogue.toml"/>
        <source>S2Edit's own small model (128x128, drawn pictures)</source>
        <translation>S2Edits eigenes kleines Modell (128x128, gezeichnete Bilder)</translation>
    </message>
    <message>
        <location filename="../models/catalogue.toml"/>
        <source>portraits and cars drawn by the program in s2edit_models.drawing; no photographs</source>
        <translation>Porträts und Autos, gezeichnet vom Programm in s2edit_models.drawing; keine Fotos</translation>
    </message>
    <message>
        <location filename="../models/catalogue.toml"/>
        <source>Draws like its training pictures. Photographs want a full-size model.</source>
        <translation>Zeichnet wie seine Trainingsbilder. Fotos brauchen ein Modell voller Größe.</translation>
    </message>
    <message>
        <location filename="../models/catalogue.toml"/>
        <source>Stable Diffusion 1.5</source>
        <translation>Stable Diffusion 1.5</translation>
    </message>
    <message>
        <location filename="../models/catalogue.toml"/>
        <source>LAION-2B(en) and its subset laion-aesthetics v2 5+: captioned pictures from the web, not cleared with their owners</source>
        <translation>LAION-2B(en) und seine Teilmenge laion-aesthetics v2 5+: beschriebene Bilder aus dem Netz, nicht mit ihren Eigentümern geklärt</translation>
    </message>
    <message>
        <location filename="../models/catalogue.toml"/>
        <source>512x512. A mirror: its owner deleted the original repository; the licence is the one the mirror states, not verified with the owner. Half-precision files, with the safety checker.</source>
        <translation>512x512. Ein Spiegel: Der Eigentümer hat das ursprüngliche Repositorium gelöscht; die Lizenz ist die, die der Spiegel nennt, nicht mit dem Eigentümer geprüft. Dateien in halber Genauigkeit, mit dem Sicherheitsprüfer.</translation>
    </message>
    <message>
        <location filename="../models/catalogue.toml"/>
        <source>Stable Diffusion 2.1 (768, v-prediction)</source>
        <translation>Stable Diffusion 2.1 (768, v-prediction)</translation>
    </message>
    <message>
        <location filename="../models/catalogue.toml"/>
        <source>LAION-5B, filtered for explicit content: captioned pictures from the web, not cleared with their owners</source>
        <translation>LAION-5B, um anstößige Inhalte bereinigt: beschriebene Bilder aus dem Netz, nicht mit ihren Eigentümern geklärt</translation>
    </message>
    <message>
        <location filename="../models/catalogue.toml"/>
        <source>768x768. A mirror: its owner deleted the original repository; the licence is the one the original had, not verified with the owner. Half-precision files.</source>
        <translation>768x768. Ein Spiegel: Der Eigentümer hat das ursprüngliche Repositorium gelöscht; die Lizenz ist die des Originals, nicht mit dem Eigentümer geprüft. Dateien in halber Genauigkeit.</translation>
    </message>
    <message>
        <location filename="../models/catalogue.toml"/>
        <source>Stable Diffusion 2.1 base (512)</source>
        <translation>Stable Diffusion 2.1 base (512)</translation>
    </message>
    <message>
        <location filename="../models/catalogue.toml"/>
        <source>512x512. A mirror: its owner deleted the original repository; the licence is the one the original had, not verified with the owner. Half-precision files.</source>
        <translation>512x512. Ein Spiegel: Der Eigentümer hat das ursprüngliche Repositorium gelöscht; die Lizenz ist die des Originals, nicht mit dem Eigentümer geprüft. Dateien in halber Genauigkeit.</translation>
    </message>
    <message>
        <location filename="../models/catalogue.toml"/>
        <source>Stable Diffusion XL base 1.0</source>
        <translation>Stable Diffusion XL base 1.0</translation>
    </message>
    <message>
        <location filename="../models/catalogue.toml"/>
        <source>an internal data set of Stability AI, not published</source>
        <translation>ein interner Datensatz von Stability AI, nicht veröffentlicht</translation>
    </message>
    <message>
        <location filename="../models/catalogue.toml"/>
        <source>1024x1024. Half-precision files.</source>
        <translation>1024x1024. Dateien in halber Genauigkeit.</translation>
    </message>
    <message>
        <location filename="../models/catalogue.toml"/>
        <source>U2-Net: the main subject</source>
        <translation>U2-Net: das Hauptmotiv</translation>
    </message>
    <message>
        <location filename="../models/catalogue.toml"/>
        <source>DUTS-TR (salient objects)</source>
        <translation>DUTS-TR (auffällige Gegenstände)</translation>
    </message>
    <message>
        <location filename="../models/catalogue.toml"/>
        <source>U2-Net, light</source>
        <translation>U2-Net, leicht</translation>
    </message>
    <message>
        <location filename="../models/catalogue.toml"/>
        <source>U2-Net: people</source>
        <translation>U2-Net: Menschen</translation>
    </message>
    <message>
        <location filename="../models/catalogue.toml"/>
        <source>Supervisely Person</source>
        <translation>Supervisely Person</translation>
    </message>
    <message>
        <location filename="../models/catalogue.toml"/>
        <source>Silueta: U2-Net, smaller</source>
        <translation>Silueta: U2-Net, kleiner</translation>
    </message>
    <message>
        <location filename="../models/catalogue.toml"/>
        <source>as U2-Net; not documented further</source>
        <translation>wie U2-Net; nicht weiter dokumentiert</translation>
    </message>
    <message>
        <location filename="../models/catalogue.toml"/>
        <source>The licence is U2-Net's; its author states none for this smaller copy.</source>
        <translation>Die Lizenz ist die von U2-Net; für diese kleinere Kopie nennt ihr Autor keine.</translation>
    </message>
    <message>
        <location filename="../models/catalogue.toml"/>
        <source>IS-Net: any subject</source>
        <translation>IS-Net: beliebige Motive</translation>
    </message>
    <message>
        <location filename="../models/catalogue.toml"/>
        <source>DIS5K and other segmentation data sets</source>
        <translation>DIS5K und andere Datensätze zur Segmentierung</translation>
    </message>
    <message>
        <location filename="../models/catalogue.toml"/>
        <source>BiRefNet: portraits</source>
        <translation>BiRefNet: Porträts</translation>
    </message>
    <message>
        <location filename="../models/catalogue.toml"/>
        <source>P3M-10k and other portrait matting data sets</source>
        <translation>P3M-10k und andere Datensätze zum Freistellen von Porträts</translation>
    </message>
    <message>
        <location filename="../models/catalogue.toml"/>
        <source>The best of the mask networks on people, and slow without a GPU.</source>
        <translation>Das beste der Maskennetze für Menschen, und langsam ohne GPU.</translation>
    </message>
    <message>
        <location filename="../models/catalogue.toml"/>
        <source>BiRefNet: any subject</source>
        <translation>BiRefNet: beliebige Motive</translation>
    </message>
    <message>
        <location filename="../models/catalogue.toml"/>
        <source>DIS5K, HRSOD, UHRSD, DUTS and other segmentation data sets</source>
        <translation>DIS5K, HRSOD, UHRSD, DUTS und andere Datensätze zur Segmentierung</translation>
    </message>
    <message>
        <location filename="../models/catalogue.toml"/>
        <source>BiRefNet, light: any subject</source>
        <translation>BiRefNet, leicht: beliebige Motive</translation>
    </message>
    <message>
        <location filename="../models/catalogue.toml"/>
        <source>Segment Anything (ViT-B): click to select</source>
        <translation>Segment Anything (ViT-B): Auswahl durch Klicken</translation>
    </message>
    <message>
        <location filename="../models/catalogue.toml"/>
        <source>SA-1B: licensed photographs, faces blurred</source>
        <translation>SA-1B: lizenzierte Fotos, Gesichter unkenntlich</translation>
    </message>
    <message>
        <location filename="../models/catalogue.toml"/>
        <source>YuNet: finds faces</source>
        <translation>YuNet: findet Gesichter</translation>
    </message>
    <message>
        <location filename="../models/catalogue.toml"/>
        <source>WIDER FACE</source>
        <translation>WIDER FACE</translation>
    </message>
    <message>
        <location filename="../models/catalogue.toml"/>
        <source>SFace: how alike two faces are</source>
        <translation>SFace: wie ähnlich zwei Gesichter sind</translation>
    </message>
    <message>
        <location filename="../models/catalogue.toml"/>
        <source>not documented for this file; its authors' code names CASIA-WebFace, VGGFace2 and MS1MV2, all for research (opencv/opencv_zoo#313)</source>
        <translation>für diese Datei nicht dokumentiert; der Code der Autoren nennt CASIA-WebFace, VGGFace2 und MS1MV2, alle für die Forschung (opencv/opencv_zoo#313)</translation>
    </message>
    <message>
        <location filename="../models/catalogue.toml"/>
        <source>The file is under Apache 2.0; whether its training data allows commercial use is an open question at its source.</source>
        <translation>Die Datei steht unter Apache 2.0; ob ihre Trainingsdaten kommerzielle Nutzung erlauben, ist an ihrer Quelle offen.</translation>
    </message>
    <message>
        <location filename="../models/catalogue.toml"/>
        <source>SegFormer face parser: hair, lips, eyes, skin</source>
        <translation>SegFormer für Gesichter: Haare, Lippen, Augen, Haut</translation>
    </message>
    <message>
        <location filename="../models/catalogue.toml"/>
        <source>CelebAMask-HQ: photographs of celebrities, for non-commercial research</source>
        <translation>CelebAMask-HQ: Fotos von Prominenten, für nichtkommerzielle Forschung</translation>
    </message>
    <message>
        <location filename="../models/catalogue.toml"/>
        <source>BLIP (large): describes a photo in a sentence</source>
        <translation>BLIP (groß): beschreibt ein Foto in einem Satz</translation>
    </message>
    <message>
        <location filename="../models/catalogue.toml"/>
        <source>COCO captions and filtered captions of pictures from the web (LAION, Conceptual Captions, SBU)</source>
        <translation>COCO-Beschreibungen und gefilterte Beschreibungen von Bildern aus dem Netz (LAION, Conceptual Captions, SBU)</translation>
    </message>
</context>
</TS>
