// A Plotly figure from Python: CSS variables become colours; it is drawn again when the theme changes.

const THEME_POLL_MS = 400;
const UNSEEN_MS = 500; // a page in the background is not painted

/** Wait for Plotly. The first figure runs its script, which blocks the page for 0.3 s, when the numbers are painted. */
async function plotlyReady() {
  if (window.Plotly) return;
  await Promise.race([pause(UNSEEN_MS), new Promise((painted) => requestAnimationFrame(() => setTimeout(painted)))]);
  while (!window.Plotly) {
    const named = document.querySelector("link[data-plotly]");
    if (named) {
      named.remove(); // no other component runs it again
      const script = document.createElement("script");
      script.src = named.href;
      script.dataset.plotly = "";
      document.head.append(script);
    }
    await pause(20);
  }
}

function pause(milliseconds) {
  return new Promise((over) => setTimeout(over, milliseconds));
}

/** A figure from JSON, with each CSS variable replaced by its value at `node`; other texts are unchanged. */
function withColours(text, node) {
  const style = getComputedStyle(node);
  return text.replace(/"var\((--st-[\w-]+)\)"/g, (_, name) => JSON.stringify(style.getPropertyValue(name).trim()));
}

/** A figure for export as an image: with a background, so that it is readable on any page. */
function asPicture({ data, layout }, node) {
  const style = getComputedStyle(node);
  return { data, layout: { ...layout, paper_bgcolor: style.getPropertyValue("--st-background-color").trim(),
    font: { ...layout.font, family: style.fontFamily } } };
}

class Plot {
  /**
   * @param figure JSON of a figure whose colours are CSS variables.
   * @param config of Plotly.
   * @param drawn called after each drawing.
   */
  constructor(node, figure, config, drawn = () => {}) {
    Object.assign(this, { node, figure, config: { displayModeBar: false, responsive: true, ...config }, drawn });
    this.draw();
    this.watch = setInterval(() => this.followTheme(), THEME_POLL_MS);
  }

  get background() {
    return getComputedStyle(this.node).getPropertyValue("--st-background-color");
  }

  async draw() {
    await plotlyReady();
    this.drawnOn = this.background;
    const { data, layout } = JSON.parse(withColours(this.figure, this.node));
    await window.Plotly.react(this.node, data, layout, this.config);
    this.drawn();
  }

  /** Replace the figure. */
  redraw(figure) {
    if (figure === this.figure) return;
    this.figure = figure;
    if (this.drawnOn) this.draw();
  }

  /** Draw again if the theme has changed, because Plotly does not update colours. */
  followTheme() {
    if (this.drawnOn && this.drawnOn !== this.background) this.draw();
  }

  end() {
    clearInterval(this.watch);
    window.Plotly?.purge(this.node);
  }
}
