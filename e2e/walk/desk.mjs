// A counter, from nothing to results that a relying party has verified: see TestDesk.
import { either, given, hands, launch, parting, person, report } from "./kit.mjs";
import { comeIn } from "./operator.mjs";

const there = (page, name) => page.waitForSelector(`#app.screen-${name}`);
const camera = async (job, name, who) => launch([`--use-file-for-fake-video-capture=${(await hands(job, { name, person: who, seconds: 8 })).film}`]);
const claims = ["family_name", "over_18"];
const holder = "smiling/001_08.jpg", stranger = "smiling/002_08.jpg", portrait = "neutral/001_03.jpg";
// Of this person there are photographs with the head turned, which no screenshot shows.
const volunteer = "volunteer/neutral/front.jpg";

/** An operator with a desk, and with a relying party whose secret is returned. */
async function setUp(me) {
  const { page, see, go, click, tick } = me;
  await comeIn(me, await me.passkeys());
  await go("/office/desks/new");
  await page.fill("#name", either("Counter", "服务台"));
  await page.fill("#origin", given.desk);
  await click("main form .main");
  await see("30-desk-code");
  await hands("desk", { code: (await page.textContent(".url code")).trim() });
  await go("/office/desks/parties/new");
  await page.fill("#id", "harbour-bank");
  await page.fill("#name-en", "Harbour Bank");
  await page.fill("#name-zh", "海港银行");
  await page.fill("#redirects", "https://bank.example/back");
  await page.fill("#key", given.key);
  for (const claim of claims) await tick(`input[name=claim][value=${claim}]`);
  await tick("input[name=secret][value=new]");
  await see("31-party");
  await click("main form .main");
  await see("32-party-secret");
  const secret = (await page.textContent(".url code")).trim();
  await go("/office/desks");
  await see("33-desks");
  return secret;
}

/** The counter, in a browser whose camera sees the document. */
async function counter(operator) {
  const browser = await camera("document", "passport", portrait);
  const me = await person(browser, "counter", given.walk.operator, { permissions: ["camera"], storageState: await operator.context.storageState() });
  await me.go("/office/desks");
  await me.page.click("form[action$=counter] button");
  await me.page.waitForURL(`${given.desk}/desk/`).catch(async () => {
    await me.click("main form .main");
    await me.page.waitForURL(`${given.desk}/desk/`);
  });
  await there(me.page, "begin");
  return me;
}

/** Begins a check at the counter, and opens the person's page as the second screen does. */
async function begin(staff, someone) {
  await there(staff.page, "begin");
  await staff.page.evaluate(() => {
    window.links = [];
    window.open = (link) => { window.links.push(link); return null; };
  });
  await staff.page.click("form.begin .main");
  await there(staff.page, "invite");
  await staff.page.click(".invite .main");
  await someone.page.goto("about:blank");
  await someone.page.goto(await staff.page.evaluate(() => window.links.pop()));
  await there(someone.page, "reading");
}

const choose = (me, way) => me.page.click(`[aria-labelledby=way-${way}] button`);

/** Staff photograph the document, as often as it takes. */
async function photograph(staff) {
  await there(staff.page, "document");
  await staff.page.waitForFunction(() => document.querySelector("video")?.videoWidth > 0);
  for (let tries = 0; tries < 5 && (await staff.page.$("#app.screen-document")); tries++) {
    await staff.page.click(".eye .main").catch(() => {});
    await staff.page.waitForTimeout(1500);
  }
}

const title = (me) => me.page.textContent("h1");

/** Ends what staff see, and returns what the party is told. */
async function result(staff, secret) {
  await there(staff.page, "ended");
  const told = await hands("events", { code: secret });
  await staff.page.click("main button.main");
  await there(staff.page, "begin");
  return told;
}

const expect = (me, name, told, outcome, watched, named) => report(me.at(name), [
  ...(told.Outcome === outcome ? [] : [`the outcome is ${told.Outcome}, not ${outcome}`]),
  ...(told.Watched === watched ? [] : [`it says that somebody was watching: ${told.Watched}`]),
  ...((told.Claims?.family_name === "ERIKSSON") === named ? [] : [`the claims are ${JSON.stringify(told.Claims)}`]),
]);

