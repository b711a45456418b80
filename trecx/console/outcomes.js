// Outcomes of the samples at ρ: the six outcomes as one bar, and the confusion matrix.
// Requires parts.js, hints.js, counts.js and confusion.js.

class Outcomes {
  constructor(point, text) {
    Object.assign(this, { point, text });
    this.title = element("h2", "");
    this.outcomes = element("div", "panel outcomes", "", this.title, ...this.outcomeBar());
    const about = element("span", "aside", "rows: true, columns: predicted");
    this.matrix = new ConfusionMatrix(point.table.class_names, mixedUpMost(point.classConfusion));
    const title = element("h2", "", "", term("Confusion matrix", text.hints.confusion));
    this.confusion = element("div", "panel matrix", "", element("div", "heading", "", title, about), this.matrix.node);
  }

  outcomeBar() {
    this.parts = {};
    this.bar = element("div", "bar");
    this.bar.setAttribute("role", "img");
    const legend = element("dl", "legend");
    for (const [name, [title, hint]] of Object.entries(this.text.outcomes)) {
      const part = element("div", `part ${name}`);
      part.dataset.hint = `${title}: ${hint}`;
      const count = element("dd", "count");
      legend.append(element("div", "entry", "", element("dt", `key ${name}`, "", term(title, hint)), count));
      this.parts[name] = { part, count, title };
      this.bar.append(part);
    }
    return [this.bar, legend];
  }

  show() {
    const weighted = this.point.isWeighted ? ", weighted" : "";
    setText(this.title, `Outcomes of ${thousands(this.point.n)} ${this.text.samples}${weighted}`);
    Object.values(this.parts).forEach(({ part, count }, k) => {
      part.style.flexGrow = this.point.outcomes[k];
      setText(count, thousands(Math.round(this.point.outcomes[k])));
    });
    this.showConfusion();
  }

  /** Update the bar's text alternative. */
  describe() {
    const counts = Object.values(this.parts).map(({ title, count }) => `${title} ${count.textContent}`);
    this.bar.setAttribute("aria-label", `${this.title.textContent}: ${counts.join("; ")}`);
  }

  showConfusion() {
    this.matrix.show((truth) => {
      const row = this.point.confusionOf(truth);
      return [row, sum(row)];
    });
  }
}
