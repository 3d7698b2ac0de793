"""Pretrained networks, run locally from installed files. Nothing here downloads anything.

    installed     the installed networks, opened at first use
    onnx_network  ONNX Runtime with its errors as one sentence
    yunet         face detection         sface            face recognition
    face_parser   parts of a face        sam              segmentation by clicks
    captioner     captions               preprocessing    preprocessor_config.json

Importing this package imports nothing.
"""
