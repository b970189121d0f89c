// The tables of files and of functions: sort, filter, fold. What is chosen is in the address.

const chosen = new URLSearchParams(location.hash.includes("=") ? location.hash.slice(1) : "");
let later;
function choose(key, value) {
  if (value) chosen.set(key, value);
  else chosen.delete(key);
  // Not with each key that is typed.
  clearTimeout(later);
  later = setTimeout(keepChosen, 150);
}
const keepChosen = () => {
  later = undefined;
  const isOther = chosen.size > 0 || location.hash.includes("=");
  if (isOther && location.hash !== `#${chosen}`) setAddress(`#${chosen}`);
};
addEventListener("pagehide", () => { if (later) keepChosen(); });

// A glob is about the whole path or its end, anything else about a part of the path.
function matcher(text) {
  const wanted = text.trim().toLowerCase();
  if (!/[*?]/.test(wanted)) return (path) => path.includes(wanted);
  const pattern = wanted.replace(/[.+^${}()|[\]\\]/g, "\\$&").replace(/\*\*\/?|\*|\?/g, (wild) =>
    wild.startsWith("**") ? ".*" : wild === "*" ? "[^/]*" : "[^/]");
  const expression = new RegExp(`(^|/)${pattern}$`);
  return (path) => expression.test(path);
}

// Makes the headings sort. `worst` says of each column whether its largest values are the worst: these come first.
function sorting(table, worst, order) {
  const heads = [...table.tHead.rows[0].cells];
  let sort;
  const set = (column, sign) => {
    sort = { column, sign };
    heads.forEach((head) => { head.ariaSort = "none"; });
    heads[column].ariaSort = sign === 1 ? "ascending" : "descending";
    order(column, sign);
  };
  const start = heads.findIndex((head) => head.ariaSort);
  const first = { column: start, sign: worst[start] };
  heads.forEach((head, column) => {
    const button = element("button", { type: "button" }, ...head.childNodes);
    head.append(button);
    button.onclick = () => {
      set(column, sort.column === column ? -sort.sign : worst[column]);
      const isFirst = sort.column === first.column && sort.sign === first.sign;
      choose("sort", isFirst ? "" : `${sort.sign < 0 ? "-" : ""}${column}`);
    };
  });
  const kept = /^(-?)(\d)$/.exec(chosen.get("sort") ?? "");
  if (kept && heads[kept[2]]) set(Number(kept[2]), kept[1] ? -1 : 1);
  else {
    sort = first;
    heads.forEach((head, column) => { if (column !== start) head.ariaSort = "none"; });
  }
}

const compareBy = (values, column, sign) => (a, b) => {
  const [x, y] = [values(a)[column], values(b)[column]];
  if (x !== y) return (x < y ? -1 : 1) * sign;
  return values(a)[0] < values(b)[0] ? -1 : 1;
};

// A field and a box above a table, and what they leave of it. `show` gets what is to be shown, and says how many these are.
function filtering(noun, total, show, ...more) {
  const input = element("input", { type: "search", id: "filter", placeholder: `Filter: part of a ${noun === "file" ? "path" : "name or path"}, or *.rs`, ariaLabel: `Filter the ${noun}s`, autocomplete: "off" });
  const only = element("input", { type: "checkbox", id: "only" });
  const status = element("output", { id: "count" });
  input.value = chosen.get("filter") ?? "";
  only.checked = chosen.has("only");
  const update = () => {
    const isFiltered = input.value.trim() !== "" || only.checked;
    const shown = show(matcher(input.value), only.checked, isFiltered);
    status.textContent = isFiltered ? `${shown} of ${total} ${noun}${total === 1 ? "" : "s"}` : "";
    choose("filter", input.value.trim());
    choose("only", only.checked ? "1" : "");
  };
  input.oninput = update;
  only.onchange = update;
  input.onkeydown = (event) => {
    if (event.key !== "Escape") return;
    if (input.value) { input.value = ""; update(); } else input.blur();
  };
  const label = element("label", { htmlFor: "only" }, only, "only with code that did not run");
  document.getElementById("bar").append(input, label, ...more, status);
  bind("/", `filter the ${noun}s`, () => { input.focus(); input.select(); });
  return update;
}

const numberIn = (cell) => Number(cell.textContent.replace(/\D/g, ""));
const shareIn = (cell) => {
  const [covered, total] = cell.querySelector("small").textContent.split("/").map(Number);
  return { isWhole: covered >= total, share: total ? covered / total : 2 };
};

function readTree(body) {
  const top = { children: [], depth: -1, path: "" };
  const around = [top];
  for (const row of body.rows) {
    const depth = Number(row.dataset.d);
    around.length = depth + 1;
    const parent = around[depth];
    const name = row.cells[0].querySelector("a").textContent.toLowerCase();
    const node = {
      row, parent, depth, children: [], isDirectory: row.classList.contains("d"), isShown: !row.classList.contains("x"),
      isOpen: !row.classList.contains("c"), path: parent.path + name,
    };
    // Again when the numbers have changed.
    row.read = () => {
      const [, lines, missing, functions, regions] = row.cells;
      const ratios = [lines, functions, regions].map(shareIn);
      node.values = [name, ratios[0].share, numberIn(missing), ratios[1].share, ratios[2].share];
      node.isWhole = ratios.every((ratio) => ratio.isWhole);
    };
    row.read();
    parent.children.push(node);
    around.push(node);
    if (node.isDirectory) {
      node.button = element("button", { type: "button", className: "tw", ariaLabel: `What is in ${name}` });
      row.cells[0].prepend(node.button);
    }
  }
  return top;
}

