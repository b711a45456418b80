// Outcomes of the samples at ρ: the six outcomes as one bar, and the confusion matrix.
// Requires parts.js, hints.js and counts.js.

const MOST_CLASSES = 12; // more do not fit next to the curve, and many cells are too slow while ρ is dragged
const [LONGEST_NAME, LONGEST_OF_MANY] = [14, 10]; // letters
const FEW = 4; // classes; up to this number, cells are large
const STRONG = 0.32; // share of the row above which the text of a cell changes its colour for contrast

/** A count that fits a cell: 4,890 as 4890, 48,900 as 49k. */
function compact(count) {
  if (count < 9999.5) return String(Math.round(count));
  return count < 999_500 ? `${Math.round(count / 1e3)}k` : `${Math.round(count / 1e6)}M`;
}

/** The classes to draw, in order; of too many, those with the most wrong predictions, true or predicted. */
function mixedUpMost(confusion) {
  const wrong = confusion.map(() => 0);
  confusion.forEach((row, truth) => row.forEach((count, answer) => {
    if (truth === answer) return;
    wrong[truth] += count;
    wrong[answer] += count;
  }));
  const most = [...wrong.keys()].sort((one, other) => wrong[other] - wrong[one]).slice(0, MOST_CLASSES);
  return most.sort((one, other) => one - other);
}

class Outcomes {
  constructor(point, text) {
    Object.assign(this, { point, text });
    this.title = element("h2", "");
    this.outcomes = element("div", "panel outcomes", "", this.title, ...this.outcomeBar());
    const about = element("span", "aside", "rows: true, columns: predicted");
    const title = element("h2", "", "", term("Confusion matrix", text.hints.confusion));
    this.confusion = element("div", "panel matrix", "", element("div", "heading", "", title, about), this.confusionTable());
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

  confusionTable() {
    const { class_names: all } = this.point.table;
    this.classes = mixedUpMost(this.point.classConfusion);
    const names = this.classes.map((k) => all[k]);
    const short = names.every((name) => name.length <= 3) ? " brief" : "";
    const table = element("table", `confusion${names.length <= FEW ? " few" : short}`);
    const longest = names.length > FEW ? LONGEST_OF_MANY : LONGEST_NAME;
    table.style.setProperty("--classes", names.length);
    table.style.setProperty("--names", Math.min(longest, Math.max(...names.map((name) => name.length))));
    const heading = (scope, name, place) => {
      const text = name.length > longest ? `${[...name].slice(0, longest - 1).join("")}…` : name;
      const node = element("th", "", "", place);
      place.append(element("bdi", "", text));
      node.scope = scope;
      node.title = name;
      return node;
    };
    const which = `the ${names.length} of ${all.length} classes confused most`;
    if (all.length > names.length) table.append(element("caption", "", which));
    table.setAttribute("aria-label", "Confusion matrix; rows: true class, columns: predicted class");
    const body = table.createTBody();
    this.cells = names.map((name) => {
      const row = body.insertRow();
      row.append(heading("row", name, element("span", "")));
      return names.map(() => row.insertCell());
    });
    table.createTFoot().insertRow().append(element("td", "corner"),
      ...names.map((name) => heading("col", name, element("span", ""))));
    return table;
  }

  show() {
    const weighted = this.point.isWeighted ? ", weighted" : "";
    this.title.textContent = `Outcomes of ${thousands(this.point.n)} ${this.text.samples}${weighted}`;
    Object.values(this.parts).forEach(({ part, count }, k) => {
      part.style.flexGrow = this.point.outcomes[k];
      count.textContent = thousands(Math.round(this.point.outcomes[k]));
    });
    this.showConfusion();
  }

  /** Update the bar's text alternative. */
  describe() {
    const counts = Object.values(this.parts).map(({ title, count }) => `${title} ${count.textContent}`);
    this.bar.setAttribute("aria-label", `${this.title.textContent}: ${counts.join("; ")}`);
  }

  showConfusion() {
    this.classes.forEach((truth, i) => {
      const row = this.point.confusionOf(truth);
      const total = sum(row) || 1;
      this.classes.forEach((answer, j) => {
        const cell = this.cells[i][j];
        const count = row[answer];
        const share = count / total;
        const text = count >= 0.5 ? compact(count) : "";
        if (cell.textContent !== text) cell.textContent = text;
        cell.className = `${truth === answer ? "right" : "wrong"}${share > STRONG ? " strong" : ""}${share < 0.012 ? " faint" : ""}`;
        cell.style.setProperty("--shade", Math.sqrt(share).toFixed(4));
      });
    });
  }
}
