"""Token files of other programs, one module for each format. Pickle is never used.

exchange             between the library and files, for commands and the engine
exporting            a library token as a set of files; the formats its parameters allow
importing            recognises files, converts an embedding to a token
base_model           data of a base model, read from its folder
textual_inversion    embedding vectors (diffusers, AUTOMATIC1111, ComfyUI, InvokeAI)
custom_diffusion     the key/value matrices of the U-Net (diffusers)
lora                 low-rank deltas of these matrices (kohya's key names, which all of them read)
"""
