// The control of ρ: its value, the handle on the distribution, the handles of all exits, the precision, and the five
// numbers. It counts, and tells all other parts of the page with the event "trecx-threshold", whose detail it is itself;
// a part that comes later asks for it with "trecx-threshold-wanted" (app/live/follow.js).
// Requires parts.js, hints.js, dialog.js, plot.js, counts.js, slider.js, tiles.js and per_exit.js.

class ThresholdControl {
  constructor(root, data, send) {
    Object.assign(this, { root, data, send });
    this.precision = data.fixed_precision ?? (data.precisions.includes(data.precision) ? data.precision : "float32");
    delete root.dataset.drawn;
    this.single = this.point = new Point(data.table, data.weights);
    this.weights = data.weights;
    this.slider = new Slider(data.text, (rho) => this.set(rho), (rho) => this.release(rho));
    this.tiles = new Tiles(data.text, this.point.n);
    this.terms = termsDialog(data.text.terms);
    this.perExit = data.text.several ? new PerExit(this) : null;
  }

  /** The nodes of the control; a subclass adds its own. */
  get nodes() {
    return [this.head(), this.slider.node, ...(this.perExit ? [this.perExit.handles.node] : []), this.tiles.node];
  }

  /** Show everything for the first time. */
  begin() {
    this.root.replaceChildren(...this.nodes, this.terms.node);
    this.bubble = new Bubble(this.root);
    this.showSetting();
    this.set(this.data.threshold ?? Infinity);
    this.perExit?.begin();
    this.draw();
    this.followMix = ({ detail }) => this.reweigh(detail);
    this.answer = () => this.tell();
    document.addEventListener("trecx-class-mix", this.followMix);
    document.addEventListener("trecx-threshold-wanted", this.answer);
    this.askMix();
  }

  head() {
    const { slider, data: { text } } = this;
    this.plateau = term("", text.hints.plateau);
    this.plateau.classList.add("plateau");
    this.difference = term("", text.hints.difference);
    this.difference.classList.add("difference");
    this.root.classList.toggle("paired", Boolean(this.data.counterpart));
    this.rule = element("span", "rule", text.meaning);
    const meaning = element("p", "meaning", "", this.rule, this.plateau, slider.problem,
      this.difference, this.perExit?.note ?? "");
    slider.onrefuse = (refused) => this.root.classList.toggle("held", refused);
    const rho = element("div", "threshold", "", term("ρ", text.hints.rho), element("span", "equals", "="), slider.input);
    this.ofSingle = [rho, slider.off, slider.node];
    const terms = this.terms.opener("about", "?");
    terms.setAttribute("aria-label", "Terms on this page");
    terms.title = "Terms on this page";
    return element("div", "head", "", rho, slider.off, meaning, this.perExit?.switch ?? "", this.precisions(),
      terms);
  }

  /** The choice of precision: another run of the same network, or, without one, ρ in steps of 1/256. */
  precisions() {
    if (this.data.precisions.length < 2) return "";
    const buttons = this.data.precisions.map((name) => {
      const button = explain(element("button", "", name), this.data.text.hints[name]);
      button.onclick = () => {
        if (this.data.fixed_precision) return void this.send("precision", name); // Python shows that run
        this.precision = name;
        buttons.forEach((other) => other.setAttribute("aria-pressed", other === button));
        if (this.perExit?.on) this.send("precision", name); // its steps are 1/256 in both
        else this.release(name === "int8" ? this.slider.threshold : Math.min(this.slider.threshold, 1));
      };
      button.setAttribute("aria-pressed", name === this.precision);
      return button;
    });
    return group("precision", "Precision of the softmax", ...buttons);
  }

  snapped(threshold) {
    if (this.precision === "float32") return threshold;
    return threshold > INT8_HIGHEST ? Infinity : Math.ceil(threshold * 256) / 256;
  }

