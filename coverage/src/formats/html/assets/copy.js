// Copying from a listing gives the source, and nothing that stands beside it or in its place.

// The text of the source in a part of the listing. Line ends are text behind each `code`.
function sourceText(fragment) {
  fragment.querySelectorAll("p a, a[href^='#L'], b, summary, details:not(.fold), .x").forEach((it) => it.remove());
  // Characters without a shape of their own are shown by their numbers.
  fragment.querySelectorAll(".z").forEach((it) => it.replaceWith(String.fromCodePoint(parseInt(it.title.slice(2), 16))));
  return fragment.textContent;
}

function copying(code) {
  document.addEventListener("copy", (event) => {
    const selection = getSelection();
    const isInside = (node) => code.contains(node) && !node.parentElement.closest("details:not(.fold)");
    if (selection.isCollapsed || !(isInside(selection.anchorNode) || isInside(selection.focusNode))) return;
    let text = "";
    // A browser may leave out what cannot be selected, and make several ranges of it.
    for (let index = 0; index < selection.rangeCount; index += 1) {
      const range = selection.getRangeAt(index).cloneRange();
      const all = document.createRange();
      all.selectNodeContents(code);
      if (range.compareBoundaryPoints(Range.START_TO_START, all) < 0) range.setStart(code, 0);
      if (range.compareBoundaryPoints(Range.END_TO_END, all) > 0) range.setEnd(code, code.childNodes.length);
      text += sourceText(range.cloneContents());
    }
    if (code.dataset.ends === "crlf") text = text.replaceAll("\n", "\r\n");
    event.clipboardData.setData("text/plain", text);
    event.preventDefault();
  });
  // In the listing, all is all of the source.
  document.addEventListener("keydown", (event) => {
    if (!(event.ctrlKey || event.metaKey) || event.key !== "a" || !code.contains(document.activeElement)) return;
    getSelection().selectAllChildren(code);
    event.preventDefault();
  });
}
