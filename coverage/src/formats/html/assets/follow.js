
// The report on a program that runs: the page follows it.
(() => {
  // What may change of a page: lines, rows and sums.
  const parts = "#code p[id], #code details:not(.fold), #tree tbody tr, #functions tbody tr, .cards, .sums, .worst, #outline ol";
  const keyOf = (part, index) =>
    (part.matches("details") && index) || part.id || part.querySelector("th a")?.getAttribute("href") ||
    part.querySelector("h2")?.textContent || part.className || part.parentElement.id;
  const partsOf = (page) => new Map([...page.querySelectorAll(parts)].map((part, index) => [keyOf(part, index), part]));
  // The numbers of places count on from one to the next, so they say nothing of a line.
  const textOf = (part) => part.outerHTML.replace(/ id="U\d+"/g, ' id="U"');
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

  // Up to which event the page knows all, unless it may know nothing.
  let known = 0;
  let isWhole = true;
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
      // What is known already is not asked for again.
      const all = isWhole;
      isWhole = false;
      const answer = await fetch(all ? location.pathname : `${up}parts?${known}&${page}`);
      const text = await answer.text();
      const now = partsOf(new DOMParser().parseFromString(text, "text/html"));
      const before = partsOf(document);
      // The first counts have come, or those of another program: there are other files now.
      const isOther = [...now.keys()].some((key) => !before.has(key)) || (all && now.size !== before.size);
      if (isOther) return location.reload();
      known = Number(answer.headers.get("event"));
      let hasLines = false;
      for (const [key, part] of now) {
        const old = before.get(key);
        const text = textOf(part);
        if (!old || shown.get(key) === text) continue;
        shown.set(key, text);
        const made = document.importNode(part, true);
        if (old.cells) {
          // A row is part of a tree that a reader has opened and sorted.
          for (const cell of [...made.cells].slice(1)) old.cells[cell.cellIndex].replaceWith(cell.cloneNode(true));
          old.read();
        } else if (old.matches("p")) {
          // So is a line: its number may have the focus.
          const isNew = old.classList.contains("u") && !part.classList.contains("u");
          for (const name of ["in", "at", "one", "moved"]) made.classList.toggle(name, old.classList.contains(name));
          made.classList.toggle("now", isNew);
          old.className = made.className;
          old.replaceChildren(old.firstChild, ...[...made.childNodes].slice(1));
          hasLines = true;
        } else {
          if (old.open) made.open = true;
          old.replaceWith(made);
        }
      }
      if (hasLines) document.getElementById("code").read();
      if (since.checked) await showSince();
    } finally {
      // A page that takes long is not asked for all the time.
      setTimeout(next, Math.min(4 * (performance.now() - begin), 2000));
    }
  }
  // What fails is asked for again at the next event.
  const updateSoon = () => update().catch(() => {});
  function next() {
    isAsking = false;
    if (!askAgain) return;
    askAgain = false;
    updateSoon();
  }

  function tell(event) {
    if ("reset" in event) {
      events.replaceChildren();
      updateSoon();
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
    if (isIndex || event.pages.includes(page) || !document.getElementById("code")) updateSoon();
  }

  let source;
  const end = () => {
    source.close();
    document.documentElement.classList.add("over");
    for (const button of buttons) button.disabled = true;
    status.textContent = "The run is over. `cargo itcov report --html DIR` writes the full report.";
  };
  // A browser has few connections to an address, so a page that nobody sees has none.
  const follow = () => {
    if (document.documentElement.classList.contains("over")) return;
    source?.close();
    if (document.hidden) return;
    let wasLost = false;
    source = new EventSource(`${up}events`);
    source.onopen = async () => {
      wasLost = false;
      // What was missed meanwhile.
      events.replaceChildren();
      isWhole = true;
      try {
        await update();
        await showSince();
        status.textContent = "live";
      } catch {
        // A machine that has much to do may leave a request without an answer.
        setTimeout(follow, 1000);
      }
    };
    source.onmessage = (event) => tell(JSON.parse(event.data));
    source.addEventListener("over", end);
    source.onerror = () => {
      // A server that has gone does not come back.
      if (wasLost) end();
      wasLost = true;
    };
  };

  // Before the other scripts change the page.
  document.addEventListener("readystatechange", () => {
    if (document.readyState === "interactive") shown = new Map([...partsOf(document)].map(([key, part]) => [key, textOf(part)]));
  });
  document.addEventListener("DOMContentLoaded", () => {
    document.querySelector("header").append(status);
    const label = element("label", {}, since, " only what ran ", marked);
    marked.textContent = "since a mark";
    document.querySelector("main").prepend(element("p", { id: "marks" }, ...buttons, label), events);
    follow();
  });
  document.addEventListener("visibilitychange", follow);
  addEventListener("pagehide", () => source?.close());
  addEventListener("pageshow", (event) => { if (event.persisted) follow(); });
})();
