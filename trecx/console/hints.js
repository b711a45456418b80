// Words with a hint: what they mean, and the paper's equation. Shown on hover, on focus and on touch.
// parts.js comes before it.

const HINT_WIDTH = 320;

/** A word that explains itself; the hint's later lines are equations. */
function term(word, hint) {
  const node = element("button", "term", word);
  node.type = "button";
  return explain(node, hint);
}

function explain(node, hint) {
  node.dataset.hint = hint;
  node.setAttribute("aria-description", hint.replaceAll("\n", ". "));
  return node;
}

/** The one bubble of a page part, for every word in it that has a hint. */
class Bubble {
  constructor(root) {
    this.root = root;
    this.node = element("div", "bubble");
    this.node.setAttribute("role", "tooltip");
    this.node.hidden = true;
    root.append(this.node);
    const hinted = (event) => event.target.closest("[data-hint]");
    root.addEventListener("pointerover", (event) => event.pointerType === "mouse" && this.show(hinted(event)));
    root.addEventListener("pointerleave", (event) => event.pointerType === "mouse" && this.show(null));
    root.addEventListener("pointerup", (event) => event.pointerType === "touch" && this.show(hinted(event)));
    root.addEventListener("focusin", (event) => this.show(hinted(event)));
    root.addEventListener("focusout", () => this.show(null));
    root.addEventListener("click", (event) => this.show(hinted(event)));
    root.addEventListener("keydown", (event) => event.key === "Escape" && this.show(null));
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
    const below = at.bottom + this.node.offsetHeight + 8 < window.innerHeight;
    const top = below ? at.bottom + 4 : at.top - this.node.offsetHeight - 4;
    this.node.style.top = `${top - page.top}px`;
  }
}
