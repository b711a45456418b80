// A figure on a page that does not follow ρ; clicks on its marks go to Python.
// Requires parts.js, plot.js and figure.js.

const charts = new WeakMap();

export default function ({ parentElement, data, setTriggerValue }) {
  let root = parentElement.querySelector(".trecx-chart");
  if (!root) parentElement.append((root = element("section", "trecx-chart")));
  const known = charts.get(root);
  if (known?.version === data.version) return known.end;
  known?.live.end();
  const live = new Chart(root, data, (canvas) => {
    canvas.removeAllListeners?.("plotly_click");
    if (data.clickable) canvas.on("plotly_click", ({ points: [point] }) => setTriggerValue("click",
      { x: point.x, y: point.y, trace: point.curveNumber, custom: point.customdata ?? null }));
  });
  live.plot.node.classList.toggle("clickable", data.clickable);
  const end = () => {
    live.end();
    charts.delete(root);
  };
  charts.set(root, { live, end, version: data.version });
  return end;
}
