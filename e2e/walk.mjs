// A browser at a door: it opens the kiosk page, pairs, and lets its camera see
// a film. What happens on the screen is printed, a line for each screen, and
// photographed.
import { mkdirSync } from "node:fs";
import { createRequire } from "node:module";

const { chromium } = createRequire(process.env.PLAYWRIGHT + "/")("playwright-core");
const given = JSON.parse(process.argv[2]);
mkdirSync(given.shots, { recursive: true });
const browser = await chromium.launch({
  executablePath: given.executable,
  args: ["--no-sandbox", "--use-fake-ui-for-media-stream", "--use-fake-device-for-media-stream", `--use-file-for-fake-video-capture=${given.film}`],
});
const context = await browser.newContext({ viewport: given.size, locale: given.lang, permissions: ["camera"] });
const page = await context.newPage();
page.on("pageerror", (e) => console.log(JSON.stringify({ error: String(e) })));

// Somebody who says "not me" does so within the second, whatever photographs are taken.
if (given.notme) {
  await page.addInitScript((name) => {
    new MutationObserver(() => {
      if (!document.querySelector("#app.screen-about-to-look")) return;
      [...document.querySelectorAll("button")].find((b) => b.textContent.trim() === name)?.click();
    }).observe(document, { subtree: true, childList: true, attributes: true });
  }, given.notme);
}

// Each order for frames and each frame that leaves, as the page's connection saw them.
let frames = 0;
page.on("websocket", (ws) => ws.on("framesent", ({ payload }) => { if (typeof payload !== "string") frames++; }));

// Every screen, however short: a photograph takes longer than some of them last.
await page.addInitScript(() => {
  window.shown = [];
  new MutationObserver(() => {
    const name = /screen-([a-z-]+)/.exec(document.querySelector("#app")?.className ?? "")?.[1];
    if (name && window.shown.at(-1) !== name) window.shown.push(name);
  }).observe(document, { subtree: true, childList: true, attributes: true });
});

const screen = () => page.evaluate(() => ({ name: /screen-([a-z-]+)/.exec(document.querySelector("#app")?.className ?? "")?.[1] ?? "", title: document.querySelector("h1")?.textContent ?? "", way: document.querySelector(".way p")?.textContent ?? "" })).catch(() => null);
let last = "";
const note = async () => {
  const now = await screen();
  if (!now || now.name === last) return;
  last = now.name;
  if (["look", "opened", "try-again"].includes(now.name)) await page.waitForTimeout(400); // until it has been drawn in
  await page.screenshot({ path: `${given.shots}/${given.name}-${now.name}.png` }).catch(() => {});
  console.log(JSON.stringify({ screen: now.name, title: now.title, way: now.way, frames }));
};

await page.goto(given.url + (given.code ? `/#pair=${given.code}` : "/"));
const until = Date.now() + given.seconds * 1000;
let typed = false;
while (Date.now() < until) {
  await note();
  if (given.pin && last === "ready" && !typed) {
    typed = true;
    await type(given.pin);
  }
  if (given.stop.includes(last)) break;
  await page.waitForTimeout(30);
}
const shown = await page.evaluate(() => window.shown);
console.log(JSON.stringify({ done: true, last, frames, shown }));
await browser.close();

async function type({ number, code }) {
  await page.locator("button.pin").click();
  for (const [step, digits] of [["number", number], ["code", code]]) {
    await page.waitForTimeout(300);
    await page.keyboard.type(digits);
    await page.screenshot({ path: `${given.shots}/${given.name}-pin-${step}.png` });
    await page.keyboard.press("Enter");
  }
}
