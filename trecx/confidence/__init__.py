"""Confidence of exits: distribution, calibration, temperature scaling, and AUROC."""