  /** Show marks, which do not depend on ρ. */
  showSetting() {
    this.slider.setMarks(this.data.marks);
  }

  /** Show one ρ, or one threshold per exit. */
  showMode() {
    const several = Boolean(this.perExit?.on);
    this.point = several ? this.perExit.point : this.single;
    this.root.classList.toggle("per-exit", several);
    for (const node of this.ofSingle) node.hidden = several;
    setText(this.rule, several ? this.data.text.per_exit.meaning : this.data.text.meaning);
  }

  set(threshold) {
    this.threshold = this.single.moveTo(this.snapped(threshold));
    this.show();
  }

  release(threshold) {
    this.perExit?.turnOff();
    this.set(threshold);
    this.describe();
    this.send("threshold", this.threshold);
    this.send("precision", this.precision);
  }

  /** Apply a class mix while it is dragged. */
  reweigh({ names, weights }) {
    if (names.join() !== this.data.table.class_names.join()) return false;
    this.weigh(weights);
    this.show();
    return true;
  }

  weigh(weights) {
    this.weights = weights;
    this.single.reweigh(weights);
    this.perExit?.point?.reweigh(weights);
  }

  show() {
    const { point, data } = this;
    const [low, high] = this.precision === "int8" ? int8Plateau(this.single.plateau) : this.single.plateau;
    this.slider.precision = this.precision;
    this.slider.show(this.threshold, [low, high], this.spoken());
    setText(this.plateau, this.spokenPlateau(low, high));
    this.plateau.classList.toggle("warning", this.precision === "int8" && this.threshold > 1);
    setText(this.difference, this.perExit?.on ? "" : this.spokenDifference());
    this.perExit?.show(this.spoken());
    const known = this.tiles.show(point, data);
    this.record({ threshold: this.threshold, correct: point.correct, flops: point.flops, exits: point.exits.join(),
      outcomes: point.outcomes.join(), plateau: [low, high].join(), effective: point.effective,
      energy: known.energy, days: known.days, levels: this.perExit?.on ? this.perExit.levels.join() : undefined });
    this.tell();
  }

  /** Everything shown, as exact values, for tests; undefined: not known. */
  record(values) {
    for (const [name, value] of Object.entries(values)) {
      if (value === undefined) delete this.root.dataset[name];
      else this.root.dataset[name] = value;
    }
  }

  /** The levels of all early exits if each has its own threshold; else null. */
  get levels() { return this.perExit?.on ? this.perExit.levels : null; }

  tell() {
    document.dispatchEvent(new CustomEvent("trecx-threshold", { detail: this }));
  }

  spokenPlateau(low, high) {
    if (this.perExit?.on) return "each in steps of 1/256";
    if (this.precision === "int8") {
      if (this.threshold > 1) return "int8 confidence never exceeds 0.9961: no early exits";
      const [first, last] = [Math.round(low * 256) + (this.threshold > low ? 1 : 0), Math.min(high * 256, 255)];
      const alike = first < last ? `, same result for ${first}–${last}` : "";
      return `int8: ${Math.round(this.threshold * 256)}/256${alike}`;
    }
    if (this.threshold > 1) return `no early exits${low < 1 ? `; the same for every ρ above ${notBelow(low)}` : ""}`;
    return (this.data.table.exact ? "same result for ρ = " : "counted in steps of ρ, here ") + within(low, Math.min(high, 1));
  }

  /** How often the run of the other precision decides differently; without one, that int8 is an approximation. */
  spokenDifference() {
    const { counterpart: other, fixed_precision: fixed, text } = this.data;
    if (!other) return this.precision === "int8" && !fixed ? "approximation: float32 scores, only ρ is rounded" : "";
    const step = this.threshold > INT8_HIGHEST ? 256 : Math.ceil(this.threshold * 256);
    const count = `${thousands(other.differences[step])} of ${thousands(sum(this.point.counts))} ${text.samples}`;
    if (other.precision === "float32") return `${count} exit elsewhere than in float32`;
    return `${count} exit elsewhere in int8 (ρ = ${step > 255 ? "∞" : (step / 256).toFixed(4)})`;
  }

