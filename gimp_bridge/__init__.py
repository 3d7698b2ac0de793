"""The GIMP 3 plug-in: GIMP's own Python bindings (gi) and the standard library only, a client of the engine.

``s2edit gimp install`` copies this folder into GIMP's plug-ins together with the files of `engine.client.remote.STANDALONE`.

    s2edit.py    the program that GIMP starts
      plugin       the procedures that GIMP queries; errors become messages of GIMP
      procedures   names, arguments and menu entries
        handlers     a procedure's function: reads arguments, or a dialog, and runs the work
          dialogs/     GTK dialogs; loaded only in interactive calls
            edit learn select window library    the work of each procedure
              scene crop     visible layers of an image; the part of a layer that the engine gets
              results progress pixels     result layers; GIMP's progress bar; layers, selections and masks as bytes
                engine_client settings_parasite      the engine, with progress; settings stored in images, with token ids
                  background_task changes crop_box png wording ranges    threads, arithmetic, files, texts, limits; no gi
"""
