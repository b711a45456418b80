// The designs at one ρ as a table: accuracy, exit rate, FLOPs, and the changes vs the baseline.
// Requires parts.js and design_at.js.

const NONE = "–";

const plain = (digits, scale) => ({ value, spread }) =>
  (value * scale).toFixed(digits) + (spread === null ? "" : ` ± ${(spread * scale).toFixed(digits)}`);
const change = (digits) => ({ value, spread }) =>
  signed(100 * value, digits) + (spread === null ? "" : ` ± ${(100 * spread).toFixed(digits)}`);

const COLUMNS = [
  { name: "accuracy", title: "accuracy (%)", text: plain(2, 100) },
  { name: "accuracyChange", title: "vs baseline (pt)", text: change(2), better: (value) => value },
  { name: "rate", title: "exit rate (%)", text: plain(1, 100) },
  { name: "flops", title: "expected MFLOPs", text: plain(3, 1e-6) },
  { name: "flopsChange", title: "vs baseline (%)", text: change(1), better: (value) => -value },
];

/** How the curve of a design is drawn: a piece of its line, or × for a design with one exit. */
function lineKey({ ink, several }) {
  if (!several) return element("span", "key cross", "×");
  const svg = svgNode("svg", { class: "key", width: 26, height: 8, "aria-hidden": true });
  const line = svgNode("line", { x1: 0, x2: 26, y1: 4, y2: 4 });
  Object.assign(line.style, { stroke: ink.colour, strokeWidth: 2, strokeDasharray: ink.dash === "solid" ? "none" : ink.dash });
  svg.append(line);
  return svg;
}

class PointsRow {
  constructor(design) {
    this.design = design;
    this.cells = COLUMNS.map(() => element("td", ""));
    const name = element("th", "", "", lineKey(design), element("span", "name", design.name));
    name.scope = "row";
    this.node = element("tr", design.selected ? "selected" : "", "", name, ...this.cells);
  }

  show(numbers) {
    COLUMNS.forEach(({ name, text, better }, column) => {
      const [number, cell] = [numbers[name], this.cells[column]];
      setText(cell, this.unknown(name, number) ?? text(number));
      const gain = better && number && !this.design.reference ? better(number.value) : 0;
      const className = gain > 0 ? "better" : gain < 0 ? "worse" : "";
      if (cell.className !== className) cell.className = className;
    });
  }

  unknown(name, number) {
    const changes = name.endsWith("Change");
    if (changes && this.design.reference) return name === "flopsChange" ? "reference" : NONE;
    return number === null || (name === "rate" && !this.design.several) ? NONE : undefined;
  }
}

class PointsTable {
  constructor(designs, caption) {
    this.rows = designs.map((design) => new PointsRow(design));
    const titles = [element("th", "", "design"), ...COLUMNS.map(({ title }) => element("th", "", title))];
    for (const title of titles) title.scope = "col";
    const table = element("table", "", "", element("caption", "", caption),
      element("thead", "", "", element("tr", "", "", ...titles)),
      element("tbody", "", "", ...this.rows.map(({ node }) => node)));
    this.node = element("div", "points", "", table);
  }
}
