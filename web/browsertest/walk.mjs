// Walks the kiosk page: every screen, in every language and size given.
// Prints one JSON object per check: {name, failures}. Run by the Go test.
import { mkdirSync } from "node:fs";
import { createRequire } from "node:module";
import { readFileSync } from "node:fs";
import { chromium } from "playwright-core";

const { base, shots, executable } = JSON.parse(process.argv[2]);
const axeSource = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
mkdirSync(shots, { recursive: true });

export const sizes = {
  landscape: { width: 1280, height: 800 },
  portrait: { width: 800, height: 1280 },
  phone: { width: 390, height: 844 },
};

const control = (path, body) => fetch(base + "/control/" + path, { method: "POST", body: typeof body === "string" ? body : JSON.stringify(body) });
const got = async () => (await fetch(base + "/control/got")).json();
const report = (name, failures) => console.log(JSON.stringify({ name, failures }));
const config = (more = {}) => ({
  t: "config", site: "Garden Court", zone: { en: "Front door", "zh-CN": "前门" }, methods: ["plain", "face", "pin", "phone"],
  langs: ["zh-CN", "en"], browserQR: true, demo: false, nonce: "FLN1:6BF5G7000T9000A1000B20", ...more,
});

// In place of a camera: a drawn person who holds a card, always a little in
// motion. window.scene changes what is seen.
function fakeCamera() {
  window.scene = { card: true, dark: false, frozen: false };
  const canvas = document.createElement("canvas");
  canvas.width = 1280; canvas.height = 720;
  const pen = canvas.getContext("2d");
  let tick = 0;
  const draw = () => {
    const { scene } = window;
    if (scene.frozen) return;
    tick++;
    pen.fillStyle = scene.dark ? "#000" : "#8fa3ad"; pen.fillRect(0, 0, 1280, 720);
    if (scene.dark) return;
    pen.fillStyle = "#6d828c"; pen.fillRect(0, 560 + (tick % 3), 1280, 200);
    pen.fillStyle = "#3d5a80"; pen.beginPath(); pen.ellipse(640, 760, 260, 240, 0, 0, 7); pen.fill();
    pen.fillStyle = "#e0ac8a"; pen.beginPath(); pen.ellipse(640, 330, 130 + (tick % 2), 170, 0, 0, 7); pen.fill();
    pen.fillStyle = "#4a3527"; pen.beginPath(); pen.ellipse(640, 210, 140, 80, 0, Math.PI, 0); pen.fill();
    pen.fillStyle = "#222"; for (const x of [590, 690]) { pen.beginPath(); pen.ellipse(x, 320, 11, 8, 0, 0, 7); pen.fill(); }
    pen.strokeStyle = "#8a4a3a"; pen.lineWidth = 7; pen.beginPath(); pen.arc(640, 390, 45, 0.3, Math.PI - 0.3); pen.stroke();
    if (scene.card) { pen.fillStyle = "#fff"; pen.fillRect(500, 400, 280, 190); pen.fillStyle = "#111"; for (let i = 0; i < 9; i++) for (let j = 0; j < 9; j++) if ((i * 7 + j * 5) % 3) pen.fillRect(520 + i * 16, 420 + j * 16, 16, 16); }
  };
  draw();
  setInterval(draw, 66);
  navigator.mediaDevices.getUserMedia = async () => {
    if (window.denied) throw new DOMException("no", "NotAllowedError");
    return canvas.captureStream(15);
  };
}

