"""Pictures: reading and writing files, the crop the model sees, pasting the change, provenance.

Importing this package imports nothing heavy; the submodules need numpy and Pillow, never torch.

    reading     read_photo: bytes -> Photo; files: the bytes of a photo's file
    photo       Photo: pixels in the file's own colour space with its metadata
    colour      the file's colour space to sRGB and back
    crop        the square around the subject, and resampling into and out of it
    paste       adds the change to the photo inside the mask
    writing     encode_photo, encode_exactly
    saving      encode_result: from a result, kept exactly, to the file the user asked for
    jpeg_blocks, jpeg_child   a JPEG whose blocks stay where nothing changed
    openraster  photo and result as layers of one file
    provenance  "edited by AI" as XMP
    kinds, decoding, side_data, jpeg_side, png_side, webp_side
                kind of a file, its pixels, its metadata
    tiff_directory, tiff_pixels, tiff_reading, tiff_exif
                TIFF: directories, samples, their interpretation, EXIF
    lab         Lab to sRGB
    icc         profiles made from colour numbers
    exif, xmp_truth, photoshop, extras   metadata that is kept, updated, or reported as lost
    stamp       detects changes of masks and contact sheets
    png_chunks  chunks of PNG files
    png8, png16, tiff, jpeg_writing   the parts of the formats Pillow does not cover
"""
