// What the people of the walk share: what they see, what they ask to have done at
// a machine that has no browser, and a clock that stops while a picture is taken.
import { writeFileSync } from "node:fs";
import { authenticator, complaints, given, judge, launch, look, press, report, sizes } from "../../web/browsertest/kit.mjs";

export { given, launch, press, report, sizes };
export const { lang } = given.walk;
export const english = lang === "en";
/** How long anything may take on a machine that is busy, in milliseconds. */
export const patience = 180_000;
/** Of two texts the one in the language of the walk. */
export const either = (en, zh) => (english ? en : zh);

/** Has somebody do something at a machine of the house. */
export async function hands(what, asked = {}) {
  const answer = await fetch(`${given.hands}/${what}`, { method: "POST", body: JSON.stringify(asked) });
  if (!answer.ok) throw new Error(`${what}: ${await answer.text()}`);
  return answer.json();
}

/** Says how long something took. */
export const measured = (name, seconds, note) => console.log(JSON.stringify({ name, seconds, note }));

/** Keeps something that a person takes home. */
export function keep(name, data) {
  const path = `${given.folder}/${name}`;
  writeFileSync(path, data);
  return path;
}

// Windows that are open: when something goes wrong, each is photographed.
const windows = new Map();

/** Closes what is open, with a picture of what was on it. */
export async function parting() {
  for (const [name, page] of windows) {
    await page.screenshot({ path: `${given.shots}/${name.replaceAll("/", "-")}.png` }).catch(() => {});
    await page.context().browser()?.close();
  }
}

/** Somebody with a browser window; who is the first part of the names of pictures. */
export async function person(browser, who, size, more = {}) {
  const context = await browser.newContext({ viewport: sizes[size], locale: lang, reducedMotion: "reduce", acceptDownloads: true, ...more });
  context.setDefaultTimeout(patience);
  const page = await context.newPage();
  const errors = complaints(page);
  const me = { context, page, errors, looked: 0, clicks: 0, at: (step) => `walk/${lang}/${size}/${who}/${step}` };
  windows.set(me.at("last"), page);
  const stopped = (seeing) => async (step, wants = {}) => {
    const began = Date.now();
    await page.evaluate(() => scrollTo(0, 0));
    await seeing(page, me.at(step), wants);
    me.looked += Date.now() - began;
  };
  me.see = stopped((page, name, wants) => look(page, name, { lang, ...wants }));
  me.judge = stopped((page, name, wants) => judge(page, name, { kiosk: false, ...wants }));
  me.click = async (selector) => { me.clicks++; await press(page, selector); };
  me.tick = async (selector) => { me.clicks++; await page.click(selector); };
  me.go = (address) => page.goto(address.startsWith("/") ? given.origin + address : address);
  me.passkeys = () => authenticator(context, page);
  me.leave = async () => {
    report(me.at("errors"), errors);
    windows.delete(me.at("last"));
    await context.close();
  };
  return me;
}
