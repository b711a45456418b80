// One handle per early exit: a slider on the distribution of the exit's own confidence, a number field, and a button
// for an exit at which no sample stops. Requires parts.js, counts.js, rail.js, slider.js and vectors.js.

const BARS = 64;
const HIGHEST_LEVEL = NO_STOP - 1;
const levelText = (level) => (level === NO_STOP ? "never" : (level / 256).toFixed(4));

/** The level of a typed threshold: rounded up, but what the field shows means what it shows. Null: not valid. */
function typedLevel(text) {
  const plain = text.trim().replace(",", ".").toLowerCase();
  if (NEVER.includes(plain)) return NO_STOP;
  const typed = Number(plain);
  if (plain === "" || !(typed >= 0 && typed <= 1)) return null;
  const nearest = Math.round(typed * 256);
  const shown = Number((nearest / 256).toFixed(4)) === typed;
  return Math.min(shown ? nearest : Math.ceil(typed * 256), NO_STOP);
}

class Handle {
  /**
   * @param exit its index.
   * @param move called with a level while the pointer or a key moves it; it calls show().
   * @param release called when the pointer or key is released, or with a level that was typed or clicked.
   * @param refuse called with whether the typed text is not valid.
   */
  constructor(exit, text, move, release, refuse) {
    Object.assign(this, { name: `exit ${exit + 1}`, release, refuse, level: NO_STOP });
    this.bars = svgNode("svg", { viewBox: `0 0 ${BARS} 1`, preserveAspectRatio: "none", class: "histogram",
      role: "img", "aria-label": `${this.name}: ${text.histogram}` });
    this.rail = new Rail(`threshold of ${this.name}`, this.bars, {
      at: (share) => move(Math.round(share * NO_STOP)),
      step: (steps) => move(this.stepped(steps)),
      atEnd: () => this.level >= HIGHEST_LEVEL,
      release: () => release(this.level),
    });
    this.input = this.typed();
    this.never = element("button", "off", "never");
    this.never.type = "button";
    this.never.setAttribute("aria-label", `never stop at ${this.name}`);
    this.never.title = `no sample stops at ${this.name}; press again to go back`;
    this.never.onclick = () => release(this.level === NO_STOP ? this.before ?? HIGHEST_LEVEL : NO_STOP);
    this.node = element("div", "exit", "", element("span", "name", this.name), this.rail.node, this.input, this.never);
  }

  typed() {
    const input = element("input", "level");
    Object.assign(input, { type: "text", inputMode: "decimal", spellcheck: false, autocomplete: "off" });
    input.setAttribute("aria-label", `threshold of ${this.name}, 0 to 1, or never`);
    input.onchange = () => {
      const level = typedLevel(input.value);
      this.mark(level === null);
      if (level !== null) this.release(level);
    };
    input.onkeydown = ({ key }) => {
      if (key === "Escape") this.show(this.level, this.said, true);
    };
    return input;
  }

  mark(refused) {
    this.refused = refused;
    this.input.setAttribute("aria-invalid", refused);
    this.refuse(refused);
  }

  /** One step above 255/256 means that no sample stops. */
  stepped(steps) {
    if (steps > 0 && this.level >= HIGHEST_LEVEL) return NO_STOP;
    return Math.min(Math.max(this.level + steps, 0), HIGHEST_LEVEL);
  }

  /** Bars of correct above wrong; heights by the square root, because most samples are near 1. */
  draw(point, exit) {
    const [wrong, right] = point.histogram(exit, BARS);
    const all = wrong.map((count, bar) => count + right[bar]);
    const highest = Math.sqrt(Math.max(...all, 1));
    const path = (counts, below) => Array.from(counts, (count, bar) => {
      if (!count) return "";
      const height = Math.sqrt(all[bar]) / highest;
      const from = 1 - (below ? below[bar] / all[bar] : 0) * height;
      return `M${bar + 0.04} ${from}V${from - (count / all[bar]) * height}H${bar + 0.96}V${from}Z`;
    }).join("");
    this.bars.replaceChildren(svgNode("path", { class: "wrong", d: path(wrong) }),
      svgNode("path", { class: "right", d: path(right, wrong) }));
  }

  /**
   * @param text the results at these thresholds, for a screen reader.
   * @param anew whether it replaces a typed text.
   */
  show(level, text, anew = level !== this.level) {
    if (level < NO_STOP) this.before = level;
    Object.assign(this, { level, said: text });
    if (anew && this.refused) this.mark(false);
    if (!this.refused && (anew || document.activeElement !== this.input)) this.input.value = levelText(level);
    this.never.setAttribute("aria-pressed", level === NO_STOP);
    this.rail.show(level / NO_STOP, `${levelText(level)}: ${text}`);
  }
}

/** All handles, stacked. */
class Handles {
  /**
   * @param move and release: called with all levels.
   * @param refuse called with whether a typed text is not valid.
   */
  constructor(text, nEarly, move, release, refuse) {
    this.refuse = refuse;
    this.problem = element("span", "problem");
    this.problem.setAttribute("role", "alert");
    const all = (exit, level) => this.handles.map((handle, k) => (k === exit ? level : handle.level));
    this.handles = Array.from({ length: nEarly }, (_, exit) => new Handle(exit, text.per_exit,
      (level) => move(all(exit, level)), (level) => release(all(exit, level)), () => this.showProblem(text.per_exit.refusal)));
    this.node = group("handles", "Threshold of each exit", ...this.handles.map(({ node }) => node),
      element("div", "ends", "", element("span", "", "← more stop"), axisTitle(text.per_exit.axis),
        element("span", "", "fewer stop →"), this.problem));
  }

  showProblem(refusal) {
    const refused = this.handles.some((handle) => handle.refused);
    this.problem.textContent = refused ? refusal : "";
    this.refuse(refused);
  }

  draw(point) {
    this.handles.forEach((handle, exit) => handle.draw(point, exit));
  }

  show(levels, text) {
    this.handles.forEach((handle, exit) => handle.show(levels[exit], text));
  }
}
