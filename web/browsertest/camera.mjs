// Follows what leaves the browser, with a video in place of the camera: texts of
// codes in idle, frames only while they are asked for, zeros after.
import { complaints, given, launch, report, sizes } from "./kit.mjs";

const { base, video, text } = given;
const control = (path, body) => fetch(base + "/control/" + path, { method: "POST", body: typeof body === "string" ? body : JSON.stringify(body) });
const got = async () => (await fetch(base + "/control/got")).json();
const wait = (ms) => new Promise((done) => setTimeout(done, ms));

/** Collects messages until one is as wished. */
async function until(wish, patience = 20000) {
  const all = [];
  for (const end = Date.now() + patience; Date.now() < end; await wait(100)) {
    all.push(...(await got()));
    if (all.some(wish)) return all;
  }
  return all;
}

const browser = await launch([`--use-file-for-fake-video-capture=${video}`]);
try {
  const context = await browser.newContext({ viewport: sizes.landscape, permissions: ["camera"] });
  const page = await context.newPage();
  const errors = complaints(page);
  const others = [];
  page.on("request", (r) => new URL(r.url()).origin !== base && !r.url().startsWith("blob:") && others.push(r.url()));
  await control("config", { t: "config", site: "S", zone: "Z", methods: ["plain", "face"], langs: ["en"], browserQR: true, demo: true });
  await page.goto(base + "/");
  await page.waitForSelector("#app.screen-pairing");
  await page.keyboard.type("12345678");
  await page.keyboard.press("Enter");
  await page.waitForSelector("#app.screen-ready");

  const idle = await until((m) => m.t === "code");
  report("camera/code", idle.some((m) => m.t === "code" && m.text === text) ? [] : ["no code was found: " + JSON.stringify(idle)]);
  report("camera/state", idle.some((m) => m.t === "camera" && m.state === "ok") ? [] : ["the daemon does not know that the camera works"]);
  await wait(3000);
  const held = await got();
  report("camera/idle", [...idle, ...held].some((m) => m.t === "binary") ? ["a frame left the browser in idle"] : []);
  report("camera/held", held.length > 8 ? [`a pass that is held up was reported ${held.length} times in 3 s`] : []);

  await control("send", { t: "screen", key: "about-to-look", until: 1000, state: "verified" });
  await wait(1200);
  const announced = (await got()).filter((m) => m.t !== "pong");
  report("camera/announced", announced.filter((m) => m.t !== "code").map((m) => "sent before it was asked: " + JSON.stringify(m)));
  await control("send", { t: "screen", key: "look", until: 8000, state: "looking" });
  await control("send", { t: "frames", mode: "look", max_fps: 15, width: 1280 });
  const began = Date.now();
  const looking = await until((m) => m.t === "binary");
  looking.push(...(await wait(1500), await got()));
  const frames = looking.filter((m) => m.t === "binary");
  const rate = (frames.length * 1000) / (Date.now() - began);
  report("camera/look", [...(frames.every((m) => m.jpeg) && frames.length ? [] : ["frames that are no JPEG"]), ...(rate > 17 ? [`${rate} frames a second`] : []), ...(looking.some((m) => m.t === "code") ? ["codes were looked for meanwhile"] : [])]);

  await control("send", { t: "frames", mode: "off" });
  await control("send", { t: "screen", key: "opened", until: 4000, state: "opened" });
  const after = await until((m) => m.t === "binary" && m.zero);
  report("camera/flush", after.some((m) => m.t === "flush") && after.some((m) => m.zero && m.bytes === 65536) ? [] : ["nothing was flushed: " + JSON.stringify(after)]);
  const shown = await page.textContent(".text");
  report("camera/forgotten", /kept/.test(shown) ? [] : [shown]);
  await control("send", { t: "screen", key: "ready", state: "idle" });
  await wait(2500);
  const again = (await got()).filter((m) => m.t === "code" || m.t === "binary");
  report("camera/again", again.map((m) => "the pass that was held up all the time was shown again: " + JSON.stringify(m)));
  const hint = await page.textContent(".words");
  report("camera/take-away", /Take the pass away/.test(hint) ? [] : [hint]);
  report("camera/others", others);
  report("camera/errors", errors);
} finally {
  await browser.close();
}
