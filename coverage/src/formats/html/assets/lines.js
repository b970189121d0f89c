// The lines of a listing for the keyboard, what they counted inside, and whether they wrap.

// A box beside the legend that changes how the page is read, and its label.
function way(key, label, checked, change) {
  const box = element("input", { type: "checkbox", checked });
  box.onchange = () => change(box.checked);
  bind(key, label, () => box.click());
  const text = element("span", { textContent: label });
  document.querySelector(".legend").append(element("li", { className: "way" }, element("label", {}, box, text)));
  return text;
}

// Of many that can have the focus one is in the order of Tab, and the arrows go on from it.
function roving(around, selector) {
  const stops = [...around.querySelectorAll(selector)];
  if (!stops.length) return;
  for (const stop of stops) stop.tabIndex = -1;
  let current = stops[0];
  current.tabIndex = 0;
  around.addEventListener("focusin", (event) => {
    const stop = event.target.closest(selector);
    if (!stop) return;
    current.tabIndex = -1;
    current = stop;
    current.tabIndex = 0;
  });
  around.addEventListener("keydown", (event) => {
    const by = { ArrowUp: -1, ArrowDown: 1 }[event.key];
    if (!by || event.target !== current) return;
    let index = stops.indexOf(current) + by;
    // What is folded cannot have the focus.
    while (stops[index] && !stops[index].checkVisibility()) index += by;
    const next = stops[index];
    if (!next) return;
    event.preventDefault();
    next.focus({ preventScroll: true });
    next.scrollIntoView({ block: "nearest" });
  });
}

// What is known of the parts of the line that has the focus. The mouse finds it in their titles.
function counts(code) {
  const tip = element("div", { id: "tip", hidden: true });
  document.getElementById("source").append(tip);
  const times = (count) => `${count} time${count === "1" ? "" : "s"}`;
  code.addEventListener("focusin", (event) => {
    const row = event.target.closest("p");
    const parts = row ? [...row.querySelectorAll("code q, code u, code ins")] : [];
    // A place says of itself that it did not run.
    tip.hidden = !parts.length || (event.target.matches("u") && parts.every((part) => part.matches("u")));
    if (tip.hidden) return;
    const line = row.querySelector("b");
    tip.replaceChildren(`This line: ${times(line.title || line.textContent)}`, ...parts.map((part) =>
      element("div", {}, element("code", { textContent: part.textContent }), ` ${times(part.title.slice(0, -1) || "0")}`)));
    const [box, around] = [row, tip.parentElement].map((it) => it.getBoundingClientRect());
    tip.style.setProperty("top", `${box.bottom - around.top + 2}px`);
    event.target.setAttribute("aria-describedby", "tip");
  });
  code.addEventListener("focusout", () => { tip.hidden = true; });
}

function wrapping(code) {
  const set = (isWrapped) => {
    code.classList.toggle("wrap", isWrapped);
    code.classList.toggle("nowrap", !isWrapped);
  };
  const kept = remembered("wrap");
  // A narrow window wraps by itself.
  const isWrapped = kept ? kept === "yes" : matchMedia("(max-width: 820px)").matches;
  if (kept) set(isWrapped);
  way("w", "wrap long lines", isWrapped, (checked) => {
    set(checked);
    remember("wrap", checked ? "yes" : "no");
  });
}
