// Moments as people say them: "3 hours ago", from a month on the day itself, with the full local time on hover. The same
// words as time_ago() in rendering.py. Without script the page shows the date.

const STEPS = [["minute", 60, 60], ["hour", 3600, 24], ["day", 86400, 31]];
const relative = new Intl.RelativeTimeFormat("en");
const month = new Intl.DateTimeFormat("en", { month: "short" });
const full = new Intl.DateTimeFormat("en-GB", { dateStyle: "medium", timeStyle: "short" });

function inWords(moment) {
  const seconds = (Date.now() - moment) / 1000;
  if (seconds < 60) return "just now";
  for (const [unit, size, limit] of STEPS) {
    const count = Math.floor(seconds / size);
    if (count < limit) return relative.format(-count, unit);
  }
  return `${moment.getDate()} ${month.format(moment)} ${moment.getFullYear()}`;
}

function update(root) {
  for (const time of root.querySelectorAll("time[data-ago]")) {
    const moment = new Date(time.dateTime);
    if (Number.isNaN(moment.getTime())) continue;
    time.textContent = inWords(moment);
    time.title = full.format(moment);
  }
}

update(document);
document.addEventListener("htmx:after:swap", () => update(document));
setInterval(() => update(document), 60_000);
