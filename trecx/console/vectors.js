// Counts with one threshold per early exit, from the rows of trecx/console/vectors.py. The Python equivalent is
// by_thresholds (trecx/threshold/per_exit/decision.py); a browser test checks that both give identical counts.
// A threshold is a level: k of 0..255 for k/256, or NO_STOP. Requires counts.js.

const NO_STOP = 256; // the level of an exit at which no sample stops
const toLevel = (threshold) => (threshold > INT8_HIGHEST ? NO_STOP : Math.ceil(threshold * 256));
const toThreshold = (level) => (level === NO_STOP ? null : level / 256); // null: Infinity, which JSON lacks

class VectorPoint extends Counts {
  /** @param rows packed; see SampleLevels.data. */
  constructor(rows, table, weights) {
    super(table);
    this.levels = rows.levels.map(numbersOf);
    this.predictions = rows.predictions.map(numbersOf);
    [this.classes, this.rowCounts, this.pattern] = [rows.classes, rows.counts, rows.pattern].map(numbersOf);
    this.patternOutcomes = rows.outcomes;
    const counts = table.class_names.map(() => 0);
    this.rowCounts.forEach((count, row) => { counts[this.classes[row]] += count; });
    this.begin(counts, weights);
  }

  /** Stop each sample at the first exit whose level its own reaches. */
  moveTo(levels) {
    for (const counted of [this.classConfusion, this.classOutcomes, this.classExits]) counted.forEach((row) => row.fill(0));
    const final = levels.length;
    for (let row = 0; row < this.rowCounts.length; row += 1) {
      let exit = 0;
      while (exit < final && this.levels[exit][row] < levels[exit]) exit += 1;
      const truth = this.classes[row];
      const count = this.rowCounts[row];
      this.classExits[truth][exit] += count;
      this.classConfusion[truth][this.predictions[exit][row]] += count;
      this.classOutcomes[truth][this.patternOutcomes[this.pattern[row]][exit]] += count;
    }
    this.recount();
  }

  /** Samples by confidence at an exit, in bars of equal width: [wrong, right]. */
  histogram(exit, bars) {
    const counted = grid(2, bars);
    for (let row = 0; row < this.rowCounts.length; row += 1) {
      const right = this.predictions[exit][row] === this.classes[row] ? 1 : 0;
      counted[right][Math.floor((this.levels[exit][row] * bars) / NO_STOP)] += this.rowCounts[row];
    }
    return counted;
  }
}
