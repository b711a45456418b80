// The five numbers of an operating point: value, unit, change vs the baseline, and details.
// Requires parts.js, hints.js and counts.js.

const TILES = { accuracy: "Accuracy", early: "Exit rate", flops: "Expected FLOPs", energy: "Energy", battery: "Battery life" };

const MUCH = 0.03; // 3 pt

const energyUnit = (uj) => (uj >= 1000 ? [1000, "mJ"] : [1, "µJ"]);
const flopsUnit = (flops) => (flops >= 1e6 ? [1e6, "M"] : [1e3, "k"]);

/** The band [low, high] in µJ; it covers both estimates (OperatingConditions.bands). */
function energyBand(point, costs) {
  const bands = [costs, costs.other].filter(Boolean)
    .map(({ energy_uj: energy, band }) => band.map((factor) => factor * point.expected(energy)));
  return [Math.min(...bands.map(([low]) => low)), Math.max(...bands.map(([, high]) => high))];
}

const rough = (value) => thousands(Number(value.toPrecision(2)));

function flopsText(flops) {
  const [size, unit] = flopsUnit(flops);
  return `${(flops / size).toFixed(2)} ${unit}`;
}

class Tiles {
  constructor({ hints, break_even, several }, n) {
    this.digits = n >= 2000 ? 2 : 1;
    this.tile = {};
    const tiles = Object.entries(TILES).map(([name, title]) => {
      const parts = { value: element("span", "value"), unit: element("span", "unit"), aside: element("span", "aside"),
        change: element("p", "change"), basis: element("p", "basis") };
      this.tile[name] = parts;
      return element("div", "tile", "", element("p", "title", "", term(title, hints[name]), parts.aside),
        element("p", "number", "", parts.value, parts.unit), parts.change, parts.basis);
    });
    if (break_even) this.tile.early.aside.append(term(break_even, hints.break_even));
    if (several) this.tile.early.aside.textContent = "by exit";
    this.node = element("div", "tiles", "", ...tiles);
  }

  /** Show a point; return its µJ per inference and its battery life in days. */
  show(point, data) {
    this.reference = data.reference;
    const weighted = point.isWeighted ? "weighted" : "";
    setText(this.tile.accuracy.aside, weighted && `${weighted}, n≈${thousands(Math.round(point.effective))}`);
    for (const name of ["flops", "battery"]) setText(this.tile[name].aside, weighted);
    this.showShares(point, data);
    this.showFlops(point, data);
    return this.showEnergy(point, data.device, data.text.remedies);
  }

  showShares(point, { reference, text }) {
    const interval = (share) => `95 % CI ${wilson(share, point.effective).map((end) => (100 * end).toFixed(1)).join("–")}`;
    const gain = point.accuracy - point.total(reference.class_correct) / point.n;
    this.fill("accuracy", 100 * point.accuracy, this.digits, "%", interval(point.accuracy));
    this.change("accuracy", `${signed(100 * gain, 2)} pt vs ${reference.short}`, gain);
    const share = point.early / point.n;
    const counted = point.isWeighted ? "weighted"
      : `${thousands(point.early)} of ${thousands(point.n)} ${text.samples}`;
    this.fill("early", 100 * share, 1, "%", interval(share));
    const byExit = point.exits.map((count) => ((100 * count) / point.n).toFixed(point.exits.length > 3 ? 0 : 1));
    this.change("early", byExit.length > 2 ? `${byExit.join(" · ")} %` : counted);
  }

  showFlops(point, { reference, table }) {
    const [size, unit] = flopsUnit(point.flops);
    const exits = table.exit_flops.map((flops) => (flops / size).toFixed(table.exit_flops.length > 2 ? 1 : 2));
    this.fill("flops", point.flops / size, 2, unit, `exits: ${exits.join(" · ")} ${unit}`);
    this.change("flops", this.relative(point.flops, reference.flops), reference.flops - point.flops);
  }

  showEnergy(point, { costs, battery, per_hour: perHour }, remedies) {
    if (!costs) {
      for (const tile of ["energy", "battery"]) this.unknown(tile, remedies.energy);
      setText(this.tile.energy.aside, point.isWeighted ? "weighted" : "");
      return {};
    }
    const { energy_uj: known, battery_days: before } = this.reference;
    const energy = point.expected(costs.energy_uj);
    const [joule, unit] = energyUnit(energy);
    const [low, high] = energyBand(point, costs).map((end) => end / joule);
    const basis = costs.basis ? `by ${costs.basis}, ${rough(low)}–${rough(high)} ${unit}` : costs.kind;
    this.fill("energy", energy / joule, 2, unit, basis);
    this.change("energy", known ? this.relative(energy, known) : "baseline unknown", known ? known - energy : 0);
    const about = [costs.basis && "estimate", point.isWeighted && "weighted"].filter(Boolean).join(", ");
    setText(this.tile.energy.aside, this.byOther(point, costs, energy / known) || about);
    if (!battery || !perHour) {
      this.unknown("battery", battery ? remedies.rate : remedies.battery);
      return { energy };
    }
    const days = batteryDays(battery, energy, perHour);
    this.fill("battery", days, 1, "days", `${battery.name}, ${Number((perHour / 60).toPrecision(4))} per min`);
    this.change("battery", before ? `${signed(days - before, 1)} days vs ${this.reference.short}` : "",
      before ? days - before : 0);
    return { energy, days };
  }

  /** The change by the other estimate, if the two differ by more than 3 pt (trecx/threshold/energy_saving.py). */
  byOther(point, { other }, share) {
    const before = this.reference.other_energy_uj;
    if (!other || !before) return "";
    const byOther = point.expected(other.energy_uj) / before;
    return Math.abs(byOther - share) > MUCH ? `by ${other.basis} ${signed(100 * (byOther - 1), 1)} %` : "";
  }

  relative(value, before) {
    return `${signed(100 * (value / before - 1), 1)} % vs ${this.reference.short}`;
  }

  unknown(tile, remedy) {
    const { value, unit, basis } = this.tile[tile];
    setText(value, "–");
    setText(unit, "");
    setText(basis, remedy);
    this.change(tile, "");
  }

  fill(tile, value, digits, unit, basis) {
    const parts = this.tile[tile];
    setText(parts.value, value >= 1000 ? thousands(Math.round(value)) : value.toFixed(digits));
    setText(parts.unit, ` ${unit}`);
    setText(parts.basis, basis);
  }

  change(tile, text, gain = 0) {
    const node = this.tile[tile].change;
    setText(node, text);
    const name = `change ${gain > 0 ? "better" : gain < 0 ? "worse" : ""}`;
    if (node.className !== name) node.className = name;
  }
}
