// The filter panel and everything else that changes what is listed: sort links, pages, chips. Each of them is an ordinary
// link or form; here they fetch the results alone and keep panel, address and results saying the same.

const form = document.getElementById("filters");
const aside = document.getElementById("filter-panel");
const search = document.getElementById("search");
const OPEN_GROUPS = "filters.open";

function later(action, delay) {
  let timer;
  return (...values) => {
    clearTimeout(timer);
    timer = setTimeout(action, delay, ...values);
  };
}

// --- what is listed -----------------------------------------------------------------------------------------------------

function addressOfForm() {
  const parameters = new URLSearchParams();
  for (const [name, value] of new FormData(form)) if (value.trim()) parameters.append(name, value.trim());
  return `${form.getAttribute("action")}?${parameters}`;
}

let isNewAddress = true;

function list(address, { isNew = true } = {}) {
  isNewAddress = isNew;
  const url = new URL(address, location.href);
  const record = document.querySelector("[data-record]")?.dataset.record;
  if (record) url.searchParams.set("record", record);
  const path = url.pathname + url.search;
  updateBadges();
  const headers = { "HX-Target": "section#results" }; // htmx names the source here, and the server answers by target
  return htmx.ajax("GET", path, { source: aside, target: "#results", swap: "outerHTML", headers });
}

document.addEventListener("htmx:after:swap", (event) => {
  const { ctx } = event.detail;
  if (ctx.request.headers["HX-Target"] !== "section#results") return;
  document.dispatchEvent(new CustomEvent("address", { detail: { path: ctx.request.action, isNew: isNewAddress } }));
});

const submit = () => list(addressOfForm());
// Each pause while typing is not a step to go back to.
const submitSoon = later(() => list(addressOfForm(), { isNew: false }), 350);

// A chip or link was followed: bring the form to what its address says.
function fillForm(address) {
  const parameters = new URL(address, location.href).searchParams;
  for (const input of form.elements) {
    if (input.type === "checkbox") input.checked = parameters.getAll(input.name).includes(input.value);
    else if (input.name && input.type !== "hidden") input.value = parameters.get(input.name) ?? "";
  }
  for (const old of form.querySelectorAll("input[name=sort]")) old.remove();
  for (const carried of form.querySelectorAll("[data-carried]")) {
    if (!parameters.getAll(carried.name).includes(carried.value)) carried.remove();
  }
  for (const key of parameters.getAll("sort")) {
    form.append(Object.assign(document.createElement("input"), { type: "hidden", name: "sort", value: key }));
  }
}

document.addEventListener("click", (event) => {
  const link = event.target.closest("a[data-list]");
  if (!link || event.button !== 0 || event.ctrlKey || event.metaKey || event.shiftKey || event.altKey) return;
  event.preventDefault();
  fillForm(link.href);
  list(link.href).then(() => {
    document.querySelector(".table-scroll")?.scrollTo({ top: 0 });
    // The link may be gone with the old results; its place is where a keyboard goes on.
    if (document.activeElement === document.body) document.getElementById("results").focus({ preventScroll: true });
  });
});

form.addEventListener("submit", (event) => {
  event.preventDefault();
  if (aside.matches(":popover-open")) aside.hidePopover();
  submit();
});

// --- the panel ----------------------------------------------------------------------------------------------------------

function updateBadges() {
  let total = 0;
  for (const group of form.querySelectorAll("[data-group]")) {
    const inputs = [...group.querySelectorAll("input[name]")];
    const count = inputs.filter((input) => (input.type === "checkbox" ? input.checked : input.value.trim())).length;
    const badge = group.querySelector("[data-badge]");
    badge.textContent = count;
    badge.hidden = count === 0;
    total += count;
  }
  const badge = document.querySelector("[data-filter-total]");
  badge.textContent = total;
  badge.hidden = total === 0;
}

// Including and excluding the same value would find nobody.
form.addEventListener("change", (event) => {
  const input = event.target;
  if (input.type === "checkbox" && input.checked) {
    for (const other of input.closest(".value").querySelectorAll("input")) if (other !== input) other.checked = false;
  }
  if (input.name) submit();
});

