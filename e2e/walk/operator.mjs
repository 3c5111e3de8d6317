// The operator: from the code that the controller printed to a house with a
// station, a door and a first holder.
import { either, given, hands, lang, launch, measured, person, report } from "./kit.mjs";

/** Sets the site up, and says how long the clicks took. */
export async function setUp(browser) {
  const me = await person(browser, "operator", given.walk.operator);
  const key = await me.passkeys();
  const began = Date.now();
  const codes = await comeIn(me, key);
  await describe(me);
  const door = await firstDoor(me);
  await station(me);
  await compare(me, door);
  const all = (Date.now() - began) / 1000, clicking = all - me.looked / 1000;
  measured("the operator sets the site up", clicking, `${me.clicks} clicks; with everything looked at ${all.toFixed(1)} s`);
  report(me.at("three-minutes"), clicking < 180 ? [] : [`it took ${clicking} s`]);
  return { me, codes, door };
}

/** By the printed code to a passkey and ten recovery codes. */
export async function comeIn({ page, see, go, click, tick, at }, key) {
  await go("/office/");
  await see("01-code");
  await page.fill("#code", given.code);
  await page.fill("#name", either("Front office", "物业前台"));
  await click("main button");
  await page.waitForURL("**/office/welcome");
  await see("02-welcome");
  await tick("[data-passkey]");
  await page.waitForURL("**/office/codes");
  await click("main form button");
  const codes = await page.$$eval(".codes code", (all) => all.map((e) => e.textContent));
  report(at("codes"), codes.length === 10 && (await key.passkeys()).length === 1 ? [] : [`${codes.length} codes`]);
  await see("03-codes");
  await click("a.main");
  return codes;
}

/** What the site is called, its zone, and the notice that people read. */
async function describe({ page, see, click }) {
  await see("04-start");
  await click("a.main");
  await page.fill("#name", either("Garden Court", "花园小区"));
  await see("05-site");
  await click("main form .main");
  await page.waitForURL("**/site/zone?start=2");
  await page.fill("[id='title-zh-CN']", "前门");
  await page.fill("#title-en", "Front door");
  await see("06-zone");
  await click("main form .main");
  await page.waitForURL("**/notices/new?start=3");
  await page.fill("#jurisdiction", "CN");
  for (const field of await page.$$("textarea")) {
    if (await field.inputValue()) continue;
    const chinese = (await field.getAttribute("lang")) === "zh-CN";
    await field.fill(chinese ? "花园物业管理有限公司，电话 021 5555 0100" : "Garden Management Ltd, telephone 021 5555 0100");
  }
  await see("07-notice");
  await click("main form .main");
  await see("08-notice-read-again");
  await click("main form .main");
  await page.waitForURL("**/doors/new?start=4");
}

const joinCode = async (page) => (await page.textContent(".url code")).trim();

/** The first door: a code for its machine, which then shows its fingerprint. */
async function firstDoor(me) {
  const { page, see, click } = me;
  await see("09-door");
  const name = await page.inputValue("#name");
  await click("main form .main");
  await see("10-door-code");
  const door = await hands("door", { code: await joinCode(page), name: lang });
  await click("a.main");
  await see("11-overview");
  return { ...door, name };
}

/** The station, at the counter. */
async function station({ page, see, go, click, tick }) {
  await go("/office/doors/new");
  await tick("input[value=station]");
  await page.fill("#name", either("Counter", "前台"));
  await click("main form .main");
  await see("12-station-code");
  Object.assign(given, { station: (await hands("station", { code: await joinCode(page) })).url });
}

/** The door's screen shows 20 digits; they are typed at the station. */
async function compare(me, door) {
  const browser = await launch();
  const tablet = await person(browser, "tablet", "landscape", { permissions: ["camera"] });
  await tablet.go(door.url);
  await tablet.page.waitForSelector("#app.screen-pairing");
  await tablet.page.keyboard.type((await hands("pair")).code);
  await tablet.page.keyboard.press("Enter");
  await tablet.page.waitForFunction(() => /(\d{4} ){4}\d{4}/.test(document.body.innerText));
  await tablet.page.screenshot({ path: `${given.shots}/${tablet.at("01-fingerprint").replaceAll("/", "-")}.png` });
  const digits = (await tablet.page.textContent("body")).match(/(\d{4} ){4}\d{4}/)?.[0] ?? "";
  await me.go("/office/doors");
  await me.see("13-door-waits");
  const copied = (await me.page.textContent("main")).replace(/\D/g, "").includes(digits.replace(/\D/g, ""));
  report(me.at("fingerprint"), digits && !copied ? [] : [`the door shows ${digits}, and so does the page from which nobody should copy it`]);
  await hands("approve", { name: door.name, fingerprint: digits });
  await me.go("/office/doors");
  await me.see("14-doors");
  await tablet.leave();
  await browser.close();
}

/** Adds a holder, and prints the link to their page. */
export async function welcome(me) {
  const { page, see, go, click } = me;
  await go("/office/holders/new");
  await page.fill("#label", "B-0301");
  await click("main form .main");
  await see("20-holder", { titled: false });
  await click("form[action$=link] button");
  await see("21-link");
  return (await page.textContent(".url code")).trim();
}

/** Invites an auditor; the link is what they are given. */
export async function invite({ page, see, go, click, tick }) {
  await go("/office/operators/new");
  await page.fill("#name", either("Residents' committee", "业主委员会"));
  await tick("input[value=auditor]");
  await click("main form .main");
  await see("30-auditor-invited");
  return (await page.textContent(".url code")).trim();
}