/** At the counter: by face, a stranger, and a member of staff. */
async function atTheCounter(operator, secret) {
  const staff = await counter(operator);
  await staff.judge("40-begin");
  for (const [name, who, way, outcome] of [["holder", holder, "face", "same-person"], ["stranger", stranger, "face", "not-same-person"], ["staff", holder, "staff", "same-person"]]) {
    const browser = await camera("film", `face-${name}`, who);
    const someone = await person(browser, `person-${name}`, given.walk.holder, { permissions: ["camera"] });
    await begin(staff, someone);
    await staff.judge(`41-${name}-invite`);
    await someone.judge("50-reading");
    await choose(someone, way);
    await there(someone.page, "wait-document");
    await photograph(staff);
    if (way === "staff") {
      await there(staff.page, "look");
      await staff.judge("42-look");
      await there(someone.page, "wait-staff");
      await staff.page.click(".answers button >> nth=0");
    }
    await there(someone.page, "ended");
    await someone.judge("51-ended");
    await there(staff.page, "ended");
    await staff.judge(`43-${name}-ended`);
    expect(someone, "result", await result(staff, secret), outcome, true, outcome === "same-person");
    await someone.leave();
    await browser.close();
  }
  const own = staff.context.browser();
  await staff.leave();
  await own.close();
}

/** Photographs the document on one's own phone, and looks into its camera. */
async function alone(name, link, who, more = {}) {
  const turns = who === volunteer;
  const lens = await camera("document", turns ? "volunteers" : "passport", turns ? volunteer : portrait);
  const first = await person(lens, `${name}-document`, given.walk.holder, { permissions: ["camera"], ...more });
  // The portrait on the document is a face, too: that of this camera is not what is looked at.
  if (who) await first.page.route("**/frame", (route) => route.abort());
  await first.page.goto(link);
  await there(first.page, "reading");
  await first.judge("60-reading");
  await choose(first, "face");
  await there(first.page, "photograph");
  await first.page.waitForFunction(() => document.querySelector("video")?.videoWidth > 0);
  if (!turns) await first.judge("61-photograph");
  // The camera of this phone turns round: one browser sees the document, the next the face.
  const address = first.page.url();
  for (let tries = 0; tries < 5 && (await first.page.$("#app.screen-photograph")); tries++) {
    await first.page.click(".eye .main").catch(() => {});
    await first.page.waitForSelector("#app:not(.screen-photograph)", { timeout: 4000 }).catch(() => {});
  }
  if (!who) {
    // It is still held up: a document that is seen beside a face is not compared.
    const away = either("put the document away", "请把证件放到一边");
    await first.page.waitForFunction((text) => document.querySelector(".eye.face .hint")?.textContent.includes(text), away);
    await first.judge("63-document-held-up");
  }
  const state = await first.context.storageState();
  await first.context.close();
  await lens.close();
  if (!who) return null;
  const browser = await camera(turns ? "turning" : "film", `${name}-face`, who);
  const second = await person(browser, `${name}-face`, given.walk.holder, { permissions: ["camera"], storageState: state, ...more });
  await second.page.goto(address);
  await there(second.page, "ended");
  await second.judge("62-ended");
  return { second, browser };
}

/** On a phone, by a link of the relying party's API; and another who leaves half-way. */
async function onPhones(secret) {
  const { ID: id, Link: link } = await hands("ask", { code: secret });
  const { second, browser } = await alone("phone", link, stranger);
  expect(second, "result", await hands("fetch", { name: id, pass: "nonce-of-this-check-alone" }), "not-same-person", false, false);
  await second.leave();
  await browser.close();
  const left = await hands("ask", { code: secret });
  await alone("half-way", left.Link, "");
}

/** As a login by OpenID Connect. */
async function login(secret) {
  const { url } = await hands("login", { code: secret });
  const { second, browser } = await alone("login", url, volunteer);
  // Nobody is at the bank's address here; that the browser goes there is enough.
  const said = await second.page.textContent("main");
  const gone = second.page.waitForRequest("https://bank.example/**");
  await second.page.click("main a.main");
  const back = (await gone).url();
  const claims = await hands("logged-in", { name: back });
  report(second.at("claims"), claims.verified_claims?.claims?.family_name === "ERIKSSON" ? [] : [`${JSON.stringify(claims)} after: ${said}`]);
  await second.leave();
  await browser.close();
}

const browser = await launch();
try {
  const operator = await person(browser, "operator", given.walk.operator);
  const secret = await setUp(operator);
  await atTheCounter(operator, secret);
  await onPhones(secret);
  await login(secret);
  const left = await hands("left");
  report(operator.at("nothing-left"), Object.entries(left).map(([what, where]) => `${what} is in ${where}`));
  await operator.leave();
} finally {
  await parting();
  await browser.close();
}