function files(table) {
  const body = table.tBodies[0];
  const top = readTree(body);
  const all = [];
  const collect = (node) => { for (const child of node.children) { all.push(child); collect(child); } };
  collect(top);
  const directories = all.filter((node) => node.isDirectory);
  const initially = directories.map((node) => node.isOpen);
  for (const index of (chosen.get("fold") ?? "").split(".")) {
    if (directories[index]) directories[index].isOpen = !initially[index];
  }

  const fold = element("button", { type: "button", id: "fold" });
  const isFolded = () => directories.some((node) => !node.isOpen);
  const show = (matches, onlyMissing, isFiltered) => {
    let shown = 0;
    // Says whether there is something to show in it.
    const visit = (node, isVisible) => {
      let any = false;
      for (const child of node.children) {
        let isWanted;
        if (child.isDirectory) {
          const isOpen = isFiltered || child.isOpen;
          isWanted = visit(child, isVisible && isOpen);
          child.button.ariaExpanded = String(isOpen);
          child.button.disabled = isFiltered;
        } else {
          isWanted = matches(child.path) && !(onlyMissing && child.isWhole);
          if (isWanted) shown += 1;
        }
        const isShown = isVisible && isWanted;
        if (isShown !== child.isShown) child.row.classList.toggle("x", !isShown);
        child.isShown = isShown;
        any ||= isWanted;
      }
      return any;
    };
    visit(top, true);
    fold.textContent = isFolded() ? "Open all" : "Close all";
    fold.hidden = directories.length === 0;
    choose("fold", [...directories.keys()].filter((index) => directories[index].isOpen !== initially[index]).join("."));
    return shown;
  };
  const update = filtering("file", all.length - directories.length, show, fold);
  fold.onclick = () => {
    const isOpen = isFolded();
    for (const node of directories) node.isOpen = isOpen;
    update();
  };
  for (const node of directories) node.button.onclick = () => { node.isOpen = !node.isOpen; update(); };

  sorting(table, [1, 1, -1, 1, 1], (column, sign) => {
    const rows = [];
    const compare = compareBy((node) => node.values, column, sign);
    // By name, directories come first.
    const compareKinds = (a, b) => (column === 0 ? b.isDirectory - a.isDirectory : 0) || compare(a, b);
    const add = (node) => {
      const isAsWritten = column === 0 && sign === 1;
      for (const child of isAsWritten ? node.children : [...node.children].sort(compareKinds)) {
        rows.push(child.row);
        add(child);
      }
    };
    add(top);
    body.append(...rows);
  });
  update();
}

function functions(table) {
  const bodies = [...table.tBodies];
  const together = bodies[0].rows.length;
  const all = bodies.flatMap((body) => [...body.rows]).map((row) => {
    const names = [...row.cells].slice(0, 2).map((cell) => cell.textContent.toLowerCase());
    const node = { row, isShown: true, path: `${names[1]}/${names[0]}` };
    // Again when the numbers have changed.
    row.read = () => {
      const [, , missing, lines, calls] = row.cells;
      const { share, isWhole } = shareIn(lines);
      node.isWhole = isWhole;
      node.values = [...names, numberIn(missing), share, Number(calls.dataset.n ?? numberIn(calls))];
    };
    row.read();
    return node;
  });
  // The rows of each part of the table, in their order.
  const parts = (of) => bodies.forEach((body, index) => of(body, all.slice(together * index, together * (index + 1))));
  let last = all.length;
  const show = (matches, onlyMissing) => {
    let shown = 0;
    for (const it of all) {
      const isShown = (matches(it.path) || matches(it.values[1])) && !(onlyMissing && it.isWhole);
      if (isShown) shown += 1;
      if (isShown !== it.isShown) it.row.classList.toggle("x", !isShown);
      it.isShown = isShown;
    }
    // A part that is out of sight is as high as its rows will be.
    parts((body, rows) => body.style.setProperty("--n", rows.filter((it) => it.isShown).length));
    // Of few rows each, all parts were in sight, and a browser would lay out all that comes back. Of what was hidden it looks first
    // what is in sight now.
    if (shown > last + together) {
      const hide = (value) => { for (const body of bodies) body.style.contentVisibility = value; };
      hide("hidden");
      table.getBoundingClientRect();
      hide("");
    }
    last = shown;
    return shown;
  };
  const update = filtering("function", all.length, show);
  sorting(table, [1, 1, -1, 1, 1], (column, sign) => {
    all.sort(compareBy((it) => it.values, column, sign));
    parts((body, rows) => body.append(...rows.map((it) => it.row)));
    update();
  });
  update();
}
