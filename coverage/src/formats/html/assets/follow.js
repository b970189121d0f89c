
// The report on a program that runs: the page follows it.
(() => {
  // What may change of a page: lines, rows and sums.
  const parts = "#code p[id], #tree tbody tr, .cards, .sums, .worst, #outline ol, .functions";
  const keyOf = (part) => part.id || (part.cells ? part.cells[0].textContent : part.classList[0] || part.parentElement.id);
  const partsOf = (page) => new Map([...page.querySelectorAll(parts)].map((part) => [keyOf(part), part]));
  let shown;

  const status = element("p", { id: "live", role: "status", textContent: "connecting" });
  const events = element("ol", { id: "events", ariaLabel: "Functions that ran for the first time, newest first" });
  // A mark: what has run since is told apart.
  const since = element("input", { type: "checkbox", id: "since" });
  since.onchange = () => document.documentElement.classList.toggle("since", since.checked);
  const mark = () => {
    for (const part of document.querySelectorAll(".moved")) part.classList.remove("moved");
    since.checked = true;
    since.onchange();
  };
  const set = element("button", { type: "button", id: "mark", textContent: "Mark", title: "Show what runs from now on (m)" });
  set.onclick = mark;
  bind("m", "show what runs from now on", mark);
  const up = location.pathname.includes("/pages/") ? "../" : "";

  let isAsking = false;
  let askAgain = false;
  async function update() {
    if (isAsking) {
      askAgain = true;
      return;
    }
    isAsking = true;
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
        const isNew = old.classList.contains("u") && !part.classList.contains("u");
        const made = document.importNode(part, true);
        // What a reader has done with it stays.
        for (const name of ["in", "at", "one", "moved"]) made.classList.toggle(name, old.classList.contains(name));
        made.hidden = old.hidden;
        if (isNew) made.classList.add("now");
        if (part.id || part.cells) made.classList.add("moved");
        old.replaceWith(made);
      }
    } finally {
      isAsking = false;
    }
    if (askAgain) {
      askAgain = false;
      await update();
    }
  }

  function tell({ pages, first }) {
    for (const { name, page, line } of first) {
      const link = element("a", { href: `${up}${page}#L${line}`, textContent: name });
      events.prepend(element("li", {}, link));
    }
    while (events.children.length > 20) events.lastChild.remove();
    const isIndex = !location.pathname.includes("/pages/");
    if (isIndex || pages.some((page) => location.pathname.endsWith(`/${page}`)) || !document.getElementById("code")) update();
  }

  document.addEventListener("DOMContentLoaded", () => {
    shown = new Map([...partsOf(document)].map(([key, part]) => [key, part.outerHTML]));
    document.querySelector("header").append(status);
    const label = element("label", {}, since, " only what ran since");
    document.querySelector("main").prepend(element("p", { id: "marks" }, set, label), events);
    const source = new EventSource(`${up}events`);
    let wasLost = false;
    source.onopen = () => {
      status.textContent = "live";
      // What was missed meanwhile.
      update();
      wasLost = false;
    };
    source.onmessage = (event) => tell(JSON.parse(event.data));
    const end = () => {
      source.close();
      document.documentElement.classList.add("over");
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
