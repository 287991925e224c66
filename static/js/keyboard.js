// Keys for people who live in the list. Never while typing; and they can be switched off in the sheet of keys, because single
// letters get in the way of speech input (WCAG 2.1.4).

const GO = { d: "dashboard", c: "contacts", i: "industries", a: "operations", t: "trash", u: "users" };
let isGoing = false;

const isTyping = (element) => element.closest("input:not([type=checkbox], [type=radio]), textarea, select, [contenteditable]");
const rows = () => [...document.querySelectorAll("[data-row]")];
const linkOf = (row) => row.querySelector("[data-open], th a") ?? row.querySelector("[data-select]");
const currentRow = () => document.activeElement.closest("[data-row]") ?? document.querySelector("[data-row].is-active");
const isPanelOpen = () => Boolean(document.querySelector("[data-record]"));

function move(step) {
  const all = rows();
  if (!all.length) {
    follow(step > 0 ? "main [rel=next]" : "main [rel=prev]"); // the page of a record: the neighbours in its search
    return;
  }
  const at = all.indexOf(currentRow());
  const row = all[at === -1 ? (step > 0 ? 0 : all.length - 1) : Math.min(Math.max(at + step, 0), all.length - 1)];
  for (const other of all) other.classList.toggle("is-active", other === row);
  const link = linkOf(row);
  link.focus({ preventScroll: true });
  row.scrollIntoView({ block: "nearest" });
  if (isPanelOpen() && link.matches("[data-open]")) link.click();
}

function select() {
  currentRow()?.querySelector("[data-select]")?.click();
}

function extend(step) {
  const tick = () => currentRow()?.querySelector("[data-select]:not(:checked)")?.click();
  tick();
  move(step);
  tick();
}

function edit() {
  const place = isPanelOpen() ? document.getElementById("record") : (currentRow() ?? document);
  const link = place.querySelector("[data-edit]");
  const record = document.querySelector("[data-cells]:not([data-cells=''])") && place.querySelector("[data-open]");
  if (link) link.click();
  else if (record) {
    const url = new URL(record.href);
    const after = new URL(location.href).searchParams.get("after");
    url.pathname += "edit/";
    url.searchParams.set("record", place.dataset.row); // and back to the list, with the record beside it
    if (after) url.searchParams.set("after", after);
    location.assign(url);
  }
}

// Out of a field, to what it stands in.
function leave(field) {
  const part = field.closest("[data-record], details, .results");
  const place = part?.querySelector("[data-title], :scope > summary") ?? part ?? document.getElementById("results") ?? document.getElementById("main");
  place.focus({ preventScroll: true });
}

const follow = (selector) => document.querySelector(selector)?.click();

// The record's neighbours; where none is open, the pages of the list.
const turn = (to) => follow(`${document.querySelector("#record [data-record]") ? "#record" : "main"} [rel=${to}]`);

// What a record can be told without its form; nothing happens where no record is shown.
const inRecord = (selector) => document.querySelector(`[data-record] ${selector}`)?.focus();

const KEYS = {
  c: () => inRecord("#note-text"),
  s: () => inRecord("[data-quick-stage]"),
  o: () => inRecord("[data-quick-owner]"),
  t: () => inRecord("[data-quick-tag]"),
  m: () => inRecord("[data-quick-contacted]"),
  h: () => inRecord("[data-history]"),
  "[": () => turn("prev"),
  "]": () => turn("next"),
  "/": () => document.querySelector("[data-search]")?.focus(),
  "?": () => document.getElementById("keys")?.showModal(),
  j: () => move(1),
  k: () => move(-1),
  J: () => extend(1),
  K: () => extend(-1),
  e: edit,
  x: select,
  n: () => follow("[data-new]"),
  f: () => document.querySelector(".filters summary")?.focus(),
  g: () => {
    isGoing = true;
    setTimeout(() => { isGoing = false; }, 1500);
  },
  Escape: () => follow("[data-close-panel]"),
};

document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing || event.defaultPrevented) return;
  if (document.querySelector("dialog[open]") || document.querySelector(":popover-open")) return;
  if (document.documentElement.dataset.shortcuts === "off" && event.key !== "Escape") return;
  if (isTyping(event.target)) {
    if (event.key === "Escape") leave(event.target);
    return;
  }
  const action = isGoing && GO[event.key] ? () => follow(`[data-go="${GO[event.key]}"]`) : KEYS[event.key];
  if (!action) return;
  if (event.key !== "g") isGoing = false;
  if (event.key !== "Escape") event.preventDefault();
  action();
});
