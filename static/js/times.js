// Moments as people say them: "3 hours ago", from a month on the day itself, with the full local time on hover. The same
// words as time_ago() in rendering.py. Without script the page shows the date.

const STEPS = [["minute", 60, 60], ["hour", 3600, 24], ["day", 86400, 31]];
// The page's language; the day before the month in English too.
const language = document.documentElement.lang === "en" ? "en-GB" : document.documentElement.lang;
const relative = new Intl.RelativeTimeFormat(language);
// The person's own zone, or the browser's where the page does not say one or the browser does not know it.
const timeZone = known(document.documentElement.dataset.timeZone);
const day = new Intl.DateTimeFormat(language, { day: "numeric", month: "short", year: "numeric", timeZone });
const full = new Intl.DateTimeFormat(language, { dateStyle: "medium", timeStyle: "short", timeZone });

function known(name) {
  try {
    return new Intl.DateTimeFormat("en", { timeZone: name }).resolvedOptions().timeZone;
  } catch {
    return undefined;
  }
}

function inWords(moment) {
  const seconds = (Date.now() - moment) / 1000;
  if (seconds < 60) return document.body.dataset.justNow;
  for (const [unit, size, limit] of STEPS) {
    const count = Math.floor(seconds / size);
    if (count < limit) return relative.format(-count, unit);
  }
  return day.format(moment);
}

function update(root) {
  for (const time of root.querySelectorAll("time[data-ago]")) {
    const moment = new Date(time.dateTime);
    if (Number.isNaN(moment.getTime())) continue;
    // What is written anew is laid out and painted anew.
    const words = inWords(moment);
    if (time.textContent !== words) time.textContent = words;
    time.title ||= full.format(moment);
  }
}

update(document);
// Before what has come in is painted for the first time.
new MutationObserver((changes) => {
  for (const { addedNodes } of changes) for (const node of addedNodes) if (node.nodeType === Node.ELEMENT_NODE) update(node);
}).observe(document.body, { childList: true, subtree: true });
setInterval(() => update(document), 60_000);
