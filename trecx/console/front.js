// The Pareto front of all thresholds per exit: dragging on the curve picks its nearest point, and so does a range input.
// Requires parts.js, hints.js and counts.js.

class FrontSlider {
  /**
   * @param plot the node around the curve.
   * @param curve the node that Plotly draws in.
   * @param move called with levels while the pointer or a key moves along the front.
   * @param release called when it is released.
   */
  constructor(text, plot, curve, move, release) {
    Object.assign(this, { text, plot, curve, move, release });
    this.range = Object.assign(element("input", ""), { type: "range", min: 0, step: 1 });
    this.range.setAttribute("aria-label", "along the Pareto front");
    this.range.oninput = () => this.go(Number(this.range.value));
    this.range.onchange = () => release();
    this.gap = element("output", "gap");
    this.waiting = element("span", "waiting", text.per_exit.searching);
    this.waiting.setAttribute("role", "status");
    this.node = element("div", "along", "", term("Pareto front", text.hints.front), this.range, this.gap, this.waiting);
    this.listen();
    this.take(null);
  }

  /** The front of the shown cost axis and class mix; null: it is not computed yet. */
  take(front) {
    this.front = front && { levels: front.levels.map(numbersOf), costs: numbersOf(front.costs),
      percents: numbersOf(front.percents) };
    this.range.hidden = this.gap.hidden = !front;
    this.waiting.hidden = Boolean(front);
    if (front) this.range.max = this.front.costs.length - 1;
  }

  levelsAt(place) { return this.front.levels.map((column) => column[place]); }

  go(place) {
    this.move(this.levelsAt(place));
  }

  listen() {
    const follow = (event) => {
      const box = this.curve.getBoundingClientRect();
      this.go(this.nearest(event.clientX - box.left, event.clientY - box.top));
    };
    this.plot.addEventListener("pointerdown", (event) => {
      if (this.node.hidden || !this.front || !this.curve._fullLayout || event.button) return;
      this.plot.setPointerCapture(event.pointerId);
      follow(event);
      this.plot.onpointermove = follow;
    });
    this.plot.onpointerup = this.plot.onpointercancel = () => {
      if (!this.plot.onpointermove) return;
      this.plot.onpointermove = null;
      this.release();
    };
  }

  /** The point of the front that is nearest to a place in the plot, in pixels. */
  nearest(x, y) {
    const { xaxis, yaxis } = this.curve._fullLayout;
    let [best, least] = [0, Infinity];
    this.front.costs.forEach((cost, place) => {
      const away = Math.hypot(xaxis._offset + xaxis.l2p(cost) - x, yaxis._offset + yaxis.l2p(this.front.percents[place]) - y);
      if (away < least) [best, least] = [place, away];
    });
    return best;
  }

  /**
   * Show where a point lies along the front.
   * @param levels of the point.
   * @param stale whether the front is of another class mix.
   * @param said the results, for a screen reader.
   */
  show(levels, cost, percent, stale, said) {
    if (!this.front) return;
    const place = this.at(levels, cost);
    this.range.value = place;
    const short = this.front.percents[place] - percent;
    const on = levels.every((level, exit) => level === this.front.levels[exit][place]) || Math.abs(short) < 1e-9;
    const gap = on ? "on the front" : `${Math.max(short, 0).toFixed(2)} pt below`;
    this.gap.textContent = stale ? "" : gap;
    this.range.setAttribute("aria-valuetext", `${stale ? "" : `${gap}: `}${said}`);
  }

  /** The place of these levels, or else of the most accurate point that costs at most as much. */
  at(levels, cost) {
    const { costs } = this.front;
    const above = lowerBound(costs, cost * (1 + 1e-9));
    const place = Math.max(above - 1, 0);
    const near = [place, place + 1].find((k) => k < costs.length && levels.every((level, exit) => level === this.front.levels[exit][k]));
    return near ?? place;
  }
}
