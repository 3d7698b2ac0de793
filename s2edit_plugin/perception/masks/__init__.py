"""Masks: where the subject is and which pixels may change. float32 (H, W) in [0, 1] everywhere.

    resolve   search_mask: one entry for every method
    found     FoundMask: what it gives, and how sure that is
    painted   read_mask, encode_mask: masks as picture files
    refine    feather, grow, shrink, fit to attention layers
    regions   the mask network for drawn portraits (sessions: how it is run)
    face      faces on photographs, by cascade, GrabCut and colour
    grabcut   GrabCut

Importing this package imports nothing.
"""
