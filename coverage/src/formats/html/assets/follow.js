
// The report on a program that runs: the page follows it.
(() => {
  // What each part of the page was last, rows only once something has run there; and its rows and lines, which stay as long as it does.
  let shown;
  let rows;

  const up = location.pathname.includes("/pages/") ? "../" : "";
  const page = location.pathname.slice(location.pathname.lastIndexOf("/pages/") + 1);
  const isIndex = !up;
  const status = element("p", { id: "live", role: "status", textContent: "connecting" });
  const events = element("ol", { id: "events", ariaLabel: "Functions that ran for the first time, newest first" });

  // A mark: what has run since is told apart.
  const since = element("input", { type: "checkbox", id: "since", checked: remembered("since") === "yes" });
  const marked = element("span", { id: "marked", role: "status" });
  const name = element("input", { id: "name", autocomplete: "off", placeholder: "name (optional)", ariaLabel: "Name of the scenario that begins with the mark" });
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
    marked.textContent = !known.is_marked ? "since a mark" : known.name ? `since “${known.name}” began` : "since the mark";
    for (const part of document.querySelectorAll(".moved")) part.classList.remove("moved");
    for (const line of known.lines) document.getElementById(`L${line}`)?.classList.add("moved");
    const pages = new Set(known.pages);
    for (const link of document.querySelectorAll("#tree tbody a")) {
      if (pages.has(new URL(link.href).pathname.slice(1))) {
        for (const row of around(link.closest("tr"))) row.classList.add("moved");
      }
    }
    const tree = document.getElementById("tree")?.tBodies[0];
    tree?.classList.toggle("still", !tree.querySelector(".moved"));
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

  // Says whether the page has a place for all that there is now.
  function bringAll(now, all) {
    if (!now.size) return true;
    rows ??= partsOf(document, rowNames);
    // Another program has other files.
    if (all && [...rows.keys()].some((key) => !now.has(key))) return false;
    const others = partsOf(document, otherNames);
    let hasLines = false;
    for (const [key, old] of others) {
      if (now.has(key)) continue;
      if (isOptional(old)) old.remove();
      else if (all) return false;
      shown.delete(key);
    }
    for (const [key, part] of now) {
      const text = textOf(part);
      const old = rows.get(key) ?? others.get(key);
      if (old && shown.get(key) === text) continue;
      shown.set(key, text);
      hasLines ||= part.matches("p");
      if (old) bring(old, part);
      else if (!insert(part, key)) return false;
    }
    if (hasLines) document.getElementById("code").read();
    return true;
  }

  // Up to which event the page knows all, as it says when it comes, unless it may know nothing.
  const [own] = performance.getEntriesByType("navigation")[0]?.serverTiming ?? [];
  let known = Number(own?.description);
  let isWhole = !own;
  let isFirst = true;
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
      const now = allPartsOf(new DOMParser().parseFromString(text, "text/html"));
      known = Number(answer.headers.get("event"));
      if (!bringAll(now, all)) return location.reload();
      if (since.checked) await showSince();
    } finally {
      // A page that takes long is not asked for all the time.
      setTimeout(next, Math.min(4 * (performance.now() - begin), 2000));
    }
  }
  // What fails is asked for again, and all of it.
  const updateSoon = () => update().catch(() => {
    if (document.documentElement.classList.contains("over")) return;
    isWhole = true;
    askAgain = true;
  });
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
    for (const { name, full, page, line } of event.first) {
      const link = element("a", { href: `${up}${page}#L${line}`, textContent: name, title: full });
      // What a page is told first has no pages.
      events.prepend(element("li", { className: event.pages.length ? "now" : "" }, link));
    }
    while (events.children.length > 20) events.lastChild.remove();
    if (isIndex || event.pages.includes(page) || !document.getElementById("code")) updateSoon();
  }

  let source;
  const end = () => {
    source.close();
    document.documentElement.classList.add("over");
    for (const button of buttons) button.disabled = true;
    const command = element("code", { textContent: "cargo itcov report --html DIR" });
    status.replaceChildren("The run is over. ", command, " writes the full report.");
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
      isWhole ||= !isFirst;
      isFirst = false;
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
      else status.textContent = "connecting";
      wasLost = true;
    };
  };

  // Before the other scripts change the page.
  document.addEventListener("readystatechange", () => {
    if (document.readyState !== "interactive") return;
    shown = new Map([...partsOf(document, `#code p[id], ${otherNames}`)].map(([key, part]) => [key, textOf(part)]));
  });
  document.addEventListener("DOMContentLoaded", () => {
    const label = element("label", {}, since, element("span", {}, "only what ran ", marked));
    marked.textContent = "since a mark";
    // What has run since a mark is not known of each function.
    const labels = document.getElementById("functions") ? [] : [label];
    const bar = element("section", { id: "marks", ariaLabel: "Live" }, status, ...buttons, ...labels, events);
    document.querySelector("header").after(bar);
    document.documentElement.classList.add("follows");
    follow();
  });
  document.addEventListener("visibilitychange", follow);
  addEventListener("pagehide", () => source?.close());
  addEventListener("pageshow", (event) => { if (event.persisted) follow(); });
})();
