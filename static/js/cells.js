// Cells of a table that are cut off: their whole text when the mouse comes by. Not in the page, for a list would be twice
// as long. What has a title of its own keeps it.

function wordsOf(cell) {
  const tags = [...cell.querySelectorAll(".tag")];
  if (tags.length) return tags.map((tag) => tag.title || tag.textContent).join(", ");
  return [...cell.childNodes].filter((node) => node.ariaHidden !== "true").map((node) => node.textContent).join("").trim();
}

document.addEventListener("mouseover", ({ target }) => {
  const cell = target.closest?.(".table tbody :is(td, th)");
  if (!cell) return;
  const shown = cell.querySelector(".name") ?? cell; // a name is cut off by itself, beside what else its cell holds
  if (shown.scrollWidth > shown.clientWidth) shown.title = wordsOf(shown);
  else if (shown.title) shown.removeAttribute("title");
});
