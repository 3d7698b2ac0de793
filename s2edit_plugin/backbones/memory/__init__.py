"""Estimates of memory and time of jobs, and fallback steps when memory runs out."""
