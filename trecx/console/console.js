// The live console: all results at ρ and the class mix, updated while the pointer moves.
// Requires parts.js, hints.js, dialog.js, plot.js, counts.js, slider.js, tiles.js, outcomes.js and per_exit.js; if the
// data has a `wish` (limits), budget.js (app/live), too.

class Console {
  constructor(root, data, send) {
    Object.assign(this, { root, data, send });
    this.precision = data.fixed_precision ?? (data.precisions.includes(data.precision) ? data.precision : "float32");
    delete root.dataset.drawn;
    this.single = this.point = new Point(data.table, data.weights);
    this.weights = data.weights;
    this.slider = new Slider(data.text, (rho) => this.set(rho), (rho) => this.release(rho));
    this.tiles = new Tiles(data.text, this.point.n);
    this.budget = data.wish && new Budget(data.wish, data.answer, (wish) => send("wish", wish),
      (rho) => this.release(rho ?? Infinity));
    this.outcomes = new Outcomes(this.point, data.text);
    this.terms = termsDialog(data.text.terms);
    this.perExit = data.text.several ? new PerExit(this) : null;
    this.budget?.node.append(this.perExit?.answer ?? "");
    root.replaceChildren(this.head(), this.slider.node, ...(this.perExit ? [this.perExit.handles.node] : []),
      this.tiles.node, this.caveat(), this.budget?.node ?? "", this.panels(), this.terms.node);
    this.bubble = new Bubble(root);
    this.showSetting();
    this.set(data.threshold ?? Infinity);
    this.perExit?.begin();
    this.draw();
    this.followMix = ({ detail }) => this.reweigh(detail);
    document.addEventListener("trecx-class-mix", this.followMix);
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

  /** The note that ρ is chosen on the same samples that its accuracy is measured on. */
  caveat() {
    const { sentence, question, answer } = this.data.text.same_samples;
    const dialog = new Dialog(question, ...answer.map((words) => element("p", "", words)));
    return element("p", "caveat", "", `${sentence} `, dialog.opener("why", question), dialog.node);
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

  panels() {
    this.curve = element("div", "curve");
    this.curve.setAttribute("role", "img");
    this.dot = element("div", "dot");
    this.dot.hidden = true; // until the plot is drawn
    this.axes = group("axes", "Cost axis of the curve");
    const terms = ["baseline", "oracle"].map((name) => term(name, this.data.text.hints[name]));
    const title = element("h2", "", "", term("Benefit curve", this.data.text.hints.curve));
    const heading = element("div", "heading", "", title, this.axes, element("span", "aside", "", ...terms));
    const plot = element("div", "plot", "", this.curve, this.dot, this.bandButton());
    const curve = element("div", "panel", "", heading, plot, this.perExit?.along(plot, this.curve) ?? "");
    return element("div", "panels", "", curve, this.outcomes.outcomes, this.outcomes.confusion);
  }

  /** The button that shows or hides the 95 % band of the curve; the figure has it only if it is shown. */
  bandButton() {
    this.band = explain(element("button", "axis band", "95 % band"), this.data.text.band);
    this.band.setAttribute("aria-pressed", "false");
    this.band.onclick = () => {
      this.band.setAttribute("aria-pressed", this.band.getAttribute("aria-pressed") !== "true");
      this.drawing.redraw(this.curveFigure);
    };
    return this.band;
  }

  get curveFigure() {
    const { curve, band } = this.data.figures;
    if (this.band.getAttribute("aria-pressed") !== "true") return curve;
    const [{ data, layout }, behind] = [JSON.parse(curve), JSON.parse(band)];
    const [low, high] = behind.layout.yaxis.range;
    const [bottom, top] = layout.yaxis.range;
    layout.yaxis.range = [Math.min(low, bottom), Math.max(high, top)];
    return JSON.stringify({ data: [...behind.data, ...data], layout });
  }

  /** Show marks and axes, which do not depend on ρ. */
  showSetting() {
    const { marks, axes, cost_axis: drawn } = this.data;
    this.slider.setMarks(marks);
    this.axes.replaceChildren(...axes.map((name) => {
      const button = element("button", "axis", name);
      button.setAttribute("aria-pressed", name === drawn.name);
      button.onclick = () => this.send("axis", name);
      return button;
    }));
  }

  /** Show one ρ, or one threshold per exit. */
  showMode() {
    const several = Boolean(this.perExit?.on);
    this.point = this.outcomes.point = several ? this.perExit.point : this.single;
    this.root.classList.toggle("per-exit", several);
    for (const node of this.ofSingle) node.hidden = several;
    this.rule.textContent = several ? this.data.text.per_exit.meaning : this.data.text.meaning;
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

  /** Apply a class mix while it is dragged; the curve is updated on release. */
  reweigh({ names, weights }) {
    if (names.join() !== this.data.table.class_names.join()) return;
    this.weigh(weights);
    this.curve.classList.toggle("stale", !alike(weights, this.data.weights));
    this.show();
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
    this.plateau.textContent = this.spokenPlateau(low, high);
    this.plateau.classList.toggle("warning", this.precision === "int8" && this.threshold > 1);
    this.difference.textContent = this.perExit?.on ? "" : this.spokenDifference();
    this.perExit?.show(this.spoken(), point.expected(data.cost_axis.exit_costs) / data.cost_axis.scale,
      this.curve.classList.contains("stale"));
    const known = this.tiles.show(point, data);
    this.outcomes.show();
    this.showDot();
    delete this.root.dataset.energy;
    delete this.root.dataset.days;
    Object.assign(this.root.dataset, { threshold: this.threshold, correct: point.correct, flops: point.flops,
      exits: point.exits.join(), outcomes: point.outcomes.join(), plateau: [low, high].join(),
      effective: point.effective, ...known });
    if (this.perExit?.on) this.root.dataset.levels = this.perExit.levels.join();
    else delete this.root.dataset.levels;
  }

  spokenPlateau(low, high) {
    if (this.perExit?.on) return "each in steps of 1/256";
    if (this.precision === "int8") {
      if (this.threshold > 1) return "int8 confidence never exceeds 0.9961: no early exits";
      const [first, last] = [Math.round(low * 256) + (this.threshold > low ? 1 : 0), Math.min(high * 256, 255)];
      const alike = first < last ? `, same result for ${first}–${last}` : "";
      return `int8: ${Math.round(this.threshold * 256)}/256${alike}`;
    }
    if (this.threshold > 1) return `no early exits${low < 1 ? `; the same for every ρ above ${low.toFixed(4)}` : ""}`;
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
    const at = this.perExit?.on ? "at these thresholds" : "at this ρ";
    this.curve.setAttribute("aria-label", `${text.curve}; ${at} ${this.spoken()}`);
    this.slider.histogram.setAttribute("aria-label", `${text.histogram} over ${text.counted}; at this ρ ${this.exitRate}`);
    this.outcomes.describe();
  }

  /** Place the point on the curve with the axes of the plot. */
  showDot() {
    const layout = this.curve._fullLayout;
    if (!layout) return;
    const { xaxis, yaxis } = layout;
    const { cost_axis: axis } = this.data;
    const x = xaxis._offset + xaxis.l2p(this.point.expected(axis.exit_costs) / axis.scale);
    const y = yaxis._offset + yaxis.l2p(100 * this.point.accuracy);
    this.dot.style.transform = `translate(${x}px, ${y}px)`;
    this.dot.hidden = y < 0 || y > this.curve.clientHeight; // until the curve is updated for a class mix
  }

  draw() {
    const { figures } = this.data;
    this.histogram = new Plot(this.slider.histogram, figures.confidence, { staticPlot: true },
      () => this.slider.spaceMarks());
    this.drawing = new Plot(this.curve, this.curveFigure, {}, () => this.curveDrawn());
    this.describe();
  }

  curveDrawn() {
    if (!this.root.dataset.drawn) this.curve.on("plotly_afterplot", () => {
      this.showDot();
      this.slider.spaceMarks();
    });
    this.showDot();
    this.root.dataset.drawn = "yes";
  }

  /** Update the console for other settings of the same run; a drag of ρ or of the mix is not interrupted. */
  update(data) {
    this.data = { ...data, table: this.data.table };
    this.weigh(data.weights);
    this.curve.classList.remove("stale");
    this.perExit?.take(this.data);
    this.showSetting();
    this.set(this.threshold);
    this.perExit?.begin();
    this.histogram.redraw(data.figures.confidence);
    explain(this.band, data.text.band);
    this.drawing.redraw(this.curveFigure);
    this.describe();
    this.askMix();
  }

  /** A custom mix may have changed since Python received it; app/live/mix.js has the current one. */
  askMix() {
    if (this.data.own_mix) document.dispatchEvent(new CustomEvent("trecx-class-mix-wanted"));
  }

  end() {
    document.removeEventListener("trecx-class-mix", this.followMix);
    this.bubble.end();
    this.histogram.end();
    this.drawing.end();
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

/** Whether two class mixes are equal up to rounding; null: as tested. */
function alike(one, other) {
  return one === other || Boolean(one && other?.every((weight, k) => Math.abs(weight - one[k]) <= 1e-9 * weight));
}

const consoles = new WeakMap();

export default function mountConsole({ parentElement, data, setStateValue }) {
  let root = parentElement.querySelector(".trecx-console");
  if (!root) parentElement.append((root = element("section", "trecx-console")));
  const known = consoles.get(root);
  if (known?.live.data.counted === data.counted) {
    const { version, own_mix: own } = known.live.data;
    if (version !== data.version || own !== data.own_mix) known.live.update(data);
    known.live.budget?.showAnswer(data.answer);
    known.live.perExit?.showAnswer(data.vectors_answer);
    return known.end;
  }
  const kept = known && { threshold: known.live.threshold, precision: known.live.precision,
    wish: known.live.budget?.wish, per_exit: known.live.perExit?.thresholds };
  known?.end();
  const live = new Console(root, { ...data, ...kept, table: readTable(data.table) }, setStateValue);
  const end = () => {
    live.end();
    consoles.delete(root);
  };
  consoles.set(root, { live, end });
  return end;
}
