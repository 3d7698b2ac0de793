"""Masks of subjects and of edit regions, always float32 (H, W) in [0, 1].

    resolve   search_mask: entry point of all methods
    found     FoundMask: its result, with a confidence
    painted   read_mask, encode_mask: masks as picture files
    refine    feather, grow, shrink, fit to attention layers
    regions   the mask network for drawn portraits (sessions: how it is run)
    face      faces on photographs, by cascade, GrabCut and colour
    grabcut   GrabCut

Importing this package imports nothing.
"""
