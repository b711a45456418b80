// A confusion matrix as a table, whose cells change as ρ moves. Requires parts.js and counts.js.

const MOST_CLASSES = 12; // more do not fit next to the curve
const [LONGEST_NAME, LONGEST_OF_MANY] = [14, 10]; // letters
const FEW = 4; // classes; up to this number, cells are large
const STRONG = 0.32; // share of the row above which the text of a cell changes its colour for contrast
const FAINT = 0.012; // share of the row below which the text of a cell is left out

/** A count that fits a cell: 4,890 as 4890, 48,900 as 49k. */
function compact(count) {
  if (count < 9999.5) return String(Math.round(count));
  return count < 999_500 ? `${Math.round(count / 1e3)}k` : `${Math.round(count / 1e6)}M`;
}

/** The classes to draw, in order; of too many, those with the most wrong predictions, true or predicted. */
function mixedUpMost(confusion, most = MOST_CLASSES) {
  const wrong = confusion.map(() => 0);
  confusion.forEach((row, truth) => row.forEach((count, answer) => {
    if (truth === answer) return;
    wrong[truth] += count;
    wrong[answer] += count;
  }));
  const first = [...wrong.keys()].sort((one, other) => wrong[other] - wrong[one]).slice(0, most);
  return first.sort((one, other) => one - other);
}

/** How a cell of counts looks: its text, its classes, and its shade from 0 to 1. */
function countLook(count, share, right) {
  return [count >= 0.5 ? compact(count) : "",
    `${right ? "right" : "wrong"}${share > STRONG ? " strong" : ""}${share < FAINT ? " faint" : ""}`, Math.sqrt(share)];
}

class ConfusionMatrix {
  /**
   * @param all names of all classes.
   * @param classes indices of those that are drawn, in order.
   * @param look text, classes and shade of a cell, from its count, its share of the row, and whether it is right.
   */
  constructor(all, classes, look = countLook) {
    Object.assign(this, { all, classes, look });
    const names = classes.map((k) => all[k]);
    const longest = names.length > FEW ? LONGEST_OF_MANY : LONGEST_NAME;
    const short = names.every((name) => name.length <= 3) ? " brief" : "";
    this.node = element("table", `confusion${names.length <= FEW ? " few" : short}`);
    this.node.style.setProperty("--classes", names.length);
    this.node.style.setProperty("--names", Math.min(longest, Math.max(...names.map((name) => name.length))));
    if (all.length > names.length) {
      this.node.append(element("caption", "", `the ${names.length} of ${all.length} classes confused most`));
    }
    this.node.setAttribute("aria-label", "Confusion matrix; rows: true class, columns: predicted class");
    const body = this.node.createTBody();
    this.cells = names.map((name) => {
      const row = body.insertRow();
      row.append(this.heading("row", name, longest));
      return names.map(() => row.insertCell());
    });
    this.node.createTFoot().insertRow().append(element("td", "corner"),
      ...names.map((name) => this.heading("col", name, longest)));
    this.drawn = this.cells.map((row) => row.map(() => ""));
  }

  heading(scope, name, longest) {
    const text = name.length > longest ? `${[...name].slice(0, longest - 1).join("")}…` : name;
    const node = element("th", "", "", element("span", "", "", element("bdi", "", text)));
    node.scope = scope;
    node.title = name;
    return node;
  }

  /** @param rowOf the counts of a true class by prediction, and what its cells are shares of. */
  show(rowOf) {
    this.classes.forEach((truth, i) => {
      const [row, total] = rowOf(truth);
      this.classes.forEach((answer, j) => this.draw(i, j, this.look(row[answer], row[answer] / (total || 1), truth === answer)));
    });
  }

  /** Draw a cell if it looks different: of 144 cells, few change while ρ moves a little. */
  draw(i, j, [text, name, shade]) {
    const rounded = shade.toFixed(3);
    const key = `${text} ${name} ${rounded}`;
    if (this.drawn[i][j] === key) return;
    this.drawn[i][j] = key;
    const cell = this.cells[i][j];
    setText(cell, text);
    if (cell.className !== name) cell.className = name;
    cell.style.setProperty("--shade", rounded);
  }
}
