// Theme, row height, folded navigation and whether single keys act, set before the first paint so that nothing flashes. The only blocking script.
(() => {
  const root = document.documentElement;
  for (const setting of ["theme", "density", "nav", "shortcuts"]) {
    try {
      // What the page comes with is the signed-in person's own; kept for the pages that know nobody.
      if (root.dataset[setting]) localStorage.setItem(`appearance.${setting}`, root.dataset[setting]);
      const value = localStorage.getItem(`appearance.${setting}`);
      if (value) root.dataset[setting] = value;
    } catch {
      return; // storage is switched off: what the page comes with holds
    }
  }
})();
