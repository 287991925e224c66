// What somebody has typed into a form outlives a session that ended, a lost connection, an error and a reload: it is kept
// in this tab until it was saved, and put back when the form is there again. Only what differs from what the form came
// with is kept, and together with the version the form was about, so that nobody else's later change is overwritten; or
// with the key of what is written for the first time, so that it is not written twice.

const { person } = document.body.dataset; // nobody on the sign-in page
const PREFIX = "draft:";
const keyOf = (form) => `${PREFIX}${person}:${form.dataset.draft}`;
const forms = () => [...document.querySelectorAll("form[data-draft]")];

function stored() {
  try {
    return Object.keys(sessionStorage).filter((key) => key.startsWith(PREFIX));
  } catch {
    return []; // storage is switched off: nothing is kept
  }
}

const read = (key) => JSON.parse(sessionStorage.getItem(key) ?? "null");
const drop = (key) => sessionStorage.removeItem(key);
function write(key, draft) {
  try {
    sessionStorage.setItem(key, JSON.stringify(draft));
  } catch {
    // Full, or switched off.
  }
}

const markOf = (form) => form.elements.version ?? form.elements.key;
const typedHere = new Set(); // since the page was opened: who typed it knows, and is told nothing when a form comes anew

const fields = (form) => [...form.elements].filter((field) => field.name && !["hidden", "password", "file", "submit"].includes(field.type));

function isChanged(field) {
  if (field.type === "checkbox" || field.type === "radio") return field.checked !== field.defaultChecked;
  if (field.options) return [...field.options].some((option) => option.selected !== option.defaultSelected && !(field.selectedIndex === 0 && option === field.options[0]));
  return field.value !== field.defaultValue;
}

function valueOf(field) {
  if (field.type === "checkbox" || field.type === "radio") return field.checked;
  return field.multiple ? [...field.selectedOptions].map((option) => option.value) : field.value;
}

function put(field, value) {
  if (field.type === "checkbox" || field.type === "radio") field.checked = value;
  else if (field.multiple) for (const option of field.options) option.selected = value.includes(option.value);
  else field.value = value;
}

// Two boxes of one name are told apart by what they stand for.
const nameOf = (field) => (field.type === "checkbox" || field.type === "radio" ? `${field.name}=${field.value}` : field.name);

function keep(form) {
  const earlier = read(keyOf(form));
  const changed = fields(form).filter((field) => isChanged(field) || nameOf(field) in (earlier?.values ?? {}));
  if (!changed.length) return drop(keyOf(form));
  const values = Object.fromEntries(changed.map((field) => [nameOf(field), valueOf(field)]));
  write(keyOf(form), { values, mark: earlier?.mark ?? markOf(form)?.value, isSent: false });
  typedHere.add(keyOf(form));
}

function discard(form, mark) {
  drop(keyOf(form));
  form.reset();
  if (markOf(form)) markOf(form).value = mark;
  form.querySelector("[data-draft-notice]")?.remove();
  fields(form)[0]?.focus();
}

function putBack(form) {
  form.dataset.draftSeen = "";
  const draft = read(keyOf(form));
  if (!draft) return;
  // The answer was lost on the way, and not what was sent: it is shown, under its key.
  if (form.elements.key && document.querySelector(`[data-key="${CSS.escape(draft.mark)}"]`)) return drop(keyOf(form));
  const lost = fields(form).filter((field) => nameOf(field) in draft.values && JSON.stringify(valueOf(field)) !== JSON.stringify(draft.values[nameOf(field)]));
  if (!lost.length) return;
  for (const field of lost) put(field, draft.values[nameOf(field)]);
  const mark = markOf(form)?.value;
  if (draft.mark !== undefined && markOf(form)) markOf(form).value = draft.mark;
  if (typedHere.has(keyOf(form))) return;
  const notice = document.getElementById("draft-template").content.firstElementChild.cloneNode(true);
  notice.querySelector("button").addEventListener("click", () => discard(form, mark));
  form.prepend(notice);
}

function putBackAll() {
  for (const form of forms()) if (!("draftSeen" in form.dataset)) putBack(form);
}

// --- what became of a form that was sent --------------------------------------------------------------------------------------

if (!person) {
  // Sent here because the session has ended: nothing was saved. Whoever has signed out leaves nothing behind.
  const isInterrupted = document.querySelector("input[name=next]");
  for (const key of stored()) isInterrupted ? write(key, { ...read(key), isSent: false }) : drop(key);
} else {
  // Where a saved form leads, it leads by a redirect.
  const wasSaved = performance.getEntriesByType("navigation")[0]?.redirectCount > 0;
  for (const key of stored()) {
    if (!key.startsWith(`${PREFIX}${person}:`) || (wasSaved && read(key).isSent)) drop(key);
  }
  putBackAll();
}

document.addEventListener("input", ({ target }) => target.form?.matches("[data-draft]") && keep(target.form));
document.addEventListener("change", ({ target }) => target.form?.matches("[data-draft]") && keep(target.form));
document.addEventListener("submit", ({ target }) => {
  const draft = target.matches("[data-draft]") && read(keyOf(target));
  if (draft) write(keyOf(target), { ...draft, isSent: true });
});
document.addEventListener("click", ({ target }) => {
  const form = target.closest("[data-cancel]")?.closest("form[data-draft]");
  if (form) drop(keyOf(form));
});

// By htmx: an answer that is neither an error nor the way to the sign-in page has saved it.
document.addEventListener("htmx:after:request", ({ detail }) => {
  const form = detail.ctx.sourceElement?.closest?.("form[data-draft]");
  const { raw, status } = detail.ctx.response;
  if (form && status < 400 && !raw.headers.has("HX-Redirect") && !raw.redirected) drop(keyOf(form));
});
document.addEventListener("htmx:after:swap", putBackAll);
