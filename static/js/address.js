// The address bar, for scripts that change what the page shows. They say
//   document.dispatchEvent(new CustomEvent("address", {detail: {path, isNew}}))
// and stepping back or forward to such an address loads it from the server, which knows how to draw every one of them.

let shown = location.pathname + location.search;

document.addEventListener("address", ({ detail: { path, isNew } }) => {
  if (path === shown) return;
  history[isNew ? "pushState" : "replaceState"](null, "", path);
  shown = path;
});

// A jump to a fragment of the page arrives here as well, and needs no reload.
window.addEventListener("popstate", () => {
  if (location.pathname + location.search !== shown) location.reload();
});
