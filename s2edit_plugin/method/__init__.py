"""The method, one file a stage: `learn`, `invert`, `edit`, `region`, `compose`; attention is in `backbones.attention`."""
