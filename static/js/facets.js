// What the panel learns after the page: counts under the current search, histograms, the values that somebody types.

const form = document.getElementById("filters");
const panel = document.getElementById("filter-panel");
const own = document.getElementById("pin-group"); // carries the token and the addresses
const says = document.querySelector("[data-facets-say]");
const QUIET = 1500; // after which what is listed was meant, and is worth remembering
const NOT_FILTERS = new Set(["q", "sort", "page_size", "after", "record", "view", "columns", "density"]);

const toast = (text) => document.dispatchEvent(new CustomEvent("toast", { detail: { text, isError: true } }));

function later(action, delay) {
  let timer;
  return (...values) => {
    clearTimeout(timer);
    timer = setTimeout(action, delay, ...values);
  };
}

function searched() {
  const parameters = new URLSearchParams();
  for (const [name, value] of new FormData(form)) if (value.trim()) parameters.append(name, value.trim());
  return parameters;
}

async function ask(parameters, signal) {
  const response = await fetch(`${own.dataset.facets}?${parameters}`, { signal });
  if (!response.ok) throw new Error(`status ${response.status}`);
  return new DOMParser().parseFromString(await response.text(), "text/html");
}

// --- counts of the groups that are open -----------------------------------------------------------------------------------

// Replaces children without losing the place of a keyboard.
function swap(place, nodes) {
  const active = place.contains(document.activeElement) ? document.activeElement : null;
  place.replaceChildren(...nodes);
  if (!active) return;
  const same = (other) => other.name === active.name && other.value === active.value && other.href === active.href;
  const next = active.dataset.end
    ? place.querySelector(`[data-end="${active.dataset.end}"]`)
    : [...place.querySelectorAll("input, a, button, summary")].find(same);
  (next ?? place.closest("[data-control]")?.querySelector("input, button"))?.focus({ preventScroll: true });
}

function put(part) {
  const control = form.querySelector(`[data-control="${part.dataset.field}"]`);
  if (!control) return;
  const find = control.querySelector("[data-find]");
  const values = part.querySelector('[data-part="values"]');
  if (values && !find?.value.trim()) swap(control.querySelector("[data-values]"), values.children);
  const empty = control.querySelector("[data-empty]");
  empty?.replaceChildren(...part.querySelector('[data-part="empty"]').childNodes);
  const histogram = part.querySelector('[data-part="histogram"]');
  if (histogram) swap(control.querySelector("[data-histogram]"), histogram.children);
  if (find?.value.trim()) seek(find); // under the new search; an Enter that waits for its answer still does
}

const asked = new Map(); // group → what takes its question back
const SLOW = 250; // what is answered sooner does not flicker
let slow;
let round = 0; // of searches: what answers an earlier one would untick what was ticked since

function dim(groups, isBusy) {
  clearTimeout(slow);
  if (isBusy) slow = setTimeout(mark, SLOW, groups, true);
  else mark(groups, false);
}

function mark(groups, isBusy) {
  for (const group of groups) {
    for (const list of group.querySelectorAll("[data-values], [data-histogram]")) list.ariaBusy = String(isBusy);
  }
}

async function count(groups) {
  if (!groups.length) return;
  const asking = round;
  const controller = new AbortController();
  for (const group of groups) asked.set(group, controller);
  dim(groups, true);
  const parameters = searched();
  for (const group of groups) parameters.append("group", group.dataset.group);
  try {
    const answer = await ask(parameters, controller.signal);
    if (asking !== round) return;
    for (const part of answer.querySelectorAll("[data-field]")) put(part);
    const recents = answer.querySelector("[data-recents]");
    if (recents) showRecent(recents.children);
  } catch (error) {
    if (error.name === "AbortError") return;
    for (const group of groups) asked.delete(group); // asked again when it is opened; the old counts stay, dimmed
    return;
  }
  dim(groups, false);
}

const openGroups = () => [...form.querySelectorAll("[data-group][open]")];

const countAgain = later(() => count(openGroups()), 30);

document.addEventListener("listing", () => {
  round += 1;
  for (const controller of asked.values()) controller.abort();
  asked.clear();
  dim(openGroups(), true);
  noteSoon();
});

// The rows first.
document.addEventListener("listed", countAgain);

form.addEventListener("toggle", ({ target }) => {
  if (target.matches("[data-group][open]") && !asked.has(target)) count([target]);
}, { capture: true });

