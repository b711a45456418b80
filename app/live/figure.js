// A figure on a page: its text alternative, its download as PNG and SVG.
// Requires parts.js and plot.js.

/** If what a frame holds is wider than the frame, it can be scrolled with the keyboard. */
function letScroll(frame, name) {
  const wider = frame.scrollWidth > frame.clientWidth;
  frame.toggleAttribute("tabindex", wider);
  if (wider) Object.entries({ tabindex: 0, role: "group", "aria-label": `${name}, scrolls sideways` }).forEach(([key, value]) =>
    frame.setAttribute(key, value));
  else for (const key of ["role", "aria-label"]) frame.removeAttribute(key);
}

class Chart {
  /**
   * @param data name, text alternative, height in pixels or null, and figure: JSON as Plot draws it.
   * @param drawn called with the plot's node after each drawing.
   * @param pictured returns the data and layout that a download shows, given the plot's node.
   */
  constructor(root, data, drawn = () => {}, pictured = ({ data: traces, layout }) => ({ data: traces, layout })) {
    Object.assign(this, { name: data.name, pictured });
    const canvas = element("div", "canvas");
    if (data.height) canvas.style.height = `${data.height}px`; // else the page's style sheet has it
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
    this.resized = new ResizeObserver(() => letScroll(this.frame, data.name));
    this.resized.observe(this.frame);
    this.plot = new Plot(canvas, data.figure, {}, () => {
      drawn(canvas);
      root.dataset.drawn = "yes";
    });
  }

  download(format) {
    const { node } = this.plot;
    const { width, height } = node.getBoundingClientRect();
    window.Plotly.downloadImage(asPicture(this.pictured(node), node), { format, width, height, scale: 2, filename: this.name });
  }

  end() {
    this.resized.disconnect();
    this.plot.end();
  }
}
