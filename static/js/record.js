// A record, as a page and in the panel: where focus goes after an act, folded groups, tags.

// Groups of fields: which are folded holds for every record.
const FOLDED = "record.folded";

function readFolded() {
  try {
    return JSON.parse(localStorage.getItem(FOLDED)) ?? [];
  } catch {
    return []; // storage is switched off, or holds something else
  }
}

function fold(root) {
  const folded = readFolded();
  for (const group of root.querySelectorAll("[data-fold]:is(details)")) group.open = !folded.includes(group.dataset.fold);
}

document.addEventListener("click", (event) => {
  const group = event.target.closest("summary")?.parentElement;
  if (!group?.matches("details[data-fold]")) return;
  const others = readFolded().filter((name) => name !== group.dataset.fold);
  try {
    localStorage.setItem(FOLDED, JSON.stringify(group.open ? [...others, group.dataset.fold] : others)); // open is what it was until now
  } catch {
    // Without storage everything works, and nothing is remembered.
  }
});

// Ctrl+Enter saves a note, from within it.
document.addEventListener("keydown", (event) => {
  if (event.key !== "Enter" || !(event.ctrlKey || event.metaKey) || !event.target.matches(".note-form textarea")) return;
  event.preventDefault();
  event.target.form.requestSubmit();
});

// How a note would read: by the server, which draws it so once it is saved.
async function preview(button, shown) {
  const { failed, ended } = document.getElementById("toasts").dataset;
  let fault = failed;
  try {
    const response = await fetch(button.dataset.preview, { method: "POST", body: new FormData(button.form), redirect: "manual" });
    const page = new DOMParser().parseFromString(await response.text(), "text/html");
    if (response.ok) return shown.replaceChildren(...page.body.childNodes);
    fault = page.querySelector("#fault h1")?.textContent.trim() ?? ended;
  } catch {
    // No answer.
  }
  document.dispatchEvent(new CustomEvent("toast", { detail: { text: fault, isError: true } }));
}

document.addEventListener("click", async (event) => {
  const button = event.target.closest("[data-preview]");
  if (!button) return;
  const { text } = button.form.elements;
  const shown = button.form.querySelector("[data-previewed]");
  const isWriting = shown.hidden;
  shown.replaceChildren();
  if (isWriting && text.value.trim()) await preview(button, shown);
  shown.hidden = !shown.hasChildNodes();
  text.hidden = !shown.hidden;
  button.ariaPressed = String(text.hidden);
  if (!text.hidden) text.focus();
});

// Tags that others have, while one is typed.
let timer;
document.addEventListener("input", ({ target, inputType }) => {
  if (!target.dataset?.suggest || inputType === "insertReplacementText") return;
  clearTimeout(timer);
  timer = setTimeout(async () => {
    const response = await fetch(`${target.dataset.suggest}?${new URLSearchParams({ q: target.value.trim() })}`).catch(() => null);
    if (!response?.ok) return; // suggestions are a kindness
    const { results } = await response.json();
    target.list?.replaceChildren(...results.map(({ text }) => new Option(text, text)));
  }, 200);
});

// Who writes or calls is asked, quietly, whether to note that down.
document.addEventListener("click", (event) => {
  if (!event.target.closest('[data-record] :is(a[href^="mailto:"], a[href^="tel:"])')) return;
  const hint = document.querySelector("[data-contacted-hint]");
  if (hint) hint.textContent = hint.dataset.contactedHint;
});

// The form that sent something is gone with the old record: it named what has focus instead.
const thens = new WeakMap();
document.addEventListener("htmx:before:request", ({ detail: { ctx } }) => {
  thens.set(ctx, ctx.sourceElement.closest("[data-then]")?.dataset.then);
});

document.addEventListener("htmx:after:swap", ({ detail: { ctx } }) => {
  fold(document);
  const then = thens.get(ctx);
  if (!then) return;
  const places = [...document.querySelectorAll(then)];
  places.at(-1)?.focus({ preventScroll: then === "[data-history]" });
  if (ctx.request.method === "POST") document.dispatchEvent(new CustomEvent("outdated", { detail: { isRecordFresh: true } }));
});

fold(document);
