"""Files that other programs read and write: one format a file. Nothing here is ever pickled.

exchange             between the library and files, for commands and the engine
exporting            a library token as a set of files; which formats its parameters allow
importing            tells files apart, makes a token of an embedding
base_model           what is needed of a base model, read from its folder
textual_inversion    embedding vectors (diffusers, AUTOMATIC1111, ComfyUI, InvokeAI)
custom_diffusion     the key/value matrices of the U-Net (diffusers)
lora                 low-rank deltas of these matrices (kohya's key names, which all of them read)
"""
