// One field of a contact, edited in its cell of the list: double click, Enter and F2 where the focus is, or a button in it
// (cell_buttons.js); arrows go from cell to cell.

const WAIT = 30_000;
const region = document.getElementById("toasts");
const isRtl = () => getComputedStyle(document.documentElement).direction === "rtl";
const editable = () => document.querySelector("[data-cells]")?.dataset.cells.split(" ").filter(Boolean) ?? [];
let editing = null; // {cell, form, was}: was is what the form held when it came, null when it came back with an error
let isBusy = false; // an editor is on its way
let saving = null; // the save that is on its way
let carried = null; // what has focus in an editor whose list is being fetched anew

const fieldOf = (cell) => (cell.matches("[data-row] > td") ? cell.classList[0]?.slice("cell-".length) : undefined);
const contactOf = (cell) => cell.closest("[data-row]").dataset.row;
const isEditable = (cell) => editable().includes(fieldOf(cell));
const cells = () => [...document.querySelectorAll("[data-row] > td")].filter(isEditable);
// The same cell in rows that were fetched meanwhile; itself where its contact is not listed any more.
const now = (cell) => (cell.isConnected ? cell : (cells().find((other) => contactOf(other) === contactOf(cell) && fieldOf(other) === fieldOf(cell)) ?? cell));
const contentOf = (form) => new URLSearchParams(new FormData(form)).toString();
const parsed = (text) => new DOMParser().parseFromString(text, "text/html").body;
const say = (text) => document.dispatchEvent(new CustomEvent("toast", { detail: { text, isError: true } }));

// The answer's status and text; null where there is none, which has been said.
async function ask(address, options = {}) {
  try {
    const headers = { "HX-Request": "true", "HX-Current-URL": location.href };
    const response = await fetch(address, { ...options, headers, redirect: "manual", signal: AbortSignal.timeout(WAIT) });
    if (response.ok && response.status !== 204) return { isDone: true, text: await response.text() };
    if (response.status === 409 || response.status === 422) return { isDone: false, text: await response.text() };
    const fault = parsed(await response.text()).querySelector("#fault h1");
    say(fault?.textContent.trim() ?? region.dataset.ended);
  } catch {
    say(region.dataset.failed);
  }
  return null;
}

function put(cell, text, isError) {
  const form = parsed(text).querySelector("form");
  if (editing) close();
  cell.append(form);
  cell.classList.add("is-editing");
  cell.scrollIntoView({ block: "nearest", inline: "nearest" });
  editing = { cell, form, was: isError ? null : contentOf(form) };
}

function focusInput() {
  const input = editing.form.querySelector(":is(input, select):not([type=hidden])");
  input.focus();
  input.select?.();
}

async function open(cell) {
  if (saving && !(await saving)) return;
  if (editing && !editing.cell.checkVisibility()) close(); // folded away, or gone from the list
  if (isBusy || editing?.cell === cell || (editing && !(await save()))) return;
  isBusy = true;
  const answer = await ask(`/contacts/${contactOf(cell)}/cells/${fieldOf(cell)}/${location.search}`);
  isBusy = false;
  const place = now(cell);
  if (!answer || !place.isConnected) return;
  put(place, answer.text, false);
  focusInput();
}

function close() {
  const { cell, form } = editing;
  editing = null; // first: an input that is removed loses focus, which saves
  form.remove();
  cell.classList.remove("is-editing");
}

// The cell as the server draws it now, and the others of its row, which may show the same.
function show(cell, content) {
  const fresh = content.querySelector("tr");
  [...cell.parentElement.cells].forEach((old, place) => {
    if (old.matches(".cell-select")) return; // its box may be ticked
    old.className = fresh.cells[place].className;
    old.replaceChildren(...fresh.cells[place].childNodes);
  });
}

// Whether there is nothing left to save. What could not be saved stays in the editor, as typed.
function save(options) {
  return (saving ??= send(options).finally(() => (saving = null)));
}

async function send({ keepsFocus = true } = {}) {
  if (!editing) return true;
  const { cell, form, was } = editing;
  if (contentOf(form) === was) {
    close();
    return true;
  }
  form.ariaBusy = "true";
  const answer = await ask(form.getAttribute("action"), { method: "POST", body: new FormData(form) });
  form.ariaBusy = null;
  if (!answer) return false;
  const place = now(cell);
  if (!answer.isDone) {
    put(place, answer.text, true);
    if (keepsFocus) focusInput();
    return false;
  }
  const content = parsed(answer.text);
  if (editing) close();
  if (place.isConnected) show(place, content);
  region.append(content.querySelector("[data-toast]"));
  document.dispatchEvent(new CustomEvent("changed", { detail: { id: contactOf(cell) } }));
  return true;
}

function focusCell(cell) {
  const place = cell.querySelector("[data-edit-cell]") ?? cell;
  if (!place.matches("a, button, [tabindex]")) place.tabIndex = -1;
  place.focus({ preventScroll: true });
  cell.scrollIntoView({ block: "nearest", inline: "nearest" });
}

async function saveAndGo(step) {
  const { cell } = editing;
  if (!(await save())) return;
  const all = cells();
  const place = now(cell);
  const next = step && all[all.indexOf(place) + step];
  if (next) open(next);
  else focusCell(place);
}

