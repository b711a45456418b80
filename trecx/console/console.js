// The console of the page Tune: the control of ρ with limits, benefit curve, outcomes and confusion matrix.
// Requires control.js and outcomes.js; if the data has a `wish` (limits), budget.js (app/live), too.

class Console extends ThresholdControl {
  constructor(root, data, send) {
    super(root, data, send);
    this.budget = data.wish && new Budget(data.wish, data.answer, (wish) => send("wish", wish),
      (rho) => this.release(rho ?? Infinity));
    this.outcomes = new Outcomes(this.point, data.text);
    this.budget?.node.append(this.perExit?.answer ?? "");
  }

  get nodes() {
    return [...super.nodes, this.caveat(), this.budget?.node ?? "", this.panels()];
  }

  /** The note that ρ is chosen on the same samples that its accuracy is measured on. */
  caveat() {
    const { sentence, question, answer } = this.data.text.same_samples;
    const dialog = new Dialog(question, ...answer.map((words) => element("p", "", words)));
    return element("p", "caveat", "", `${sentence} `, dialog.opener("why", question), dialog.node);
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
    super.showSetting();
    const { axes, cost_axis: drawn } = this.data;
    this.axes.replaceChildren(...axes.map((name) => {
      const button = element("button", "axis", name);
      button.setAttribute("aria-pressed", name === drawn.name);
      button.onclick = () => this.send("axis", name);
      return button;
    }));
  }

  showMode() {
    super.showMode();
    this.outcomes.point = this.point;
  }

  /** Apply a class mix while it is dragged; the curve is updated on release. */
  reweigh(mix) {
    const stale = !alike(mix.weights, this.data.weights);
    if (super.reweigh(mix)) this.curve.classList.toggle("stale", stale);
  }

  show() {
    super.show();
    this.perExit?.showFront(this.spoken(), this.cost, this.curve.classList.contains("stale"));
    this.outcomes.show();
    this.showDot();
  }

  /** Mean cost per inference, as the curve shows it. */
  get cost() {
    const { exit_costs: costs, scale } = this.data.cost_axis;
    return this.point.expected(costs) / scale;
  }

  describe() {
    super.describe();
    const at = this.perExit?.on ? "at these thresholds" : "at this ρ";
    this.curve.setAttribute("aria-label", `${this.data.text.curve}; ${at} ${this.spoken()}`);
    this.outcomes.describe();
  }

  /** Place the point on the curve with the axes of the plot. */
  showDot() {
    const layout = this.curve._fullLayout;
    if (!layout) return;
    const { xaxis, yaxis } = layout;
    const x = xaxis._offset + xaxis.l2p(this.cost);
    const y = yaxis._offset + yaxis.l2p(100 * this.point.accuracy);
    this.dot.style.transform = `translate(${x}px, ${y}px)`;
    this.dot.hidden = y < 0 || y > this.height; // until the curve is updated for a class mix
  }

  draw() {
    super.draw();
    this.drawing = new Plot(this.curve, this.curveFigure, {}, () => this.curveDrawn());
  }

  curveDrawn() {
    this.height = this.curve.clientHeight; // not read while ρ moves: the browser would lay out the page twice a frame
    if (!this.root.dataset.drawn) this.curve.on("plotly_afterplot", () => {
      this.height = this.curve.clientHeight;
      this.showDot();
      this.slider.spaceMarks();
    });
    this.showDot();
    this.root.dataset.drawn = "yes";
  }

  update(data) {
    this.curve.classList.remove("stale");
    super.update(data);
    explain(this.band, data.text.band);
    this.drawing.redraw(this.curveFigure);
  }

  get kept() {
    return { ...super.kept, wish: this.budget?.wish };
  }

  showAnswers(data) {
    super.showAnswers(data);
    this.budget?.showAnswer(data.answer);
  }

  end() {
    super.end();
    this.drawing.end();
  }
}

export default function mountConsole(component) {
  return mountControl(Console, component);
}
