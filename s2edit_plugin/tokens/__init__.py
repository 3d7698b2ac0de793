"""Token files, their records, consent, and the learning runs that did not finish."""
