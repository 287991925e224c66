// Without a network nothing is sent: a form that went off would leave the browser's own error page in its place.

const notice = document.getElementById("offline");
const show = () => { notice.hidden = navigator.onLine; };

addEventListener("offline", show);
addEventListener("online", show);
show();

document.addEventListener("submit", (event) => {
  if (navigator.onLine || event.target.method === "dialog") return;
  event.preventDefault();
  event.stopImmediatePropagation();
  document.dispatchEvent(new CustomEvent("toast", { detail: { text: notice.dataset.unsent, isError: true } }));
}, { capture: true });
