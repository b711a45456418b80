// ρ as a slider on the distribution that it cuts, and as a number to type. parts.js and hints.js come before it.

const FINE = 0.001;
const INT8_STEP = 1 / 256;
const COARSE = 10; // fine steps

const onGrid = (threshold) => Number((Math.round(threshold / FINE) * FINE).toFixed(3));

class Slider {
  /**
   * @param move called with a ρ while the pointer or a key moves it; it answers with show().
   * @param release called when it is let go, or with a ρ that was typed or clicked.
   */
  constructor(text, move, release) {
    Object.assign(this, { move, release, precision: "float32" });
    this.histogram = element("div", "histogram");
    this.histogram.setAttribute("role", "img");
    this.fill = element("div", "fill");
    this.handle = element("div", "handle");
    for (const [name, value] of Object.entries({ role: "slider", tabindex: 0, "aria-label": "threshold ρ",
      "aria-valuemin": 0, "aria-valuemax": 1 })) this.handle.setAttribute(name, value);
    this.marks = element("div", "marks");
    this.rail = element("div", "rail", "", this.histogram, element("div", "track", "", this.fill), this.handle);
    this.listen();
    const ends = element("div", "ends", "", element("span", "", "← leave early more often"),
      element("span", "", text.axis), element("span", "", "run to the end more often →"));
    this.node = element("div", "slider", "", this.rail, this.marks, ends);
    this.input = this.typed();
  }

  typed() {
    const input = element("input", "rho");
    Object.assign(input, { type: "text", inputMode: "decimal", spellcheck: false });
    input.setAttribute("aria-label", "threshold ρ, 0 to 1");
    input.onchange = () => {
      const text = input.value.trim().replace(",", ".");
      const typed = text === "never" ? Infinity : Number(text);
      const valid = text !== "" && (typed === Infinity || (typed >= 0 && typed <= 1));
      input.setCustomValidity(valid ? "" : "ρ lies between 0 and 1; never: nobody leaves early");
      if (valid) this.release(typed);
      else input.reportValidity();
    };
    input.onblur = () => { // what was no ρ does not stay there as if it were
      if (input.validity.valid) return;
      input.setCustomValidity("");
      input.value = this.spoken;
    };
    return input;
  }

  listen() {
    const follow = (event) => {
      const box = this.rail.getBoundingClientRect();
      const share = Math.min(Math.max((event.clientX - box.left) / box.width, 0), 1);
      this.move(onGrid(share));
    };
    this.rail.onpointerdown = (event) => {
      event.preventDefault();
      this.rail.setPointerCapture(event.pointerId);
      this.handle.focus();
      follow(event);
      this.rail.onpointermove = follow;
    };
    this.rail.onpointerup = this.rail.onpointercancel = () => {
      if (!this.rail.onpointermove) return;
      this.rail.onpointermove = null;
      this.release(this.threshold);
    };
    const steps = { ArrowLeft: -1, ArrowDown: -1, ArrowRight: 1, ArrowUp: 1, PageDown: -COARSE, PageUp: COARSE,
      Home: -Infinity, End: Infinity };
    this.handle.onkeydown = (event) => {
      if (!(event.key in steps)) return;
      event.preventDefault();
      this.move(this.stepped(steps[event.key] * (event.shiftKey ? COARSE : 1)));
    };
    this.handle.onkeyup = (event) => event.key in steps && this.release(this.threshold);
  }

  /** ρ some fine steps on; what is finer than them is rounded away. */
  stepped(steps) {
    const int8 = this.precision === "int8";
    const from = Math.min(this.threshold, 1) + steps * (int8 ? INT8_STEP : FINE);
    const within = Math.min(Math.max(from, 0), 1);
    return int8 ? within : onGrid(within);
  }

  setMarks(marks) {
    this.marks.replaceChildren(...marks.map(({ label, threshold }) => {
      const mark = element("button", "mark", label);
      mark.style.left = `${100 * threshold}%`;
      mark.title = `ρ ${threshold.toFixed(4)}`;
      mark.onclick = () => this.release(threshold);
      mark.setAttribute("aria-label", `${label}, ρ ${threshold.toFixed(4)}`);
      return mark;
    }));
  }

  /** Keep the labels that do not run into one named before; the others keep their tick. */
  spaceMarks() {
    const placed = [];
    for (const mark of this.marks.children) {
      mark.classList.remove("silent");
      const box = mark.getBoundingClientRect();
      const collides = placed.some((other) => box.left < other.right + 4 && other.left < box.right + 4);
      if (collides) mark.classList.add("silent");
      else placed.push(box);
    }
  }

  /**
   * @param plateau low and high: every ρ in (low, high] does the same.
   * @param text what follows from this ρ, for a screen reader.
   */
  show(threshold, plateau, text) {
    Object.assign(this, { threshold, plateau });
    const rho = Math.min(threshold, 1);
    if (document.activeElement !== this.input) this.input.value = this.spoken;
    this.input.style.width = `${this.input.value.length + 0.6}ch`;
    this.input.setCustomValidity("");
    this.fill.style.left = this.handle.style.left = `${100 * rho}%`;
    this.handle.setAttribute("aria-valuenow", rho);
    this.handle.setAttribute("aria-valuetext", `${this.spoken}: ${text}`);
  }

  get spoken() {
    if (this.threshold > 1) return "never";
    const decimals = [3, 4, 5, 6, 7, 8].map((digits) => this.threshold.toFixed(digits));
    const [low, high] = this.plateau;
    return decimals.find((text) => Number(text) === this.threshold)
      ?? decimals.find((text) => low < Number(text) && Number(text) <= high) ?? String(this.threshold);
  }
}
