"""The paper's numbers (Ghanathe and Wilton, CF '23), with their source in the paper."""

from dataclasses import dataclass

GRID = 101  # Section 6.1: ρ from 0 to 1 in steps of 0.01
AUTHORS_GRID = (0.01, 1, 101)  # first, last, number of ρ in the authors' own plots
TEST_SETS = ("Speech Commands v0.02 test", "CIFAR-10 test")  # datasets here that are the paper's test sets
MEAN_SAVING = 0.3158  # Section 6: share of the FLOPs saved at one percentage point, mean over the three tasks


@dataclass(frozen=True)
class BesideBaseline:
    """A row of Table 1.

    Attributes:
        baseline_accuracy: 0..1.
        baseline_mflops: millions of FLOPs.
        baseline_kparameters: thousands of weights.
        mflops: of T-RECX, millions, at one, two and three percentage points below the baseline.
        same_accuracy_saving: share of the baseline's FLOPs saved at its own accuracy (Section 6.1), 0..1.
        kparameters: of T-RECX, thousands of weights.
        exit_accuracy: of the early and the final exit alone, 0..1.
    """

    baseline_accuracy: float
    baseline_mflops: float
    baseline_kparameters: float
    mflops: tuple[float, float, float]
    same_accuracy_saving: float
    kparameters: float
    exit_accuracy: tuple[float, float]

    def mflops_at(self, drop: float) -> float:
        """Return MFLOPs at a `drop` from the baseline's accuracy of 0, 0.01, 0.02 or 0.03."""
        if drop == 0:
            return self.baseline_mflops * (1 - self.same_accuracy_saving)
        return self.mflops[round(100 * drop) - 1]

    def saving_at(self, drop: float) -> float:
        """Return the share of the baseline's FLOPs that is saved at this drop, 0..1."""
        return 1 - self.mflops_at(drop) / self.baseline_mflops


TABLE_1 = {
    "ic": BesideBaseline(0.872, 25.28, 78.7, (20.04, 18.43, 17.59), 0.089, 89.7, (0.733, 0.874)),
    "kws": BesideBaseline(0.922, 5.54, 24.9, (3.45, 3.31, 3.18), 0.304, 28.2, (0.885, 0.9237)),
    "vww": BesideBaseline(0.8581, 15.69, 221.7, (9.99, 8.97, 8.36), 0.292, 226.2, (0.8046, 0.8644)),
}

# Table 2: thousands of weights, accuracy of each exit alone
TABLE_2: dict[tuple[str, str], tuple[float, tuple[float, ...]]] = {
    ("ic", "trecx"): (89.7, (0.734, 0.874)),
    ("ic", "branchynet"): (98.4, (0.724, 0.797, 0.857)),
    ("ic", "sdn"): (94.0, (0.633, 0.75, 0.863)),
    ("kws", "trecx"): (28.2, (0.888, 0.923)),
    ("kws", "branchynet"): (62.6, (0.85, 0.876, 0.909)),
    ("kws", "sdn"): (38.7, (0.637, 0.817, 0.89, 0.918)),
}

# Section 6.3: accuracy that early view adds to the final exit alone
EARLY_VIEW_GAIN = {"ic": 0.006, "kws": 0.009, "vww": 0.029}

# Section 6.3, Figure 6: average accuracy that the transfer of weights adds
TRANSFER_GAIN = {"kws": 0.0198}

# Section 6.1, ic: accuracy that an extra class costs the early and the final exit alone
EXTRA_CLASS_LOSS = (0.0054, 0.0075)

# Section 6, vww: share of the model's size that int8 saves
INT8_SIZE_SAVING = {"vww": 0.704}

# Section 3, ic: share of the baseline's parameters that two early exits add
TWO_EXITS_PARAMETERS = 0.172
