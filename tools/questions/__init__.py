"""Fit and check the weights of `analytics/questions.py` on drawn talk."""
