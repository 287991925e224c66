// The bar of views and the columns: what is new in each view, the chooser in a dialog, widths by dragging. Without script the
// bar is links and forms, and the chooser a page of its own.

const ours = { "X-Requested-With": "fetch" };
const say = (text) => document.dispatchEvent(new CustomEvent("toast", { detail: { text, isError: true } }));
const refresh = () => document.dispatchEvent(new CustomEvent("outdated"));

// --- what is new -----------------------------------------------------------------------------------------------------------

let news = {};
let visited = null;

function showNews() {
  for (const badge of document.querySelectorAll("[data-view-new]")) {
    const found = news[badge.dataset.viewNew];
    badge.hidden = !found;
    if (!found) continue;
    badge.title = found.text;
    badge.firstElementChild.textContent = found.label;
    badge.lastElementChild.textContent = found.text;
  }
}

// Opening a view is the visit; its own count stays, as it was, until the next one.
async function visit() {
  const form = document.getElementById("view-visit");
  const view = document.querySelector("[data-view-bar]")?.dataset.view ?? "";
  if (!form || view === visited) return;
  visited = view;
  const isLooking = "looking" in document.body.dataset; // who looks as somebody else leaves no trace
  const options = isLooking || !view ? { headers: ours } : { method: "POST", body: new FormData(form), headers: ours };
  const response = await fetch(form.action, options).catch(() => null);
  if (!response?.ok || response.redirected) return; // nothing is lost but a number
  news = (await response.json()).new;
  showNews();
}

function settle() {
  document.querySelector(".view-tab[aria-current]")?.scrollIntoView({ block: "nearest", inline: "nearest" });
  showNews();
  visit();
}

// --- widths ------------------------------------------------------------------------------------------------------------------

const NARROWEST = 60;
const WIDEST = 800;
let place = null; // where the table was scrolled to, while it is fetched again

const columnsOf = (table) =>
  [...table.querySelectorAll("th[data-column]")].map((head) => `${head.dataset.column}:${head.dataset.width}`).join(",");

async function keepColumns(table) {
  const columns = columnsOf(table);
  const url = new URL(location.href);
  if (url.searchParams.has("columns")) {
    // The address says which columns there are: so it says how wide they are.
    url.searchParams.set("columns", columns);
    for (const carried of document.querySelectorAll('[data-carried][name="columns"]')) carried.value = columns;
    const detail = { path: url.pathname + url.search, isNew: false };
    document.dispatchEvent(new CustomEvent("address", { detail }));
    refreshInPlace();
    return;
  }
  const form = document.getElementById("columns-kept");
  form.elements.columns.value = columns;
  const response = await fetch(form.action, { method: "POST", body: new FormData(form), headers: ours }).catch(() => null);
  if (!response?.ok || response.redirected) say(form.dataset.failed);
  else if (document.querySelector("[data-view]")) refreshInPlace(); // the bar says now that the view is changed
}

function refreshInPlace() {
  const { scrollLeft, scrollTop } = document.querySelector(".table-scroll");
  place = { left: scrollLeft, top: scrollTop };
  refresh();
}

document.addEventListener("pointerdown", (event) => {
  const handle = event.target.closest?.("[data-resize]");
  if (!handle || event.button !== 0) return;
  event.preventDefault();
  const head = handle.closest("th");
  const table = head.closest("table");
  const isLast = !head.nextElementSibling;
  const before = { x: event.clientX, width: head.offsetWidth, table: table.offsetWidth };
  const turn = getComputedStyle(table).direction === "rtl" ? -1 : 1;
  handle.classList.add("is-dragged");
  handle.setPointerCapture(event.pointerId);

  const drag = ({ clientX }) => {
    const width = Math.min(Math.max(before.width + turn * (clientX - before.x), NARROWEST), WIDEST);
    head.dataset.width = Math.round(width);
    if (!isLast) head.setAttribute("width", Math.round(width));
    table.setAttribute("width", Math.round(before.table + width - before.width));
  };
  const end = () => {
    handle.classList.remove("is-dragged");
    handle.removeEventListener("pointermove", drag);
    if (head.offsetWidth !== before.width || isLast) keepColumns(table);
  };
  handle.addEventListener("pointermove", drag);
  handle.addEventListener("lostpointercapture", end, { once: true });
});

// --- the chooser --------------------------------------------------------------------------------------------------------------

const dialog = Object.assign(document.createElement("dialog"), { className: "sheet columns-sheet", id: "columns" });
dialog.setAttribute("aria-labelledby", "columns-title");
document.body.append(dialog);

const chooser = () => document.querySelector("[data-chooser]");
const columnOf = (element) => element.closest("[data-column]");

async function openChooser(link) {
  const response = await fetch(link.href, { headers: ours }).catch(() => null);
  if (!response?.ok || response.redirected) return location.assign(link.href);
  dialog.replaceChildren(document.createRange().createContextualFragment(await response.text()));
  remember();
  dialog.showModal();
  dialog.querySelector("[data-find-column]").focus();
}