// --- the editor's own keys; before keyboard.js, which would leave the field or close the panel ---------------------------

document.addEventListener("keydown", (event) => {
  const isField = event.target.closest("input:not([type=checkbox]), textarea, select");
  if (((isBusy && !editing) || carried) && !isField && event.key.length === 1 && !event.ctrlKey && !event.metaKey) {
    // Typed before the editor has come: meant for it, and no shortcut.
    event.preventDefault();
    event.stopImmediatePropagation();
    return;
  }
  if (!editing?.form.contains(event.target) || event.isComposing) return;
  const isButton = event.target.matches("button, a");
  if (event.key === "Escape") {
    const { cell } = editing;
    close();
    focusCell(cell);
  } else if (event.key === "Enter" && !isButton) saveAndGo(0);
  else if (event.key === "Tab" && !isButton) saveAndGo(event.shiftKey ? -1 : 1);
  else return;
  event.preventDefault();
  event.stopImmediatePropagation();
}, { capture: true });

document.addEventListener("submit", (event) => {
  if (event.target !== editing?.form) return;
  event.preventDefault();
  saveAndGo(0);
});

// Not every browser gives focus to a button that is pressed: then the input would be left, and save, before the button acts.
document.addEventListener("mousedown", (event) => {
  if (editing?.form.contains(event.target) && event.target.closest("button, a")) event.preventDefault();
});

document.addEventListener("click", (event) => {
  const button = event.target.closest("[data-edit-cell]");
  if (button) open(button.closest("td"));
  if (!editing || !event.target.closest("[data-cell-cancel]")) return;
  event.preventDefault();
  const { cell } = editing;
  const isConflict = editing.was === null;
  close();
  focusCell(cell);
  if (isConflict) document.dispatchEvent(new CustomEvent("outdated")); // theirs is to be seen
});

// Leaving saves; but not what was refused, or what somebody else changed: that has to be said again.
document.addEventListener("focusout", ({ target, relatedTarget }) => {
  if (!editing?.form.contains(target) || editing.form.contains(relatedTarget) || !document.hasFocus() || carried) return;
  if (editing.was !== null) save({ keepsFocus: false });
});

document.addEventListener("dblclick", (event) => {
  const cell = event.target.closest("[data-row] > td");
  if (cell && isEditable(cell) && !event.target.closest("a, button, input, select, label, form")) open(cell);
});

// --- from cell to cell ---------------------------------------------------------------------------------------------------

const TO = { ArrowRight: [1, 0], ArrowLeft: [-1, 0], ArrowDown: [0, 1], ArrowUp: [0, -1] };

function step(at, along, down) {
  const row = at.closest("[data-row]");
  if (down) return row[down > 0 ? "nextElementSibling" : "previousElementSibling"]?.cells[at.cellIndex];
  const place = at.cellIndex + (isRtl() ? -along : along);
  return row.cells[place]?.matches(".cell-select") ? null : row.cells[place];
}

document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || event.shiftKey || event.defaultPrevented) return;
  if (document.documentElement.dataset.shortcuts === "off" && !event.target.matches("td")) return;
  const at = event.target.closest("[data-cells] [data-row] > :is(td, th):not(.cell-select)");
  if (!at || event.target.closest("form")) return;
  if (TO[event.key] && (at.matches("td") || TO[event.key][0])) {
    const next = step(at, ...TO[event.key]);
    if (!next) return;
    event.preventDefault();
    focusCell(next.matches("th") ? next.querySelector("a") : next);
  } else if ((event.key === "Enter" || event.key === "F2") && event.target === at) {
    event.preventDefault();
    if (isEditable(at)) open(at);
    else if (event.key === "Enter") at.closest("[data-row]").querySelector("[data-open]").click();
  }
});

// A list that was fetched anew has new cells: an editor goes on in its own, and focus where it was.
function goOn() {
  const cell = now(editing.cell);
  if (!cell.isConnected) return editing.was === null ? close() : save({ keepsFocus: false });
  editing.cell = cell;
  cell.append(editing.form);
  cell.classList.add("is-editing");
  carried?.focus({ preventScroll: true });
}

let place = null;
document.addEventListener("focusin", ({ target }) => {
  const row = target.closest("[data-cells] [data-row]");
  if (row) place = { row: row.dataset.row, at: target.closest("td, th").cellIndex };
  else if (target !== document.body) place = null;
});
document.addEventListener("htmx:before:swap", ({ detail: { ctx } }) => {
  const isTaken = ctx.request.headers["HX-Target"] === "section#results" && editing?.form.closest("#results");
  if (isTaken && editing.form.contains(document.activeElement)) carried = document.activeElement;
}, { capture: true }); // before filters.js takes focus out of what goes
document.addEventListener("htmx:finally:swap", () => (carried = null));
document.addEventListener("htmx:after:swap", () => {
  if (editing && !editing.form.isConnected) goOn();
  if (!place || document.activeElement !== document.body) return;
  const cell = document.querySelector(`[data-row="${CSS.escape(place.row)}"]`)?.cells[place.at];
  if (cell) focusCell(cell.querySelector("a[data-open], input") ?? cell);
});
