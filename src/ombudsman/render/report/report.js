// What the page can do beyond being read: filter, change its theme, show SQL where it is asked for, copy it.
// Without this script everything can still be read: SQL then stands at the end only.
"use strict";

const all = (selector, within = document) => [...within.querySelectorAll(selector)];
const one = (selector) => document.querySelector(selector);

// ---- theme: the system's, until the reader chooses; remembered where the browser allows it

const themeButton = one("#theme");
const systemIsDark = matchMedia("(prefers-color-scheme: dark)");

function stored(theme) {
  try {
    if (theme) localStorage.setItem("ombudsman-theme", theme);
    return localStorage.getItem("ombudsman-theme");
  } catch {
    return theme ?? null;
  }
}

function showTheme(theme) {
  if (theme === "light" || theme === "dark") document.documentElement.dataset.theme = theme;
  themeButton.textContent = isDark() ? "Light theme" : "Dark theme";
}

function isDark() {
  const chosen = document.documentElement.dataset.theme;
  return chosen ? chosen === "dark" : systemIsDark.matches;
}

themeButton.hidden = false;
themeButton.addEventListener("click", () => {
  const wanted = isDark() ? "light" : "dark";
  stored(wanted);
  showTheme(wanted);
});
systemIsDark.addEventListener("change", () => showTheme());
showTheme(stored());

// ---- filter: words that must all occur, and statuses of which one must hold

const filter = one("#filter");
const find = one("#find");
const steps = all("[data-look]").map((element) => ({ element, text: null }));

function textOf(step) {
  step.text ??= step.element.textContent.toLowerCase();
  return step.text;
}

function applyFilter() {
  const words = find.value.toLowerCase().split(/\s+/).filter(Boolean);
  const looks = new Set(all('[aria-pressed="true"]', filter).map((button) => button.dataset.toggles));
  let shown = 0;
  for (const step of steps) {
    const wanted =
      (looks.size === 0 || looks.has(step.element.dataset.look)) &&
      words.every((word) => textOf(step).includes(word));
    step.element.hidden = !wanted;
    shown += wanted ? 1 : 0;
  }
  for (const section of all("[data-section]")) {
    section.hidden = !section.querySelector("[data-look]:not([hidden])");
  }
  const filtered = words.length > 0 || looks.size > 0;
  one("#counted").textContent = filtered ? `${shown} of ${steps.length} steps` : "";
}

let waiting;
find.addEventListener("input", () => {
  clearTimeout(waiting);
  waiting = setTimeout(applyFilter, 120);
});
filter.addEventListener("submit", (event) => event.preventDefault());
filter.addEventListener("click", (event) => {
  const button = event.target.closest("[data-toggles]");
  if (!button) return;
  button.setAttribute("aria-pressed", String(button.getAttribute("aria-pressed") !== "true"));
  applyFilter();
});
filter.hidden = steps.length < 2;

// A link to a step that the filter hides must still arrive.
function clearFilter() {
  find.value = "";
  all("[data-toggles]", filter).forEach((button) => button.setAttribute("aria-pressed", "false"));
  applyFilter();
}

function arrive() {
  const place = document.getElementById(decodeURIComponent(location.hash.slice(1)));
  if (!place) return;
  if (place.closest("[hidden]")) clearFilter();
  if (place instanceof HTMLDetailsElement) place.open = true;
  place.scrollIntoView();
}
addEventListener("hashchange", arrive);

// ---- SQL: stands once, at the end; a card shows a copy of it when it is opened

document.addEventListener(
  "toggle",
  (event) => {
    const details = event.target;
    if (!details.open || !details.dataset.statement || details.dataset.filled) return;
    const original = one(`#statement-${details.dataset.statement} .code`);
    details.append(original.cloneNode(true));
    details.dataset.filled = "yes";
  },
  true,
);

// ---- copy

async function copied(text) {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    return false;
  }
}

all(".copy").forEach((button) => {
  button.hidden = false;
});
document.addEventListener("click", async (event) => {
  const button = event.target.closest(".copy");
  if (!button) return;
  const code = button.parentElement.querySelector("code");
  const done = await copied(code.textContent);
  if (!done) getSelection().selectAllChildren(code);
  button.textContent = done ? "Copied" : "Selected";
  setTimeout(() => {
    button.textContent = "Copy";
  }, 1600);
});

arrive();
