// The little that the operators' pages need a script for: passkeys, the bar of a
// long job, a button to print, and going on to a counter. Everything else is a plain
// form.
import { passkeys } from "./passkey";

passkeys();

// A page is printed by the browser's own menu where there is no script.
for (const button of document.querySelectorAll<HTMLButtonElement>("[data-print]")) {
  button.hidden = false;
  button.addEventListener("click", () => window.print());
}

// The ticket of a counter goes there at once; without a script somebody presses the
// button.
document.querySelector<HTMLFormElement>("form[data-go]")?.submit();

// Hidden parts of the menu are opened by the browser (popover); where it cannot,
// the menu stands open.
const menu = document.getElementById("menu");
if (menu && !("popover" in HTMLElement.prototype)) document.querySelector(".opens")?.remove();

interface Progress {
  percent: number;
  over: boolean;
  say: string;
}

/** Follows a job until it is over, and then loads what came of it. */
async function follow(from: string): Promise<void> {
  const bar = document.getElementById("bar") as HTMLProgressElement;
  const said = document.getElementById("job-said") as HTMLElement;
  for (;;) {
    await new Promise((done) => setTimeout(done, 1000));
    try {
      const answer = await fetch(from, { headers: { Accept: "application/json" } });
      if (!answer.ok) break;
      const now = (await answer.json()) as Progress;
      bar.value = now.percent;
      said.textContent = now.say;
      if (now.over) break;
    } catch {
      // The line broke; the next look may succeed.
    }
  }
  location.reload();
}

const job = document.querySelector<HTMLElement>("[data-job]");
if (job) void follow(job.dataset["job"]!);
