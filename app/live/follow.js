// Mounts a component that follows ρ: it changes while the pointer moves, from the counts of the control on its page.
// Requires parts.js.

const followers = new WeakMap();

/**
 * The mount function of a component.
 * @param name the class of its root.
 * @param Follower a class: constructor(root, data, { state, trigger }); show(control), called for each ρ, as soon as the
 *     control is there and counts the same samples (`data.counted`); end().
 */
function mountFollower(name, Follower) {
  return ({ parentElement, data, setStateValue: state, setTriggerValue: trigger }) => {
    let root = parentElement.querySelector(`.${name}`);
    if (!root) parentElement.append((root = element("section", `trecx-live ${name}`)));
    const known = followers.get(root);
    if (known?.version === data.version) return known.end;
    known?.end();
    const follower = new Follower(root, data, { state, trigger });
    const follow = ({ detail: control }) => {
      if (control.data.counted === data.counted) follower.show(control);
    };
    document.addEventListener("trecx-threshold", follow);
    document.dispatchEvent(new CustomEvent("trecx-threshold-wanted"));
    const end = () => {
      document.removeEventListener("trecx-threshold", follow);
      follower.end?.();
      followers.delete(root);
    };
    followers.set(root, { version: data.version, end });
    return end;
  };
}
