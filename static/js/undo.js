// Undo in a message, and Ctrl or ⌘ Z: what was done last is taken back, and the list stays where it is.

const region = document.getElementById("toasts");
const taken = new WeakSet();
let last = null;
let undone = null; // whose answer is not in the list yet

// Where a keyboard goes on: in the contact that changed, where it is there; else at the list.
function goOn(form) {
  const id = form.getAttribute("action").match(/\/contacts\/(\d+)\//)?.[1];
  const row = document.querySelector(`[data-row="${id}"]`);
  const record = document.querySelector(`[data-record="${id}"]`);
  if ([row, record].some((place) => place?.contains(document.activeElement))) return;
  const place = row?.querySelector("[data-open]") ?? record?.querySelector("[data-title]");
  (place ?? document.getElementById("results") ?? document.getElementById("main")).focus({ preventScroll: true });
}

const isNowhere = (...places) => [document.body, ...places].includes(document.activeElement);

async function undo(form) {
  if (taken.has(form)) return;
  taken.add(form);
  const toast = form.closest("[data-toast]");
  const isIn = toast?.contains(document.activeElement);
  if (isIn) region.dispatchEvent(new CustomEvent("left"));
  toast?.remove();
  undone = form;
  if (isIn || isNowhere()) goOn(form);
  try {
    const response = await fetch(form.action, { method: "POST", body: new FormData(form) });
    const page = new DOMParser().parseFromString(await response.text(), "text/html");
    if (!response.ok) throw new Error(page.querySelector("#fault h1")?.textContent.trim() ?? "");
    region.append(...page.querySelectorAll("#toasts [data-toast]"));
    document.dispatchEvent(new CustomEvent("outdated"));
  } catch (error) {
    taken.delete(form);
    undone = null;
    if (toast) region.append(toast.cloneNode(true)); // to try again; a copy, for the time of the first runs
    const text = error instanceof TypeError || !error.message ? region.dataset.failed : error.message;
    document.dispatchEvent(new CustomEvent("toast", { detail: { text, isError: true } }));
  }
}

function remember(nodes) {
  for (const node of nodes) last = node.querySelector?.("form") ?? last;
}

remember(region.querySelectorAll("[data-toast]"));
new MutationObserver((records) => records.forEach(({ addedNodes }) => remember(addedNodes))).observe(region, { childList: true });

// The list was fetched again: its rows are new, and a contact may be back in it.
document.addEventListener("htmx:after:swap", ({ detail: { ctx } }) => {
  if (!undone || ctx.request.headers["HX-Target"] !== "section#results") return;
  if (isNowhere(document.getElementById("results"))) goOn(undone);
  undone = null;
});

region.addEventListener("submit", (event) => {
  event.preventDefault();
  undo(event.target);
});

document.addEventListener("keydown", (event) => {
  if (event.key !== "z" || event.shiftKey || event.altKey || !(event.ctrlKey || event.metaKey)) return;
  if (!last || taken.has(last) || event.target.closest("input:not([type=checkbox]), textarea, select, [contenteditable]")) return;
  event.preventDefault();
  undo(last);
});
