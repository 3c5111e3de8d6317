// Walks a holder's own page. It needs no script, passkeys excepted: one of the
// walks is without.
import { complaints, given, judge, launch, report, sizes } from "./kit.mjs";

async function walk(browser, { base, child, size, lang, scripts }) {
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

  await page.click("#kept ~ details >> nth=0 >> summary");
  await page.fill("#correct-contact", "021-5555 0199");
  await look("04-contact");
  await go('form[action^="/me/contact"] button');
  await page.click("#kept ~ details >> nth=1 >> summary");
  await page.fill("#correct-wish", lang === "en" ? "I live at 1202" : "我住 1202 室");
  await go('form[action^="/me/correction"] button');
  await look("04-asked");
  await did("contact", "wish");

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
  await renewal(page, child, look, shows, lang, go);
  report(at("errors"), errors);
  await context.close();
}

/** Renews what a guardian agreed to, once without the face and once with it. */
async function renewal(page, base, look, shows, lang, go) {
  const link = await (await page.context().request.get(`${base}/control/link`)).text();
  await page.goto(`${base}/me/${link}`);
  await go("main form button");
  await look("20-child");
  await go('a[href="/me/renew"]');
  await look("21-renew");
  await go('button[name=choice][value="plain"]');
  await look("22-without");
  await page.goto(`${base}/me/renew`);
  await go('button[name=choice][value="face"]');
  await look("23-with");
  await shows(lang === "en" ? "It is recorded" : "已记录");
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
