// A part of a page that shows a moment is fetched again every few seconds: while somebody looks at it and does not use it.
// What is about to be clicked must not move away, and what has focus must not go.

const EVERY = 5000;
const AWAY = 5 * 60_000; // each fetch counts as use of the session, which must end when nobody is here any more
let usedAt = Date.now();
let isBroken = false;

for (const kind of ["pointermove", "pointerdown", "keydown", "wheel", "touchstart"])
  addEventListener(kind, () => (usedAt = Date.now()), { passive: true });

const inUse = (part) =>
  part.matches(":focus-within, :has(:popover-open), :has(.cell-actions:hover)") || !getSelection().isCollapsed;

setInterval(() => {
  const part = document.querySelector("[data-refresh]");
  if (!part || document.hidden || isBroken || Date.now() - usedAt > AWAY || inUse(part)) return;
  part.dispatchEvent(new Event("refresh"));
}, EVERY);

// answers.js has said why; once is enough.
document.addEventListener("htmx:after:request", ({ target, detail }) => {
  if (target.matches?.("[data-refresh]") && detail.ctx.response.status >= 400) isBroken = true;
});
document.addEventListener("htmx:error", ({ target }) => {
  if (target.matches?.("[data-refresh]")) isBroken = true;
});
