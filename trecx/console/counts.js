// Counts at any ρ from an ExitTable. The Python equivalent is ExitTable.operating_point (trecx/threshold/exit_table.py);
// a browser test checks that both give identical counts.

const Z95 = 1.959963984540054;
const INT8_HIGHEST = 255 / 256;
const sum = (values) => values.reduce((total, value) => total + value, 0);
const grid = (rows, columns) => Array.from({ length: rows }, () => new Float64Array(columns));

const ARRAYS = { uint8: Uint8Array, uint16: Uint16Array, uint32: Uint32Array, float32: Float32Array,
  float64: Float64Array };

/** An ExitTable from JSON; its moves may be packed (packed_moves in trecx/console/data.py). */
function readTable(text) {
  const table = JSON.parse(text);
  for (const [name, column] of Object.entries(table.moves)) {
    if (column.kind) table.moves[name] = numbersOf(column);
  }
  return table;
}

function numbersOf({ kind, numbers }) {
  const text = atob(numbers);
  const bytes = new Uint8Array(text.length);
  for (let k = 0; k < text.length; k += 1) bytes[k] = text.charCodeAt(k);
  return new ARRAYS[kind](bytes.buffer);
}

/** Counts of samples by class, as integers, and everything that follows from them under a class mix. */
class Counts {
  constructor({ class_names: names, exit_flops: flops }) {
    this.exitFlops = flops;
    const widths = [names.length, 6, flops.length];
    this.all = new Float64Array(names.length * sum(widths)); // in one piece, for checkpoints
    [this.classConfusion, this.classOutcomes, this.classExits] = widths.map((width, k) => {
      const first = names.length * sum(widths.slice(0, k));
      return names.map((_, row) => this.all.subarray(first + row * width, first + (row + 1) * width));
    });
  }

  /** @param counts samples of each class. */
  begin(counts, weights) {
    this.counts = counts;
    this.n = sum(counts);
    this.reweigh(weights);
  }

  /** Apply a class mix (trecx/threshold/class_mix.py): the weight of one sample of each class; null: 1. */
  reweigh(weights) {
    this.isWeighted = weights !== null;
    this.weights = weights ?? this.counts.map(() => 1);
    const squares = sum(this.counts.map((count, k) => count * this.weights[k] ** 2));
    this.effective = sum(this.counts.map((count, k) => count * this.weights[k])) ** 2 / squares;
    this.recount();
  }

  recount() {
    this.exits = this.weighted(this.classExits);
    this.outcomes = this.weighted(this.classOutcomes);
    this.correct = this.total(this.classConfusion.map((row, k) => row[k]));
  }

  weighted(byClass) {
    return Array.from(byClass[0], (_, column) => this.total(byClass.map((row) => row[column])));
  }

  /** The sum of counts by class under the class mix. */
  total(byClass) { return sum(byClass.map((count, k) => this.weights[k] * count)); }

  /** Samples of one class by prediction. */
  confusionOf(truth) {
    const row = this.classConfusion[truth];
    return this.isWeighted ? row.map((count) => this.weights[truth] * count) : row;
  }

  get accuracy() { return this.correct / this.n; }
  get early() { return this.n - this.exits.at(-1); }
  expected(costs) { return sum(this.exits.map((count, k) => count * costs[k])) / this.n; }
  get flops() { return this.expected(this.exitFlops); }
}

const ROWS_APART = 4096;
const MOST_NUMBERS = 1 << 22; // in all checkpoints; the distance between them grows to stay below

/**
 * Counts at one ρ; a change of ρ applies or reverts only the moves in between, or those since the nearest checkpoint:
 * of 10⁷ samples, half of 500,000 moves are within 0.01 of ρ = 1.
 */
class Point extends Counts {
  constructor(table, weights) {
    super(table);
    this.table = table;
    table.start.count.forEach((count, row) => {
      const truth = table.start.class[row];
      this.classConfusion[truth][table.start.prediction[row]] += count;
      this.classOutcomes[truth][table.start.outcome[row]] += count;
      this.classExits[truth][0] += count;
    });
    this.row = this.bin = 0;
    this.checkpoints = this.allCheckpoints();
    this.begin(this.classExits.map((row) => row[0]), weights);
  }

