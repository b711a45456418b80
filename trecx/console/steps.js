// The benefit curve of a run: the result at any ρ by bisection. It is packed by trecx/console/steps.py, and the Python
// equivalent is BenefitCurve.at; a browser test checks that both give the same numbers.
// Requires counts.js.

const GAINS = 3;

class Steps {
  constructor({ edges, bins, codes, counts, weights, final_correct: finalCorrect, n, exit_flops: flops }) {
    Object.assign(this, { n, flops, edges: numbersOf(edges) });
    const last = this.edges.length; // the step of no early exits; the others are those of the edges
    this.correct = new Float64Array(last + 1);
    this.stopped = flops.slice(1).map(() => new Float64Array(last + 1)); // samples that stop at each exit or before
    this.addMoves([bins, codes, counts].map(numbersOf), weights);
    this.correct[last] = finalCorrect;
    for (const column of [this.correct, ...this.stopped]) { // as Python adds: from the top
      for (let step = last - 1; step >= 0; step -= 1) column[step] += column[step + 1];
    }
  }

  /** Add the samples that move above each edge: at the edge, they stop before, with the prediction before. */
  addMoves([bins, codes, counts], weights) {
    const nEarly = Math.max(this.stopped.length, 1);
    let bin = 0;
    codes.forEach((code, row) => {
      bin += bins[row];
      const moved = counts[row] * weights[Math.floor(code / GAINS / nEarly)];
      this.stopped[Math.floor(code / GAINS) % nEarly][bin] += moved;
      this.correct[bin] -= ((code % GAINS) - 1) * moved;
    });
  }

  /** Accuracy and exit rate, 0..1, and expected FLOPs at ρ; Infinity: no early exits. */
  at(threshold) {
    const step = lowerBound(this.edges, threshold);
    const { n, flops } = this;
    let spent = flops.at(-1);
    this.stopped.forEach((column, exit) => { spent -= (column[step] / n) * (flops[exit + 1] - flops[exit]); });
    const early = this.stopped.at(-1)?.[step] ?? 0;
    return { accuracy: this.correct[step] / n, rate: early / n, flops: spent };
  }
}