// --- a value, found by typing ----------------------------------------------------------------------------------------------

const waiting = new Map();
const listOf = (input) => input.closest("[data-control]").querySelector("[data-values]");

const find = later(async (input) => {
  const { field } = input.dataset;
  const list = listOf(input);
  let isFound = false;
  waiting.get(field)?.abort();
  if (!input.value.trim()) {
    delete input.dataset.finding;
    return count([input.closest("[data-group]")]);
  }
  const controller = new AbortController();
  waiting.set(field, controller);
  const parameters = searched();
  parameters.append("in", field);
  parameters.append("find", input.value.trim());
  try {
    showFound(list, field, (await ask(parameters, controller.signal)).querySelector("[data-found]"));
    isFound = true;
  } catch (error) {
    if (error.name !== "AbortError") toast(says.dataset.failed);
  } finally {
    if (waiting.get(field) === controller) {
      list.ariaBusy = "false";
      delete input.dataset.finding;
    }
  }
  if (isFound && "entered" in input.dataset) addFirst(input);
}, 200);

// From the first letter on: what is still shown was not asked for any more.
function seek(input) {
  input.dataset.finding = "";
  listOf(input).ariaBusy = String(input.value.trim() !== "");
  find(input);
}

function showFound(list, field, found) {
  const kept = [...list.querySelectorAll(".value:has(:checked)")];
  // The country India is kept under its own name, and is no reason to leave out the location India.
  const valueOf = (row) => row.querySelector(`input[name="${field}"]`)?.value;
  const values = new Set(kept.map(valueOf));
  const rows = [...(found?.children ?? [])].filter((row) => !values.has(valueOf(row)));
  list.replaceChildren(...kept, ...rows);
  if (rows.length) return;
  const text = says.dataset.foundNothing;
  list.append(Object.assign(document.createElement("p"), { className: "value-nothing", textContent: text }));
  says.textContent = text;
}

form.addEventListener("input", ({ target }) => {
  if (target.matches("[data-find]")) {
    says.textContent = "";
    delete target.dataset.entered;
    seek(target);
  }
});

// Without script these boxes filter by what is typed; with it they only look values up.
for (const input of form.querySelectorAll("[data-find]")) input.removeAttribute("name");

const boxes = (control) => [...control.querySelectorAll(".value-include input")];

// Enter before the answer is there means the first value of the answer.
function addFirst(input) {
  delete input.dataset.entered;
  if (!input.value.trim()) return;
  if ("finding" in input.dataset) {
    input.dataset.entered = "";
    return;
  }
  const first = boxes(input.closest("[data-control]")).find((box) => !box.checked);
  if (!first) return;
  input.value = "";
  first.click();
}

form.addEventListener("keydown", (event) => {
  const control = event.target.closest("[data-control]");
  const input = control?.querySelector("[data-find]");
  if (!input) return;
  const isFinding = event.target === input;
  const places = [input, ...boxes(control)];
  const here = places.indexOf(event.target);
  if (event.key === "Enter" && isFinding) {
    event.preventDefault();
    addFirst(input);
  } else if ((event.key === "ArrowDown" || event.key === "ArrowUp") && here >= 0) {
    event.preventDefault();
    places[here + (event.key === "ArrowDown" ? 1 : -1)]?.focus();
  } else if (event.key === "Backspace" && isFinding && !input.value) {
    boxes(control).findLast((box) => box.checked)?.click();
  }
});

// --- histograms ------------------------------------------------------------------------------------------------------------

function setRange(histogram, gte, lte) {
  const { for: field } = histogram.dataset;
  const control = histogram.closest("[data-control]");
  control.querySelector(`[name="${field}__gte"]`).value = gte;
  const last = control.querySelector(`[name="${field}__lte"]`);
  last.value = lte;
  last.dispatchEvent(new Event("change", { bubbles: true }));
}

form.addEventListener("click", ({ target }) => {
  const bar = target.closest(".histogram-bar");
  if (bar) setRange(bar.closest(".histogram"), bar.dataset.gte, bar.dataset.lte);
});

