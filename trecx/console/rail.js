// A track with a handle, moved by pointer or keys; what it stands on is drawn under it. Requires parts.js.

const COARSE = 10; // fine steps

class Rail {
  /**
   * @param label for screen readers.
   * @param under a node drawn under the track.
   * @param on at(share of the track) and step(fine steps) while a pointer or key moves it, release() after that, and
   *     atEnd(): whether a repeated key must not move it further up.
   */
  constructor(label, under, on) {
    this.fill = element("div", "fill");
    this.handle = element("div", "handle");
    for (const [name, value] of Object.entries({ role: "slider", tabindex: 0, "aria-label": label,
      "aria-orientation": "horizontal", "aria-valuemin": 0, "aria-valuemax": 1 })) this.handle.setAttribute(name, value);
    this.node = element("div", "rail", "", under, element("div", "track", "", this.fill), this.handle);
    this.followPointer(on);
    this.followKeys(on);
  }

  followPointer({ at, release }) {
    const follow = (event) => {
      const box = this.node.getBoundingClientRect();
      at(Math.min(Math.max((event.clientX - box.left) / box.width, 0), 1));
    };
    this.node.onpointerdown = (event) => {
      event.preventDefault();
      this.node.setPointerCapture(event.pointerId);
      this.handle.focus();
      follow(event);
      this.node.onpointermove = follow;
    };
    this.node.onpointerup = this.node.onpointercancel = () => {
      if (!this.node.onpointermove) return;
      this.node.onpointermove = null;
      release();
    };
  }

  followKeys({ step, atEnd, release }) {
    const steps = { ArrowLeft: -1, ArrowDown: -1, ArrowRight: 1, ArrowUp: 1, PageDown: -COARSE, PageUp: COARSE,
      Home: -Infinity, End: Infinity };
    this.handle.onkeydown = (event) => {
      if (!(event.key in steps)) return;
      event.preventDefault();
      if (event.repeat && atEnd() && steps[event.key] > 0) return;
      step(steps[event.key] * (event.shiftKey ? COARSE : 1));
    };
    this.handle.onkeyup = (event) => event.key in steps && release();
  }

  /**
   * @param share of the track, 0 to 1.
   * @param text of this position, for a screen reader.
   */
  show(share, text) {
    this.fill.style.left = this.handle.style.left = `${100 * share}%`;
    this.handle.setAttribute("aria-valuenow", share);
    this.handle.setAttribute("aria-valuetext", text);
  }
}
