// Ctrl/⌘ K: pages, acts and people by typing. A combobox with a listbox as in the ARIA Authoring Practices: focus stays in
// the text, aria-activedescendant says which option is meant. What every page knows is there at once, people come after.

const palette = document.getElementById("palette");
const input = document.getElementById("palette-input");
const part = (name) => palette.querySelector(`[data-${name}]`);
const options = () => [...palette.querySelectorAll("[role=option]")].filter((option) => !option.closest("[hidden]"));
const folded = (text) => ` ${text.normalize("NFD").replace(/[\u0300-\u036f]/g, "").toLowerCase().replace(/[^\p{L}\p{M}\p{N}]+/gu, " ").trim()}`;
const PAUSE = 120;

let active = null;
let hasMoved = false; // the person chose by arrow or mouse: what arrives later does not take that away
let timer;
let running = null;

function choose(option) {
  active?.setAttribute("aria-selected", "false");
  active = option ?? null;
  active?.setAttribute("aria-selected", "true");
  if (active) input.setAttribute("aria-activedescendant", active.id);
  else input.removeAttribute("aria-activedescendant");
  active?.scrollIntoView({ block: "nearest" });
}

function settle() {
  const all = options();
  all.forEach((option, place) => { option.id = `palette-option-${place}`; });
  choose(hasMoved && all.includes(active) ? active : all[0]);
  const { none, one, many } = palette.dataset;
  const number = all.filter((option) => !("always" in option.dataset)).length;
  part("status").textContent = number === 0 ? none : number === 1 ? one : many.replace("{number}", number);
}

// Of what the page knows: the lines in which a word begins with each that was typed.
function narrow() {
  const words = folded(input.value).split(" ").filter(Boolean);
  for (const option of palette.querySelectorAll(":is([data-here], [data-places]) [role=option]")) {
    const text = folded(`${option.textContent} ${option.dataset.words ?? ""}`);
    option.hidden = !words.every((word) => text.includes(` ${word}`));
  }
  for (const group of palette.querySelectorAll(".palette-group")) group.hidden = !group.querySelector("[role=option]:not([hidden])");
  const everywhere = part("everywhere");
  if (!everywhere) return;
  const text = input.value.trim();
  const link = everywhere.querySelector("a");
  everywhere.hidden = !text;
  link.search = new URLSearchParams({ q: text });
  link.querySelector(".palette-label").textContent = link.dataset.label.replace("{text}", () => text);
}

async function look() {
  running?.abort();
  running = new AbortController();
  const { signal } = running;
  try {
    const url = `${palette.dataset.href}?${new URLSearchParams({ q: input.value.trim() })}`;
    const response = await fetch(url, { signal, headers: { "X-Requested-With": "fetch" } });
    if (response.redirected) return location.reload(); // signed out meanwhile
    if (!response.ok) throw new Error(`status ${response.status}`);
    const found = new DOMParser().parseFromString(await response.text(), "text/html").body;
    if (signal.aborted) return;
    part("found").replaceChildren(...found.childNodes);
    settle();
  } catch (error) {
    if (error.name === "AbortError") return;
    part("found").replaceChildren();
    settle();
    part("status").textContent = palette.dataset.failed;
  }
}

// The buttons at the head of the page or record that is open, and of the selected; but for links that are among the places.
function collectHere() {
  const known = new Set([...part("places").querySelectorAll("a")].map((link) => link.href));
  const buttons = [...document.querySelectorAll("main :is(.page-head, .record-head, .selection-acts) :is(a[href], button).button")]
    .filter((button) => button.checkVisibility() && button.textContent.trim() && !known.has(button.href));
  const group = Object.assign(document.createElement("div"), { className: "palette-group", role: "group", ariaLabel: palette.dataset.onPage });
  group.append(Object.assign(document.createElement("p"), { className: "palette-heading", ariaHidden: "true", textContent: palette.dataset.onPage }));
  for (const button of buttons) {
    const option = Object.assign(document.createElement("button"), { className: "palette-item", type: "button", role: "option", tabIndex: -1 });
    const label = Object.assign(document.createElement("span"), { className: "palette-label", textContent: button.innerText.trim() });
    const icon = button.querySelector("svg")?.cloneNode(true);
    option.append(...(icon ? [icon] : []), label);
    acts.set(option, () => button.click());
    group.append(option);
  }
  part("here").replaceChildren(...(buttons.length ? [group] : []));
}

function open() {
  if (palette.open || document.querySelector("dialog[open]")) return;
  document.querySelector(":popover-open")?.hidePopover();
  input.value = "";
  hasMoved = false;
  part("found").replaceChildren();
  collectHere();
  narrow();
  palette.showModal();
  input.focus();
  settle();
  look();
}

// --- what is done ----------------------------------------------------------------------------------------------------------

const acts = new WeakMap();

// The other of two settings in the user's menu, which keeps it.
function turn(setting, isFirst, first, second) {
  document.querySelector(`[data-setting="${setting}"] input[value="${isFirst ? second : first}"]`)?.click();
}
const isDark = () => {
  const { theme } = document.documentElement.dataset;
  return theme === "dark" || (theme !== "light" && matchMedia("(prefers-color-scheme: dark)").matches);
};
const ACTS = {
  theme: () => turn("theme", isDark(), "dark", "light"),
  density: () => turn("density", document.documentElement.dataset.density === "compact", "compact", "roomy"),
  keys: () => document.getElementById("keys")?.showModal(),
  "sign-out": () => document.querySelector("[data-sign-out]")?.requestSubmit(),
};

function act(option) {
  palette.close();
  (acts.get(option) ?? ACTS[option.dataset.act])?.();
}

// --- keys and mouse --------------------------------------------------------------------------------------------------------

document.addEventListener("keydown", (event) => {
  if (!(event.ctrlKey || event.metaKey) || event.shiftKey || event.altKey || event.key.toLowerCase() !== "k" || !palette) return;
  event.preventDefault();
  if (palette.open) palette.close();
  else open();
});

document.addEventListener("click", (event) => {
  if (event.target.closest("[data-palette-open]")) open();
});

input?.addEventListener("input", () => {
  hasMoved = false;
  narrow();
  settle();
  clearTimeout(timer);
  running?.abort();
  timer = setTimeout(look, PAUSE);
});

input?.addEventListener("keydown", (event) => {
  if (event.isComposing) return;
  const all = options();
  const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
  if (step && all.length) {
    event.preventDefault();
    hasMoved = true;
    choose(all[(all.indexOf(active) + step + all.length) % all.length]);
  } else if (event.key === "Enter" && active) {
    event.preventDefault();
    if (active.href && (event.ctrlKey || event.metaKey)) window.open(active.href, "_blank", "noopener");
    else active.click();
  }
});

palette?.addEventListener("click", (event) => {
  const option = event.target.closest("[role=option]");
  if (event.target === palette) palette.close(); // the backdrop belongs to the dialog
  else if (option && !option.href) act(option);
});

palette?.addEventListener("close", () => {
  clearTimeout(timer);
  running?.abort();
});
