// The record beside the list: opening it from a row, its address (…&record=<id>), closing it, and giving focus back.

const NARROW = matchMedia("(max-width: 640px)"); // a phone has no room beside the list: the record's own page opens
const panel = document.getElementById("record");
const rowOf = (id) => document.querySelector(`[data-row="${CSS.escape(id ?? "")}"]`);
const shownId = () => panel.querySelector("[data-record]")?.dataset.record;
const isPlainClick = (event) => event.button === 0 && !event.ctrlKey && !event.metaKey && !event.shiftKey && !event.altKey;

function markRow() {
  const id = shownId();
  for (const row of document.querySelectorAll("[data-row]")) row.classList.toggle("is-active", row.dataset.row === id);
}

function setAddress(id, isNew) {
  const url = new URL(location.href);
  if (id) url.searchParams.set("record", id);
  else url.searchParams.delete("record");
  document.dispatchEvent(new CustomEvent("address", { detail: { path: url.pathname + url.search, isNew } }));
}

async function open(link) {
  const wasOpen = Boolean(shownId());
  const fromList = Boolean(link.closest("[data-row]"));
  const url = new URL(link.href);
  const after = new URL(location.href).searchParams.get("after");
  if (after) url.searchParams.set("after", after); // what is done with the contact leads back to this page of the list
  await htmx.ajax("GET", url.href, { source: panel, target: panel, swap: "innerHTML" });
  const id = shownId();
  if (!id) return;
  // One step back closes the panel, however many records were looked at in it.
  setAddress(id, !wasOpen);
  markRow();
  panel.scrollTop = 0;
  rowOf(id)?.scrollIntoView({ block: "nearest" });
  // j and k walk through the list with the panel open: then focus stays in the list.
  if (!(fromList && wasOpen)) panel.querySelector("[data-title]")?.focus({ preventScroll: true });
}

// Changed from elsewhere: what the panel says, and the version that its forms were about, is not true any more.
async function refresh() {
  const focused = panel.contains(document.activeElement) && document.activeElement;
  await htmx.ajax("GET", panel.querySelector(".panel-full").href, { source: panel, target: panel, swap: "innerHTML" });
  if (focused && !focused.isConnected) (focused.id && document.getElementById(focused.id) || panel.querySelector("[data-title]"))?.focus({ preventScroll: true });
}

document.addEventListener("outdated", ({ detail }) => {
  if (shownId() && !detail?.isRecordFresh) refresh();
});
document.addEventListener("changed", ({ detail: { id } }) => {
  if (shownId() === id) refresh();
});

function close() {
  const id = shownId();
  panel.replaceChildren();
  setAddress(null, true);
  // The record may have been opened by its address, or the list has moved on: then focus goes to the list as a whole.
  (rowOf(id)?.querySelector("[data-open]") ?? document.getElementById("results")).focus();
  markRow();
}

document.addEventListener("click", (event) => {
  if (!isPlainClick(event)) return;
  const opener = event.target.closest("[data-open]");
  const closer = event.target.closest("[data-close-panel]");
  if (!closer && (!opener || NARROW.matches)) return;
  event.preventDefault();
  if (closer) close();
  else open(opener);
});

document.addEventListener("htmx:after:swap", markRow);
markRow();
