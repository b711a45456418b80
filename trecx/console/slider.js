// ρ as a slider on the confidence distribution, and as a number field. Requires parts.js, hints.js and rail.js.

const FINE = 0.001;
const INT8_STEP = 1 / 256;
const NEVER = ["∞", "inf", "infinity", "never", "off"]; // accepted inputs for no early exits
const LONG = 7; // characters of ρ that fit at full size

let problems = 0; // for ids

const onGrid = (threshold) => Number((Math.round(threshold / FINE) * FINE).toFixed(3));

/** What a distribution is of, with the keys of its colours. */
function axisTitle(title) {
  const key = (name, word) => element("span", `key ${name}`, word);
  return element("span", "axis-title", `${title}: `, key("early_right", "correct"), ", ", key("premature", "incorrect"));
}

class Slider {
  /**
   * @param move called with ρ while the pointer or a key moves it; it calls show().
   * @param release called when the pointer or key is released, or with a ρ that was typed or clicked.
   */
  constructor(text, move, release) {
    Object.assign(this, { move, release, precision: "float32" });
    this.histogram = element("div", "histogram");
    this.histogram.setAttribute("role", "img");
    this.marks = element("div", "marks");
    this.rail = new Rail("threshold ρ", this.histogram, {
      at: (share) => this.move(onGrid(share)),
      step: (steps) => this.move(this.stepped(steps)),
      atEnd: () => this.threshold >= 1,
      release: () => this.release(this.threshold),
    });
    this.node = element("div", "slider", "", this.rail.node, this.marks, element("div", "ends", "",
      element("span", "", "← more early exits"), axisTitle(text.axis), element("span", "", "fewer early exits →")));
    this.input = this.typed();
    this.off = this.never(text.hints.never);
    this.problem = element("span", "problem");
    this.problem.id = `rho-problem-${(problems += 1)}`;
    this.problem.setAttribute("role", "alert");
  }

  typed() {
    const input = element("input", "rho");
    Object.assign(input, { type: "text", inputMode: "decimal", spellcheck: false, autocomplete: "off" });
    input.setAttribute("aria-label", "threshold ρ, 0 to 1");
    input.onchange = () => {
      const text = input.value.trim().replace(",", ".").toLowerCase();
      const typed = NEVER.includes(text) ? Infinity : Number(text);
      const valid = text !== "" && (typed === Infinity || (typed >= 0 && typed <= 1));
      this.refuse("");
      if (valid) this.release(typed);
      else this.refuse(`ρ must be a number from 0 to 1. Showing ρ = ${this.spoken}.`);
    };
    input.onkeydown = ({ key }) => { // no return value: false would cancel Enter
      if (key === "Escape") this.show(this.threshold, this.plateau, this.said, true);
    };
    return input;
  }

  /** Show why the typed text is not valid; the text stays in the field until ρ is set again. */
  refuse(problem) {
    this.problem.textContent = problem;
    this.input.setAttribute("aria-invalid", Boolean(problem));
    if (problem) this.input.setAttribute("aria-describedby", this.problem.id);
    else this.input.removeAttribute("aria-describedby");
    this.onrefuse?.(Boolean(problem));
  }

  get refused() {
    return this.problem.textContent !== "";
  }

  /** The button for ρ = ∞; a second press restores the previous ρ. */
  never(hint) {
    const button = explain(element("button", "off", "No early exit"), hint);
    button.type = "button";
    button.onclick = () => this.release(this.threshold > 1 ? this.before ?? 1 : Infinity);
    return button;
  }

  /** ρ moved by some fine steps and rounded to them; one more step above 1 means no early exits. */
  stepped(steps) {
    const int8 = this.precision === "int8";
    if (this.threshold >= 1 && steps > 0) return Infinity;
    if (this.threshold > 1 && !int8 && steps > -Infinity) return 1;
    const from = Math.min(this.threshold, 1) + steps * (int8 ? INT8_STEP : FINE);
    const within = Math.min(Math.max(from, 0), 1);
    return int8 ? within : onGrid(within);
  }

  /** Marks in Tab order, from left to right; where labels overlap, the mark listed first keeps its label. */
  setMarks(marks) {
    const made = marks.map(({ label, threshold }) => {
      const mark = element("button", "mark", label);
      mark.type = "button";
      mark.style.left = `${100 * threshold}%`;
      mark.title = `ρ ${threshold.toFixed(4)}`;
      mark.onclick = () => this.release(threshold);
      mark.setAttribute("aria-label", `${label}, ρ ${threshold.toFixed(4)}`);
      return mark;
    });
    this.important = made;
    const order = [...marks.keys()].sort((one, other) => marks[one].threshold - marks[other].threshold);
    this.marks.replaceChildren(...order.map((k) => made[k]));
  }

  /** Hide labels that overlap one listed before; their ticks stay. */
  spaceMarks() {
    const placed = [];
    for (const mark of this.important) {
      mark.classList.remove("silent");
      const box = mark.getBoundingClientRect();
      const collides = placed.some((other) => box.left < other.right + 4 && other.left < box.right + 4);
      if (collides) mark.classList.add("silent");
      else placed.push(box);
    }
  }

  /**
   * @param plateau low and high: every ρ in (low, high] has the same result.
   * @param text the results at this ρ, for a screen reader.
   * @param anew whether it replaces a typed text.
   */
  show(threshold, plateau, text, anew = threshold !== this.threshold) {
    if (threshold <= 1) this.before = threshold;
    Object.assign(this, { threshold, plateau, said: text });
    const rho = Math.min(threshold, 1);
    if (anew && this.refused) this.refuse("");
    if (!this.refused && (anew || document.activeElement !== this.input)) this.input.value = this.spoken;
    this.input.classList.toggle("long", this.input.value.length > LONG);
    this.off.setAttribute("aria-pressed", threshold > 1);
    this.rail.show(rho, threshold > 1 ? text : `${this.spoken}: ${text}`);
  }

  get spoken() {
    if (this.threshold > 1) return "∞";
    const decimals = [3, 4, 5, 6, 7, 8].map((digits) => this.threshold.toFixed(digits));
    const [low, high] = this.plateau;
    return decimals.find((text) => Number(text) === this.threshold)
      ?? decimals.find((text) => low < Number(text) && Number(text) <= high) ?? String(this.threshold);
  }
}
