// Small elements and functions that all scripts share.

const grouped = new Intl.NumberFormat("en", { maximumFractionDigits: 3 });
const thousands = (count) => grouped.format(count);
const signed = (value, digits) => (value < 0 ? "−" : "+") + Math.abs(value).toFixed(digits);

/** Set a text if it is another one. The text node stays: replacing nodes makes the browser match :has() again. */
function setText(node, text) {
  const [{ firstChild }, said] = [node, String(text)];
  if (!firstChild) node.append(said);
  else if (firstChild.data !== said) firstChild.data = said;
}

function element(name, className, text, ...children) {
  const node = document.createElement(name);
  node.className = className;
  if (text) node.textContent = text;
  node.append(...children);
  return node;
}

/** An element of a drawing, with these attributes. */
function svgNode(name, attributes) {
  const node = document.createElementNS("http://www.w3.org/2000/svg", name);
  Object.entries(attributes).forEach(([key, value]) => node.setAttribute(key, value));
  return node;
}

/** A group of buttons with an accessible name. */
function group(className, name, ...children) {
  const node = element("div", className, "", ...children);
  node.setAttribute("role", "group");
  node.setAttribute("aria-label", name);
  return node;
}

/** Parse a typed number: 4,600 is 4600, and 4,5 is 4.5. */
function typedNumber(text) {
  const plain = text.trim();
  const grouped = /^[1-9]\d{0,2}(,\d{3})+(\.\d+)?$/.test(plain);
  return Number(grouped ? plain.replaceAll(",", "") : plain.replace(",", "."));
}
