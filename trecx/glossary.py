"""The terms of this project, each defined once: the pages, the command line and the docs use these."""

TERMS: dict[str, str] = {
    "task": "A dataset with its classes and its reference network: keyword spotting (kws), image "
    "classification (ic), visual wake words (vww), digits, or one of your own.",
    "task file": "A TOML file that defines a task of your own: its classes and how samples are prepared.",
    "early-exit network": "A network with one or more classifiers attached before its last layer, so that "
    "inference can stop early.",
    "exit": "A classifier at which inference may stop: an early exit (numbered 1, 2, … if there are several) "
    "or the final exit.",
    "exit head": "The layers that turn a network's features into an exit's prediction.",
    "early view": "T-RECX: features of the early exit that are also fed to the final exit's classifier.",
    "weight transfer": "T-RECX: in the first epochs of training, depthwise weights of the early exit are "
    "copied to the final exit.",
    "baseline": "The same network without early exits, evaluated on the same samples.",
    "design": "A way of adding exits to a baseline network, such as T-RECX, SDN or BranchyNet. The command "
    "line and files call it the system.",
    "run": "The stored scores of one design, with fixed weights, on one dataset split; it never changes.",
    "source": "Where a run's scores come from: the paper's published model, a model trained here, or a file "
    "that was imported.",
    "recipe": "How a network is trained: epochs, learning rate, augmentation. The paper's recipe is called "
    "paper; short takes fewer epochs.",
    "seed": "The number from which all randomness of a training follows; runs that differ only in their seed "
    "are averaged.",
    "score": "One softmax probability; an exit gives one score per class.",
    "confidence": "The value that an exit compares with ρ, 0 to 1; by default its maximum softmax "
    "probability.",
    "exit criterion": "How confidence is computed: maximum softmax probability (T-RECX), entropy "
    "(BranchyNet) or margin.",
    "confidence gap": "The confidence of the final exit minus that of exit 1, for one sample.",
    "threshold ρ": "Inference stops at the first exit whose confidence is ≥ ρ; the final exit takes all "
    "remaining samples.",
    "plateau": "The interval of ρ that yields exactly the same result.",
    "one threshold per exit": "Each early exit has its own threshold, a multiple of 1/256, or never stops; "
    "one ρ is the same threshold for all.",
    "Pareto front": "Of all thresholds per exit, those than which no others are at least as accurate at a "
    "lower cost.",
    "exit rate": "The share of samples that stop before the final exit.",
    "exit FLOPs": "Floating-point operations from the input to an exit's prediction, earlier exit heads "
    "included; 1 MAC = 2 FLOPs.",
    "expected FLOPs": "Exit FLOPs averaged over all samples at a given ρ.",
    "operating point": "One ρ and everything that follows from it: accuracy, exit rate, FLOPs, energy.",
    "saved point": "An operating point stored under a name with its device, battery and class mix.",
    "collection": "A named set of samples, to return to.",
    "limit": "A bound that an operating point must keep: at most this cost, or at least this accuracy.",
    "limiting constraint": "The limit that would have to be loosened to get a better operating point.",
    "margin to a limit": "How far a value is from its limit, in the unit of the limit.",
    "benefit curve": "Accuracy against expected FLOPs over all ρ: the accuracy–cost trade-off curve "
    "(T-RECX).",
    "trade-off point": "The point on the benefit curve whose accuracy is closest to the baseline's minus 0, "
    "1, 2 or 3 pt (T-RECX, Table 1).",
    "saving": "The share of the baseline's FLOPs that is not spent; negative if early exits cost more.",
    "mean saving": "The saving averaged over 0 to 3 pt below the baseline's accuracy; Compare ranks designs "
    "by it.",
    "break-even exit rate": "The exit rate above which the early-exit network costs less than the baseline.",
    "oracle": "An upper bound: each sample stops at the first exit that is correct.",
    "outcome": "What stopping at its exit means for a sample: exactly one of the six that follow, so they "
    "add up to all samples.",
    "early, correct": "The sample exited early, its prediction is correct, and no earlier exit was correct.",
    "wasteful overthinking": "The prediction is correct, but an earlier exit was already correct "
    "(Kaya et al., ICML 2019).",
    "destructive overthinking": "The prediction is wrong, but an earlier exit was correct "
    "(Kaya et al., ICML 2019).",
    "premature exit": "The sample stopped too early: the prediction is wrong, a later exit would have been "
    "correct.",
    "never correct": "The prediction is wrong, and no exit is correct.",
    "needs final exit": "Only the final exit is correct, and the sample reached it.",
    "overthinking": "Computation after an exit was already correct: wasteful or destructive "
    "(Kaya et al., ICML 2019).",
    "confusion matrix": "Samples by true class (rows) and predicted class (columns).",
    "class mix": "How often each class occurs in the field; it reweights the test set.",
    "effective sample size": "The number of equally weighted samples that would give the same precision as "
    "the reweighted test set: (Σw)² / Σw².",
    "optimism": "How much better a ρ looks on the samples it was chosen on than on new samples.",
    "precision": "What computed the scores: float32, or int8, the quantized network of the device, with a "
    "softmax of 256 levels.",
    "deployment": "The staged int8 network of a run, with its threshold and the files that a device needs.",
    "stage": "The part of a deployment that one exit needs and no earlier exit has; it runs only if no exit "
    "before it stopped the inference.",
    "calibration samples": "The samples that set the scales of an int8 network when it is converted.",
    "golden samples": "Inputs with the bytes that every exit must give for them, to check an implementation.",
    "device": "The board, clock, runtime and supply on which energy and latency were measured, or your own "
    "measurements.",
    "energy estimate": "Measured energy of the task's reference network, scaled by instructions or by FLOPs, "
    "with a band; it is not a measurement.",
    "instructions": "Cortex-M4 instructions from the input to an exit's prediction, counted for the int8 "
    "network in plain C, earlier stages included.",
    "band": "The range in which an energy estimate's true value is expected: by each estimate that is known, "
    "divided and multiplied by one factor; it is not a confidence interval.",
    "flash": "Read-only memory of the device: here the bytes of all stages of the int8 network.",
    "arena": "The RAM in which TensorFlow Lite Micro keeps the tensors of a network; all stages share one.",
    "duty cycle": "The share of time that the device spends on inference.",
    "pt": "Percentage point: a difference between two shares. Relative changes are given in %.",
    "95 % CI": "The 95 % confidence interval; for shares, Wilson's.",
    "bootstrap": "A 95 % CI from repeating a comparison on samples drawn anew, with replacement.",
    "ECE": "Expected calibration error: mean gap between confidence and accuracy over 15 bins "
    "(Guo et al., ICML 2017).",
    "reliability diagram": "Accuracy against mean confidence in each of 15 bins; on the diagonal an exit is "
    "perfectly calibrated.",
    "AUROC": "The probability that a correct prediction has a higher confidence than a wrong one; 0.5 is "
    "chance.",
    "temperature scaling": "Dividing an exit's logits by one number, fitted so that its confidence matches "
    "its accuracy; predictions do not change (Guo et al., ICML 2017).",
}


def definition(term: str) -> str:
    """Return the definition of a term, as docs/glossary.md has it.

    Raises:
        KeyError: the glossary has no such term.

    >>> definition("plateau")
    'The interval of ρ that yields exactly the same result.'
    """
    return TERMS[term]


def glossary_table() -> str:
    """Return the terms and their definitions as a Markdown table."""
    rows = (f"| {term} | {text} |" for term, text in TERMS.items())
    return "\n".join(["| term | definition |", "| --- | --- |", *rows])
