"""Analysis of pictures: pretrained networks, masks, judges of drawn pictures, identity scores and captions."""
