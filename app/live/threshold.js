// The control of ρ at the head of a page, with the five numbers in one row. Requires control.js.

class PageControl extends ThresholdControl {
  begin() {
    this.root.classList.add("compact");
    super.begin();
  }
}

export default function (component) {
  return mountControl(PageControl, component);
}
