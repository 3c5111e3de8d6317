// Walks a holder's own page. It needs no script, passkeys excepted: one of the
// walks is without.
import { complaints, given, judge, launch, report, sizes } from "./kit.mjs";

async function walk(browser, { base, size, lang, scripts }) {
  const context = await browser.newContext({ viewport: sizes[size], locale: lang, ignoreHTTPSErrors: true, javaScriptEnabled: scripts });
  const page = await context.newPage();
  const errors = complaints(page);
  const at = (name) => `holder/${size}/${lang}${scripts ? "" : "/plain"}/${name}`;
  const control = async (what) => (await context.request.get(`${base}/control/${what}`)).text();
  const look = async (name) => {
    if (scripts) {
      await page.evaluate(() => scrollTo(0, 0));
      await judge(page, at(name), { kiosk: false });
    }
    await page.screenshot({ path: `${given.shots}/${at(name + "-whole").replaceAll("/", "-")}.png`, fullPage: true });
  };
  const did = async (...want) => {
    const got = JSON.parse(await control("done"))?.filter(Boolean) ?? [];
    report(at("did-" + want.join("-")), JSON.stringify(got) === JSON.stringify(want) ? [] : [`done: ${got}`]);
  };
  const go = (selector) => Promise.all([page.waitForNavigation({ waitUntil: "load" }), page.click(selector)]);
  const shows = async (what) => report(at("shows-" + what), (await page.textContent("body")).includes(what) ? [] : ["it does not"]);

  await page.goto(base + "/me/");
  await look("01-signin");
  await page.goto(base + "/me/" + (await control("link")));
  await look("02-landing");
  await go("main form button");
  await look("03-page");
  await page.click("#passes ~ .pass >> nth=0 >> summary");
  await look("04-lost");

  if (scripts) await passkey(context, page, base, at);
  await did(...(scripts ? ["passkey", "signin"] : []));

  await page.click("#passes ~ details >> nth=-1 >> summary");
  await go('form[action="/me/station"] button');
  await look("04-station");
  await did("link");
  await go("main > p .button");

  await page.click("#guests ~ details > summary");
  await page.fill("#guest-label", "小王 Xiao Wang");
  await page.click('.tick input[value="front"]');
  await look("05-guest");
  await go("#guests ~ details form .main");
  await look("06-made");
  await did("guest");
  await go("main > p .button");

  await page.click("#guests ~ details > summary");
  await go("#guests ~ details form .main");
  await look("07-guest-wrong");

  await go('#consents ~ .pass >> nth=0 >> a[href^="/me/consent/"]');
  await look("08-consent");
  await go('form[action$="withdraw"] button');
  await look("09-withdrawn");
  await did("withdraw");
  await go('form[action$="replace"] button');
  await look("10-plain");
  await did("replace");
  await go("main > p .button");

  await go('a[href="/me/delete"]');
  await look("11-delete");
  await go(".stop");
  await look("12-deleted");
  await did("delete");
  await page.goto(base + "/me/nothing-of-that-kind");
  await look("13-lost");
  await shows(lang === "en" ? "There is no such page" : "没有这个页面");
  report(at("errors"), errors);
  await context.close();
}

/** Adds a passkey with a virtual authenticator, signs out, and signs in with it. */
async function passkey(context, page, base, at) {
  const client = await context.newCDPSession(page);
  await client.send("WebAuthn.enable");
  await client.send("WebAuthn.addVirtualAuthenticator", { options: { protocol: "ctap2", transport: "internal", hasResidentKey: true, hasUserVerification: true, isUserVerified: true, automaticPresenceSimulation: true } });
  await page.click("[data-passkey=add] button");
  await page.waitForSelector('form[action="/me/passkey/remove"]', { timeout: 15000 }).catch(async () => report(at("passkey"), [await page.textContent("[data-passkey=add]")]));
  await Promise.all([page.waitForNavigation({ waitUntil: "load" }), page.click('form[action="/me/signout"] button')]);
  await judge(page, at("03-goodbye"), { kiosk: false });
  await page.goto(base + "/me/");
  await page.click("[data-passkey=signin] button");
  await page.waitForSelector("#passes", { timeout: 15000 });
  await page.waitForLoadState("load");
}

const browser = await launch(["--ignore-certificate-errors"]);
try {
  await Promise.all(given.walks.map((w) => walk(browser, w)));
} finally {
  await browser.close();
}
