"""Files that other programs read and write: one format a file. Nothing here is ever pickled.

exporting            a library token as a set of files; which formats its parameters allow
importing            tells files apart, makes a token of an embedding
textual_inversion    embedding vectors (diffusers, AUTOMATIC1111, ComfyUI, InvokeAI)
custom_diffusion     the key/value matrices of the U-Net (diffusers)
lora                 low-rank deltas of these matrices (kohya's key names, which all of them read)
"""
