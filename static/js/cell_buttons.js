// Fingers have neither a double click nor F2: where they are what one points with, a row has a button that gives each of its
// fields one. On a phone the card then names its fields, those without a value as well. cell_editor.js opens the editor.

const COARSE = matchMedia("(pointer: coarse)");
const NARROW = matchMedia("(max-width: 640px)"); // cards: a tap between their buttons means nothing
const table = () => document.querySelector("[data-cells]:not([data-cells=''])");
const rowOf = (id) => table()?.querySelector(`[data-row="${CSS.escape(id)}"]`);
const nameOf = (row) => row.querySelector(".name").textContent;
let opened = null; // the id of the row whose fields have buttons

function button(kind, text) {
  const template = document.getElementById("cell-button");
  const made = template.content.firstElementChild.cloneNode(true);
  made.dataset[kind] = "";
  made.ariaLabel = template.dataset.editWords.replace("{name}", () => text);
  return made;
}

function dress(row) {
  const head = row.querySelector("th");
  const isOpen = row.dataset.row === opened;
  if (!head.querySelector("[data-edit-row]")) head.append(button("editRow", nameOf(row)));
  head.querySelector("[data-edit-row]").ariaExpanded = isOpen;
  row.classList.toggle("is-open", isOpen);
  if (!isOpen) {
    for (const each of row.querySelectorAll("[data-edit-cell]")) each.remove();
    return;
  }
  const words = document.getElementById("cell-button").dataset.ofWords;
  for (const field of table().dataset.cells.split(" ")) {
    const cell = row.querySelector(`td.cell-${field}`);
    if (!cell || cell.querySelector("[data-edit-cell]")) continue;
    const label = table().querySelector(`th[data-column="${field}"]`).textContent.trim();
    cell.dataset.label = label;
    cell.append(button("editCell", words.replace("{field}", () => label).replace("{contact}", () => nameOf(row))));
  }
}

function dressAll() {
  for (const row of table()?.querySelectorAll("tbody [data-row]") ?? []) if (COARSE.matches || row.dataset.row === opened) dress(row);
}

function turn(row) {
  const before = opened && rowOf(opened);
  opened = row.dataset.row === opened ? null : row.dataset.row;
  if (before) dress(before);
  dress(row);
}

document.addEventListener("click", (event) => {
  const row = event.target.closest("[data-cells]:not([data-cells='']) tbody [data-row]");
  if (event.target.closest("[data-edit-row]")) {
    turn(row);
    if (opened) row.scrollIntoView({ block: "nearest" });
  } else if (row && event.pointerType === "touch" && !event.target.closest("a, button, input, select, label, form")) {
    const cell = event.target.closest("td");
    const isOpen = row.dataset.row === opened;
    if (!cell || !(isOpen || !NARROW.matches)) return;
    if (!isOpen) turn(row);
    const edit = cell.querySelector("[data-edit-cell]");
    if (isOpen) edit?.click();
    else edit?.focus({ preventScroll: true });
  }
});

// A cell that was saved has been drawn afresh, and so has a list that was fetched again.
document.addEventListener("changed", dressAll);
document.addEventListener("htmx:after:swap", dressAll);
COARSE.addEventListener("change", dressAll);
dressAll();
