// Several values pasted at once become one filter, once somebody has seen how many of them are known.

const form = document.getElementById("filters");
const dialog = document.getElementById("paste-dialog");
const place = dialog.querySelector("[data-pasted]");

const isList = (text) => /[\n\t;]/.test(text.trim()) || text.split(",").length > 2;

function searched() {
  const parameters = new URLSearchParams();
  for (const [name, value] of new FormData(form)) if (value.trim()) parameters.append(name, value.trim());
  return parameters;
}

async function show(address, options = {}) {
  const response = await fetch(address, { ...options, headers: { "HX-Request": "true" } });
  const to = response.headers.get("HX-Redirect");
  if (to) return location.assign(to);
  if (!response.ok) {
    const text = dialog.dataset.failed;
    return document.dispatchEvent(new CustomEvent("toast", { detail: { text, isError: true } }));
  }
  const answer = new DOMParser().parseFromString(await response.text(), "text/html");
  place.replaceChildren(...answer.body.children);
  if (!dialog.open) dialog.showModal();
  (place.querySelector("[data-pasted-apply]") ?? place.querySelector("textarea")).focus();
}

const addressOf = (button) => `${button.getAttribute("formaction")}?${searched()}`;

form.addEventListener("click", (event) => {
  const button = event.target.closest("[data-paste]");
  if (!button) return;
  event.preventDefault();
  show(addressOf(button));
});

form.addEventListener("paste", (event) => {
  const button = event.target.closest("[data-control]")?.querySelector("[data-paste]");
  const text = event.clipboardData.getData("text");
  if (!button || event.target.type !== "search" || !isList(text)) return;
  event.preventDefault();
  const body = new FormData();
  body.append("csrfmiddlewaretoken", document.querySelector("#pin-group [name=csrfmiddlewaretoken]").value);
  body.append("text", text);
  show(addressOf(button), { method: "POST", body });
});

dialog.addEventListener("submit", (event) => {
  event.preventDefault();
  show(event.target.action, { method: "POST", body: new FormData(event.target) });
});

dialog.addEventListener("click", (event) => {
  if (event.target.closest("[data-paste-cancel]")) event.preventDefault();
  if (event.target.closest("[data-paste-cancel], [data-pasted-apply]")) dialog.close();
});
