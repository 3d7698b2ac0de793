"""The GIMP 3 plug-in: GIMP's own Python bindings (gi) and the standard library only, a client of the engine.

``s2edit gimp install`` copies this folder into GIMP's plug-ins together with the files of `engine.client.remote.STANDALONE`.

    s2edit.py    what GIMP starts
      plugin       the procedures as GIMP asks for them; errors become sentences
      procedures   arguments and menu entries
        running      a procedure's function: arguments, or a dialog, to what is done
          dialogs/     what is asked before; loaded only where there is a user
            edit learn select window library    what is done
              scene frame    what is seen of a layer and its results; the part of it that the engine gets
              results showing pixels     layers that are made; GIMP's bar; layers, selections and masks to bytes and back
                link memory      the engine, with progress; settings kept in images by token ids
                  changes framing png wording ranges    arithmetic, files, words and limits; know no GIMP
"""
