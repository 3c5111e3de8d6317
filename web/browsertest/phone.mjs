// Walks the phone's page: its key, a pass bound to it, a door's nonce, a door's
// id, without a network, and a pass on paper.
import { complaints, fakeCamera, given, judge, launch, report, sizes } from "./kit.mjs";

const { base, now, nonce, door, paper, foreign } = given;
const post = async (path, body) => (await fetch(base + path, { method: "POST", body: JSON.stringify(body) })).json();
const there = (page, name) => page.waitForSelector(`#app.screen-${name}`, { timeout: 20000 });
const shown = async (page) => (await page.waitForSelector(".given[data-text]")).getAttribute("data-text");

async function walk(browser, lang) {
  const context = await browser.newContext({ viewport: sizes.phone, locale: lang, permissions: ["camera"], reducedMotion: "reduce" });
  const page = await context.newPage();
  await page.clock.setFixedTime(new Date(now));
  const errors = complaints(page);
  await page.addInitScript(fakeCamera);
  const look = (name) => judge(page, `phone/${lang}/${name}`, { kiosk: false });
  const check = (name, failures) => report(`phone/${lang}/${name}`, failures);
  const judged = async (asked) => (await post("/control/judge", { text: await shown(page), ...asked })).error;

  await page.goto(base + "/");
  await there(page, "empty");
  await look("01-empty");
  await page.click(".big >> nth=0");
  const key = await shown(page);
  await page.waitForSelector(".given svg");
  await look("02-key");
  await page.click(".last");
  const { text } = await post("/control/issue", { key });
  check("issue", text ? [] : [`the station cannot read ${key}`]);

  await page.click(".big >> nth=1");
  await there(page, "scan");
  const wrong = async (value) => {
    await page.fill(".field input", value);
    await page.click(".field + .button");
    return page.textContent(".note");
  };
  const notes = [await wrong("HELLO"), await wrong(foreign)];
  check("refuses", notes.every(Boolean) && notes[0] !== notes[1] ? [] : [JSON.stringify(notes)]);
  await look("03-scan");
  await page.evaluate((code) => (window.scene.code = code), text);
  await there(page, "door");
  await look("04-door");

  await page.evaluate((code) => (window.scene.code = code), nonce.text);
  await page.click(".big");
  await there(page, "show");
  await page.waitForSelector(".given svg");
  await look("05-show");
  const first = await judged({ nonce: nonce.bytes });
  check("nonce", first ? [first] : []);
  const again = await page.evaluate(() => new Promise((done) => { const g = document.querySelector(".given"), was = g.dataset.text; setInterval(() => g.dataset.text !== was && done(true), 200); setTimeout(() => done(false), 9000); }));
  check("fresh", again ? [] : ["the code does not change"]);

  await page.evaluate(() => navigator.serviceWorker.ready.then(() => true));
  await context.setOffline(true);
  await page.reload();
  await there(page, "door");
  await page.click("summary");
  await page.fill(".field input", "12 34");
  await page.click("details .button");
  check("no-door", (await page.textContent(".note")) ? [] : ["takes a short id"]);
  await page.fill(".field input", door.text);
  await page.click("details .button");
  await there(page, "show");
  const offline = await judged({ door: door.text });
  check("offline-door", offline ? [offline] : []);
  await page.waitForSelector(".given svg");
  await look("06-offline");
  await context.setOffline(false);
  await page.click(".last");
  await there(page, "door");
  await page.click(".last");
  await there(page, "remove");
  await look("07-remove");
  await page.click("main > .button >> nth=0");
  await there(page, "empty");
  await page.click(".big >> nth=1");
  await page.fill(".field input", paper);
  await page.click(".field + .button");
  await there(page, "paper");
  await page.waitForSelector(".given svg");
  await look("08-paper");
  const exported = await page.evaluate(() => new Promise((done) => {
    const open = indexedDB.open("facelatch");
    open.onsuccess = () => { const get = open.result.transaction("things").objectStore("things").get("phone"); get.onsuccess = () => crypto.subtle.exportKey("jwk", get.result.key).then(() => done(true), () => done(false)); };
  }));
  check("key-stays", exported ? ["the key can be read out"] : []);
  check("errors", errors);
  await context.close();
}

const browser = await launch();
try {
  await Promise.all(["en", "zh-CN"].map((lang) => walk(browser, lang)));
} finally {
  await browser.close();
}
