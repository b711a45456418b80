// What a design does at one ρ: one run, or the mean over its seeds. The Python equivalent is Design.at
// (trecx/comparison/design.py). Requires parts.js, counts.js and steps.js.

const NUMBERS = ["accuracy", "rate", "flops", "accuracyChange", "flopsChange"];

/** The mean of one value per seed with its standard deviation (ddof 1); null if one is unknown. */
function meanOf(values) {
  if (values.some((value) => value === null)) return null;
  const n = values.length;
  const mean = sum(values) / n;
  return { value: mean, spread: n > 1 ? Math.sqrt(sum(values.map((value) => (value - mean) ** 2)) / (n - 1)) : null };
}

class DesignAt {
  /** @param data `runs`: the packed steps of each run; `references`: accuracy and FLOPs of each run's baseline, or null. */
  constructor({ runs, references }) {
    this.runs = runs.map((run) => new Steps(run));
    this.references = references;
  }

  at(threshold) {
    return this.averaged(this.runs.map((run) => run.at(threshold)));
  }

  /** The same of counts that one run has at thresholds of its own (Counts), under these weights of its classes. */
  ofCounts({ classConfusion, classExits, exitFlops, n }, weights) {
    const weight = (k) => weights?.[k] ?? 1;
    const stopped = exitFlops.map((_, exit) => sum(classExits.map((row, k) => weight(k) * row[exit])));
    return this.averaged([{
      accuracy: sum(classConfusion.map((row, k) => weight(k) * row[k])) / n,
      rate: sum(stopped.slice(0, -1)) / n,
      flops: sum(stopped.map((count, exit) => count * exitFlops[exit])) / n,
    }]);
  }

  averaged(results) {
    const held = results.map((result, run) => {
      const before = this.references[run];
      return { ...result, accuracyChange: before && result.accuracy - before.accuracy,
        flopsChange: before && result.flops / before.flops - 1 };
    });
    return Object.fromEntries(NUMBERS.map((name) => [name, meanOf(held.map((result) => result[name]))]));
  }
}