  get exitRate() {
    return `exit rate ${((100 * this.point.early) / this.point.n).toFixed(1)} %`;
  }

  spoken() {
    const { point } = this;
    return `accuracy ${(100 * point.accuracy).toFixed(1)} %, ${this.exitRate}, ${flopsText(point.flops)} FLOPs`;
  }

  /** Update the text alternatives of the figures for this ρ. */
  describe() {
    const { text } = this.data;
    this.slider.histogram.setAttribute("aria-label", `${text.histogram} over ${text.counted}; at this ρ ${this.exitRate}`);
  }

  draw() {
    this.histogram = new Plot(this.slider.histogram, this.data.figures.confidence, { staticPlot: true },
      () => this.distributionDrawn());
    this.describe();
  }

  distributionDrawn() {
    this.slider.spaceMarks();
    this.root.dataset.distribution = "drawn";
  }

  /** Show other settings of the same run; a drag of ρ or of the mix is not interrupted. */
  update(data) {
    this.data = { ...data, table: this.data.table };
    this.weigh(data.weights);
    this.perExit?.take(this.data);
    this.showSetting();
    this.set(this.threshold);
    this.perExit?.begin();
    this.histogram.redraw(data.figures.confidence);
    this.describe();
    this.askMix();
  }

  /** What is set here and is kept if the run is counted anew. */
  get kept() {
    return { threshold: this.threshold, precision: this.precision, per_exit: this.perExit?.thresholds };
  }

  showAnswers(data) {
    this.perExit?.showAnswer(data.vectors_answer);
  }

  /** A custom mix may have changed since Python received it; app/live/mix.js has the current one. */
  askMix() {
    if (this.data.own_mix) document.dispatchEvent(new CustomEvent("trecx-class-mix-wanted"));
  }

  end() {
    document.removeEventListener("trecx-class-mix", this.followMix);
    document.removeEventListener("trecx-threshold-wanted", this.answer);
    this.bubble.end();
    this.histogram.end();
  }
}

/** Both ends of a plateau (low, high], with enough digits to stay within it. */
function within(low, high) {
  for (let digits = 4; digits < 9; digits += 1) {
    const [first, last] = [Math.floor(low * 10 ** digits) + (low > 0 ? 1 : 0), Math.floor(high * 10 ** digits + 1e-9)];
    const said = (value) => (value / 10 ** digits).toFixed(digits);
    if (first < last) return `${said(first)}–${said(last)}`;
  }
  return `${high} alone`; // two neighbouring float32 values
}

/** A number below 1, rounded up with enough digits to stay below 1. */
function notBelow(low) {
  for (let digits = 4; digits < 9; digits += 1) {
    const up = Math.ceil(low * 10 ** digits - 1e-9) / 10 ** digits;
    if (up < 1) return up.toFixed(digits);
  }
  return String(low);
}

const controls = new WeakMap();

/** Mount a control into its place, or tell the one that is there what has changed. */
function mountControl(Control, { parentElement, data, setStateValue }) {
  let root = parentElement.querySelector(".trecx-console");
  if (!root) parentElement.append((root = element("section", "trecx-console")));
  const known = controls.get(root);
  if (known?.live.data.counted === data.counted) {
    const { version, own_mix: own } = known.live.data;
    if (version !== data.version || own !== data.own_mix) known.live.update(data);
    known.live.showAnswers(data);
    return known.end;
  }
  const kept = known?.live.kept;
  known?.end();
  const live = new Control(root, { ...data, ...kept, table: readTable(data.table) }, setStateValue);
  live.begin();
  const end = () => {
    live.end();
    controls.delete(root);
  };
  controls.set(root, { live, end });
  return end;
}
