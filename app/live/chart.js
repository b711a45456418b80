// One figure on a page: its text alternative, its download as PNG and SVG, its clicks.
// Requires parts.js and plot.js.

class Chart {
  constructor(root, data, send) {
    this.version = data.version;
    const canvas = element("div", "canvas");
    canvas.style.height = `${data.height}px`;
    canvas.setAttribute("role", "img");
    canvas.setAttribute("aria-label", data.alt);
    const buttons = ["png", "svg"].map((format) => {
      const button = element("button", "", format.toUpperCase());
      button.title = `download this figure as ${format.toUpperCase()}`;
      button.setAttribute("aria-label", `${button.title}: ${data.name}`);
      button.onclick = () => this.download(format);
      return button;
    });
    this.frame = element("div", "frame", "", canvas);
    root.replaceChildren(this.frame, element("div", "downloads", "", ...buttons));
    this.resized = new ResizeObserver(() => this.letScroll(data.name));
    this.resized.observe(this.frame);
    this.name = data.name;
    this.plot = new Plot(canvas, data.figure, {}, () => {
      canvas.removeAllListeners?.("plotly_click");
      if (data.clickable) canvas.on("plotly_click", ({ points: [point] }) => send("click",
        { x: point.x, y: point.y, trace: point.curveNumber, custom: point.customdata ?? null }));
      root.dataset.drawn = "yes";
    });
    canvas.classList.toggle("clickable", data.clickable);
  }

  /** If the figure is wider than its frame, it can be scrolled with the keyboard. */
  letScroll(name) {
    const wider = this.frame.scrollWidth > this.frame.clientWidth;
    this.frame.toggleAttribute("tabindex", wider);
    if (wider) Object.entries({ tabindex: 0, role: "group", "aria-label": `${name}, scrolls sideways` }).forEach(([key, value]) =>
      this.frame.setAttribute(key, value));
    else for (const key of ["role", "aria-label"]) this.frame.removeAttribute(key);
  }

  download(format) {
    const { node } = this.plot;
    const { width, height } = node.getBoundingClientRect();
    window.Plotly.downloadImage(asPicture(node, node), { format, width, height, scale: 2, filename: this.name });
  }

  end() {
    this.resized.disconnect();
    this.plot.end();
  }
}

const charts = new WeakMap();

export default function ({ parentElement, data, setTriggerValue }) {
  let root = parentElement.querySelector(".trecx-chart");
  if (!root) parentElement.append((root = element("section", "trecx-chart")));
  const known = charts.get(root);
  if (known?.live.version === data.version) return known.end;
  known?.live.end();
  const live = new Chart(root, data, setTriggerValue);
  const end = () => {
    live.end();
    charts.delete(root);
  };
  charts.set(root, { live, end });
  return end;
}
