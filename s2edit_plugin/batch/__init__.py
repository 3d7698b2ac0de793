"""Batches: one recipe on many photos.

`recipe` and `photos` describe the input, `ledger` records the state of each photo in an SQLite file in the folder of the
results, `worker` edits a photo, `runner` runs the batch. A photo may be edited more than once, after a crash for example, but
always with the same result. A process holds a lease, which expires, on the photo it works on.
"""
