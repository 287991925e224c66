// A list that somebody puts in order: by two buttons in each line, which keep the focus, or by dragging a line's grip. A
// "placed" event on the line says so, and what is within data-place-words tells its place. Without script the buttons send
// their form, a step at a time.

const lineOf = (element) => element.closest("[data-label]");
const linesOf = (list) => [...list.querySelectorAll("[data-label]")];
const place = (line) => line.dispatchEvent(new CustomEvent("placed", { bubbles: true }));

function move(button) {
  const line = lineOf(button);
  const isUp = button.value.startsWith("up:");
  const other = isUp ? line.previousElementSibling : line.nextElementSibling;
  if (other?.dataset.label) other[isUp ? "before" : "after"](line);
  button.focus();
  place(line);
}

function drag(line) {
  const list = line.parentElement;
  const before = line.nextElementSibling;
  const others = linesOf(list).filter((other) => other !== line && !other.hidden);
  const middle = (other) => other.getBoundingClientRect().top + other.offsetHeight / 2;
  const follow = ({ clientY }) => {
    const next = others.filter((other) => middle(other) > clientY).sort((a, b) => middle(a) - middle(b))[0];
    if (next) next.before(line);
    else list.append(line);
  };
  const end = () => {
    line.classList.remove("is-dragged");
    removeEventListener("pointermove", follow);
    removeEventListener("pointercancel", end);
    removeEventListener("pointerup", end);
    if (line.nextElementSibling !== before) place(line);
  };
  line.classList.add("is-dragged");
  addEventListener("pointermove", follow);
  addEventListener("pointercancel", end);
  addEventListener("pointerup", end);
}

document.addEventListener("click", (event) => {
  const button = event.target.closest('[data-place-words] [name="move"]');
  if (!button) return;
  event.preventDefault();
  move(button);
});

document.addEventListener("pointerdown", (event) => {
  const grip = event.target.closest?.("[data-grip]");
  if (!grip || event.button !== 0) return;
  event.preventDefault();
  drag(lineOf(grip));
});

document.addEventListener("placed", ({ target }) => {
  const lines = linesOf(target.parentElement);
  const root = target.closest("[data-place-words]");
  const words = { column: target.dataset.label, place: lines.indexOf(target) + 1, total: lines.length };
  const text = root.dataset.placeWords.replace(/\{(\w+)\}/g, (_, name) => words[name]);
  root.querySelector("[data-said]").textContent = text;
});

// --- an order that is kept at once: each answer before the next, so that the last one stays ----------------------------------

let kept = Promise.resolve();

async function keep(form) {
  const body = new FormData(form);
  const headers = { "X-Requested-With": "fetch" };
  const response = await fetch(form.action, { method: "POST", body, headers, keepalive: true }).catch(() => null);
  if (response?.ok && !response.redirected) return;
  const text = document.getElementById("toasts").dataset.failed;
  document.dispatchEvent(new CustomEvent("toast", { detail: { text, isError: true } }));
}

document.addEventListener("placed", ({ target }) => {
  const { form } = target.querySelector('[name="move"]');
  if ("keep" in form.dataset) kept = kept.then(() => keep(form));
});