form.addEventListener("input", (event) => {
  if (event.target.dataset.find) findValues(event.target);
  else if (event.target.name?.endsWith("__contains")) submitSoon();
});

search.addEventListener("input", submitSoon);

// Something else changed a contact: the same page of the same list, as it is now.
document.addEventListener("outdated", () => list(location.href, { isNew: false }));

// Somebody shared a search: pasting its address into the search box opens it.
search.addEventListener("paste", (event) => {
  const text = event.clipboardData.getData("text").trim();
  const url = URL.canParse(text) ? new URL(text) : null;
  if (url?.origin !== location.origin || url.pathname !== form.getAttribute("action")) return;
  event.preventDefault();
  location.assign(url);
});

// --- finding a value -------------------------------------------------------------------------------------------------------

function valueRow(field, result, share) {
  const row = document.getElementById("value-template").content.firstElementChild.cloneNode(true);
  const [include, exclude] = row.querySelectorAll("input");
  Object.assign(include, { name: field, value: result.id });
  Object.assign(exclude, { name: `${field}__not`, value: result.id, ariaLabel: `Leave out ${result.text}` });
  Object.assign(row.querySelector(".value-name"), { textContent: result.text, title: result.text });
  row.querySelector(".value-count").textContent = result.count?.toLocaleString("en") ?? "";
  row.querySelector("rect").setAttribute("width", `${share}%`);
  return row;
}

function showValues(valueList, field, results) {
  const kept = [...valueList.querySelectorAll(".value:has(:checked)")];
  // The country India is kept under its own name, and is no reason to leave out the location India.
  const keptValues = new Set(kept.map((row) => row.querySelector(`input[name="${field}"]`)?.value));
  const most = Math.max(1, ...results.map((result) => result.count ?? 0));
  const found = results
    .filter((result) => !keptValues.has(String(result.id)))
    .map((result) => valueRow(field, result, Math.round((100 * (result.count ?? 0)) / most)));
  valueList.replaceChildren(...kept, ...found);
  if (!found.length) {
    valueList.append(Object.assign(document.createElement("p"), { className: "value-nothing", textContent: "No other value matches." }));
  }
}

const waiting = new Map();

const findValues = later(async (input) => {
  const field = input.dataset.field;
  const valueList = input.closest(".control").querySelector("[data-values]");
  waiting.get(field)?.abort();
  const controller = new AbortController();
  waiting.set(field, controller);
  valueList.ariaBusy = "true";
  try {
    const url = `${input.dataset.find}?${new URLSearchParams({ q: input.value.trim() })}`;
    const response = await fetch(url, { signal: controller.signal, headers: { Accept: "application/json" } });
    if (!response.ok) throw new Error(`status ${response.status}`);
    showValues(valueList, field, (await response.json()).results);
  } catch (error) {
    if (error.name === "AbortError") return;
    const text = "The values could not be looked up. Try again in a moment.";
    document.dispatchEvent(new CustomEvent("toast", { detail: { text, isError: true } }));
  } finally {
    if (waiting.get(field) === controller) valueList.ariaBusy = "false";
  }
}, 200);

// Without script these boxes filter by what is typed; with it they only look values up.
for (const input of form.querySelectorAll("[data-find]")) input.removeAttribute("name");
form.addEventListener("keydown", (event) => {
  if (event.key === "Enter" && event.target.dataset.find) event.preventDefault();
});

// --- which groups are open ---------------------------------------------------------------------------------------------------

const openGroups = new Set(JSON.parse(sessionStorage.getItem(OPEN_GROUPS) ?? "[]"));
for (const group of form.querySelectorAll("[data-group]")) {
  if (openGroups.has(group.dataset.group)) group.open = true;
  group.addEventListener("toggle", () => {
    openGroups[group.open ? "add" : "delete"](group.dataset.group);
    sessionStorage.setItem(OPEN_GROUPS, JSON.stringify([...openGroups]));
  });
}
