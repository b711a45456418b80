// Names the script of the plotly package where the page of HTML does not (app/web/head.py).

export default function ({ data }) {
  if (window.Plotly || document.querySelector("[data-plotly]")) return;
  const link = document.createElement("link");
  Object.assign(link, { rel: "preload", as: "script", href: new URL(data.plotly, document.baseURI).href });
  link.dataset.plotly = "";
  document.head.append(link);
}
