// A window over the page with more to read: all terms, or why an accuracy may be a little too high. The browser
// brings what such a window needs: it takes the focus, closes with Escape, and gives the focus back.
// parts.js comes before it.

class Dialog {
  /** @param parts nodes that are read in it. */
  constructor(title, ...parts) {
    const close = element("button", "close", "Close");
    close.type = "button";
    close.onclick = () => this.node.close();
    const reading = element("div", "reading", "", ...parts);
    reading.tabIndex = 0; // so that keys can scroll it
    this.node = element("dialog", "", "", element("h2", "", title), reading, close);
    this.node.setAttribute("aria-label", title);
    this.node.addEventListener("click", ({ target }) => target === this.node && this.node.close()); // beside it
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

/** All terms of the console, one after the other: the way to them for who uses no mouse. */
function termsDialog(terms) {
  const list = element("dl", "");
  for (const [name, hint] of terms) {
    const [meaning, ...equations] = hint.split("\n");
    list.append(element("dt", "", name), element("dd", "", meaning, ...equations.map((line) => element("p", "equation", line))));
  }
  return new Dialog("Terms on this page", list);
}
