"""Content Credentials: signed statements about the making of a file; inspection of any file.

After the C2PA specification 2.x, by c2pa-python, which works in a process of its own (`child`).

    certificates   the chain made once on this machine, or the user's own
    manifest       what is said: opened, edited by AI here and there; pure data
    areas          where a picture was changed, as rectangles
    library        c2pa-python without network access
    child          the process that signs and reads
    signing        results as files, signed; the child from outside
    report         what the library found, in the words of `inspection`
    inspection     everything that a file says about its making
"""
