"""One file a job: `learning`, `editing`, `masking` and so on; `context` holds what a job may use, `studio` starts them."""
