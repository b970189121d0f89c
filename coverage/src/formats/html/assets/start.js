// Each page has one of these, or none.
document.addEventListener("DOMContentLoaded", () => {
  const starts = { tree: files, functions, code: source };
  for (const [id, start] of Object.entries(starts)) {
    const found = document.getElementById(id);
    if (found) start(found);
  }
  tools();
});
