// The grid of column rights: narrowed, filled by the group and counted as one chooses. Saving is the form's own business.

const form = document.querySelector("[data-rights]");
const find = form.querySelector("[data-find-column]");
const onlyChanged = form.querySelector("[data-only-changed]");
const summary = form.querySelector("[data-summary]");
const rightOf = (row) => row.querySelector("input:checked")?.value;
const isChanged = (row) => rightOf(row) !== row.dataset.saved;

// Such as "7 hidden, 3 read", in the words of the rows.
function countsOf(rows) {
  const numbers = new Map();
  for (const row of rows) {
    for (const radio of row.querySelectorAll("input")) {
      const word = radio.nextElementSibling.textContent.toLocaleLowerCase();
      numbers.set(word, (numbers.get(word) ?? 0) + radio.checked);
    }
  }
  return [...numbers].filter(([, number]) => number).map(([word, number]) => `${number} ${word}`).join(", ");
}

function say(element, text) {
  if (element.textContent !== text) element.textContent = text;
}

function count() {
  const rows = [...form.querySelectorAll("[data-row]")];
  for (const row of rows) row.querySelector("[data-was]").hidden = !isChanged(row);
  for (const group of form.querySelectorAll("[data-group]")) {
    say(group.querySelector("[data-counts]"), countsOf(group.querySelectorAll("[data-row]")));
  }
  say(form.querySelector("[data-total-counts]"), countsOf(rows));
  const number = rows.filter(isChanged).length;
  const { none, one, many } = summary.dataset;
  say(summary, number === 0 ? none : number === 1 ? one : many.replace("{number}", number));
}

function narrow() {
  const words = find.value.toLowerCase().split(/\s+/).filter(Boolean);
  let found = 0;
  for (const group of form.querySelectorAll("[data-group]")) {
    let shown = 0;
    for (const row of group.querySelectorAll("[data-row]")) {
      const fits = words.every((word) => row.dataset.words.includes(word)) && (!onlyChanged.checked || isChanged(row));
      row.hidden = !fits;
      shown += fits;
    }
    group.hidden = shown === 0;
    found += shown;
  }
  form.querySelector("[data-nothing]").hidden = found > 0;
}

form.addEventListener("click", (event) => {
  const button = event.target.closest("[data-set]");
  if (!button) return;
  event.preventDefault();
  for (const row of button.closest("[data-group]").querySelectorAll("[data-row]:not([hidden])")) {
    const wanted = row.querySelector(`input[value="${button.dataset.set}"]:not(:disabled)`);
    (wanted ?? row.querySelector('input[value="read"]')).checked = true;
  }
  count();
});

form.addEventListener("change", (event) => {
  if (event.target === onlyChanged) narrow();
  else if (event.target.type === "radio") count();
});
find.addEventListener("input", narrow);
find.addEventListener("keydown", (event) => {
  if (event.key === "Enter") event.preventDefault(); // the grid is narrowed already
});
onlyChanged.autocomplete = "off";
narrow();
count();
