// Taking an address or a number along to another program. Browsers allow it on https and on this machine only; elsewhere the
// buttons stay away.

if (navigator.clipboard) document.documentElement.dataset.copies = "";

document.addEventListener("click", async (event) => {
  const button = event.target.closest("[data-copy]");
  if (!button) return;
  const { copied, notCopied } = document.getElementById("toasts").dataset;
  const say = (text, isError) => document.dispatchEvent(new CustomEvent("toast", { detail: { text, isError } }));
  try {
    await navigator.clipboard.writeText(button.dataset.copy);
    say(copied.replace("{text}", () => button.dataset.copy), false);
  } catch {
    say(notCopied, true);
  }
});
