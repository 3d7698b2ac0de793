"""What a picture shows: other people's networks, masks, judges of the drawn pictures, identity and captions."""
