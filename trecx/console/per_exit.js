// The console with one threshold per exit: the switch, the handles, the front, and the answer to the limits.
// Requires parts.js, hints.js, vectors.js, handles.js and front.js.

class PerExit {
  /**
   * @param live the console; its data may lack the rows until the switch is on.
   */
  constructor(live) {
    Object.assign(this, { live, on: false });
    const { text, table } = live.data;
    this.handles = new Handles(text, table.exit_flops.length - 1, (levels) => this.set(levels),
      (levels) => this.release(levels), (refused) => live.root.classList.toggle("held", refused));
    this.buttons = [["one ρ", () => this.turnOff()], ["one per exit", () => this.turnOn()]].map(([name, press]) => {
      const button = element("button", "", name);
      button.type = "button";
      button.onclick = press;
      return button;
    });
    explain(this.buttons[1], text.hints.per_exit);
    this.switch = group("mode", "Thresholds", ...this.buttons);
    this.note = element("p", "vectors-note");
    this.note.setAttribute("role", "status");
    this.answer = element("p", "vectors-answer");
    this.answer.setAttribute("role", "status");
    this.take(live.data);
    if (live.data.per_exit) this.wanted = live.data.per_exit.map((threshold) => toLevel(threshold ?? Infinity));
  }

  /** The slider along the front; it moves by drags on the curve, too. */
  along(plot, curve) {
    this.front = new FrontSlider(this.live.data.text, plot, curve, (levels) => this.set(levels),
      () => this.release(this.levels));
    this.front.take(this.live.data.front);
    return this.front.node;
  }

  /** Take rows, front and answer, which Python sends while the switch is on. */
  take({ vectors, vectors_problem: problem, front, vectors_answer: answer, weights, table }) {
    if (vectors && !this.point) {
      this.point = new VectorPoint(vectors, table, weights);
      this.handles.draw(this.point);
    }
    this.front?.take(front ?? null);
    this.showAnswer(answer);
    this.showNote(problem);
  }

  /** Show the handles as soon as the rows are here. */
  begin() {
    if (this.wanted && this.live.data.vectors_problem) return void this.turnOff();
    if (!this.wanted || !this.point) return;
    const levels = this.wanted;
    this.wanted = null;
    this.on = true;
    this.point.reweigh(this.live.weights);
    this.live.showMode();
    this.set(levels);
  }

  turnOn() {
    if (this.on || this.wanted) return;
    this.wanted = this.live.data.table.exit_flops.slice(1).map(() => toLevel(this.live.threshold));
    this.live.send("per_exit", this.wanted.map(toThreshold));
    this.showNote();
    this.begin();
    this.live.describe();
  }

  turnOff() {
    if (!this.on && !this.wanted) return;
    this.on = false;
    this.wanted = null;
    this.live.send("per_exit", null);
    this.showNote(this.live.data.vectors_problem);
    this.live.showMode();
    this.live.show();
    this.live.describe();
  }

  set(levels) {
    this.levels = levels;
    this.point.moveTo(levels);
    this.live.show();
  }

  release(levels) {
    this.set(levels);
    this.live.describe();
    this.live.send("per_exit", this.thresholds);
  }

  /** The thresholds in JSON; null: the console shows one ρ. */
  get thresholds() {
    return (this.on ? this.levels : this.wanted)?.map(toThreshold) ?? null;
  }

  show(said) {
    this.buttons.forEach((button, k) => button.setAttribute("aria-pressed", (k === 1) === this.on));
    this.handles.node.hidden = this.answer.hidden = !this.on;
    if (this.front) this.front.node.hidden = !this.on;
    this.answer.hidden ||= !this.answer.childNodes.length;
    if (this.on) this.handles.show(this.levels, said);
  }

  /** Show where the point lies along the front, on a page that draws it. */
  showFront(said, cost, stale) {
    if (this.on) this.front.show(this.levels, cost, 100 * this.point.accuracy, stale, said);
  }

  showNote(problem = "") {
    this.note.textContent = problem || (this.wanted && !this.point ? this.live.data.text.per_exit.reading : "");
  }

  showAnswer(answer) {
    this.answer.replaceChildren();
    if (!answer) return;
    const jumps = answer.jumps.map(({ label, thresholds, title }) => {
      const jump = element("button", "jump", label);
      jump.type = "button";
      jump.title = title;
      jump.onclick = () => this.release(thresholds.map((threshold) => toLevel(threshold ?? Infinity)));
      return jump;
    });
    this.answer.append(element("strong", answer.met ? "met" : "unmet", answer.head), ` ${answer.text} `,
      element("span", "jumps", "", ...jumps));
  }
}
