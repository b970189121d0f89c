// The page of a source file: the way through what did not run, and addresses of lines.

// How much did not run at each place: in lines, none for a part of one.
function sizes(code, places) {
  const lines = new Map(places.map((place) => [place, 0]));
  let place;
  for (const it of code.querySelectorAll("p.u, u[id]")) {
    if (it.id[0] === "U") {
      place = it;
      if (it.closest("p").classList.contains("u")) lines.set(it, 1);
    } else if (!it.querySelector("u[id]") && place) {
      lines.set(place, lines.get(place) + 1);
    }
  }
  return lines;
}

const isLone = (place) => place.textContent === "?";

function describe(place, lines) {
  if (isLone(place)) return "a lone ?";
  const size = lines ? `${lines} line${lines === 1 ? "" : "s"}` : "part of a line";
  return place.classList.contains("f") ? `a whole function, ${size}` : size;
}

// From where a key goes on: the last place, line or selection, unless the reader has scrolled away from it.
function position(code) {
  let node = null;
  let hasScrolled = false;
  let selection = {};
  const newSelection = () => {
    const { focusNode, focusOffset } = getSelection();
    const isNew = focusNode !== selection.focusNode || focusOffset !== selection.focusOffset;
    selection = { focusNode, focusOffset };
    return isNew && code.contains(focusNode) && focusNode;
  };
  const set = (to) => { node = to; hasScrolled = false; newSelection(); };
  addEventListener("scroll", () => { hasScrolled = true; }, { passive: true });
  // A selector would be looked for in all of a long listing, with each key.
  const above = () => [document.getElementsByTagName("header")[0], document.getElementById("marks")];
  const edge = () => Math.max(0, ...above().map((it) => it?.getBoundingClientRect().bottom ?? 0));
  const isSeen = () => {
    const range = document.createRange();
    range.selectNode(node);
    const box = range.getBoundingClientRect();
    return box.bottom > edge() && box.top < innerHeight;
  };
  // The first line that is seen, or what is folded there. Only what is seen is asked for its place: a browser lays out the rest for that.
  const top = (rows = code.children, above = edge()) => {
    let [low, high] = [0, rows.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if (rows[middle].getBoundingClientRect().bottom > above) high = middle;
      else low = middle + 1;
    }
    const row = rows[low];
    return row?.matches("div, [open]") ? top(row.children, above) : row;
  };
  const get = () => {
    const selected = newSelection();
    if (selected) set(selected);
    return node && (!hasScrolled || isSeen()) ? node : top();
  };
  newSelection();
  return { set, get };
}

