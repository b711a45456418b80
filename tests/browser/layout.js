// What a reader cannot read: text that is cut off, leaves the window, or runs into other text. A table of Streamlit is
// left out: it is drawn on a canvas, which scrolls within its frame.
() => {
  const found = [];
  const column = document.querySelector("[data-testid=stSidebar]");
  const open = column && column.getBoundingClientRect().right > 20;
  const main = document.querySelector("[data-testid=stMain]") ?? document.documentElement;
  if (main.scrollWidth > main.clientWidth) found.push(`the page is ${main.scrollWidth} wide, not ${main.clientWidth}`);
  if (document.documentElement.scrollWidth > innerWidth) found.push("the window scrolls sideways");
  const shown = (node) => node.checkVisibility({ opacityProperty: true, visibilityProperty: true })
    && !node.closest("[data-testid=stDataFrame], [aria-hidden=true], dialog:not([open]), [data-testid=stIconMaterial], .katex-mathml")
    && !/^Skip to/.test(node.textContent)
    && (open || !column?.contains(node));
  const name = (node, text) => `${node.tagName.toLowerCase()}.${node.className.baseVal ?? node.className} ${text.trim().slice(0, 60)}`;
  const scrolls = (node) => {
    for (let up = node; up && up !== main; up = up.parentElement) {
      if (/auto|scroll/.test(getComputedStyle(up).overflowX) && up.scrollWidth > up.clientWidth) return up;
    }
    return null;
  };
  const texts = [];
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (walker.nextNode()) {
    const { currentNode: text } = walker, node = text.parentElement;
    if (!text.data.trim() || !node || /^(SCRIPT|STYLE|TEMPLATE|OPTION|TITLE)$/.test(node.tagName) || !shown(node)) continue;
    const style = getComputedStyle(node);
    if (style.color === "rgba(0, 0, 0, 0)" || parseFloat(style.fontSize) < 2) continue;
    if (node.getBoundingClientRect().width <= 1) continue; // for screen readers only
    const range = document.createRange();
    range.selectNodeContents(text);
    if (style.textOverflow === "ellipsis" && style.overflowX !== "visible" && node.scrollWidth > node.clientWidth) {
      found.push(`ends in …: ${name(node, text.data)}`);
    }
    let boxes = [...range.getClientRects()];
    for (let up = node; up && up !== document.body; up = up.parentElement) {
      const { overflowY, display } = getComputedStyle(up), { top, bottom } = up.getBoundingClientRect();
      if (overflowY === "visible" || display === "inline") continue; // what is scrolled out of sight runs into nothing
      boxes = boxes.map((b) => new DOMRect(b.x, Math.max(b.y, top), b.width, Math.min(b.bottom, bottom) - Math.max(b.y, top)));
    }
    boxes = boxes.filter(({ width, height }) => width > 1 && height > 1);
    if (!boxes.length) continue;
    const [left, right] = [Math.min(...boxes.map((b) => b.left)), Math.max(...boxes.map((b) => b.right))];
    if (!scrolls(node) && (right > innerWidth + 1 || left < -1)) found.push(`leaves the window: ${name(node, text.data)}`);
    for (let up = node; up && up !== document.body; up = up.parentElement) {
      const { overflowX } = getComputedStyle(up);
      if (up.tagName === "foreignObject" || overflowX === "visible") continue;
      const box = up.getBoundingClientRect();
      if (/hidden|clip/.test(overflowX) && (right > box.right + 1.5 || left < box.left - 1.5)) {
        found.push(`cut off: ${name(node, text.data)}`);
        break;
      }
      if (/auto|scroll/.test(overflowX)) break;
    }
    if (!node.closest("svg, table, [role=tooltip]")) texts.push({ node, boxes, said: text.data });
  }
  for (const input of document.querySelectorAll("input, button")) {
    if (!shown(input) || parseFloat(getComputedStyle(input).fontSize) < 2) continue;
    if (/^(range|checkbox|radio|file)$/.test(input.type) || getComputedStyle(input).position === "absolute") continue;
    if (input.scrollWidth > input.clientWidth + 1) found.push(`cut off in its box: ${name(input, input.value || input.textContent)}`);
  }
  texts.forEach(({ node, boxes, said }, k) => texts.slice(k + 1).forEach((other) => {
    if (node.contains(other.node) || other.node.contains(node)) return;
    const meets = boxes.some((a) => other.boxes.some((b) => Math.min(a.right, b.right) - Math.max(a.left, b.left) > 2
      && Math.min(a.bottom, b.bottom) - Math.max(a.top, b.top) > 4));
    const above = (one) => one.closest("header, [data-testid=stHeader], [data-testid=stSidebar]");
    if (meets && above(node) === above(other.node)) found.push(`run into each other: ${said.trim().slice(0, 40)} / ${other.said.trim().slice(0, 40)}`);
  }));
  return [...new Set(found)];
}
