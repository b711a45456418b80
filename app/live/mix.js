// The class mix: a slider and a number field per class. The console is updated while they move;
// Python receives the mix on release. Requires parts.js and counts.js.

const MOST = 100;
const NEVER = "All shares are 0. Set at least one above 0; until then, the class mix is as tested.";

class Mix {
  constructor(root, data, send) {
    Object.assign(this, { data, send, mix: [...data.mix] });
    this.rows = data.names.map((name, k) => this.row(name, k));
    this.trouble = element("p", "trouble");
    this.trouble.setAttribute("role", "status");
    root.replaceChildren(element("div", "classes", "", ...this.rows.map(({ node }) => node)), this.trouble);
    this.showShares();
    this.answer = () => this.tell();
    document.addEventListener("trecx-class-mix-wanted", this.answer);
  }

  end() {
    document.removeEventListener("trecx-class-mix-wanted", this.answer);
  }

  row(name, k) {
    const about = { min: 0, max: MOST, disabled: !this.data.counts[k], value: this.mix[k] };
    const slider = Object.assign(element("input", "often"), { type: "range", step: 0.5, ...about });
    const number = Object.assign(element("input", "number"), { type: "number", step: "any", ...about });
    slider.setAttribute("aria-label", `how often ${name} occurs, relative to the others`);
    number.setAttribute("aria-label", `how often ${name} occurs, as a number`);
    const share = element("span", "share");
    const follow = (from, to) => () => {
      if (from.value === "" || !from.checkValidity()) return;
      this.mix[k] = Number(from.value);
      to.value = from.value;
      this.tell();
    };
    slider.oninput = follow(slider, number);
    number.oninput = follow(number, slider);
    slider.onchange = () => this.send("mix", this.mix);
    number.onchange = () => number.reportValidity() && this.send("mix", this.mix);
    const title = element("span", "name", name);
    title.title = this.data.counts[k] ? name : `${name}: the test set has no sample of it`;
    return { node: element("div", "class", "", title, slider, number, share), share };
  }

  /** Notify the console on this page, if there is one. */
  tell() {
    this.showShares();
    const detail = { names: this.data.names, weights: classWeights(this.mix, this.data.counts) };
    document.dispatchEvent(new CustomEvent("trecx-class-mix", { detail }));
  }

  showShares() {
    const total = sum(this.mix);
    this.rows.forEach(({ share }, k) => {
      const percent = (100 * this.mix[k]) / total;
      share.textContent = total ? `${percent.toFixed(percent < 10 && percent > 0 ? 1 : 0)} %` : "–";
    });
    this.trouble.textContent = total ? "" : NEVER;
  }
}

const mixes = new WeakMap();

export default function ({ parentElement, data, setStateValue }) {
  const known = parentElement.querySelector(".trecx-mix");
  if (known) return mixes.get(known); // the value that was set here takes precedence
  const root = element("section", "trecx-mix");
  parentElement.append(root);
  const mix = new Mix(root, data, setStateValue);
  mixes.set(root, () => mix.end());
  return mixes.get(root);
}
