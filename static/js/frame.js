// The frame of every page: folding navigation, theme and density, the sheet of keys, where focus starts.

const root = document.documentElement;
const DEFAULTS = { theme: "auto", density: "roomy", shortcuts: "on" };

function remember(setting, value) {
  root.dataset[setting] = value;
  try {
    localStorage.setItem(`appearance.${setting}`, value);
  } catch {
    // Storage is switched off: the choice holds until the next page.
  }
}

for (const group of document.querySelectorAll("[data-setting]")) {
  const setting = group.dataset.setting;
  const current = root.dataset[setting] ?? DEFAULTS[setting];
  for (const radio of group.querySelectorAll("input")) radio.checked = radio.value === current;
  group.addEventListener("change", (event) => remember(setting, event.target.value));
}

// Theme and rows belong to the person: their other browsers have them too. What is refused or lost holds here until the next page.
for (const form of document.querySelectorAll("form[data-appearance]")) {
  form.addEventListener("change", () => {
    const headers = { "X-Requested-With": "fetch" };
    fetch(form.action, { method: "POST", body: new FormData(form), headers, redirect: "manual", keepalive: true }).catch(() => {});
  });
}

// "auto" folds by the window's width, so the next state is the opposite of what is seen, not of what is stored.
document.querySelector("[data-fold]")?.addEventListener("click", () => {
  const isNarrow = document.querySelector(".nav").offsetWidth < 120;
  remember("nav", isNarrow ? "wide" : "narrow");
});

const keys = document.getElementById("keys");
let opener = null;
document.addEventListener("click", (event) => {
  if (!event.target.closest("[data-keys]")) return;
  // Opened from a menu that is closed by now: focus goes back to what opens the menu.
  const menu = event.target.closest("[popover]");
  opener = menu && document.querySelector(`[popovertarget="${menu.id}"]`);
  keys?.showModal();
});
keys?.addEventListener("close", () => {
  opener?.focus();
  opener = null;
});
keys?.addEventListener("click", (event) => {
  if (event.target === keys) keys.close(); // the backdrop belongs to the dialog
});

// Something that needs attention; or the first field of an empty form, except where that would bring up a keyboard of glass.
const firstField = matchMedia("(hover: hover)").matches && document.querySelector("[data-focus-first] :is(input, select, textarea):not([type=hidden])");
(document.querySelector("[data-focus]") ?? (firstField || null))?.focus();

// A record beside the list, or the page that an act led to: there a keyboard goes on, not at the top of the window.
if (document.activeElement === document.body && !location.hash) {
  const isAfterAct = document.querySelector("#toasts [data-toast]");
  const place = document.querySelector(isAfterAct ? "[data-title]" : "#record [data-title]");
  (place ?? (isAfterAct ? document.getElementById("main") : null))?.focus({ preventScroll: true });
}
