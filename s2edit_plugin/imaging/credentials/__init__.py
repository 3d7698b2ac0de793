"""Content Credentials: what a file says, signed, about how it was made; and what other files say of themselves.

After the C2PA specification 2.x, by c2pa-python, which works in a process of its own (`child`).

    certificates   the chain made once on this machine, or the user's own
    manifest       what is said: opened, edited by AI here and there; pure data
    areas          where a picture was changed, as rectangles
    library        c2pa-python, told to keep quiet and off the network
    child          the process that signs and reads
    signing        results as files, signed; the child from outside
    report         what the library found, in the words of `inspection`
    inspection     everything that a file says about its making
"""
