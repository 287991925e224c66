// Values that other contacts have, offered while a form field is typed in. The field stays free text.

const PAUSE = 200;
let timer;
let controller;

function listFor(input) {
  const id = input.getAttribute("list");
  let datalist = document.getElementById(id);
  if (!datalist) {
    datalist = Object.assign(document.createElement("datalist"), { id });
    input.after(datalist);
  }
  return datalist;
}

async function suggest(input, address) {
  controller?.abort();
  controller = new AbortController();
  // A list of several values is written with commas: the last one is being typed, the others stay in front of it.
  const [, before, last] = "several" in input.dataset ? input.value.match(/^(.*,\s*)?(.*)$/s) : ["", "", input.value];
  try {
    const response = await fetch(`${address}?${new URLSearchParams({ q: last.trim() })}`, { signal: controller.signal });
    if (!response.ok) return;
    const { results } = await response.json();
    listFor(input).replaceChildren(...results.map(({ text }) => new Option(text, (before ?? "") + text)));
  } catch {
    // Suggestions are a kindness: without them the field works as before.
  }
}

function addressFor(input) {
  const { options } = input.dataset;
  return options && input.form?.dataset.optionsAt?.replace("/_/", `/${options}/`);
}

document.addEventListener("input", (event) => {
  const address = addressFor(event.target);
  if (!address || event.inputType === "insertReplacementText") return;
  clearTimeout(timer);
  timer = setTimeout(suggest, PAUSE, event.target, address);
});

document.addEventListener("focusin", (event) => {
  const address = addressFor(event.target);
  if (address) suggest(event.target, address);
});
