// Walks the enrolment page: a plain pass, a face pass, and letting go.
import { complaints, fakeCamera, given, judge, launch, report, sizes } from "./kit.mjs";

const there = (page, name) => page.waitForSelector(`#app.screen-${name}`, { timeout: 20000 });

async function walk(browser, { base, size, lang }) {
  const context = await browser.newContext({ viewport: sizes[size], locale: lang, permissions: ["camera"], reducedMotion: "reduce" });
  const page = await context.newPage();
  const errors = complaints(page);
  await page.addInitScript(fakeCamera, 0.5);
  const at = (name) => `enrol/${size}/${lang}/${name}`;
  const look = (name) => judge(page, at(name), { kiosk: false });
  const got = async () => (await fetch(base + "/control/got")).json();
  await page.goto(base + "/");
  await there(page, "choose");
  await look("01-choose");
  const [one, other] = await page.$$eval(".card", (cards) => cards.map((c) => { const b = c.getBoundingClientRect(); const k = c.querySelector("button").getBoundingClientRect(); return [...[b.width, b.height, b.top, k.width, k.height, k.top].map(Math.round), getComputedStyle(c.querySelector("button")).backgroundColor].join(); }));
  report(at("alike"), one === other ? [] : [`the plain pass stands as ${one}, the face pass as ${other}`]);

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
    await look(`04-pass-${kind}`);
    const chosen = (await got())[0];
    report(at(`chosen-${kind}`), chosen.kind === kind && chosen.agreed === true && chosen.notice.length === 64 && !("holder" in chosen) ? [] : [JSON.stringify(chosen)]);
    await page.click(".beside .main");
    await there(page, "done");
    if (kind === "plain") await look("05-done");
    report(at(`let-go-${kind}`), (await got()).some((m) => m.enrolment === "e1" && !m.kind) ? [] : ["the station was not told to forget"]);
    await page.click("main .main");
    await there(page, "choose");
  }
  report(at("clicks"), clicks.plain === clicks.face ? [] : [JSON.stringify(clicks)]);
  report(at("errors"), errors);
  await context.close();
}

const browser = await launch();
try {
  await Promise.all(given.walks.map((w) => walk(browser, w)));
} finally {
  await browser.close();
}
