
// What may change of a page while a program runs, and how it becomes what the program has made of it. What a reader does with the
// page stays: the focus, what is selected, what is sorted, filtered or open.
const rowNames = "#code p[id], #tree tbody tr, #functions tbody tr";
const otherNames = "#code details:not(.fold), .cards, .sums, main > .why, .worst, #strip, #outline summary, #outline ol, #nextfile";

// What a page may have or not: it is there while there is something to say.
const isOptional = (part) => part.matches("details, .why, .worst, #strip, #nextfile");

function keyOf(part) {
  if (part.matches("details")) {
    // A note belongs to the line above it.
    let [line, number] = [part.previousElementSibling, 0];
    for (; line && !line.id; line = line.previousElementSibling) number += 1;
    return `${line?.id} ${number}`;
  }
  const link = part.querySelector("th a");
  // A macro may make several functions at one place.
  if (link) return link.getAttribute("href") + (part.closest("#functions") ? link.textContent : "");
  return part.id || part.querySelector("h2")?.textContent ||
    `${part.tagName} ${part.className}`;
}

const partsOf = (page, names) => new Map([...page.querySelectorAll(names)].map((part) => [keyOf(part), part]));
const allPartsOf = (page) => partsOf(page, `${rowNames}, ${otherNames}`);
// The numbers of places count on from one to the next, so they say nothing of a line.
const textOf = (part) => part.outerHTML.replace(/ id="U\d+"/g, ' id="U"');

// Where in the text of a node the ends of the selection are, if they are in it.
function selectionIn(node) {
  const { anchorNode, anchorOffset, focusNode, focusOffset } = getSelection();
  const offset = (of, at) => {
    if (!of || !node.contains(of)) return undefined;
    const range = document.createRange();
    range.setStart(node, 0);
    range.setEnd(of, at);
    return range.toString().length;
  };
  return [[anchorNode, anchorOffset], [focusNode, focusOffset]].map(([of, at]) => ({ of, at, offset: offset(of, at) }));
}

function selectAgain(node, ends) {
  if (ends.every(({ offset }) => offset === undefined)) return;
  const found = ends.map(({ of, at, offset }) => {
    if (offset === undefined) return [of, at];
    const texts = document.createTreeWalker(node, NodeFilter.SHOW_TEXT);
    let rest = offset;
    while (texts.nextNode()) {
      if (rest <= texts.currentNode.length) return [texts.currentNode, rest];
      rest -= texts.currentNode.length;
    }
    return [node, node.childNodes.length];
  });
  getSelection().setBaseAndExtent(...found[0], ...found[1]);
}

// Classes that scripts give, and not the report.
const given = ["in", "at", "one", "moved", "now"];

// Makes a node what another one is. What both have stays the same node.
function morph(old, made) {
  if (old.nodeType === Node.TEXT_NODE) {
    if (old.data !== made.data) old.data = made.data;
    return;
  }
  for (const name of ["class", "title", "href", "data-n", "style", "d", "viewBox"]) {
    const value = made.getAttribute(name);
    if (name === "class") {
      const classes = given.filter((it) => old.classList.contains(it));
      const text = [value ?? "", ...classes].join(" ").trim();
      if (text !== old.className && typeof old.className === "string") old.className = text;
    } else if (value === null) old.removeAttribute(name);
    else if (value !== old.getAttribute(name)) old.setAttribute(name, value);
  }
  const [before, after] = [[...old.childNodes], [...made.childNodes]];
  if (before.length === after.length && before.every((child, index) => child.nodeName === after[index].nodeName)) {
    before.forEach((child, index) => morph(child, after[index]));
    return;
  }
  const ends = selectionIn(old);
  const focused = old.contains(document.activeElement) && document.activeElement.getAttribute("href");
  old.replaceChildren(...after.map((child) => document.importNode(child, true)));
  selectAgain(old, ends);
  if (focused) old.querySelector(`[href="${CSS.escape(focused)}"]`)?.focus({ preventScroll: true });
}

// Puts a part there that the page did not have. Says whether there is a place for it.
function insert(part, key) {
  const made = document.importNode(part, true);
  if (part.matches("details")) {
    const line = document.getElementById(key.split(" ")[0]);
    if (!line) return false;
    line.after(made);
  } else if (part.matches(".why")) document.querySelector(".sums").after(made);
  else if (part.matches(".worst")) document.querySelector(".where").append(made);
  else if (part.matches("#strip")) {
    document.getElementById("source").append(made);
    strip(made.firstChild, document.getElementById("code"));
  } else return false;
  return true;
}

// Brings a row, a line or another part up to date.
function bring(old, made) {
  if (old.cells) {
    // A row is part of a tree that a reader has opened and sorted; its first cell has the name.
    const missing = old.cells[2].textContent;
    for (const cell of [...old.cells].slice(1)) morph(cell, made.cells[cell.cellIndex]);
    flash(old, old.cells[2].textContent !== missing);
    old.read();
  } else if (old.matches("p[id]")) {
    const isNew = old.classList.contains("u") && !made.classList.contains("u");
    morph(old, made);
    flash(old, isNew);
  } else morph(old, made);
}

// What has just run for the first time is seen to have.
function flash(part, isNew) {
  part.classList.toggle("now", isNew);
}
