// What the pages can do besides being read. This file is what they share: colours, keys, the address.
"use strict";
document.documentElement.classList.add("js");

const element = (name, properties = {}, ...children) => {
  const made = Object.assign(document.createElement(name), properties);
  made.append(...children);
  return made;
};

// Storage may be forbidden, as for files it often is.
const remembered = (key) => {
  try { return localStorage.getItem(`coverage-${key}`); } catch { return null; }
};
const remember = (key, value) => {
  try { localStorage.setItem(`coverage-${key}`, value); } catch { /* then it lasts as long as the page */ }
};

// The address keeps what a reader has chosen, so reload and Back find it again.
const setAddress = (hash, state = null) => {
  try { history.replaceState(state, "", hash); } catch { /* a browser may allow only so many changes at once */ }
};

const themes = ["auto", "light", "dark"];
let theme = themes.includes(remembered("theme")) ? remembered("theme") : "auto";
const setTheme = () => {
  if (theme === "auto") delete document.documentElement.dataset.theme;
  else document.documentElement.dataset.theme = theme;
};
setTheme();

// A key, as the list of keys names it, what it does, and how.
const keys = new Map();
const bind = (names, what, act) => names.split(" ").forEach((name) => keys.set(name, { names, what, act }));

let dialog;
function showKeys() {
  if (!dialog) {
    const shown = new Map([...keys.values()].map(({ names, what }) => [names, what]));
    const rows = [...shown].map(([names, what]) => {
      const each = names.split(" ").flatMap((name) => [element("kbd", { textContent: name }), " "]);
      return element("div", {}, element("dt", {}, ...each), element("dd", { textContent: what }));
    });
    const close = element("button", { type: "button", textContent: "Close" });
    dialog = element("dialog", { ariaLabel: "Keys" }, element("h2", { textContent: "Keys" }), element("dl", {}, ...rows), close);
    close.onclick = () => dialog.close();
    dialog.onclick = (event) => { if (event.target === dialog) dialog.close(); };
    document.body.append(dialog);
  }
  if (dialog.open) dialog.close();
  else dialog.showModal();
}

function tools() {
  const icons = { auto: "◐", light: "☀", dark: "☾" };
  const button = element("button", { type: "button", id: "theme" });
  const show = () => {
    button.textContent = icons[theme];
    button.title = `Colours: ${theme} (t)`;
    button.ariaLabel = `Colours: ${theme}`;
  };
  button.onclick = () => {
    theme = themes[(themes.indexOf(theme) + 1) % themes.length];
    setTheme();
    remember("theme", theme);
    show();
  };
  show();
  const help = element("button", { type: "button", id: "help", textContent: "?", title: "Keys (?)", ariaLabel: "Keys" });
  help.onclick = showKeys;
  const up = document.querySelector("header li:nth-last-child(2) a");
  if (up) bind("u", "up to the directory", () => up.click());
  const all = document.getElementById("allfunctions");
  if (all) bind("f", "all functions", () => all.click());
  bind("t", "change the colours", () => button.click());
  bind("?", "show this", showKeys);
  document.querySelector("header").append(element("div", { id: "tools" }, button, help));
}

document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented) return;
  if (event.target.closest("input:not([type=checkbox]), textarea, select")) return;
  const key = keys.get(event.key);
  if (!key || (dialog?.open && event.key !== "?")) return;
  event.preventDefault();
  key.act();
});
