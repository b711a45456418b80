// What all pages stand on: Plotly, as the plotly package brings it, once a page.

export default function ({ data }) {
  if (document.querySelector("script[data-plotly]")) return;
  const plotly = document.createElement("script");
  plotly.src = new URL(data.plotly, document.baseURI).href;
  plotly.dataset.plotly = "";
  document.head.append(plotly);
}
