// The bar of views and the columns: what is new in each view, tabs that do not fit, the chooser in a dialog, widths by dragging.
// Without script the bar is links and forms, and the chooser a page of its own.

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
  fold();
}

// --- tabs that do not fit --------------------------------------------------------------------------------------------------

const bars = new WeakMap(); // a bar → its tabs in order, and the width they were last laid out for
// It first runs when a new bar has been laid out and not painted yet: nothing is laid out for it, and nothing jumps.
const resized = new ResizeObserver((entries) => {
  if (entries.some(({ target }) => target.isConnected && target.clientWidth !== bars.get(target)?.width)) fold();
});

// They go into a menu, the last one first; the open view stays.
function fold() {
  const bar = document.querySelector("[data-tabs]");
  if (!bar) return;
  const [list, menu] = bar.querySelectorAll("ul");
  const more = bar.querySelector("button");
  if (menu.matches(":popover-open")) return; // when it is closed
  if (!bars.has(bar)) {
    bars.set(bar, { tabs: [...list.children] });
    menu.addEventListener("toggle", ({ newState }) => newState === "closed" && fold());
  }
  const { tabs } = bars.get(bar);
  const focused = bar.contains(document.activeElement) && document.activeElement;
  bars.get(bar).width = bar.clientWidth;
  if (menu.firstElementChild) list.append(...tabs);
  more.hidden = true;
  if (list.scrollWidth > list.clientWidth) {
    more.hidden = false;
    more.lastElementChild.textContent = tabs.length;
    let excess = list.scrollWidth - list.clientWidth;
    const folded = tabs.toReversed().filter((tab) => {
      if (excess <= 0 || tab.querySelector("[aria-current]")) return false;
      excess -= tab.offsetWidth;
      return true;
    });
    menu.append(...folded.reverse());
    more.lastElementChild.textContent = folded.length;
  }
  if (focused) (focused.checkVisibility() ? focused : more).focus({ preventScroll: true });
}

function settle() {
  const bar = document.querySelector("[data-tabs]");
  if (bar) resized.observe(bar);
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
  if (box.checked) column.dispatchEvent(new CustomEvent("placed", { bubbles: true }));
  else chooser().querySelector("[data-said]").textContent = chooser().dataset.awayWords.replace("{column}", column.dataset.label);
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

// --- with the list -------------------------------------------------------------------------------------------------------------

document.addEventListener("htmx:after:swap", ({ detail: { ctx } }) => {
  if (ctx.request.headers["HX-Target"] !== "section#results") return;
  settle();
  if (place) document.querySelector(".table-scroll")?.scrollTo(place);
  place = null;
});
remember();
settle();
document.fonts.ready.then(fold);
