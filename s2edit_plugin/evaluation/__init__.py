"""The counterfactual benchmark, the judges, and the figures of the bundled model."""
