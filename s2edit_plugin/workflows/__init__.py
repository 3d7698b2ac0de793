"""One file a job: `learning`, `editing`, `masking` and so on; `context` has the resources of jobs, `studio` starts them."""
