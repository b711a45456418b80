// The benefit curves of all designs with their points at ρ, which follow the control while it moves, and a table of them.
// Requires parts.js, follow.js, plot.js, counts.js, steps.js, figure.js, design_at.js and points_table.js.

const CLASS_MIX_MOVES = "The class mix is being changed. Curves and numbers are of the previous mix until it is set.";
const NOT_SHOWN = "The thresholds per exit apply to the selected run only, which is not among these designs.";

class DesignPoints {
  constructor(root, data) {
    Object.assign(this, { root, data, designs: data.designs.map((design) => new DesignAt(design)) });
    this.dots = data.designs.map(({ several, selected }) => several ? element("div", `dot ${selected ? "selected" : ""}`) : null);
    for (const dot of this.dots) if (dot) dot.hidden = true; // until the plot is drawn
    this.table = new PointsTable(data.designs, data.caption);
    this.at = element("span", "at");
    const place = element("section", "trecx-chart");
    root.replaceChildren(place, element("p", "notes", "", this.at, ` ${data.notes}`), this.table.node);
    delete root.dataset.points;
    this.chart = new Chart(place, data, (canvas) => this.drawn(canvas), (node) => this.pictured(node));
    this.chart.frame.append(...this.dots.filter(Boolean));
    this.resized = new ResizeObserver(() => letScroll(this.table.node, "points"));
    this.resized.observe(this.table.node);
  }

  show(control) {
    const { data, root } = this;
    const several = control.levels !== null;
    this.numbers = data.designs.map(({ selected }, k) => (several && selected
      ? this.designs[k].ofCounts(control.point, data.weights) : this.designs[k].at(control.threshold)));
    root.classList.toggle("per-exit", several);
    root.classList.toggle("stale", !alike(control.weights, data.weights));
    this.shown = data.designs.map(({ only_per_exit: only }) => several || !only);
    this.table.rows.forEach((row, k) => {
      row.node.hidden = !this.shown[k];
      row.show(this.numbers[k]);
    });
    setText(this.at, this.spoken(control));
    root.dataset.points = JSON.stringify(this.numbers.filter((_, k) => this.shown[k]));
    this.place();
  }

  /** What the points are at. */
  spoken({ levels, slider: { spoken: rho } }) {
    if (this.root.classList.contains("stale")) return CLASS_MIX_MOVES;
    const one = rho === "∞" ? "no early exits (ρ = ∞)" : `ρ = ${rho}`;
    if (!levels) return `At ${one}.`;
    const own = this.data.designs.find(({ selected }) => selected);
    if (!own) return `At ${one}. ${NOT_SHOWN}`;
    const each = levels.map((level) => (level > 255 ? "∞" : (level / 256).toFixed(4))).join(", ");
    const others = this.data.designs.length > 1 ? ` All other designs: ${one}.` : "";
    return `${own.name}: one threshold per exit, (${each}); the point need not lie on the curve.${others}`;
  }

  /** Place the points with the axes of the plot, which may be logarithmic; none outside the range that is drawn. */
  place() {
    const layout = this.canvas?._fullLayout;
    if (!layout || !this.numbers) return;
    const { xaxis, yaxis } = layout;
    this.dots.forEach((dot, k) => {
      if (!dot) return;
      const [x, y] = [xaxis.c2p(this.numbers[k].flops.value / 1e6), yaxis.c2p(100 * this.numbers[k].accuracy.value)];
      dot.style.transform = `translate(${xaxis._offset + x}px, ${yaxis._offset + y}px)`;
      dot.hidden = !this.shown[k] || x < 0 || y < 0 || x > xaxis._length || y > yaxis._length;
    });
  }

  drawn(canvas) {
    if (!this.canvas) canvas.on("plotly_afterplot", () => this.place());
    this.canvas = canvas;
    this.place();
  }

  /** The figure for download: with the points. */
  pictured({ data, layout }) {
    const style = getComputedStyle(this.root);
    const colour = (name) => style.getPropertyValue(name).trim();
    const seen = this.dots.flatMap((dot, k) => (dot && !dot.hidden ? [this.numbers[k]] : []));
    return { layout, data: [...data, {
      x: seen.map(({ flops }) => flops.value / 1e6), y: seen.map(({ accuracy }) => 100 * accuracy.value), mode: "markers",
      marker: { size: 10, color: colour("--st-orange-color"), line: { width: 1.5, color: colour("--st-background-color") } },
    }] };
  }

  end() {
    this.resized.disconnect();
    this.chart.end();
  }
}

export default mountFollower("trecx-designs", DesignPoints);
