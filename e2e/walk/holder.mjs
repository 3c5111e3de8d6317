// The holder: at the station, at the door, on their own page, and gone.
import { either, english, given, hands, keep, launch, measured, person, report } from "./kit.mjs";

const there = (page, name) => page.waitForSelector(`#app.screen-${name}`);
const camera = (film) => launch([`--use-file-for-fake-video-capture=${film}`]);
/** What an address of the page's own gives, as bytes. */
const fetched = async (page, address) => Buffer.from(await page.evaluate(async (address) => {
  const bytes = new Uint8Array(await (await fetch(address)).arrayBuffer());
  return btoa(Array.from(bytes, (b) => String.fromCharCode(b)).join(""));
}, address), "base64");
const data = (url) => Buffer.from(url.slice(url.indexOf(",") + 1), "base64");

/** Reads the notice, chooses a face pass, looks into the camera, and takes the pass home. */
export async function enrol(label) {
  const { film } = await hands("film", { name: "at-the-station", person: "neutral/001_03.jpg", seconds: 8 });
  const browser = await camera(film);
  const me = await person(browser, "station", given.walk.holder, { permissions: ["camera"] });
  const { page, judge } = me;
  await me.go(given.station);
  await there(page, "choose");
  await name(page, label);
  await judge("01-choose");
  await page.click("[aria-labelledby=name-face] button");
  await page.waitForSelector("#app.screen-whose, #app.screen-agree");
  if (await page.$("#app.screen-whose")) {
    await judge("02-same-person");
    await page.click(".row .button >> nth=0");
  }
  await there(page, "agree");
  await judge("03-notice");
  const read = await page.textContent(".notice");
  report(me.at("notice"), read.includes(either("Garden Management Ltd", "花园物业管理有限公司")) ? [] : ["it does not say who runs this"]);
  await page.click("#agree");
  const finished = page.waitForResponse((r) => r.url().endsWith("/api/finish"));
  await page.click(".row .main");
  await there(page, "camera");
  await page.screenshot({ path: `${given.shots}/${me.at("04-camera").replaceAll("/", "-")}.png` });
  const pass = await (await finished).json();
  await there(page, "pass");
  await page.waitForFunction(() => document.querySelector("img.code")?.naturalWidth > 0);
  await judge("05-pass");
  const taken = { card: keep("face.pdf", await fetched(page, pass.pdf)), picture: keep("face.png", await fetched(page, pass.png)) };
  taken.receipt = await onPhone(browser, me);
  await page.click(".row .button");
  await there(page, "pass");
  await page.click(".beside > .main");
  await there(page, "done");
  await judge("07-done");
  await me.leave();
  await browser.close();
  return taken;
}

/** Staff say whose pass it is. */
async function name(page, label) {
  const field = await page.$(".whose input");
  if (field) await field.fill(label);
}

/** The pass and the receipt go to the holder's own telephone, once. */
async function onPhone(browser, { page, judge }) {
  const sent = page.waitForResponse((r) => r.url().endsWith("/api/transfer"));
  await page.click(".beside > .row .button >> nth=0");
  const { url } = await (await sent).json();
  await there(page, "phone");
  await judge("06-to-the-phone");
  const phone = await person(browser, "phone", "phone");
  await phone.go(url);
  await phone.see("01-link");
  await phone.click("button");
  await phone.see("02-pass");
  const receipt = await phone.page.getAttribute("a[download='consent.json']", "href");
  await phone.leave();
  return keep("receipt.json", data(receipt));
}

/** A tablet at the door, whose camera sees somebody hold up a pass, again and again. */
export async function atDoor(door, film, who) {
  const browser = await camera(film);
  const tablet = await person(browser, "door", "landscape", { permissions: ["camera"] });
  const { page } = tablet;
  await page.addInitScript(() => {
    window.shown = [];
    new MutationObserver(() => {
      const name = /screen-([a-z-]+)/.exec(document.querySelector("#app")?.className ?? "")?.[1];
      if (name && window.shown.at(-1)?.name !== name) window.shown.push({ name, at: Date.now() });
    }).observe(document, { subtree: true, childList: true, attributes: true });
  });
  await tablet.go(`${door.url}/#pair=${(await hands("pair")).code}`);
  return {
    /** Waits until a screen is shown after a time, and returns when it was. */
    async shows(name, after = 0) {
      const found = await page.waitForFunction(([name, after]) => window.shown.find((s) => s.name === name && s.at > after)?.at, [name, after], { polling: 50 });
      if (await page.$(`#app.screen-${name}`)) await page.screenshot({ path: `${given.shots}/${tablet.at(`${who}-${name}`).replaceAll("/", "-")}.png` });
      return found.jsonValue();
    },
    async leave() { await tablet.leave(); await browser.close(); },
  };
}

