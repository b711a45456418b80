// A page of samples as thumbnails; a click opens one. Requires parts.js.

/** The band between the lowest and the highest amplitude of each part of a clip. */
function waveform(extremes) {
  const loudest = Math.max(...extremes.flat().map(Math.abs)) || 1;
  const at = (amplitude) => (50 - (42 * amplitude) / loudest).toFixed(1);
  const upper = extremes.map(([, high], k) => `${k},${at(high)}`);
  const lower = extremes.map(([low], k) => `${k},${Number(at(low)) + 0.8}`).reverse();
  const svg = svgNode("svg", { viewBox: `0 0 ${extremes.length - 1} 100`, preserveAspectRatio: "none" });
  svg.append(svgNode("path", { d: `M${[...upper, ...lower].join("L")}Z` }));
  return svg;
}

function picture(card) {
  const frame = element("span", "picture", card.fault);
  if (card.image) {
    const image = new Image();
    image.src = card.image;
    image.alt = "";
    frame.append(image);
  } else if (card.wave) frame.append(waveform(card.wave));
  return frame;
}

const ends = (left, right) =>
  element("div", "quiet ends", "", element("span", "", left), element("span", "", right));

/** Screen readers read the visible text in its order; a separate label would differ from it (WCAG 2.5.3). */
function thumbnail(card, open) {
  const verdict = element("span", "unseen", card.right ? ", correct, " : ", incorrect, ");
  const words = element("span", "words", "", element("div", "answer", card.answer, verdict),
    element("span", "unseen", `${card.name}; `), ends(card.truth, `gap ${card.gap}`),
    element("div", "quiet", card.outcome), element("div", "quiet", card.place));
  const button = element("button", card.right ? "right" : "wrong", "");
  if (card.image || card.wave || card.fault) button.append(picture(card));
  button.append(words);
  button.title = `${card.name}\nconfidence gap (final exit − first exit): ${card.gap}`;
  button.onclick = () => open(card.name);
  return button;
}

export default function ({ parentElement, data, setTriggerValue }) {
  let root = parentElement.querySelector(".trecx-gallery");
  if (!root) parentElement.append((root = element("section", "trecx-gallery")));
  root.replaceChildren(...data.cards.map((card) => thumbnail(card, (name) => setTriggerValue("open", name))));
  root.dataset.drawn = "yes";
}
