"""One recipe on many photos: what is wanted (`recipe`, `photos`), what was done (`ledger`), doing it (`worker`, `runner`).

Every photo is done at least once, and its result is the same however often: so in the end each is there exactly once. The
truth is the ledger, an SQLite file in the folder of the results; whoever works on a photo holds a lease on it, which runs out.
"""
