// Slides: images of figures, as they are downloaded. Requires parts.js and plot.js.

class Slide {
  constructor({ title, file, figure }, size, sharpness) {
    Object.assign(this, { file, figure, size, sharpness });
    this.image = element("img", "");
    this.image.alt = title;
    const buttons = ["png", "svg"].map((format) => {
      const button = element("button", "", format.toUpperCase());
      button.setAttribute("aria-label", `download ${title} as ${format.toUpperCase()}`);
      button.onclick = () => this.download(format);
      return button;
    });
    this.node = element("figure", "", "", element("figcaption", "", "", ...buttons), this.image);
  }

  async draw() {
    await plotlyReady();
    this.image.src = await window.Plotly.toImage(this.coloured(), { format: "svg", ...this.size });
    this.image.alt = this.coloured().layout.title.text.replace(/<[^>]*>/g, "");
    this.node.dataset.drawn = "yes";
  }

  coloured() {
    return asPicture(JSON.parse(withColours(this.figure, this.node)), this.node);
  }

  download(format) {
    window.Plotly.downloadImage(this.coloured(), { format, ...this.size, filename: this.file,
      scale: format === "png" ? this.sharpness : 1 });
  }
}

export default function ({ parentElement, data }) {
  let root = parentElement.querySelector(".trecx-slides");
  if (!root) parentElement.append((root = element("section", "trecx-slides")));
  const shown = data.slides.map((slide) => new Slide(slide, data.size, data.sharpness));
  root.replaceChildren(...shown.map(({ node }) => node));
  shown.forEach((slide) => slide.draw());
}
