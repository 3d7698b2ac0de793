"""Networks of other people, run on this machine from files that are already there. Nothing here downloads anything.

    installed     which of them are here, opened at first use
    onnx_network  ONNX Runtime with its failures in one sentence
    yunet         finds faces            sface      how alike two faces are
    face_parser   parts of a face        sam        what was clicked on
    captioner     describes a photo      preprocessing    preprocessor_config.json

Importing this package imports nothing.
"""
