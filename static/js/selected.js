// Which contacts of a list are selected, on all its pages: kept for as long as the tab is open, for each search by itself.
// The bar below the table says how many, and its form sends them. What an act asks for comes in a dialog.

const bar = () => document.getElementById("selection");
const boxes = () => [...document.querySelectorAll("[data-select]")];
const place = () => `selected ${document.body.dataset.person} ${bar().dataset.key}`; // who signs in next has chosen nobody
const figure = (number) => number.toLocaleString(document.documentElement.lang);

function read() {
  try {
    const { ids = [], all = false, number = null } = JSON.parse(sessionStorage.getItem(place())) ?? {};
    return { ids: new Set(ids), all, number };
  } catch {
    return { ids: new Set(), all: false, number: null };
  }
}

function keep({ ids, all, number }) {
  try {
    sessionStorage.setItem(place(), JSON.stringify({ ids: [...ids], all, number }));
  } catch {
    // Storage is switched off: the selection holds on this page.
  }
}

let selected = { ids: new Set(), all: false, number: null };

function words() {
  const { selected: some, every, capped } = bar().dataset;
  if (!selected.all) return some.replace("{number}", figure(selected.ids.size));
  return selected.number === null ? capped : every.replace("{number}", figure(selected.number));
}

function show({ isSaid = true } = {}) {
  const form = bar();
  if (!form) return;
  const isOn = selected.all || selected.ids.size > 0;
  const here = new Set(boxes().map((box) => box.value));
  form.classList.toggle("is-on", isOn);
  form.elements.all.checked = selected.all;
  form.querySelector("[data-elsewhere]").value = selected.all ? "" : [...selected.ids].filter((id) => !here.has(id)).join(",");
  form.querySelector("[data-selected]").textContent = isOn ? words() : "";
  form.querySelector("[data-select-matching]").hidden = selected.all;
  form.querySelector("[data-count-exactly]").hidden = !(selected.all && selected.number === null);
  if (isSaid) document.getElementById("selection-said").textContent = isOn ? words() : form.dataset.none;
}

function restore() {
  if (!bar()) return;
  selected = read();
  for (const box of boxes()) box.checked = selected.all || selected.ids.has(box.value);
  document.dispatchEvent(new CustomEvent("restored"));
  show({ isSaid: false });
}

function change(next) {
  selected = next;
  keep(selected);
  show();
}

document.addEventListener("chosen", () => {
  if (!bar()) return;
  // Of all that match one was left out: then this page's others are what is selected.
  const ids = selected.all ? new Set() : selected.ids;
  for (const box of boxes()) ids[box.checked ? "add" : "delete"](box.value);
  change({ ids, all: false, number: null });
});

function selectMatching() {
  const { total } = bar().dataset;
  for (const box of boxes()) box.checked = true;
  change({ ids: new Set(), all: true, number: total ? Number(total) : null });
  document.dispatchEvent(new CustomEvent("restored"));
  (bar().querySelector("[data-count-exactly]:not([hidden])") ?? bar().querySelector("[name=act]")).focus();
}

function clear() {
  for (const box of boxes()) box.checked = false;
  const hadFocus = bar().contains(document.activeElement);
  change({ ids: new Set(), all: false, number: null });
  document.dispatchEvent(new CustomEvent("restored"));
  if (hadFocus) document.querySelector("[data-select-all]").focus();
}

document.addEventListener("click", (event) => {
  if (event.target.closest("[data-select-matching]")) selectMatching();
  else if (event.target.closest("[data-clear-selection]")) clear();
  else if (event.target.closest("#bulk [data-bulk-close]")) {
    event.preventDefault();
    dialog().close();
  }
});

// Before keyboard.js closes the panel: then it is the panel that is meant.
document.addEventListener("keydown", (event) => {
  const isOn = bar()?.classList.contains("is-on");
  if (event.key !== "Escape" || !isOn || document.querySelector("[data-record], dialog[open], :popover-open, [data-cell-editor]")) return;
  if (!event.target.closest("input:not([type=checkbox]), textarea, select")) clear();
}, { capture: true });

document.addEventListener("htmx:after:swap", restore);
restore();

// --- what is done with them ---------------------------------------------------------------------------------------------

const dialog = () => document.getElementById("bulk");
const say = (text) => document.dispatchEvent(new CustomEvent("toast", { detail: { text, isError: true } }));

async function send(form, submitter) {
  const body = new FormData(form, submitter);
  try {
    const headers = { "HX-Request": "true", "HX-Current-URL": location.href };
    const response = await fetch(form.getAttribute("action"), { method: "POST", body, headers });
    const address = response.headers.get("HX-Redirect");
    if (address) {
      if (form.dataset.bulkLast === "delete") keepNobody();
      location.assign(address);
      return null;
    }
    const text = await response.text();
    if (response.ok || response.status === 409 || response.status === 422) return text;
    say(new DOMParser().parseFromString(text, "text/html").querySelector("#fault h1")?.textContent ?? bar().dataset.failed);
  } catch {
    say(bar().dataset.failed);
  }
  return null;
}

// What is in the trash is not selected any more.
function keepNobody() {
  keep({ ids: new Set(), all: false, number: null });
}

function fill(text) {
  const content = dialog().querySelector("[data-bulk-content]");
  content.replaceChildren(...new DOMParser().parseFromString(text, "text/html").body.childNodes);
  if (!dialog().open) dialog().showModal();
  (content.querySelector("[autofocus], [aria-invalid=true]") ?? content.querySelector(":is(input, select):not([type=hidden])") ?? content.querySelector("button, a"))?.focus();
}

async function count(form, submitter) {
  const text = await send(form, submitter);
  const found = text && new DOMParser().parseFromString(text, "text/html").querySelector("[data-number]");
  if (found) change({ ...selected, number: Number(found.dataset.number) });
}

let isSending = false;

document.addEventListener("submit", async (event) => {
  const form = event.target;
  if (!form.matches("#selection, #bulk [data-bulk]")) return;
  event.preventDefault();
  if (isSending) return;
  isSending = true;
  try {
    if (event.submitter?.matches("[data-count-exactly]")) return await count(form, event.submitter);
    const text = await send(form, event.submitter);
    if (text) fill(text);
  } finally {
    isSending = false;
  }
});
