// Loads Plotly from the plotly package, once per page.

export default function ({ data }) {
  if (document.querySelector("script[data-plotly]")) return;
  const plotly = document.createElement("script");
  plotly.src = new URL(data.plotly, document.baseURI).href;
  plotly.dataset.plotly = "";
  document.head.append(plotly);
}
