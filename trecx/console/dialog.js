// A modal dialog with text: all terms, or why the accuracy may be too high. The browser's <dialog> moves the focus,
// closes on Escape, and restores the focus. Requires parts.js.

class Dialog {
  /** @param parts nodes with its text. */
  constructor(title, ...parts) {
    const close = element("button", "close", "Close");
    close.type = "button";
    close.onclick = () => this.node.close();
    const reading = element("div", "reading", "", ...parts);
    reading.tabIndex = 0; // so that keys can scroll it
    this.node = element("dialog", "", "", element("h2", "", title), reading, close);
    this.node.setAttribute("aria-label", title);
    this.node.addEventListener("click", ({ target }) => target === this.node && this.node.close()); // a click outside
  }

  /** A button that opens it. */
  opener(className, label) {
    const button = element("button", className, label);
    button.type = "button";
    button.setAttribute("aria-haspopup", "dialog");
    button.onclick = () => this.node.showModal();
    return button;
  }
}

/** The dialog with all terms of the console, for use without a mouse. */
function termsDialog(terms) {
  const list = element("dl", "");
  for (const [name, hint] of terms) {
    const [meaning, ...equations] = hint.split("\n");
    list.append(element("dt", "", name), element("dd", "", meaning, ...equations.map((line) => element("p", "equation", line))));
  }
  return new Dialog("Terms on this page", list);
}
