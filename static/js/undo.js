// Undo in a message, and Ctrl or ⌘ Z: what was done last is taken back, and the list stays where it is.

const region = document.getElementById("toasts");
const taken = new WeakSet();
let last = null;

async function undo(form) {
  if (taken.has(form)) return;
  taken.add(form);
  const toast = form.closest("[data-toast]");
  if (toast?.contains(document.activeElement)) document.getElementById("main").focus({ preventScroll: true });
  toast?.remove();
  try {
    const response = await fetch(form.action, { method: "POST", body: new FormData(form) });
    const page = new DOMParser().parseFromString(await response.text(), "text/html");
    if (!response.ok) throw new Error(page.querySelector("#fault h1")?.textContent.trim() ?? "");
    region.append(...page.querySelectorAll("#toasts [data-toast]"));
    document.dispatchEvent(new CustomEvent("outdated"));
  } catch (error) {
    taken.delete(form);
    const text = error instanceof TypeError || !error.message ? region.dataset.failed : error.message;
    document.dispatchEvent(new CustomEvent("toast", { detail: { text, isError: true } }));
  }
}

function remember(nodes) {
  for (const node of nodes) last = node.querySelector?.("form") ?? last;
}

remember(region.querySelectorAll("[data-toast]"));
new MutationObserver((records) => records.forEach(({ addedNodes }) => remember(addedNodes))).observe(region, { childList: true });

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