function listing(code) {
  let places = [...code.querySelectorAll("u[id]")];
  const rows = code.getElementsByTagName("p");
  let lines = sizes(code, places);
  const here = position(code);
  const at = document.getElementById("at");
  const reveal = (node) => {
    const fold = node.closest(".fold");
    if (fold) fold.open = true;
    const show = () => node.scrollIntoView({ block: "center", inline: "nearest", behavior: "instant" });
    show();
    // What was out of sight has its real size only now.
    requestAnimationFrame(show);
  };

  const is = { lone: remembered("lone") === "yes", biggest: remembered("biggest") === "yes" };
  let order;
  const arrange = () => {
    order = places.filter((place) => !is.lone || !isLone(place));
    if (is.biggest) order.sort((a, b) => lines.get(b) - lines.get(a) || isLone(a) - isLone(b));
  };
  arrange();

  let current;
  let selected = [];
  const clear = () => {
    current?.classList.remove("at");
    current = undefined;
    for (const row of selected) row.classList.remove("at");
    selected = [];
  };
  const go = (place) => {
    clear();
    current = place;
    place.classList.add("at");
    place.tabIndex = -1;
    place.focus({ preventScroll: true });
    here.set(place);
    reveal(place);
    const line = place.closest("p").id;
    at.textContent = `${order.indexOf(place) + 1} of ${order.length}, line ${line.slice(1)}: ${describe(place, lines.get(place))}`;
    setAddress(`#${line}`, { place: place.id });
  };
  // The number of places before the one where the reader is.
  const before = (node) => {
    let [low, high] = [0, order.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if (node.compareDocumentPosition(order[middle]) & Node.DOCUMENT_POSITION_FOLLOWING) high = middle;
      else low = middle + 1;
    }
    return low;
  };
  const step = (by) => {
    const from = here.get();
    let index = order.indexOf(current);
    if (index >= 0 && from === current) index += by;
    else if (is.biggest) index = 0;
    else {
      index = from ? before(from) : order.length;
      if (by < 0) index -= order[index - 1] === from ? 2 : 1;
    }
    if (order[index]) return go(order[index]);
    const hasNext = document.getElementById("nextfile");
    at.textContent = !places.length ? "everything ran" : !order.length ? "nothing but lone ?" : index < 0 ? "this is the first"
      : hasNext ? "this is the last: N for the next file" : "this is the last";
  };

  let lone;
  const sayLone = () => {
    if (lone) lone.textContent = `skip lone ? (${places.filter(isLone).length} of ${places.length})`;
  };

  // Again when the program has gone on.
  code.read = () => {
    places = [...code.querySelectorAll("u[id]")];
    places.forEach((place, index) => { place.id = `U${index + 1}`; });
    lines = sizes(code, places);
    if (current && !current.isConnected) clear();
    arrange();
    const many = `${places.length} uncovered place${places.length === 1 ? "" : "s"}`;
    if (!current) at.textContent = places.length ? many : "everything ran";
    sayLone();
  };

  for (const [id, by] of [["next", 1], ["prev", -1]]) {
    const link = document.getElementById(id);
    if (link) link.onclick = (event) => { event.preventDefault(); step(by); };
  }
  if (places.length) {
    bind("n j", "next place that did not run", () => step(1));
    bind("p k", "previous place that did not run", () => step(-1));
    const choose = (name) => (checked) => {
      is[name] = checked;
      remember(name, checked ? "yes" : "");
      clear();
      arrange();
    };
    if (places.some(isLone)) lone = way("q", "skip lone ?", is.lone, choose("lone"));
    sayLone();
    if (places.length > 1) way("b", "biggest first", is.biggest, choose("biggest"));
  }
  const file = document.getElementById("nextfile");
  if (file) bind("N", "next file, by how much is missing", () => file.click());

  // #L42 and #L42-L50
  let first = 0;
  const select = (from, to) => {
    clear();
    const last = Number(rows[rows.length - 1]?.id.slice(1));
    for (let line = Math.min(from, to); line <= Math.min(Math.max(from, to), last); line += 1) {
      const row = document.getElementById(`L${line}`);
      if (row) selected.push(row);
    }
    for (const row of selected) row.classList.add("at");
    if (selected.length) here.set(selected[0]);
  };
  const follow = () => {
    const range = /^#L(\d+)(?:-L?(\d+))?$/.exec(location.hash);
    const kept = document.getElementById(history.state?.place);
    const place = /^#U\d+$/.test(location.hash) ? document.getElementById(location.hash.slice(1)) : kept;
    if (place?.closest("p") && code.contains(place)) {
      // The first place of another file is the first in this reader's order.
      go(location.hash === "#U1" && order.length ? order[0] : place);
    } else if (range) {
      first = Number(range[1]);
      select(first, Number(range[2] ?? first));
      if (selected.length) reveal(selected[0]);
    }
  };
  code.addEventListener("click", (event) => {
    const link = event.target.closest("p > a");
    if (!link || event.ctrlKey || event.metaKey) return;
    event.preventDefault();
    const line = Number(link.textContent);
    if (!event.shiftKey || !first) first = line;
    select(first, line);
    setAddress(first === line ? `#L${line}` : `#L${Math.min(first, line)}-L${Math.max(first, line)}`);
  });
  addEventListener("hashchange", follow);
  if (location.hash) follow();
}

function strip(map, code) {
  map.onclick = (event) => {
    const box = map.getBoundingClientRect();
    const whole = code.getBoundingClientRect();
    const share = (event.clientY - box.top) / box.height;
    scrollBy(0, whole.top + share * whole.height - innerHeight / 2);
  };
}

function source(code) {
  copying(code);
  roving(code, "p > a, summary, .x a");
  counts(code);
  listing(code);
  wrapping(code);
  const map = document.getElementById("map");
  if (map) strip(map, code);
  // Beside the source, where there is room for it, the functions are there at once.
  const outline = document.getElementById("outline");
  if (outline?.querySelectorAll("a").length > 30) roving(outline, "a");
  if (outline?.querySelectorAll("li").length < 500 && matchMedia("(min-width: 1180px)").matches) outline.open = true;
}
