"""Pictures: reading and writing files, the crop the model sees, pasting the change, provenance.

Importing this package imports nothing heavy; the submodules need numpy and Pillow, never torch.

    reading     read_photo, read_photo_file: bytes -> Photo
    photo       Photo: pixels in the file's own colour space with all that is kept when it is saved again
    colour      the file's colour space to sRGB and back
    crop        the square around the subject, and resampling into and out of it
    paste       adds the change to the photo inside the mask
    writing     encode_photo, write_atomic
    openraster  photo and result as layers of one file
    provenance  "edited by AI" as XMP
    kinds, decoding, side_data, jpeg_side, png_side, webp_side
                what kind of file it is, its pixels, and what it says beside them
    icc         profiles made from colour numbers
    exif, png16, tiff   the parts of the formats Pillow does not cover
"""
