// What htmx may put on the page. Errors that are whole pages, a lost connection and a lost session would otherwise replace
// a part of the page with something that does not belong there.

const says = document.getElementById("toasts").dataset;
const say = (text) => document.dispatchEvent(new CustomEvent("toast", { detail: { text, isError: true } }));

// The designed error pages carry #fault with a heading, a sentence and the request id.
function faultOf(text) {
  const fault = new DOMParser().parseFromString(text, "text/html").getElementById("fault");
  if (!fault) return null;
  const id = fault.querySelector("code")?.textContent;
  const sentence = fault.querySelector(".notice")?.textContent.trim() || fault.querySelector("h1").textContent.trim();
  const whole = /[.!?।]$/.test(sentence) ? sentence : `${sentence}.`;
  return id ? says.request.replace("{sentence}", () => whole).replace("{id}", () => id) : sentence;
}

document.addEventListener("htmx:after:request", (event) => {
  const { response, text } = event.detail.ctx;
  const { raw, status } = response;
  if (raw.redirected && new URL(raw.url).pathname === document.body.dataset.entrance) {
    event.preventDefault();
    location.reload(); // signed out meanwhile: the server brings us to sign-in and back
    return;
  }
  if (status < 400) return;
  const fault = faultOf(text);
  if (fault) {
    event.preventDefault();
    say(fault);
  } else if (status >= 500 || !text.trim()) {
    event.preventDefault();
    say(says.error.replace("{status}", status));
  }
});

document.addEventListener("htmx:error", (event) => {
  if (!event.detail.ctx) return;
  const isLate = event.detail.ctx.request?.signal?.reason === "timeout";
  say(isLate ? says.late : says.unreachable);
});

// Somebody's rights were changed while their page was open: what they clicked is answered by the new ones, and once the
// address says where that led, the rest of the page follows.
let isOutdated = false;

document.addEventListener("htmx:after:request", (event) => {
  const mark = event.detail.ctx.response.raw.headers.get("X-Access");
  if (!mark || isOutdated || mark === document.body.dataset.access) return;
  isOutdated = true;
  setTimeout(() => location.reload(), 500); // not every answer changes the address
});

document.addEventListener("address", () => {
  if (isOutdated) setTimeout(() => location.reload());
});
