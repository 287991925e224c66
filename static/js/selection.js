// Choosing rows: all at once, or a range with the shift key. Other scripts hear of it as "chosen", and say "restored" when
// they have ticked boxes themselves.

let last = null;
const boxes = () => [...document.querySelectorAll("[data-select]")];

function markHead() {
  const head = document.querySelector("[data-select-all]");
  if (!head) return;
  const all = boxes();
  const chosen = all.filter((box) => box.checked).length;
  head.checked = chosen > 0 && chosen === all.length;
  head.indeterminate = chosen > 0 && chosen < all.length;
}

document.addEventListener("click", (event) => {
  const box = event.target.closest("[data-select], [data-select-all]");
  if (!box) return;
  const all = boxes();
  if (box.matches("[data-select-all]")) {
    for (const other of all) other.checked = box.checked;
  } else {
    if (event.shiftKey && last && all.includes(last)) {
      const [from, to] = [all.indexOf(last), all.indexOf(box)].sort((a, b) => a - b);
      for (const other of all.slice(from, to + 1)) other.checked = box.checked;
    }
    last = box;
    markHead();
  }
  document.dispatchEvent(new CustomEvent("chosen"));
});

document.addEventListener("restored", markHead);

// A browser sends the form on Enter in a box; whoever presses it there means the box.
document.addEventListener("keydown", (event) => {
  if (event.key !== "Enter" || !event.target.matches("[data-select], [data-select-all]")) return;
  event.preventDefault();
  event.target.click();
});
