
// The report on a program that runs: the page follows it.
(() => {
  // What may change of a page: lines, rows and sums.
  const parts = "#code p[id], #tree tbody tr, #functions tbody tr, .cards, .sums, .worst, #outline ol";
  const keyOf = (part, index) => part.id || part.querySelector("th a")?.getAttribute("href") || index;
  const partsOf = (page) => new Map([...page.querySelectorAll(parts)].map((part, index) => [keyOf(part, index), part]));
  let shown;

  const up = location.pathname.includes("/pages/") ? "../" : "";
  const page = location.pathname.slice(location.pathname.lastIndexOf("/pages/") + 1);
  const isIndex = !up;
  const status = element("p", { id: "live", role: "status", textContent: "connecting" });
  const events = element("ol", { id: "events", ariaLabel: "Functions that ran for the first time, newest first" });

  // A mark: what has run since is told apart.
  const since = element("input", { type: "checkbox", id: "since", checked: remembered("since") === "yes" });
  const marked = element("span", { id: "marked", role: "status" });
  const name = element("input", { id: "name", placeholder: "scenario", ariaLabel: "Name of the scenario that begins with the mark" });
  const setSince = () => {
    remember("since", since.checked ? "yes" : "no");
    document.documentElement.classList.toggle("since", since.checked && !since.disabled);
  };
  since.onchange = setSince;
  async function post(path) {
    const answer = await fetch(up + path, { method: "POST" });
    if (!answer.ok) marked.textContent = await answer.text();
    return answer.ok;
  }
  const mark = async () => {
    const scenario = name.value.trim();
    if (await post(scenario ? `scenario/${encodeURIComponent(scenario)}` : "mark")) name.value = "";
  };
  const reset = () => post("reset");
  // Which lines and files have run since is known where the counters are, so another page knows it as well.
  async function showSince() {
    const known = await (await fetch(`${up}since?${page}`)).json();
    since.disabled = !known.is_marked;
    marked.textContent = !known.is_marked ? "" : known.name ? `since “${known.name}” began` : "since the mark";
    for (const part of document.querySelectorAll(".moved")) part.classList.remove("moved");
    for (const line of known.lines) document.getElementById(`L${line}`)?.classList.add("moved");
    const pages = new Set(known.pages);
    for (const link of document.querySelectorAll("#tree tbody a")) {
      if (pages.has(new URL(link.href).pathname.slice(1))) {
        for (const row of around(link.closest("tr"))) row.classList.add("moved");
      }
    }
    setSince();
  }
  // A row, and those of the directories around it: they stand above it, and reach further to the left.
  function around(row) {
    const depth = (it) => Number(it.dataset.d);
    const rows = [row];
    for (let it = row.previousElementSibling; it; it = it.previousElementSibling) {
      if (depth(it) < depth(rows.at(-1))) rows.push(it);
    }
    return rows;
  }
  const buttons = [
    element("button", { type: "button", id: "mark", textContent: "Mark", title: "Show what runs from now on (m)", onclick: mark }),
    name,
    element("button", { type: "button", id: "reset", textContent: "Reset", title: "Forget what was counted (r)", onclick: reset }),
  ];
  bind("m", "show what runs from now on", mark);
  bind("r", "forget what was counted", reset);
  name.onkeydown = (event) => { if (event.key === "Enter") mark(); };

  let isAsking = false;
  let askAgain = false;
  async function update() {
    if (isAsking) {
      askAgain = true;
      return;
    }
    isAsking = true;
    const begin = performance.now();
    try {
      const text = await (await fetch(location.pathname)).text();
      const now = partsOf(new DOMParser().parseFromString(text, "text/html"));
      const before = partsOf(document);
      // The first counts have come: there are files now.
      if (now.size !== before.size) return location.reload();
      for (const [key, part] of now) {
        const old = before.get(key);
        const html = part.outerHTML;
        if (!old || shown.get(key) === html) continue;
        shown.set(key, html);
        if (old.cells) {
          // A row is part of a tree that a reader has opened and sorted.
          const cells = [...part.cells].slice(1);
          for (const [index, cell] of cells.entries()) old.cells[index + 1].replaceWith(document.importNode(cell, true));
          old.read();
          continue;
        }
        const isNew = old.classList.contains("u") && !part.classList.contains("u");
        const made = document.importNode(part, true);
        // What a reader has done with it stays.
        for (const name of ["in", "at", "one", "moved"]) made.classList.toggle(name, old.classList.contains(name));
        made.hidden = old.hidden;
        if (isNew) made.classList.add("now");
        old.replaceWith(made);
      }
      if (since.checked) await showSince();
    } finally {
      // A page that takes long is not asked for all the time.
      await new Promise((done) => setTimeout(done, 4 * (performance.now() - begin)));
      isAsking = false;
    }
    if (askAgain) {
      askAgain = false;
      await update();
    }
  }

  function tell(event) {
    if ("reset" in event) {
      events.replaceChildren();
      update();
      return;
    }
    if ("mark" in event) {
      since.checked = true;
      setSince();
      showSince();
      return;
    }
    for (const { name, page, line } of event.first) {
      const link = element("a", { href: `${up}${page}#L${line}`, textContent: name });
      events.prepend(element("li", {}, link));
    }
    while (events.children.length > 20) events.lastChild.remove();
    if (isIndex || event.pages.includes(page) || !document.getElementById("code")) update();
  }

  document.addEventListener("DOMContentLoaded", () => {
    shown = new Map([...partsOf(document)].map(([key, part]) => [key, part.outerHTML]));
    document.querySelector("header").append(status);
    const label = element("label", {}, since, " only what ran ", marked);
    marked.textContent = "since a mark";
    document.querySelector("main").prepend(element("p", { id: "marks" }, ...buttons, label), events);
    const source = new EventSource(`${up}events`);
    let wasLost = false;
    source.onopen = async () => {
      // What was missed meanwhile.
      await update();
      await showSince();
      status.textContent = "live";
      wasLost = false;
    };
    source.onmessage = (event) => tell(JSON.parse(event.data));
    const end = () => {
      source.close();
      document.documentElement.classList.add("over");
      for (const button of buttons) button.disabled = true;
      status.textContent = "The run is over. `cargo itcov report --html DIR` writes the full report.";
    };
    source.addEventListener("over", end);
    source.onerror = () => {
      // A server that has gone does not come back.
      if (wasLost) end();
      wasLost = true;
    };
  });
})();
