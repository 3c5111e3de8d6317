// Walks the enrolment page: a plain pass, a face pass, one that somebody was
// pressed to, one for a child, and letting go.
import { complaints, fakeCamera, given, judge, launch, report, sizes } from "./kit.mjs";

const there = (page, name) => page.waitForSelector(`#app.screen-${name}`, { timeout: 20000 });

async function walk(browser, { base, size, lang }) {
  const context = await browser.newContext({ viewport: sizes[size], locale: lang, permissions: ["camera"], reducedMotion: "reduce" });
  const page = await context.newPage();
  const errors = complaints(page);
  await page.addInitScript(fakeCamera, 0.5);
  await page.addInitScript(() => { window.printed = []; window.print = () => window.printed.push(document.querySelector(".paper").innerText || document.querySelector(".paper").textContent); });
  const at = (name) => `enrol/${size}/${lang}/${name}`;
  const look = (name) => judge(page, at(name), { kiosk: false });
  const got = async () => (await fetch(base + "/control/got")).json();
  const own = async () => (await fetch(base + "/control/own")).json();
  await page.goto(base + "/");
  await there(page, "choose");
  await look("01-choose");
  const [one, other] = await page.$$eval(".card", (cards) => cards.map((c) => { const b = c.getBoundingClientRect(); const k = c.querySelector("button").getBoundingClientRect(); return [...[b.width, b.height, b.top, k.width, k.height, k.top].map(Math.round), getComputedStyle(c.querySelector("button")).backgroundColor, getComputedStyle(c).opacity, getComputedStyle(c.querySelector("h2")).fontSize].join(); }));
  report(at("alike"), one === other ? [] : [`the plain pass stands as ${one}, the face pass as ${other}`]);
  report(at("nothing-ticked"), (await page.$$eval("input", (all) => all.filter((i) => i.checked).length)) ? ["something is ticked beforehand"] : []);

  const clicks = {};
  for (const kind of ["plain", "face"]) {
    clicks[kind] = 0;
    const click = async (selector) => { clicks[kind]++; await page.click(selector); };
    await click(`[aria-labelledby=name-${kind}] button`);
    await there(page, "agree");
    const ticked = await page.isChecked("#agree");
    await look(`02-agree-${kind}`);
    await page.click(".row .main");
    const refused = await page.textContent(".note");
    report(at(`tick-${kind}`), [...(ticked ? ["ticked beforehand"] : []), ...(refused ? [] : ["goes on without a tick"])]);
    await click("#agree");
    await click(".row .main");
    if (kind === "face") {
      await there(page, "camera");
      await page.waitForFunction(() => document.querySelector(".hint")?.textContent);
      await look("03-camera");
    }
    await there(page, "pass");
    await page.waitForFunction(() => document.querySelector("img.code")?.naturalWidth > 0);
    await look(`04-pass-${kind}`);
    const chosen = (await got())[0];
    report(at(`chosen-${kind}`), chosen.kind === kind && chosen.agreed === true && chosen.notice.length === 64 && chosen.lang === lang && !("holder" in chosen) && !("guardian" in chosen) ? [] : [JSON.stringify(chosen)]);
    await handOver(page, { at, look, kind, got });
    await page.click(".beside .main");
    await there(page, "done");
    if (kind === "plain") await look("05-done");
    report(at(`let-go-${kind}`), (await told(got)) ? [] : ["the station was not told to forget"]);
    report(at(`paper-${kind}`), (await page.textContent(".paper")) ? ["something to be printed is left"] : []);
    await page.click("main .main");
    await there(page, "choose");
  }
  report(at("clicks"), clicks.plain === clicks.face ? [] : [JSON.stringify(clicks)]);
  await own();
  await pressed(page, { at, own });
  await child(page, { at, look, got });
  report(at("errors"), errors);
  await context.close();
}

// told waits for the page's word that the station shall forget: the page does not
// wait for an answer to it before it goes on.
async function told(got) {
  for (let tries = 0; tries < 100; tries++) {
    if ((await got()).some((m) => m.enrolment === "e1" && !m.kind)) return true;
    await new Promise((done) => setTimeout(done, 100));
  }
  return false;
}

// The link for the phone, and paper.
async function handOver(page, { at, look, kind, got }) {
  const buttons = page.locator(".beside > .row .button");
  await buttons.first().click();
  await there(page, "phone");
  if (kind === "plain") await look("06-phone");
  await page.click(".row .button");
  await there(page, "pass");
  await buttons.first().click();
  await there(page, "phone");
  await page.click(".row .button");
  await there(page, "pass");
  const links = (await got()).filter((m) => m.enrolment === "e1");
  await buttons.last().click();
  const printed = await page.evaluate(() => window.printed.at(-1));
  report(at(`hand-over-${kind}`), [...(links.length === 1 ? [] : [`${links.length} links were made`]), ...(printed?.includes("0a1b2c3d") ? [] : ["the paper does not name the pass"])]);
}

// Two enrolments for a face pass, one of them pressed: every screen says the same.
async function pressed(page, { at, own }) {
  const screens = {};
  for (const wish of ["own", "pressed"]) {
    screens[wish] = [];
    const see = async () => screens[wish].push(await page.evaluate(() => {
      const app = document.querySelector("#app").cloneNode(true);
      for (const changing of app.querySelectorAll(".hint, .count, .timer, video")) changing.remove();
      return location.href + app.outerHTML + document.title;
    }));
    await see();
    await page.click("[aria-labelledby=name-face] button");
    await there(page, "agree");
    await see();
    await page.click("#agree");
    await page.click(".row .main");
    await there(page, "camera");
    if (wish === "pressed") for (let n = 0; n < 2; n++) await page.click(".panel video", { force: true });
    await see();
    await there(page, "pass");
    await see();
    await page.click(".beside .main");
    await there(page, "done");
    await see();
    await page.click("main .main");
    await there(page, "choose");
    const said = await own();
    const right = wish === "own" ? !said.includes("0") : said.at(-1) === "0" && said.lastIndexOf("1") < said.indexOf("0");
    report(at(`told-${wish}`), right ? [] : [`the station is told ${said}`]);
  }
  const differ = screens.own.findIndex((s, i) => s !== screens.pressed[i]);
  report(at("pressed-looks-the-same"), differ < 0 ? [] : [`screen ${differ}: ${screens.own[differ].slice(0, 2000)} and ${screens.pressed[differ].slice(0, 2000)}`]);
}

// A guardian agrees for a child, to the notice for children.
async function child(page, { at, look, got }) {
  await page.click("#child");
  await page.click("[aria-labelledby=name-face] button");
  await there(page, "agree");
  await look("07-agree-child");
  await page.click("#agree");
  await page.click(".row .main");
  await there(page, "pass");
  const chosen = (await got()).filter((m) => m.kind).at(-1);
  report(at("chosen-child"), chosen.guardian === true && chosen.notice === "cd".repeat(32) ? [] : [JSON.stringify(chosen)]);
  await page.click(".beside .main");
  await there(page, "done");
  await page.click("main .main");
  await there(page, "choose");
  report(at("child-once"), (await page.isChecked("#child")) ? ["the next one is taken for a child"] : []);
}

const browser = await launch();
try {
  await Promise.all(given.walks.map((w) => walk(browser, w)));
} finally {
  await browser.close();
}
