// Short messages. Any script may say something: document.dispatchEvent(new CustomEvent("toast", {detail: {text, isError}})).

const region = document.getElementById("toasts");
const template = document.getElementById("toast-template");
const STAY = 8000;
let before = null; // what had focus before the messages did

// What had focus may have been drawn afresh since: it is then known by its id.
function giveBack() {
  const place = before?.isConnected ? before : before?.id && document.getElementById(before.id);
  (place || document.getElementById("main"))?.focus({ preventScroll: true });
}

function leave(toast) {
  if (toast.contains(document.activeElement)) giveBack();
  toast.classList.add("toast-leaving");
  setTimeout(() => toast.remove(), 250);
}

// Errors stay until dismissed; other messages go after a while, but not while someone reads or reaches for them.
function watch(toast) {
  if (toast.classList.contains("toast-error")) return;
  const tick = () => (toast.matches(":hover, :focus-within") ? setTimeout(tick, 2000) : leave(toast));
  setTimeout(tick, STAY);
}

function say(text, isError) {
  const toast = template.content.firstElementChild.cloneNode(true);
  toast.classList.toggle("toast-error", Boolean(isError));
  toast.querySelector("p").textContent = text;
  region.append(toast);
}

if (region) {
  new MutationObserver((records) => {
    for (const record of records) for (const node of record.addedNodes) if (node.matches?.("[data-toast]")) watch(node);
  }).observe(region, { childList: true });

  region.addEventListener("click", (event) => {
    if (event.target.closest("[data-dismiss]")) leave(event.target.closest("[data-toast]"));
  });
  region.addEventListener("focusin", ({ relatedTarget }) => {
    if (!region.contains(relatedTarget)) before = relatedTarget;
  });
  region.addEventListener("left", giveBack); // by another script, which takes the message away itself
  document.addEventListener("toast", (event) => say(event.detail.text, event.detail.isError));

  // A live region announces what is added to it, not what it was born with.
  const waiting = [...region.querySelectorAll("[data-toast]")];
  setTimeout(() => {
    for (const toast of waiting) {
      if (!toast.isConnected) continue; // undone by then
      if (toast.matches(":hover, :focus-within")) watch(toast); // about to be pressed: a press that is moved away is none
      else region.append(toast);
    }
  }, 150);
}