function tell(column, words, values = {}) {
  let text = words.replace("{column}", column.dataset.label);
  for (const [name, value] of Object.entries(values)) text = text.replace(`{${name}}`, value);
  chooser().querySelector("[data-said]").textContent = text;
}

function tellPlace(column) {
  const all = [...column.parentElement.querySelectorAll("[data-column]")];
  tell(column, chooser().dataset.placeWords, { place: all.indexOf(column) + 1, total: all.length });
}

// Each goes back to its group, those that were shown from the start as well.
const homes = new WeakMap();
function remember() {
  for (const column of chooser()?.querySelectorAll("[data-column]") ?? []) homes.set(column, column.closest("[data-group]"));
}

function toggle(box) {
  const column = columnOf(box);
  const home = homes.get(column) ?? chooser().querySelector('[data-group=""]');
  (box.checked ? chooser().querySelector("[data-shown]") : home.querySelector("ul")).append(column);
  for (const group of chooser().querySelectorAll("[data-group]")) group.hidden = !group.querySelector("[data-column]");
  box.focus();
  if (box.checked) tellPlace(column);
  else tell(column, chooser().dataset.awayWords);
}

function move(button) {
  const column = columnOf(button);
  const other = button.value.startsWith("up:") ? column.previousElementSibling : column.nextElementSibling;
  if (other?.dataset.column) other[button.value.startsWith("up:") ? "before" : "after"](column);
  button.focus();
  tellPlace(column);
}

function narrow(text) {
  const words = text.toLowerCase().split(/\s+/).filter(Boolean);
  let found = 0;
  for (const row of chooser().querySelectorAll("[data-words]")) {
    row.hidden = !words.every((word) => row.dataset.words.includes(word));
    found += !row.hidden;
  }
  for (const group of chooser().querySelectorAll("[data-group]")) group.hidden = !group.querySelector("[data-column]:not([hidden])");
  chooser().querySelector("[data-no-column]").hidden = found > 0;
}

async function save(form, submitter) {
  const response = await fetch(form.action, { method: "POST", body: new FormData(form, submitter), headers: ours }).catch(() => null);
  if (!response?.ok || response.redirected) return say(document.getElementById("columns-kept").dataset.failed);
  dialog.close();
  const url = new URL(location.href);
  const isNamed = url.searchParams.has("columns") || url.searchParams.has("density");
  if (!isNamed) return refresh();
  // They are kept now: the address need not say them any more.
  url.searchParams.delete("columns");
  url.searchParams.delete("density");
  location.assign(url);
}

document.addEventListener("click", (event) => {
  const link = event.target.closest("[data-columns]");
  if (link && event.button === 0 && !event.ctrlKey && !event.metaKey && !event.shiftKey && !event.altKey) {
    event.preventDefault();
    openChooser(link);
  } else if (event.target === dialog || event.target.closest("[data-close-chooser]")) {
    dialog.close();
  }
  const mover = event.target.closest('[data-chooser] [name="move"]');
  if (mover) {
    event.preventDefault();
    move(mover);
  }
});

document.addEventListener("change", ({ target }) => {
  if (target.matches('[data-chooser] [name="column"]')) toggle(target);
});

document.addEventListener("input", ({ target }) => {
  if (target.matches("[data-find-column]")) narrow(target.value);
});

document.addEventListener("keydown", (event) => {
  if (event.key === "Enter" && event.target.matches?.("[data-find-column]")) event.preventDefault();
});

document.addEventListener("submit", (event) => {
  if (!dialog.contains(event.target) || !event.target.matches("[data-chooser]")) return;
  event.preventDefault();
  save(event.target, event.submitter);
});

document.addEventListener("pointerdown", (event) => {
  const grip = event.target.closest?.("[data-grip]");
  if (!grip || event.button !== 0) return;
  event.preventDefault();
  const column = columnOf(grip);
  const others = [...column.parentElement.querySelectorAll("[data-column]:not([hidden])")].filter((other) => other !== column);
  column.classList.add("is-dragged");

  const drag = ({ clientY }) => {
    const middle = (other) => other.getBoundingClientRect().top + other.offsetHeight / 2;
    const next = others.filter((other) => middle(other) > clientY).sort((a, b) => middle(a) - middle(b))[0];
    if (next) next.before(column);
    else column.parentElement.append(column);
  };
  const end = () => {
    column.classList.remove("is-dragged");
    removeEventListener("pointermove", drag);
    tellPlace(column);
  };
  addEventListener("pointermove", drag);
  addEventListener("pointerup", end, { once: true });
});

// --- with the list -------------------------------------------------------------------------------------------------------------

document.addEventListener("htmx:after:swap", ({ detail: { ctx } }) => {
  if (ctx.request.headers["HX-Target"] !== "section#results") return;
  settle();
  if (place) document.querySelector(".table-scroll")?.scrollTo(place);
  place = null;
});
remember();
settle();