  /** The counts after every so many moves, from the first to the last; the counts are those of the start again. */
  allCheckpoints() {
    const { length } = this.table.moves.bin;
    this.apart = Math.max(ROWS_APART, Math.ceil((length * this.all.length) / MOST_NUMBERS));
    const found = [this.all.slice()];
    for (let row = 0; row + this.apart <= length; row += this.apart) {
      for (let k = row; k < row + this.apart; k += 1) this.apply(k, 1);
      found.push(this.all.slice());
    }
    this.all.set(found[0]);
    return found;
  }

  goTo(row) {
    if (Math.abs(row - this.row) > this.apart) {
      const nearest = Math.min(Math.round(row / this.apart), this.checkpoints.length - 1);
      this.all.set(this.checkpoints[nearest]);
      this.row = nearest * this.apart;
    }
    while (this.row < row) this.apply(this.row++, 1);
    while (this.row > row) this.apply(--this.row, -1);
  }

  /** Move to ρ, or, if the table has bins, to the next edge; return the ρ that applies. */
  moveTo(threshold) {
    const { edges, moves, exact } = this.table;
    this.bin = lowerBound(edges, threshold);
    this.goTo(lowerBound(moves.bin, this.bin));
    this.recount();
    return exact || threshold === Infinity ? threshold : edges[this.bin];
  }

  apply(row, direction) {
    const { moves } = this.table;
    const count = direction * moves.count[row];
    const truth = moves.class[row];
    this.classExits[truth][moves.exit[row]] -= count;
    this.classExits[truth][moves.exit[row] + 1] += count;
    this.classConfusion[truth][moves.prediction[row]] -= count;
    this.classConfusion[truth][moves.next[row]] += count;
    this.classOutcomes[truth][moves.outcome[row]] -= count;
    this.classOutcomes[truth][moves.next_outcome[row]] += count;
  }

  /** [low, high]: every ρ in (low, high] has the same result; classes with weight 0 are ignored (BenefitCurve.plateau). */
  get plateau() {
    const { edges, moves } = this.table;
    const counts = (row) => this.weights[moves.class[row]] > 0;
    let below = this.row - 1;
    while (below >= 0 && !counts(below)) below -= 1;
    let above = this.row;
    while (above < moves.bin.length && !counts(above)) above += 1;
    return [below < 0 ? 0 : edges[moves.bin[below]], above < moves.bin.length ? edges[moves.bin[above]] : Infinity];
  }
}

/** The plateau in int8 steps: every k/256 in (low, high]; Infinity: no early exits (trecx/threshold/int8_steps.py). */
function int8Plateau([low, high]) {
  const step = (threshold) => Math.min(Math.floor(threshold * 256) / 256, INT8_HIGHEST);
  return [step(low), high === Infinity ? Infinity : step(high)];
}

/** Weight of one sample of each class under a mix (trecx/threshold/class_mix.py); null: all shares are 0. */
function classWeights(mix, counts) {
  const total = sum(mix);
  const n = sum(counts);
  return total > 0 ? mix.map((share, k) => (counts[k] ? ((share / total) * n) / counts[k] : 0)) : null;
}

/** Whether two class mixes are equal up to rounding; null: as tested. */
function alike(one, other) {
  return one === other || Boolean(one && other?.every((weight, k) => Math.abs(weight - one[k]) <= 1e-9 * weight));
}

/** Index of the first of the increasing `values` that is not below `value`. */
function lowerBound(values, value) {
  let low = 0;
  let high = values.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (values[middle] < value) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** The 95 % Wilson score interval of a proportion (trecx/threshold/intervals.py). */
function wilson(proportion, n) {
  const share = Math.min(Math.max(proportion, 0), 1); // sums of weights can exceed the range by a rounding error
  const centre = share + (Z95 * Z95) / (2 * n);
  const reach = Z95 * Math.sqrt((share * (1 - share)) / n + (Z95 * Z95) / (4 * n * n));
  const scale = 1 + (Z95 * Z95) / n;
  return [Math.max((centre - reach) / scale, 0), Math.min((centre + reach) / scale, 1)];
}

/** Battery life in days (trecx/device/battery.py). */
function batteryDays({ usable_joule, sleep_joule_per_day }, energyUj, perHour) {
  return usable_joule / (energyUj * 1e-6 * perHour * 24 + sleep_joule_per_day);
}
