// Scenarios: which of them reach a line, and the lines that one of them reaches.
(() => {
  const make = (tag, properties = {}, ...inside) => {
    const made = Object.assign(document.createElement(tag), properties);
    made.append(...inside);
    return made;
  };
  const query = new URLSearchParams(location.search);
  const chosen = () => (query.has("s") ? Number(query.get("s")) : -1);
  const withChoice = (address, scenario) => {
    const [path, hash] = address.split("#");
    return path.split("?")[0] + (scenario < 0 ? "" : `?s=${scenario}`) + (hash === undefined ? "" : `#${hash}`);
  };
  // A set of scenarios as their places.
  const placesOf = (digits) => {
    const places = [];
    [...digits].forEach((digit, at) => {
      for (let bits = parseInt(digit, 16), place = 4 * at; bits; bits >>= 1, place++) if (bits & 1) places.push(place);
    });
    return places;
  };

  function file(source) {
    const sets = source.sets.map(placesOf);
    const members = sets.map((set) => new Set(set));
    const setOf = new Map();
    for (const [first, length, set] of source.stretches) {
      for (let line = first; line < first + length; line++) {
        setOf.set(line, set);
        const row = document.getElementById(`L${line}`);
        if (!row) continue;
        row.dataset.s = sets[set].length;
        if (sets[set].length === 1) row.classList.add("one");
      }
    }
    const code = document.getElementById("code");

    const select = make("select", { id: "by", ariaLabel: "Scenario" }, make("option", { value: -1, textContent: "all scenarios" }));
    for (const place of [...new Set(sets.flat())].sort((a, b) => a - b)) {
      select.append(make("option", { value: place, textContent: scenarios[place].name }));
    }
    const choose = (scenario) => {
      if (scenario < 0) query.delete("s");
      else query.set("s", scenario);
      select.value = scenario;
      code.classList.toggle("by", scenario >= 0);
      for (const [line, set] of setOf) {
        document.getElementById(`L${line}`)?.classList.toggle("in", scenario >= 0 && members[set].has(scenario));
      }
      for (const link of document.querySelectorAll("header a[href], #jump a[href]")) {
        const address = link.getAttribute("href");
        if (address[0] !== "#") link.setAttribute("href", withChoice(address, scenario));
      }
      try {
        history.replaceState(history.state, "", withChoice(location.href, scenario));
      } catch { /* a browser may not allow it */ }
    };
    select.onchange = () => choose(Number(select.value));
    const label = make("label", { id: "scenario" }, "Reached by ", select, make("small", { textContent: " On the right of a line: how many scenarios reach it." }));

    // Who reaches the line that the address or the reader names.
    const who = make("section", { id: "who", ariaLabel: "Scenarios of a line", tabIndex: -1, hidden: true });
    who.setAttribute("aria-live", "polite");
    const show = (line) => {
      const set = setOf.get(line);
      const reaching = set === undefined ? [] : sets[set];
      const number = reaching.length === 1 ? "1 scenario" : `${reaching.length || "no"} scenarios`;
      const list = make("ul");
      for (const place of reaching) {
        const { name, outcome } = scenarios[place];
        const button = make("button", { type: "button", textContent: name, title: "Colour the source by this scenario" });
        button.onclick = () => choose(place);
        list.append(make("li", {}, button, outcome ? ` ${outcome}` : ""));
      }
      const close = make("button", { type: "button", className: "close", ariaLabel: "Close", textContent: "×" });
      close.onclick = hide;
      who.replaceChildren(make("h2", { textContent: `Line ${line}: ${number}` }), close, list);
      who.hidden = false;
    };
    const hide = () => { who.hidden = true; code.focus({ preventScroll: true }); };
    const lineOf = (node) => Number(node?.closest?.("#code p")?.id.slice(1)) || 0;
    const here = () => Number(/^#L(\d+)$/.exec(location.hash)?.[1]) || lineOf(document.activeElement)
      || lineOf(getSelection().focusNode?.parentElement);
    code.addEventListener("click", (event) => {
      const link = event.target.closest("p[data-s] > a");
      if (link) show(lineOf(link));
    });
    document.addEventListener("keydown", (event) => {
      if (event.key === "Escape" && !who.hidden) hide();
      if (event.key !== "s" || event.ctrlKey || event.metaKey || event.altKey) return;
      if (event.target.matches("input, select, textarea")) return;
      const line = here();
      if (!line) return;
      show(line);
      who.focus();
    });
    document.querySelector(".legend")?.before(label);
    document.body.append(who);
    if (sets.flat().includes(chosen())) choose(chosen());
  }

  function table(rows) {
    const filter = make("input", { type: "search", id: "filter", placeholder: "Filter scenarios", ariaLabel: "Filter scenarios" });
    const count = make("span", { id: "count" });
    count.setAttribute("aria-live", "polite");
    const all = [...rows.tBodies[0].rows];
    filter.oninput = () => {
      const words = filter.value.toLowerCase().split(/\s+/).filter(Boolean);
      let shown = 0;
      all.forEach((row, place) => {
        const name = scenarios[place].name.toLowerCase();
        const isShown = words.every((word) => name.includes(word));
        row.classList.toggle("x", !isShown);
        if (isShown) shown++;
      });
      count.textContent = words.length ? `${shown} of ${all.length}` : "";
    };
    all.forEach((row, place) => {
      const head = row.cells[0];
      const details = make("details", {}, make("summary", {}, ...head.childNodes));
      // Made when it is asked for.
      details.ontoggle = () => {
        if (details.querySelector("ul")) return;
        const list = make("ul");
        for (const [file, lines] of reachedByScenarios[place]) {
          const [path, page] = filesOfScenarios[file];
          const link = make("a", { href: withChoice(page, place), textContent: path });
          list.append(make("li", {}, link, ` ${lines} line${lines === 1 ? "" : "s"}`));
        }
        details.append(list);
      };
      head.replaceChildren(details);
    });
    rows.before(make("div", { id: "bar" }, filter, count));
  }

  addEventListener("DOMContentLoaded", () => {
    if (typeof scenariosOfLines !== "undefined") file(scenariosOfLines);
    const rows = document.getElementById("scenarios");
    if (rows) table(rows);
  });
})();
