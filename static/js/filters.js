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
let asked = 0; // lists: one that a later one has overtaken is not what is listed

function list(address, { isNew = true } = {}) {
  isNewAddress = isNew;
  const mine = ++asked;
  const url = new URL(address, location.href);
  const record = document.querySelector("[data-record]")?.dataset.record;
  if (record) url.searchParams.set("record", record);
  const path = url.pathname + url.search;
  updateBadges();
  document.dispatchEvent(new CustomEvent("listing"));
  const headers = { "HX-Target": "section#results" }; // htmx names the source here, and the server answers by target
  const listed = () => mine === asked && document.dispatchEvent(new CustomEvent("listed"));
  return htmx.ajax("GET", path, { source: aside, target: "#results", swap: "outerHTML", headers }).finally(listed);
}

const isOfList = ({ detail: { ctx } }) => ctx.request.headers["HX-Target"] === "section#results";
let focused = ""; // the id of what had focus in the results, and has it again in the new ones

// A browser that takes out what has focus lays the page out first, with the old rows and the new ones.
document.addEventListener("htmx:before:swap", (event) => {
  if (!isOfList(event)) return;
  const active = document.activeElement;
  focused = "";
  if (!active.matches("#results, #results :is(a, button)")) return;
  focused = active.id;
  active.blur();
});

document.addEventListener("htmx:after:swap", (event) => {
  const { ctx } = event.detail;
  if (!isOfList(event)) return;
  if (focused) document.getElementById(focused)?.focus({ preventScroll: true });
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
  for (const [name, value] of parameters) addValue(name, value);
  for (const old of form.querySelectorAll("input[name=sort]")) old.remove();
  for (const carried of form.querySelectorAll("[data-carried]")) {
    if (!parameters.getAll(carried.name).includes(carried.value)) carried.remove();
  }
  for (const key of parameters.getAll("sort")) {
    form.append(Object.assign(document.createElement("input"), { type: "hidden", name: "sort", value: key }));
  }
}

// A value that the panel does not show yet: as it may come from a recent filter or a pasted list.
function addValue(name, value) {
  const [field, operator] = name.split("__");
  const values = form.querySelector(`[data-values="${CSS.escape(field)}"]`);
  if (!values || (operator && operator !== "not")) return;
  const known = [...values.querySelectorAll("input")].some((input) => input.name === name && input.value === value);
  if (known) return;
  const row = document.getElementById("value-template").content.firstElementChild.cloneNode(true);
  const [include, exclude] = row.querySelectorAll("input");
  Object.assign(include, { name: field, value, checked: !operator });
  Object.assign(exclude, { name: `${field}__not`, value, checked: Boolean(operator), ariaLabel: values.dataset.leaveOut.replace("%", () => value) });
  Object.assign(row.querySelector(".value-name"), { textContent: value, title: value });
  values.prepend(row);
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
    group.querySelector("[data-clear-group]").hidden = count === 0;
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
    const others = input.closest(".value, .value-none").querySelectorAll("input");
    for (const other of others) if (other !== input) other.checked = false;
  }
  if (input.name) submit();
});

form.addEventListener("click", (event) => {
  const button = event.target.closest("[data-clear-group]");
  if (!button) return;
  const group = button.closest("[data-group]");
  for (const input of group.querySelectorAll("input")) {
    if (input.type === "checkbox") input.checked = false;
    else if (input.type === "hidden") input.remove();
    else if (input.type !== "range") input.value = "";
  }
  group.querySelector("summary").focus();
  submit();
});

form.addEventListener("input", (event) => {
  if (event.target.name?.endsWith("__contains")) submitSoon();
});

search.addEventListener("input", submitSoon);

// Something else changed a contact: the same page of the same list, as it is now.
document.addEventListener("outdated", () => list(location.href, { isNew: false }));

// Somebody shared a search: pasting its address into the search box opens it.
search.addEventListener("paste", (event) => {
  const text = event.clipboardData.getData("text").trim();
  const url = URL.canParse(text) ? new URL(text) : null;
  if (url && /(^|\.)apollo\.io$/.test(url.hostname)) { // the server translates it, and leads on
    event.preventDefault();
    location.assign(`${form.getAttribute("action")}?${new URLSearchParams({ q: text })}`);
    return;
  }
  if (url?.origin !== location.origin || url.pathname !== form.getAttribute("action")) return;
  event.preventDefault();
  location.assign(url);
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