/** What is wrong with a screen, for a person: sizes, targets, contrast, the way in without a face. */
async function judge(page, name, wants = {}) {
  const failures = [];
  const facts = await page.evaluate(() => {
    const seen = (e) => { const b = e.getBoundingClientRect(), s = getComputedStyle(e); return b.width > 1 && b.height > 1 && s.visibility !== "hidden" && s.opacity !== "0" && !e.closest(".unseen"); };
    const leaves = [...document.querySelectorAll("#app *")].filter((e) => seen(e) && [...e.childNodes].some((n) => n.nodeType === 3 && n.textContent.trim()));
    return {
      wide: document.documentElement.scrollWidth > innerWidth + 1,
      tall: document.documentElement.scrollHeight > innerHeight + 1,
      way: document.querySelector(".way p")?.textContent ?? "",
      h1: parseFloat(getComputedStyle(document.querySelector("h1")).fontSize),
      small: leaves.map((e) => [e.textContent.trim(), parseFloat(getComputedStyle(e).fontSize), e.className]),
      buttons: [...document.querySelectorAll("button,a")].filter(seen).map((e) => { const b = e.getBoundingClientRect(); return [e.textContent.trim() || e.getAttribute("aria-label"), b.width, b.height, b.left >= 0 && b.right <= innerWidth + 1 && b.top >= 0]; }),
      cut: leaves.filter((e) => e.scrollWidth > e.clientWidth + 2 && getComputedStyle(e).display !== "inline").map((e) => e.textContent.trim()),
    };
  });
  const tablet = page.viewportSize().width >= 800;
  if (facts.wide) failures.push("scrolls sideways");
  if (facts.tall && tablet) failures.push("does not fit the screen");
  if (!facts.way) failures.push("says nothing of a way in without a face");
  if (wants.way && !wants.way.test(facts.way)) failures.push(`the way in: ${facts.way}`);
  if (facts.h1 < (tablet ? 64 : 28)) failures.push(`headline of ${facts.h1} px`);
  for (const [text, size, kind] of facts.small) if (size < (tablet ? 32 : 18) && kind !== "command") failures.push(`${size} px: ${text}`);
  for (const [text, w, h, inside] of facts.buttons) {
    if (w < 44 || h < 44) failures.push(`target of ${w}x${h}: ${text}`);
    if (tablet && h < 87.5) failures.push(`button only ${h} high: ${text}`);
    if (!inside) failures.push(`outside the screen: ${text}`);
  }
  for (const text of facts.cut) failures.push(`cut off: ${text}`);
  if (!(await page.evaluate(() => !!window.axe))) await page.evaluate(axeSource);
  const { violations } = await page.evaluate(() => window.axe.run(document, { runOnly: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"] }));
  for (const v of violations) failures.push(`axe ${v.id}: ${v.nodes.map((n) => n.target.join(" ")).join(", ")}`);
  const strict = await page.evaluate(() => window.axe.run(document, { runOnly: { type: "rule", values: ["color-contrast-enhanced"] }, rules: { "color-contrast-enhanced": { enabled: true } } }));
  for (const v of strict.violations) failures.push(`contrast below AAA: ${v.nodes.map((n) => n.target.join(" ")).join(", ")}`);
  await page.screenshot({ path: `${shots}/${name.replaceAll("/", "-")}.png` });
  report(name, failures);
}

const settle = (page, key) => page.waitForSelector(`#app.screen-${key}`, { timeout: 8000 }).then(() => page.waitForTimeout(900));

async function walk(browser, sizeName, lang) {
  const context = await browser.newContext({ viewport: sizes[sizeName], locale: lang, permissions: ["camera"] });
  const page = await context.newPage();
  const errors = [];
  page.on("pageerror", (e) => errors.push(String(e)));
  page.on("console", (m) => m.type() === "error" && !/Failed to load resource|WebSocket/.test(m.text()) && errors.push(m.text()));
  await page.addInitScript(fakeCamera);
  const at = (name) => `kiosk/${sizeName}/${lang}/${name}`;
  await control("config", config({ langs: lang === "en" ? ["en", "zh-CN"] : ["zh-CN", "en"], demo: sizeName === "phone" }));
  await page.goto(base + "/");
  await settle(page, "pairing");
  await judge(page, at("00-pairing"));
  await page.keyboard.type("11112222");
  await page.keyboard.press("Enter");
  await page.waitForFunction(() => document.querySelector(".note")?.textContent);
  await judge(page, at("01-pairing-wrong"));
  for (const digit of "12345678") await page.click(`.key:text-is("${digit}")`);
  await page.click(".done");
  await settle(page, "ready");
  await judge(page, at("02-ready"), { way: /plain pass|普通通行证/ });
  const screens = [
    ["checking"], ["about-to-look", { until: 60000 }], ["look", { hint: "too-far", until: 60000 }], ["look", { hint: "several-faces", until: 60000 }, "look-hint"], ["opened", { until: 4000 }],
    ["try-again"], ["ask-for-help"], ["not-now"], ["use-other-way"], ["too-many-tries"], ["locked", { hint: "offline" }], ["latch-failed"],
  ];
  let n = 3;
  for (const [key, more, label] of screens) {
    await control("send", { t: "screen", key, state: key, ...more });
    await settle(page, key);
    await judge(page, at(`${String(n++).padStart(2, "0")}-${label ?? key}`), { way: /plain pass|普通通行证|ask|请找/ });
  }
  await control("send", { t: "screen", key: "ready", state: "idle" });
  await settle(page, "ready");
  await page.click(".pin");
  await settle(page, "pin");
  await page.keyboard.type("4821");
  await judge(page, at(`${n++}-pin-number`));
  await page.keyboard.type("0037");
  await page.click(".done");
  await page.keyboard.type("99887");
  await judge(page, at(`${n++}-pin-code`));
  await got();
  await page.keyboard.type("766");
  await page.keyboard.press("Enter");
  await page.waitForTimeout(300);
  const sent = await got();
  report(at("pin-sent"), sent.some((m) => m.t === "pin" && m.number === "48210037" && m.code === "99887766") ? [] : [JSON.stringify(sent)]);
  await page.evaluate(() => (window.scene.dark = true));
  await settle(page, "no-camera");
  await judge(page, at(`${n++}-no-camera`));
  await page.evaluate(() => (window.scene.dark = false));
  await settle(page, "ready");
  await page.focus(".tools button:last-child");
  await page.keyboard.press("Enter");
  await page.waitForTimeout(300);
  const turned = await page.evaluate(() => document.documentElement.lang);
  report(at("language"), turned === lang ? ["the button changes nothing"] : []);
  await page.keyboard.press("Enter");
  await control("close");
  await settle(page, "lost");
  await judge(page, at(`${n++}-lost`));
  await settle(page, "ready");
  await control("close?why=already+connected", "");
  await settle(page, "elsewhere");
  await judge(page, at(`${n++}-elsewhere`));
  report(at("errors"), errors);
  await context.close();
}

const browser = await chromium.launch({ executablePath: executable, args: ["--no-sandbox", "--use-fake-device-for-media-stream", "--use-fake-ui-for-media-stream"] });
try {
  const only = process.env.FACELATCH_WALK; // such as "landscape/en", while working on a page
  for (const size of Object.keys(sizes)) for (const lang of ["en", "zh-CN"]) if (!only || `${size}/${lang}`.startsWith(only)) await walk(browser, size, lang);
} finally {
  await browser.close();
}