/** Opens the door with the pass on paper. */
export async function open(door, pass, who) {
  const { film } = await hands("film", { name: who, person: "smiling/001_08.jpg", pass, held: 6, seconds: 10 });
  const before = (await hands("opened")).count;
  const tablet = await atDoor(door, film, who);
  for (const screen of who === "face" ? ["ready", "about-to-look", "look", "opened"] : ["ready", "opened"]) await tablet.shows(screen);
  let count = before;
  for (let n = 0; n < 50 && count === before; n++, await new Promise((done) => setTimeout(done, 100))) ({ count } = await hands("opened"));
  report(`walk/${english ? "en" : "zh-CN"}/door/${who}-opens`, count > before ? [] : ["the latch did not move"]);
  return tablet;
}

/** Everything that is held of them, and every consent with its text. */
export async function ownPage(browser, link) {
  const me = await person(browser, "own", given.walk.holder);
  const { page, at } = me;
  await me.go(link);
  await look(me, "01-link");
  await me.click("main form button");
  await look(me, "02-page");
  const passes = await page.$$("#passes ~ .pass"), consents = await page.$$("#consents ~ .pass");
  report(at("held"), passes.length === 1 && consents.length === 1 ? [] : [`${passes.length} passes and ${consents.length} consents stand there`]);
  await me.click("#consents ~ .pass >> nth=0 >> a[href^='/me/consent/']");
  await look(me, "03-consent");
  const text = await page.textContent(".notice");
  report(at("text"), text.includes(either("Garden Management Ltd", "花园物业管理有限公司")) ? [] : ["the text that was agreed to is not there"]);
  await me.go("/me/");
  return me;
}

// A page that scrolls is judged as it is first seen, and photographed whole.
async function look(me, step) {
  await me.judge(step);
  await me.page.screenshot({ path: `${given.shots}/${me.at(step + "-whole").replaceAll("/", "-")}.png`, fullPage: true });
}

/** Takes the consent back with one click, and a plain pass instead; the old pass is still held up at the door. */
export async function withdraw(me, tablet) {
  const { page, at } = me;
  const began = Date.now();
  await me.click('#consents ~ .pass >> nth=0 >> form[action$="withdraw"] button');
  const refused = tablet.shows("ask-for-help", began);
  refused.catch(() => {}); // it is heard of below
  await look(me, "04-withdrawn");
  await me.click('form[action$="replace"] button');
  await look(me, "05-plain-pass");
  const plain = keep("plain.pdf", data(await page.getAttribute("a[download='pass.pdf']", "href")));
  keep("plain.png", data(await page.getAttribute("img.code", "src")));
  const seconds = ((await refused) - began) / 1000;
  measured("from the withdrawal to the first refusal at the door", seconds, "the old pass is held up every ten seconds");
  report(at("refused"), seconds < 60 ? [] : [`only after ${seconds} s`]);
  return plain;
}

/** Takes a copy of everything home, and has everything deleted. */
export async function leave(me) {
  const { page, at } = me;
  await me.go("/me/");
  await look(me, "06-page-after");
  const [file] = await Promise.all([page.waitForEvent("download"), page.click('a[href="/me/export"]')]);
  await file.saveAs(`${given.folder}/export.json`);
  await me.click('a[href="/me/delete"]');
  await look(me, "07-delete");
  await me.click(".stop");
  await look(me, "08-deleted");
  await me.go("/me/");
  report(at("gone"), (await page.$("#passes")) ? ["the page is still there"] : []);
  await me.leave();
}
