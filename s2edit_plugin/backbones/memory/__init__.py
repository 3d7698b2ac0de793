"""What a job needs of memory and time, and the steps down when memory runs out."""
