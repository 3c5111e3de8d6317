// Walks the pages of a desk: staff at the counter, the person on the second screen,
// and a person alone on a phone.
import { complaints, given, judge, launch, report, sizes } from "./kit.mjs";

const there = (page, name) => page.waitForSelector(`#app.screen-${name}`, { timeout: 20000 });

// In place of a camera: a drawn person whom the test's engine knows by a grey level
// (package facetest), always a little in motion.
function drawnPerson() {
  if (!navigator.mediaDevices) return; // about:blank
  window.who = 3;
  window.opened = 0;
  const canvas = document.createElement("canvas");
  canvas.width = 640; canvas.height = 480;
  const pen = canvas.getContext("2d");
  let tick = 0;
  const draw = () => {
    const picture = pen.createImageData(640, 480);
    const level = 66 + 11 * window.who;
    for (let y = 0; y < 480; y++) for (let x = 0; x < 640; x++) {
      const inside = x >= 230 && x < 398 && y >= 100 && y < 340;
      const lined = x >= 580 && y >= 420 && document.querySelector(".eye.page"); // where a document is photographed
      const v = lined ? 255 : inside ? level + ((Math.floor(x / 3) + Math.floor(y / 3)) % 2 ? 24 : -24) : (tick % 2 && x < 40 && y < 40 ? 9 : 0);
      picture.data.set([v, v, v, 255], 4 * (y * 640 + x));
    }
    tick++;
    pen.putImageData(picture, 0, 0);
  };
  draw();
  setInterval(draw, 200);
  navigator.mediaDevices.getUserMedia = async () => {
    window.opened++;
    if (window.denied) throw new DOMException("no", "NotAllowedError");
    return canvas.captureStream(7);
  };
  window.links = [];
  window.open = (link) => { window.links.push(link); return null; };
}

