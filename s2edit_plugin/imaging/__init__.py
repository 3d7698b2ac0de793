"""Pictures: reading and writing files, the crop the model sees, pasting the change, provenance.

Importing this package imports nothing heavy; the submodules need numpy and Pillow, never torch.

    reading     read_photo: bytes -> Photo; files: the bytes of a photo's file
    photo       Photo: pixels in the file's own colour space with all that is kept when it is saved again
    colour      the file's colour space to sRGB and back
    crop        the square around the subject, and resampling into and out of it
    paste       adds the change to the photo inside the mask
    writing     encode_photo, encode_exactly
    saving      encode_result: from a result, kept exactly, to the file the user asked for
    jpeg_blocks, jpeg_child   a JPEG whose blocks stay where nothing changed
    openraster  photo and result as layers of one file
    provenance  "edited by AI" as XMP
    kinds, decoding, side_data, jpeg_side, png_side, webp_side
                what kind of file it is, its pixels, and what it says beside them
    tiff_directory, tiff_pixels, tiff_reading, tiff_exif
                TIFF: its directories, its samples, what they mean, and EXIF in it
    lab         Lab to sRGB
    icc         profiles made from colour numbers
    exif, xmp_truth, photoshop, extras   what is kept of the metadata, brought up to date, or named as lost
    stamp       a mark that tells whether anybody changed a mask or sheet
    png8, png16, tiff, jpeg_writing   the parts of the formats Pillow does not cover
"""
