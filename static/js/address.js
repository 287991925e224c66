// The address bar, for scripts that change what the page shows. They say
//   document.dispatchEvent(new CustomEvent("address", {detail: {path, isNew}}))
// and stepping back or forward to such an address loads it from the server, which knows how to draw every one of them.

// What the server drew. Whoever steps quickly may be elsewhere before this runs.
const drawn = new URL(performance.getEntriesByType("navigation")[0].name);
let shown = drawn.pathname + drawn.search;

document.addEventListener("address", ({ detail: { path, isNew } }) => {
  if (path === shown) return;
  history[isNew ? "pushState" : "replaceState"](null, "", path);
  shown = path;
});

// A jump to a fragment of the page arrives here as well, and needs no reload.
function follow() {
  if (location.pathname + location.search !== shown) location.reload();
}
window.addEventListener("popstate", follow);
follow();
