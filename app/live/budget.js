// The limits: fields in a sentence; Python computes the result as text (app/live/budget.py). Requires parts.js.

const COSTS = { max_energy_uj: ["µJ per inference", 1], max_mj_per_day: ["mJ per day", 1],
  max_flops: ["MFLOPs per inference", 1e6], max_latency_ms: ["ms per inference", 1] };
const DAYS = { min_battery_days: ["days", 1] };
const ACCURACIES = { min_accuracy: ["%", 0.01], "max_drop baseline": ["pt below baseline", 0.01],
  "max_drop final": ["pt below final exit", 0.01] };
const LOST = { max_lost: ["% of samples lost", 0.01] };
const PROBABILITIES = { "": "as measured", 0.9: "with 90 % probability", 0.95: "with 95 % probability",
  0.99: "with 99 % probability" };
const ALSO = Object.fromEntries([["cost ≤", COSTS], ["battery ≥", DAYS], ["accuracy ≥", ACCURACIES], ["at most", LOST]].flatMap(
  ([said, limits]) => Object.entries(limits).map(([name, [unit, size]]) => [name, [`${unit} (${said})`, size]])));

class Budget {
  /**
   * @param wish limits by name, from the address.
   * @param ask called with the limits that were typed.
   * @param jump called with a ρ that was clicked; null: no early exits.
   */
  constructor(wish, answer, ask, jump) {
    Object.assign(this, { wish, ask, jump });
    const asked = Object.keys(wish)
      .map((name) => (name === "max_drop" ? `max_drop ${wish.against ?? "baseline"}` : name))
      .filter((name) => name in ALSO);
    const first = (limits) => asked.find((name) => name in limits);
    const cost = this.blank(COSTS, "maximum cost", first(COSTS));
    const days = this.blank(DAYS, "minimum battery life in days", first(DAYS));
    const least = this.least = this.blank({ ...ACCURACIES, ...LOST }, "minimum accuracy",
      first({ ...ACCURACIES, ...LOST }));
    this.blanks = [cost, days, least];
    this.more = element("span", "more");
    const another = element("button", "another", "+ limit");
    another.type = "button";
    another.title = "Add a limit";
    another.onclick = () => this.add().focus();
    this.answer = element("p", "answer");
    this.answer.setAttribute("role", "status");
    const limit = (name, { nodes }) => element("span", "limit", name, ...nodes);
    this.kind = element("span", "");
    const sentence = group("limits", "Limits", element("strong", "", "Limits:"), limit("cost ≤ ", cost),
      limit("battery ≥ ", days), element("span", "limit", "", this.kind, ...least.nodes), this.guarantee(), this.more,
      another);
    for (const name of asked) if (!this.blanks.some((blank) => blank.name === name)) this.add(name);
    this.node = element("div", "budget", "", sentence, this.answer);
    this.showKind();
    this.showAnswer(answer);
  }

  /** With which probability the limit on accuracy is to hold, and whether in each class. */
  guarantee() {
    this.probability = element("select", "");
    this.probability.setAttribute("aria-label", "probability that the limit on accuracy holds");
    this.probability.append(...Object.entries(PROBABILITIES).map(([value, said]) => new Option(said, value)));
    this.probability.value = this.wish.guarantee ?? "";
    this.each = element("input", "");
    Object.assign(this.each, { type: "checkbox", checked: Boolean(this.wish.each_class) });
    this.probability.onchange = this.each.onchange = () => this.read();
    this.inEach = element("label", "", "", this.each, "in each class");
    return element("span", "limit guarantee", "", this.probability, this.inEach);
  }

  /** The words before the limit on accuracy, which depend on its kind; classes matter to a guarantee only. */
  showKind() {
    const lost = this.least.kind.value in LOST;
    this.kind.textContent = lost ? "at most " : "accuracy ≥ ";
    this.least.input.setAttribute("aria-label", lost ? "most samples lost" : "minimum accuracy");
    this.node.classList.toggle("guaranteed", Boolean(this.probability.value));
    this.inEach.hidden = !this.probability.value && !this.each.checked;
  }

  /** One more field, for a limit of any kind. */
  add(name) {
    const blank = this.blank(ALSO, "another limit", name);
    this.blanks.push(blank);
    this.more.append(element("span", "limit", "also ", ...blank.nodes));
    return blank.input;
  }

  /**
   * A number field with its unit; empty: no limit.
   * @param asked the limit that is set, if any.
   */
  blank(limits, label, asked) {
    const input = element("input", "");
    Object.assign(input, { type: "text", inputMode: "decimal", placeholder: "any", autocomplete: "off" });
    input.setAttribute("aria-label", label);
    const names = Object.keys(limits);
    const kind = element("select", "");
    kind.setAttribute("aria-label", `unit of ${label}`);
    kind.append(...names.map((name) => new Option(limits[name][0], name)));
    if (asked) {
      kind.value = asked;
      input.value = Number((this.wish[asked.split(" ")[0]] / limits[asked][1]).toPrecision(12));
    }
    input.onchange = kind.onchange = () => this.read();
    const nodes = names.length > 1 ? [input, kind] : [input, ` ${limits[names[0]][0]}`];
    return { input, kind, limits, nodes, name: asked };
  }

  read() {
    const wish = {};
    this.showKind();
    for (const { input, kind, limits } of this.blanks) {
      if (input.value.trim() === "") continue;
      const typed = typedNumber(input.value);
      input.setCustomValidity(Number.isFinite(typed) ? "" : "Enter a number, or leave it empty for no limit.");
      input.setAttribute("aria-invalid", !Number.isFinite(typed));
      if (!input.reportValidity()) return;
      const [name, against] = kind.value.split(" ");
      wish[name] = Number((typed * limits[kind.value][1]).toPrecision(12));
      if (against) wish.against = against;
    }
    if (this.probability.value) wish.guarantee = Number(this.probability.value);
    if (this.each.checked && this.probability.value) wish.each_class = 1;
    this.each.checked = Boolean(wish.each_class);
    this.wish = wish;
    this.ask(wish);
  }

  showAnswer(answer) {
    this.answer.hidden = !answer;
    if (!answer) return;
    const jumps = answer.jumps.map(({ label, threshold, title }) => {
      const jump = element("button", "jump", label);
      jump.type = "button";
      jump.title = title;
      jump.onclick = () => this.jump(threshold);
      return jump;
    });
    this.answer.replaceChildren(element("strong", answer.met ? "met" : "unmet", answer.head), ` ${answer.text} `,
      element("span", "jumps", "", ...jumps));
  }
}
