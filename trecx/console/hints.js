// Terms with a tooltip: definition and the paper's equation, on hover and touch. Terms are not in the Tab order,
// because there are many and their tooltips cover the numbers: a dialog lists all of them (dialog.js).
// Requires parts.js.

const HINT_WIDTH = 320;

/** A term with a tooltip; the hint's later lines are equations. */
function term(word, hint) {
  const node = element("button", "term", word);
  node.type = "button";
  node.tabIndex = -1;
  return explain(node, hint);
}

function explain(node, hint) {
  node.dataset.hint = hint;
  node.setAttribute("aria-description", hint.replaceAll("\n", ". "));
  return node;
}

/** The tooltip of a part of the page, shared by all its terms. */
class Bubble {
  constructor(root) {
    this.root = root;
    this.node = element("div", "bubble");
    this.node.setAttribute("role", "tooltip");
    this.node.hidden = true;
    root.append(this.node);
    const hinted = (event) => event.target.closest("[data-hint]");
    const show = (event) => this.node.contains(event.target) || this.show(hinted(event)); // the tooltip can be hovered, too
    root.addEventListener("pointerover", (event) => event.pointerType === "mouse" && show(event));
    root.addEventListener("pointerleave", (event) => event.pointerType === "mouse" && this.show(null));
    root.addEventListener("pointerup", (event) => event.pointerType === "touch" && show(event));
    root.addEventListener("focusin", () => this.show(null));
    root.addEventListener("click", (event) => event.target.matches(".term") && show(event));
    this.escape = (event) => event.key === "Escape" && this.show(null);
    document.addEventListener("keydown", this.escape); // the focus may be anywhere
  }

  show(word) {
    this.node.hidden = !word;
    if (!word) return;
    const [meaning, ...equations] = word.dataset.hint.split("\n");
    this.node.replaceChildren(element("p", "", meaning), ...equations.map((line) => element("p", "equation", line)));
    const page = this.root.getBoundingClientRect();
    const at = word.getBoundingClientRect();
    const width = Math.min(HINT_WIDTH, page.width);
    const left = Math.max(Math.min(at.left - page.left, page.width - width), 0);
    this.node.style.width = `${width}px`;
    this.node.style.left = `${left}px`;
    const above = at.top - this.node.offsetHeight - 2 > 0;
    const top = above ? at.top - this.node.offsetHeight - 2 : at.bottom + 2; // above: the value stands below its name
    this.node.style.top = `${top - page.top}px`;
  }

  end() {
    document.removeEventListener("keydown", this.escape);
  }
}
