// What the pages can do besides being read: sort, filter, fold, jump, and change their colours.
"use strict";
(() => {
  const root = document.documentElement;
  root.classList.add("js");

  // Storage may be forbidden, as for files it often is.
  const remembered = (key) => {
    try { return localStorage.getItem(key); } catch { return null; }
  };
  const remember = (key, value) => {
    try { localStorage.setItem(key, value); } catch { /* then it lasts as long as the page */ }
  };

  const themes = ["auto", "light", "dark"];
  const setTheme = (theme) => {
    if (theme === "auto") delete root.dataset.theme;
    else root.dataset.theme = theme;
  };
  let theme = themes.includes(remembered("coverage-theme")) ? remembered("coverage-theme") : "auto";
  setTheme(theme);

  const element = (name, properties = {}, ...children) => {
    const made = Object.assign(document.createElement(name), properties);
    made.append(...children);
    return made;
  };

  const keys = new Map();

  function tools() {
    const icons = { auto: "◐", light: "☀", dark: "☾" };
    const button = element("button", { type: "button", id: "theme" });
    const show = () => {
      button.textContent = icons[theme];
      button.title = `Colours: ${theme} (t)`;
      button.setAttribute("aria-label", `Colours: ${theme}`);
    };
    button.onclick = () => {
      theme = themes[(themes.indexOf(theme) + 1) % themes.length];
      setTheme(theme);
      remember("coverage-theme", theme);
      show();
    };
    show();
    const help = element("button", { type: "button", id: "help", textContent: "?", title: "Keys (?)" });
    help.setAttribute("aria-label", "Keys");
    help.onclick = showKeys;
    keys.set("t", ["t", "change the colours", () => button.click()]);
    keys.set("?", ["?", "show this", showKeys]);
    document.querySelector("header").append(element("div", { id: "tools" }, button, help));
  }

  function showKeys() {
    let dialog = document.querySelector("dialog");
    if (!dialog) {
      const rows = [...new Set(keys.values())].map(([names, what]) => {
        const shown = names.split(" ").flatMap((name) => [element("kbd", { textContent: name }), " "]);
        return element("div", {}, element("dt", {}, ...shown), element("dd", { textContent: what }));
      });
      const close = element("button", { type: "button", textContent: "Close" });
      dialog = element("dialog", {}, element("h2", { textContent: "Keys" }), element("dl", {}, ...rows), close);
      dialog.setAttribute("aria-label", "Keys");
      close.onclick = () => dialog.close();
      dialog.onclick = (event) => { if (event.target === dialog) dialog.close(); };
      document.body.append(dialog);
    }
    if (dialog.open) dialog.close();
    else dialog.showModal();
  }

  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented) return;
    if (event.target.closest("input:not([type=checkbox]), textarea, select")) return;
    const key = keys.get(event.key);
    if (!key || (document.querySelector("dialog[open]") && event.key !== "?")) return;
    event.preventDefault();
    key[2]();
  });

  // ---- The table of files and directories

  const ratioOf = (cell) => {
    const [covered, total] = cell.querySelector("small").textContent.split("/").map(Number);
    return { covered, total, share: total ? covered / total : 2 };
  };

  function readTree(body) {
    const top = { children: [], depth: -1 };
    const around = [top];
    for (const row of body.rows) {
      const depth = Number(row.dataset.d);
      around.length = depth + 1;
      const parent = around[depth];
      const [head, lines, missing, functions, regions] = row.cells;
      const ratios = [lines, functions, regions].map(ratioOf);
      const link = head.querySelector("a");
      const name = link.textContent;
      const node = {
        row, parent, depth, children: [], isDirectory: row.classList.contains("d"),
        isOpen: !row.classList.contains("c"), path: (parent.path ?? "") + name,
        values: [name.toLowerCase(), ratios[0].share, Number(missing.textContent.replace(/,/g, "")) || 0,
          ratios[1].share, ratios[2].share],
        isWhole: ratios.every((ratio) => ratio.covered >= ratio.total),
      };
      parent.children.push(node);
      around.push(node);
      if (node.isDirectory) {
        node.button = element("button", { type: "button", className: "tw" });
        node.button.setAttribute("aria-label", `What is in ${name}`);
        head.prepend(node.button);
      }
    }
    return top;
  }

  // A glob is about the whole path or its end, anything else about a part of the path.
  function matcher(text) {
    const wanted = text.trim().toLowerCase();
    if (!/[*?]/.test(wanted)) return (path) => path.toLowerCase().includes(wanted);
    const pattern = wanted.replace(/[.+^${}()|[\]\\]/g, "\\$&").replace(/\*\*\/?|\*|\?/g, (wild) =>
      wild.startsWith("**") ? ".*" : wild === "*" ? "[^/]*" : "[^/]");
    const expression = new RegExp(`(^|/)${pattern}$`);
    return (path) => expression.test(path.toLowerCase());
  }

  function files(table) {
    const body = table.tBodies[0];
    const top = readTree(body);
    const all = [];
    const collect = (node) => { for (const child of node.children) { all.push(child); collect(child); } };
    collect(top);
    const total = all.filter((node) => !node.isDirectory).length;

    let sort = { column: 0, sign: 1 };
    const compare = (a, b) => {
      const [x, y] = [a.values[sort.column], b.values[sort.column]];
      if (sort.column === 0 && a.isDirectory !== b.isDirectory) return a.isDirectory ? -1 : 1;
      if (x !== y) return (x < y ? -1 : 1) * sort.sign;
      return a.values[0] < b.values[0] ? -1 : 1;
    };
    const order = () => {
      const rows = document.createDocumentFragment();
      const add = (node) => {
        const children = sort.column === 0 && sort.sign === 1 ? node.children : [...node.children].sort(compare);
        for (const child of children) { rows.append(child.row); add(child); }
      };
      add(top);
      body.append(rows);
    };

    const input = element("input", { type: "search", id: "filter", placeholder: "Filter: part of a path, or *.rs" });
    input.setAttribute("aria-label", "Filter by path");
    input.setAttribute("autocomplete", "off");
    const only = element("input", { type: "checkbox", id: "only" });
    const fold = element("button", { type: "button", id: "fold" });
    const status = element("output", { id: "count" });
    const show = () => {
      const isFiltered = input.value.trim() !== "" || only.checked;
      const matches = matcher(input.value);
      let shown = 0;
      // Says whether there is something to show in it.
      const visit = (node, isVisible) => {
        let any = false;
        for (const child of node.children) {
          let isWanted;
          if (child.isDirectory) {
            isWanted = visit(child, isVisible && (isFiltered || child.isOpen));
            const isOpen = isFiltered || child.isOpen;
            child.button.setAttribute("aria-expanded", String(isOpen));
            child.button.disabled = isFiltered;
          } else {
            isWanted = matches(child.path) && !(only.checked && child.isWhole);
            if (isWanted) shown += 1;
          }
          child.row.classList.toggle("x", !(isVisible && isWanted));
          any ||= isWanted;
        }
        return any;
      };
      visit(top, true);
      status.textContent = isFiltered ? `${shown} of ${total} file${total === 1 ? "" : "s"}` : "";
      const isFolded = all.some((node) => node.isDirectory && !node.isOpen);
      fold.textContent = isFolded ? "Open all" : "Close all";
      fold.hidden = !all.some((node) => node.isDirectory);
    };
    fold.onclick = () => {
      const isFolded = all.some((node) => node.isDirectory && !node.isOpen);
      for (const node of all) node.isOpen = isFolded;
      show();
    };
    for (const node of all.filter((node) => node.isDirectory)) {
      node.button.onclick = () => { node.isOpen = !node.isOpen; show(); };
    }
    input.oninput = show;
    only.onchange = show;
    input.onkeydown = (event) => {
      if (event.key !== "Escape") return;
      if (input.value) { input.value = ""; show(); } else input.blur();
    };

    const heads = [...table.tHead.rows[0].cells];
    heads.forEach((head, column) => {
      const button = element("button", { type: "button" }, ...head.childNodes);
      head.append(button);
      head.setAttribute("aria-sort", column === 0 ? "ascending" : "none");
      button.onclick = () => {
        // The first click shows what is worst.
        const sign = sort.column === column ? -sort.sign : column === 2 ? -1 : 1;
        sort = { column, sign };
        heads.forEach((other) => other.setAttribute("aria-sort", "none"));
        head.setAttribute("aria-sort", sign === 1 ? "ascending" : "descending");
        order();
      };
    });

    const label = element("label", { htmlFor: "only" }, only, " only with code that did not run");
    document.getElementById("bar").append(input, label, fold, status);
    keys.set("/", ["/", "filter the files", () => { input.focus(); input.select(); }]);
    show();
  }

  // ---- The page of a source file

  function source(code) {
    const places = [...code.querySelectorAll("u[id]")];
    const at = document.getElementById("at");
    const header = document.querySelector("header");
    let here = -1;
    const rowOf = (node) => node.closest("p");
    const edge = () => header.getBoundingClientRect().bottom;
    const reveal = (node) => {
      const fold = node.closest(".fold");
      if (fold) fold.open = true;
      node.scrollIntoView({ block: "center", inline: "nearest", behavior: "instant" });
    };
    const address = (hash) => {
      try { history.replaceState(null, "", hash); } catch { /* some do not allow it for files */ }
    };

    const go = (index) => {
      if (index < 0 || index >= places.length) {
        const next = document.getElementById("nextfile");
        at.textContent = index < 0 ? "this is the first" : next ? "this is the last: N for the next file" : "this is the last";
        return;
      }
      document.querySelector("u.at")?.classList.remove("at");
      clear();
      here = index;
      const place = places[index];
      place.classList.add("at");
      reveal(place);
      // What was out of sight has its real size only now.
      requestAnimationFrame(() => reveal(place));
      const line = rowOf(place).id;
      at.textContent = `${index + 1} of ${places.length}, line ${line.slice(1)}`;
      address(`#${line}`);
    };
    // Without a place to start from, the first one that is not above what is seen, or the last that is.
    const step = (by) => {
      if (here >= 0) return go(here + by);
      const below = places.findIndex((place) => place.getBoundingClientRect().top >= edge());
      if (by > 0) go(below < 0 ? places.length : below);
      else go((below < 0 ? places.length : below) - 1);
    };
    const next = () => step(1);
    const previous = () => step(-1);
    for (const [id, move] of [["next", next], ["prev", previous]]) {
      const link = document.getElementById(id);
      if (link) link.onclick = (event) => { event.preventDefault(); move(); };
    }
    if (places.length) {
      for (const key of ["n", "j"]) keys.set(key, ["n j", "next place that did not run", next]);
      for (const key of ["p", "k"]) keys.set(key, ["p k", "previous place that did not run", previous]);
      const [n, p] = [keys.get("n"), keys.get("p")];
      keys.set("j", n);
      keys.set("k", p);
    }
    const file = document.getElementById("nextfile");
    if (file) keys.set("N", ["N", "next file with code that did not run", () => file.click()]);
    const up = document.querySelector("header li:nth-last-child(2) a");
    if (up) keys.set("u", ["u", "up to the directory", () => up.click()]);

    // #L42 and #L42-L50
    let first = 0;
    const clear = () => code.querySelectorAll("p.at").forEach((row) => row.classList.remove("at"));
    const select = (from, to, isRevealed) => {
      clear();
      const [top, end] = [Math.min(from, to), Math.max(from, to)];
      const rows = [...code.querySelectorAll("p[id]")].filter((row) => {
        const line = Number(row.id.slice(1));
        return top <= line && line <= end;
      });
      rows.forEach((row) => row.classList.add("at"));
      if (rows.length && isRevealed) {
        reveal(rows[0]);
        requestAnimationFrame(() => reveal(rows[0]));
      }
    };
    const follow = () => {
      const lines = /^#L(\d+)(?:-L?(\d+))?$/.exec(location.hash);
      const place = /^#U(\d+)$/.exec(location.hash);
      here = -1;
      document.querySelector("u.at")?.classList.remove("at");
      if (lines) {
        first = Number(lines[1]);
        select(first, Number(lines[2] ?? first), true);
      } else if (place) {
        go(Number(place[1]) - 1);
      }
    };
    code.addEventListener("click", (event) => {
      const link = event.target.closest("p > a");
      if (!link || event.ctrlKey || event.metaKey) return;
      event.preventDefault();
      const line = Number(link.textContent);
      if (!event.shiftKey || !first) first = line;
      here = -1;
      select(first, line, false);
      address(first === line ? `#L${line}` : `#L${Math.min(first, line)}-L${Math.max(first, line)}`);
    });
    addEventListener("hashchange", follow);

    const map = document.getElementById("map");
    if (map) {
      map.onclick = (event) => {
        const box = map.getBoundingClientRect();
        const whole = code.getBoundingClientRect();
        const share = (event.clientY - box.top) / box.height;
        scrollBy(0, whole.top + share * whole.height - innerHeight / 2);
      };
    }
    // Beside the source, where there is room for it, the functions are there at once.
    const outline = document.getElementById("outline");
    if (outline?.querySelectorAll("li").length < 500 && matchMedia("(min-width: 1180px)").matches) outline.open = true;
    if (location.hash) follow();
  }

  document.addEventListener("DOMContentLoaded", () => {
    const table = document.getElementById("tree");
    const code = document.getElementById("code");
    if (table) files(table);
    if (code) source(code);
    tools();
    if (table) {
      const up = document.querySelector("header li:nth-last-child(2) a");
      if (up) keys.set("u", ["u", "up to the directory around", () => up.click()]);
    }
  });
})();
