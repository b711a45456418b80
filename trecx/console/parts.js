// Small things that all parts of a page are made of.

const thousands = (count) => count.toLocaleString("en");

function element(name, className, text, ...children) {
  const node = document.createElement(name);
  node.className = className;
  if (text) node.textContent = text;
  node.append(...children);
  return node;
}

/** Buttons that belong together, with a name for who does not see that. */
function group(className, name, ...children) {
  const node = element("div", className, "", ...children);
  node.setAttribute("role", "group");
  node.setAttribute("aria-label", name);
  return node;
}

/** What somebody typed: 4,600 is as much as 4600, and 4,5 as much as 4.5. */
function typedNumber(text) {
  const plain = text.trim();
  const grouped = /^[1-9]\d{0,2}(,\d{3})+(\.\d+)?$/.test(plain);
  return Number(grouped ? plain.replaceAll(",", "") : plain.replace(",", "."));
}
