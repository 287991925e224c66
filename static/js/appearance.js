// Theme, row height, folded navigation and whether single keys act, set before the first paint so that nothing flashes. The only blocking script.
(() => {
  const root = document.documentElement;
  for (const setting of ["theme", "density", "nav", "shortcuts"]) {
    try {
      const value = localStorage.getItem(`appearance.${setting}`);
      if (value) root.dataset[setting] = value;
    } catch {
      return; // storage is switched off: the system's theme and the defaults hold
    }
  }
})();
