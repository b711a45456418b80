// The report: unpacks its data, mounts the console, and draws the benefit curve for printing.
// Requires the console's scripts. All data that the dashboard's server would send is in the file.

const PAPER = { width: 660, height: 490 };

async function unpacked(id) {
  const bytes = Uint8Array.from(atob(document.getElementById(id).textContent), (letter) => letter.charCodeAt(0));
  const whole = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("deflate"));
  return new Response(whole).text();
}

class Report {
  constructor(report) {
    Object.assign(this, { report, axis: "FLOPs", place: document.getElementById("console") });
    document.getElementById("waiting").remove();
    this.mount();
    this.picture = Object.assign(element("img", "on-paper"), { alt: report.views[this.axis].text.curve });
    this.live.root.querySelector(".plot").append(this.picture);
    const others = document.getElementById("others");
    if (others) new Plot(others, report.others, {});
    this.drawForPaper();
  }

  get live() {
    return controls.get(this.place.querySelector(".trecx-console")).live;
  }

  mount() {
    const { table, begin, views, vectors } = this.report;
    mountConsole({ parentElement: this.place, data: { ...begin, ...views[this.axis], table, vectors },
      setStateValue: (name, value) => this.take(name, value) });
  }

  take(name, value) {
    if (name === "axis") {
      this.axis = value;
      this.mount();
    }
    clearTimeout(this.later);
    this.later = setTimeout(() => this.drawForPaper(), 100);
  }

  /** The printed figure: the curve in light colours, with the current point. */
  async drawForPaper() {
    while (!window.Plotly) await new Promise((resolve) => setTimeout(resolve, 20));
    const { data: { figures, cost_axis: axis }, point } = this.live;
    const { data, layout } = JSON.parse(withColours(figures.curve, this.picture));
    const style = getComputedStyle(this.picture);
    data.push({ x: [point.expected(axis.exit_costs) / axis.scale], y: [100 * point.accuracy], mode: "markers",
      marker: { color: style.getPropertyValue("--st-orange-color"), size: 14 } });
    const figure = asPicture({ data, layout: { ...layout, ...PAPER } }, this.picture);
    this.picture.src = await window.Plotly.toImage(figure, { format: "svg", ...PAPER });
  }
}

const plotly = document.createElement("script");
plotly.textContent = await unpacked("plotly");
document.head.append(plotly);
new Report(JSON.parse(await unpacked("data")));