async function walk(browser, { base, size, lang }) {
  const at = (name) => `desk/${size}/${lang}/${name}`;
  const look = (page, name) => judge(page, at(name), { kiosk: false });
  const open = async (signedIn) => {
    const context = await browser.newContext({ viewport: sizes[size], locale: lang, permissions: ["camera"], reducedMotion: "reduce", ignoreHTTPSErrors: true });
    if (signedIn) await context.addCookies([{ name: "staff", value: "1", url: base }]);
    const page = await context.newPage();
    page.got = complaints(page);
    await page.addInitScript(drawnPerson);
    return page;
  };
  const control = async (page, path) => page.evaluate(async (path) => { const a = await fetch(path); const t = await a.text(); return t ? JSON.parse(t) : null; }, `/control/${path}`);
  const stranger = await open(false);
  await stranger.goto(base + "/desk/");
  await there(stranger, "signin");
  await look(stranger, "00-signin");
  const staff = await open(true);
  await staff.goto(base + "/desk/");
  await there(staff, "begin");
  await look(staff, "01-begin");
  const person = await open(false);

  // Begins a check, and opens the person's page as the link says.
  const begin = async (two = false) => {
    await there(staff, "begin");
    if (two) await staff.click("#two");
    await staff.click("form.begin .main");
    await there(staff, "invite");
    await staff.click(".invite .main");
    const link = await staff.evaluate(() => window.links.pop());
    await person.goto("about:blank");
    await person.goto(link);
    await there(person, "reading");
    return link;
  };
  const done = async () => {
    await there(staff, "ended");
    await staff.click("main .main");
    await there(staff, "begin");
  };
  const clicks = { face: 0, staff: 0 };
  const choose = async (page, way) => { clicks[way]++; await page.click(`[aria-labelledby=way-${way}] button`); };

  // By face.
  await begin();
  await staff.waitForSelector(".invite svg.code");
  await look(staff, "02-invite");
  await look(person, "03-reading");
  const [one, other] = await person.$$eval(".card", (cards) => cards.map((c) => { const b = c.getBoundingClientRect(); const k = c.querySelector("button").getBoundingClientRect(); return [...[b.width, b.height, b.top, k.width, k.height, k.top].map(Math.round), getComputedStyle(c.querySelector("button")).backgroundColor, getComputedStyle(c.querySelector("h2")).fontSize].join(); }));
  report(at("alike"), one === other ? [] : [`a face stands as ${one}, staff as ${other}`]);
  report(at("no-choice-no-camera"), (await person.evaluate(() => window.opened)) + (await staff.evaluate(() => window.opened)) ? ["a camera is open before the choice"] : []);
  await choose(person, "face");
  await there(person, "wait-document");
  await look(person, "04-wait-document");
  await there(staff, "document");
  await staff.waitForFunction(() => document.querySelector("video")?.videoWidth > 0);
  await look(staff, "05-document");
  await person.evaluate(() => (window.denied = true)); // so that the screen stays
  await staff.click(".eye .main");
  await there(person, "face");
  await person.waitForFunction(() => document.querySelector(".hint")?.textContent);
  await look(person, "06-face-no-camera");
  await look(staff, "07-face");
  await person.evaluate(() => (window.denied = false));
  await there(person, "ended");
  await look(person, "08-same");
  report(at("address"), (await person.evaluate(() => location.hash)) ? ["the secret is left in the address"] : []);
  await there(staff, "ended");
  await look(staff, "09-same");
  await staff.click(".row .quiet");
  await staff.waitForSelector("dialog[open]");
  await staff.evaluate(() => scrollTo(0, 0));
  await look(staff, "09-revoke");
  await staff.click("dialog .row .button:last-child");
  await staff.waitForFunction(() => /revoked|已撤销/.test(document.querySelector("h1").textContent));
  await look(staff, "09-revoked");
  await done();

  // A stranger with somebody else's document.
  await begin();
  await choose(person, "face");
  await there(staff, "document");
  await staff.waitForFunction(() => document.querySelector("video")?.videoWidth > 0);
  await person.evaluate(() => (window.who = 8));
  await staff.click(".eye .main");
  await there(person, "face");
  await there(person, "ended");
  await look(person, "10-not-same");
  await there(staff, "ended");
  await look(staff, "11-not-same");
  report(at("stranger"), (await staff.textContent("h1")).match(/Not the same|不是同一/) ? [] : ["a stranger is not refused"]);
  clicks.face--;
  await done();

  // Staff look; the lines are typed, wrongly at first.
  await begin();
  await choose(person, "staff");
  await there(staff, "document");
  await staff.fill("#lines", "P<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<<<<<<<<<\nL898902C36UTO7408123F4204150ZE184226B<<<<<14");
  await staff.click("form.lines button");
  await staff.waitForSelector(".trouble");
  await look(staff, "12-mistyped");
  await staff.fill("#lines", "p<utoeriksson<<anna<maria<<<<<<<<<<<<<<<<<<<\nL898902C36UTO7408122F 4204150ZE184226B<<<<<14");
  await staff.click("form.lines button");
  await there(staff, "look");
  await look(staff, "13-look");
  await there(person, "wait-staff");
  await look(person, "14-wait-staff");
  report(at("staff-no-camera"), (await person.evaluate(() => window.opened)) ? ["the person's camera was open"] : []);
  await staff.click(".answers button:nth-child(3)");
  await staff.waitForSelector(".note");
  await staff.click(".answers button:nth-child(1)");
  await staff.waitForSelector(".bar:not([hidden])");
  await look(staff, "15-unsure-twice");
  await staff.click(".row .quiet");
  await there(person, "ended");
  await look(person, "16-not-told");
  await done();
  report(at("clicks"), clicks.face === clicks.staff ? [] : [JSON.stringify(clicks)]);

  // Given up by the person; the link leads nowhere then, but says how it ended.
  const link = await begin();
  await person.click("main > .quiet");
  await there(person, "ended");
  await look(person, "17-stopped");
  await done();
  await person.goto("about:blank");
  await person.goto(link.replace(/#.*/, "#AAAAAAAAAAAAAAAAAAAAAA"));
  await there(person, "gone");
  await look(person, "18-gone");

  // Alone on a phone: the lines cannot be read, and are typed.
  const alone = await control(staff, "alone");
  await control(staff, "blind?is=1");
  await person.goto("about:blank");
  await person.goto(alone);
  await there(person, "reading");
  await look(person, "19-alone");
  await choose(person, "face");
  await there(person, "photograph");
  await person.waitForFunction(() => document.querySelector("video")?.videoWidth > 0);
  await look(person, "20-photograph");
  await person.click(".eye .main");
  await person.waitForSelector(".trouble");
  await look(person, "21-not-read");
  if (!(await person.isVisible("#lines"))) await person.click("summary");
  await person.fill("#lines", "P<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<<<<<<<<<\nL898902C36UTO7408122F4204150ZE184226B<<<<<14");
  await person.click("form.lines button");
  await there(person, "ended");
  await look(person, "22-alone-same");
  await control(staff, "blind?is=0");

  // Alone, and staff is chosen: the check ends, and nobody's camera was on.
  const again = await control(staff, "alone");
  await person.goto("about:blank");
  await person.goto(again);
  await there(person, "reading");
  await choose(person, "staff");
  await there(person, "ended");
  await look(person, "23-alone-staff");
  report(at("alone-no-camera"), (await person.evaluate(() => window.opened)) ? ["a camera was open"] : []);

  // Signing out, with the keys alone: who has a check that goes on is asked.
  await staff.goto(base + "/desk/");
  await begin();
  await staff.focus("header .tool:not([lang])");
  await staff.keyboard.press("Enter");
  await staff.waitForSelector("dialog[open]");
  await look(staff, "24-leave");
  await staff.keyboard.press("Escape");
  await there(staff, "invite");
  report(at("stays"), (await staff.$("dialog")) ? ["the question stays"] : []);
  await staff.keyboard.press("Enter");
  await staff.waitForSelector("dialog[open]");
  await staff.keyboard.press("Tab");
  await staff.keyboard.press("Enter");
  await there(staff, "left");
  await look(staff, "25-left");
  await there(person, "ended");
  await staff.reload();
  await there(staff, "signin");
  report(at("errors"), [...stranger.got, ...staff.got, ...person.got]);
}

const browser = await launch();
try {
  await Promise.all(given.walks.map((w) => walk(browser, w)));
} finally {
  await browser.close();
}
