// What the scripts share: a browser, a camera that is drawn, and the rules that
// every screen has to keep.
import { mkdirSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { chromium } from "playwright-core";

export const given = JSON.parse(process.argv[2]);
const axeSource = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
mkdirSync(given.shots, { recursive: true });

export const sizes = {
  landscape: { width: 1280, height: 800 },
  portrait: { width: 800, height: 1280 },
  phone: { width: 390, height: 844 },
};

export const launch = (more = []) => chromium.launch({ executablePath: given.executable, args: ["--no-sandbox", "--use-fake-device-for-media-stream", "--use-fake-ui-for-media-stream", ...more] });
/** Prints what was found about one thing; the Go test makes a subtest of it. */
export const report = (name, failures) => console.log(JSON.stringify({ name, failures }));

/** Collects what a page complains about. */
export function complaints(page) {
  const errors = [];
  page.on("pageerror", (e) => errors.push(String(e)));
  page.on("console", (m) => m.type() === "error" && !/Failed to load resource|WebSocket/.test(m.text()) && errors.push(m.text()));
  return errors;
}

// In place of a camera: a drawn person who holds a card, always a little in
// motion; window.scene changes what is seen. And a device that can speak.
export function fakeCamera(scale = 1) {
  window.scene = { card: true, dark: false, frozen: false };
  const canvas = document.createElement("canvas");
  canvas.width = 1280 * scale; canvas.height = 720 * scale;
  const pen = canvas.getContext("2d");
  pen.scale(scale, scale);
  let tick = 0;
  const draw = () => {
    const { scene } = window;
    if (scene.frozen) return;
    tick++;
    pen.fillStyle = scene.dark ? "#000" : "#8fa3ad"; pen.fillRect(0, 0, 1280, 720);
    if (scene.dark) return;
    if (scene.code) {
      const code = window.qrcode(0, "L"); code.addData(scene.code, "Alphanumeric"); code.make();
      const n = code.getModuleCount(), unit = Math.floor(640 / (n + 8));
      pen.fillStyle = "#fff"; pen.fillRect(640 - (n / 2 + 4) * unit, 360 - (n / 2 + 4) * unit, (n + 8) * unit, (n + 8) * unit);
      pen.fillStyle = tick % 2 ? "#111" : "#131313";
      for (let y = 0; y < n; y++) for (let x = 0; x < n; x++) if (code.isDark(y, x)) pen.fillRect(640 + Math.round((x - n / 2) * unit), 360 + Math.round((y - n / 2) * unit), unit, unit);
      return;
    }
    pen.fillStyle = "#6d828c"; pen.fillRect(0, 560 + (tick % 3), 1280, 200);
    pen.fillStyle = "#3d5a80"; pen.beginPath(); pen.ellipse(640, 760, 260, 240, 0, 0, 7); pen.fill();
    pen.fillStyle = "#e0ac8a"; pen.beginPath(); pen.ellipse(640, 330, 130 + (tick % 2), 170, 0, 0, 7); pen.fill();
    pen.fillStyle = "#4a3527"; pen.beginPath(); pen.ellipse(640, 210, 140, 80, 0, Math.PI, 0); pen.fill();
    pen.fillStyle = "#222"; for (const x of [590, 690]) { pen.beginPath(); pen.ellipse(x, 320, 11, 8, 0, 0, 7); pen.fill(); }
    pen.strokeStyle = "#8a4a3a"; pen.lineWidth = 7; pen.beginPath(); pen.arc(640, 390, 45, 0.3, Math.PI - 0.3); pen.stroke();
    if (scene.card) { pen.fillStyle = "#fff"; pen.fillRect(500, 400, 280, 190); pen.fillStyle = "#111"; for (let i = 0; i < 9; i++) for (let j = 0; j < 9; j++) if ((i * 7 + j * 5) % 3) pen.fillRect(520 + i * 16, 420 + j * 16, 16, 16); }
  };
  draw();
  setInterval(draw, 150);
  const voices = ["en-US", "zh-CN"].map((lang) => ({ lang, localService: true }));
  speechSynthesis.getVoices = () => voices;
  navigator.mediaDevices.getUserMedia = async () => {
    if (window.denied) throw new DOMException("no", "NotAllowedError");
    return canvas.captureStream(7);
  };
}

/** What is wrong with a screen, for a person: sizes, targets, contrast, the way in without a face. */
export async function judge(page, name, wants = {}) {
  const failures = [];
  const facts = await page.evaluate(() => {
    const seen = (e) => { const b = e.getBoundingClientRect(), s = getComputedStyle(e); return b.width > 1 && b.height > 1 && s.visibility !== "hidden" && s.opacity !== "0" && !e.closest(".unseen"); };
    const leaves = [...document.querySelectorAll("#app *, article *")].filter((e) => seen(e) && [...e.childNodes].some((n) => n.nodeType === 3 && n.textContent.trim()));
    return {
      wide: document.documentElement.scrollWidth > innerWidth + 1,
      tall: document.documentElement.scrollHeight > innerHeight + 1,
      way: document.querySelector(".way p")?.textContent ?? "",
      h1: parseFloat(getComputedStyle(document.querySelector("h1")).fontSize),
      small: leaves.map((e) => [e.textContent.trim(), parseFloat(getComputedStyle(e).fontSize), e.className]),
      buttons: [...document.querySelectorAll("button,a,input")].filter(seen).map((e) => { const b = e.getBoundingClientRect(); return [e.textContent.trim() || e.getAttribute("aria-label"), b.width, b.height, b.left >= 0 && b.right <= innerWidth + 1 && b.top >= 0]; }),
      cut: leaves.filter((e) => e.scrollWidth > e.clientWidth + 2 && getComputedStyle(e).display !== "inline").map((e) => e.textContent.trim()),
    };
  });
  const kiosk = wants.kiosk !== false; // a door's screen: no scrolling, larger, and a way in without a face on it
  const tablet = kiosk && page.viewportSize().width >= 800;
  if (facts.wide) failures.push("scrolls sideways");
  if (facts.tall && tablet) failures.push("does not fit the screen");
  if (kiosk && !facts.way) failures.push("says nothing of a way in without a face");
  if (wants.way && !wants.way.test(facts.way)) failures.push(`the way in: ${facts.way}`);
  if (facts.h1 < (tablet ? 64 : 28)) failures.push(`headline of ${facts.h1} px`);
  for (const [text, size, kind] of facts.small) if (size < (tablet ? 32 : 18) && kind !== "command") failures.push(`${size} px: ${text}`);
  for (const [text, w, h, inside] of facts.buttons) {
    if (w < 44 || h < 44) failures.push(`target of ${w}x${h}: ${text}`);
    if (tablet && h < 87.5) failures.push(`button only ${h} high: ${text}`);
    if (!inside) failures.push(`outside the screen: ${text}`);
  }
  for (const text of facts.cut) failures.push(`cut off: ${text}`);
  if (wants.axe !== false) failures.push(...(await accessible(page)));
  await page.screenshot({ path: `${given.shots}/${name.replaceAll("/", "-")}.png` });
  report(name, failures);
}

// The rules of axe for WCAG 2.2 AA, and contrast of AAA.
async function accessible(page) {
  if (!(await page.evaluate(() => !!window.axe))) await page.evaluate(axeSource);
  const values = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice", "wcag2aaa"];
  const { violations } = await page.evaluate((values) => window.axe.run(document, { runOnly: { type: "tag", values }, resultTypes: ["violations"], rules: { "color-contrast-enhanced": { enabled: true }, "target-size": { enabled: true } } }), values);
  return violations.map((v) => `axe ${v.id}: ${v.nodes.map((n) => n.target.join(" ")).join(", ")}`);
}

/** What is wrong with a page that is read and scrolled, for a person; and a picture of it. */
export async function look(page, name, wants = {}) {
  const failures = [];
  const facts = await page.evaluate(() => {
    const seen = (e) => e.checkVisibility({ visibilityProperty: true, opacityProperty: true }) && e.getBoundingClientRect().width > 1 && !e.closest(".unseen, .skip");
    const leaves = [...document.querySelectorAll("body *")].filter((e) => seen(e) && [...e.childNodes].some((n) => n.nodeType === 3 && n.textContent.trim()));
    const boxes = [...document.querySelectorAll("button,summary,select,textarea,input:not([type=hidden],[type=checkbox],[type=radio]),label.tick,a.button,nav a,.links a,.crumb a")].filter(seen);
    return {
      lang: document.documentElement.lang,
      wide: document.documentElement.scrollWidth > innerWidth + 1,
      heads: document.querySelectorAll("h1").length,
      small: leaves.map((e) => [e.textContent.trim().slice(0, 40), parseFloat(getComputedStyle(e).fontSize)]).filter(([, size]) => size < 17),
      boxes: boxes.map((e) => { const b = e.getBoundingClientRect(); return [(e.textContent.trim() || e.getAttribute("aria-label") || e.name || "").slice(0, 40), Math.round(b.width), Math.round(b.height)]; }).filter(([, w, h]) => w < 44 || h < 44),
      keys: leaves.map((e) => e.textContent.trim()).filter((t) => /^[a-z-]+(\.[a-z0-9-]+)+$/.test(t) && !t.includes("@") && !t.endsWith(".example")),
      chinese: /[\u4e00-\u9fff]/.test(document.querySelector("h1")?.textContent ?? ""),
    };
  });
  if (facts.lang !== wants.lang) failures.push(`its language is ${facts.lang}`);
  if (facts.wide) failures.push("scrolls sideways");
  if (facts.heads !== 1) failures.push(`${facts.heads} headlines`);
  if (wants.titled !== false && facts.chinese !== (wants.lang === "zh-CN")) failures.push("its headline is in the other language");
  for (const [text, size] of facts.small) failures.push(`${size} px: ${text}`);
  for (const [text, w, h] of facts.boxes) failures.push(`target of ${w}x${h}: ${text}`);
  for (const key of facts.keys) failures.push(`a text is missing: ${key}`);
  failures.push(...(await accessible(page)));
  await page.screenshot({ path: `${given.shots}/${name.replaceAll("/", "-")}.png`, fullPage: true });
  report(name, failures);
}

/** Gives a page an authenticator of its own. */
export async function authenticator(context, page) {
  const session = await context.newCDPSession(page);
  await session.send("WebAuthn.enable");
  const { authenticatorId } = await session.send("WebAuthn.addVirtualAuthenticator", {
    options: { protocol: "ctap2", transport: "internal", hasResidentKey: true, hasUserVerification: true, isUserVerified: true, automaticPresenceSimulation: true },
  });
  return {
    verified: (isUserVerified) => session.send("WebAuthn.setUserVerified", { authenticatorId, isUserVerified }),
    passkeys: async () => (await session.send("WebAuthn.getCredentials", { authenticatorId })).credentials,
  };
}

/** Presses what leads to another page. */
export const press = async (page, selector) => {
  await Promise.all([page.waitForURL(/.*/, { waitUntil: "load" }), page.click(selector)]);
  await page.waitForLoadState("load");
};