// A handle pushes the other one before it: the range never turns inside out.
function move(handle) {
  const histogram = handle.closest(".histogram");
  const [low, high] = histogram.querySelectorAll("[data-end]");
  if (Number(low.value) >= Number(high.value)) {
    if (handle === low) low.value = Number(high.value) - 1;
    else high.value = Number(low.value) + 1;
  }
  const names = histogram.dataset.names.split("|");
  for (const each of [low, high]) {
    each.ariaValueText = names[each.value];
    histogram.querySelector(`[data-says="${each.dataset.end}"]`).textContent = names[each.value];
  }
  histogram.querySelectorAll(".histogram-bar").forEach((bar, place) => {
    bar.classList.toggle("is-in", place >= low.value && place < high.value);
  });
}

form.addEventListener("input", ({ target }) => {
  if (target.dataset.end) move(target);
});

const settle = later((histogram) => {
  const [low, high] = [...histogram.querySelectorAll("[data-end]")].map((handle) => Number(handle.value));
  const edges = histogram.dataset.edges.split(",").map(Number);
  setRange(histogram, low === 0 ? "" : edges[low], high === edges.length ? "" : edges[high] - 1);
}, 250);

form.addEventListener("change", ({ target }) => {
  if (target.dataset.end) settle(target.closest(".histogram"));
});

// --- pinned and recent filters -----------------------------------------------------------------------------------------------

async function send(address, pairs) {
  const body = new URLSearchParams([...new FormData(own), ...pairs]);
  const response = await fetch(address, { method: "POST", body, headers: { "HX-Request": "true" } });
  if (!response.ok || response.headers.has("HX-Redirect")) throw new Error(`status ${response.status}`);
  return response.text();
}

function showRecent(nodes) {
  const place = form.querySelector("[data-recent-place]");
  const wasOpen = place.querySelector("details")?.open;
  swap(place, nodes);
  if (wasOpen && place.firstElementChild) place.firstElementChild.open = true;
}

function filtersOf(parameters) {
  const values = new Map();
  for (const [name, value] of parameters) {
    if (!NOT_FILTERS.has(name) && !name.startsWith("csrf")) values.set(name, [...(values.get(name) ?? []), value]);
  }
  return [...values].map((pair) => JSON.stringify(pair));
}

const noteSoon = later(async () => {
  const parameters = searched();
  const links = [...form.querySelectorAll("[data-filter]")];
  const known = new Set(links.map((link) => JSON.stringify(JSON.parse(link.dataset.filter))));
  if (filtersOf(parameters).every((each) => known.has(each))) return;
  try {
    const text = await send(own.dataset.note, parameters);
    if (searched().toString() === parameters.toString()) {
      showRecent(new DOMParser().parseFromString(text, "text/html").body.children);
    }
  } catch {
    // It is a kindness: nobody misses a filter that was not remembered.
  }
}, QUIET);

function placeOf(group, isPinned) {
  const pinned = [...form.querySelectorAll('[data-group]:has([data-pin][aria-pressed="true"])')].filter((each) => each !== group);
  const others = [...form.querySelectorAll("[data-group]")].filter((each) => each !== group && !pinned.includes(each));
  return isPinned ? others[0] : (others.find((each) => order.indexOf(each.dataset.group) > order.indexOf(group.dataset.group)) ?? null);
}

const order = (own.dataset.order ?? "").split(" ");

async function pin(button) {
  const isPinned = button.ariaPressed !== "true";
  const group = button.closest("[data-group]");
  try {
    await send(own.action, [[isPinned ? "pin" : "unpin", group.dataset.group]]);
  } catch {
    return toast(says.dataset.pinFailed);
  }
  button.ariaPressed = String(isPinned);
  button.name = isPinned ? "unpin" : "pin";
  form.insertBefore(group, placeOf(group, isPinned));
  button.focus();
}

async function forget(button) {
  try {
    await send(button.form.action, []);
    form.querySelector("[data-recent-place]").replaceChildren();
    form.querySelector("summary")?.focus();
  } catch {
    toast(says.dataset.pinFailed);
  }
}

form.addEventListener("click", (event) => {
  const pinned = event.target.closest("[data-pin]");
  const forgotten = event.target.closest("[data-forget]");
  if (!pinned && !forgotten) return;
  event.preventDefault();
  if (pinned) pin(pinned);
  else forget(forgotten);
});

// On a phone the panel is a sheet: who never opens it needs no counts.
const isThere = () => panel.checkVisibility();
if (isThere()) countAgain();
else panel.addEventListener("toggle", () => countAgain(), { once: true });
noteSoon();
