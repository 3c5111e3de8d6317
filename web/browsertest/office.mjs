// An operator sets up a site and runs it; an auditor looks; somebody does without
// a script. Passkeys are those of authenticators that Chromium simulates.
import { authenticator, complaints, given, launch, look, press, report, sizes } from "./kit.mjs";

async function operator(browser, { base, size, lang }, name) {
  const context = await browser.newContext({ viewport: sizes[size], locale: lang, reducedMotion: "reduce", ignoreHTTPSErrors: true });
  const page = await context.newPage();
  const errors = complaints(page);
  const key = await authenticator(context, page);
  const at = (step) => `office/${size}/${lang}/${name}${step}`;
  return { context, page, errors, key, see: (step, wants = {}) => look(page, at(step), { lang, ...wants }), go: (path) => page.goto(base + path), at };
}

/** Sets the site up, from the printed code to the first door. */
async function setUp({ page, see, go, at, key }, base) {
  const began = Date.now();
  let clicks = 0;
  const click = async (selector) => { clicks++; await press(page, selector); };
  await go("/office/");
  await see("01-set-up");
  await page.fill("#code", "0000-0000-0000");
  await page.fill("#name", "Front office");
  await press(page, "main button");
  await see("02-set-up-refused");
  await page.fill("#code", await (await page.request.get(base + "/control/code")).text());
  await click("main button");
  await page.waitForURL("**/office/welcome");
  await see("03-welcome");
  clicks++;
  await page.click("[data-passkey]");
  await page.waitForURL("**/office/codes");
  report(at("passkey"), (await key.passkeys()).length === 1 && (await key.passkeys())[0].isResidentCredential ? [] : ["no resident passkey was made"]);
  await see("04-codes");
  await click("main form button");
  const codes = await page.$$eval(".codes code", (all) => all.map((e) => e.textContent));
  report(at("codes"), codes.length === 10 && new Set(codes).size === 10 ? [] : [codes.join()]);
  await see("05-new-codes");
  await click("a.main");
  await see("06-start");
  await click("a.main");
  await page.fill("#name", "Garden Court");
  await see("07-site");
  await click("main form .main");
  await page.waitForURL("**/site/zone?start=2");
  await page.fill("[id='title-zh-CN']", "前门");
  await page.fill("#title-en", "Front door");
  await see("08-zone");
  await click("main form .main");
  await page.waitForURL("**/notices/new?start=3");
  await see("09-notice");
  await page.fill("#jurisdiction", "CN");
  for (const field of await page.$$("textarea")) {
    if (await field.inputValue()) continue;
    const chinese = (await field.getAttribute("lang")) === "zh-CN";
    await field.fill(chinese ? "花园物业管理有限公司，电话 021 5555 0100" : "Garden Management Ltd, telephone 021 5555 0100");
  }
  await click("main form .main");
  await see("10-notice-check");
  await click("main form .main");
  await page.waitForURL("**/doors/new?start=4");
  await see("11-door");
  await click("main form .main");
  await see("12-join-code");
  await click("a.main");
  await page.waitForURL("**/office/?done=started");
  await see("13-overview-new");
  const seconds = (Date.now() - began) / 1000;
  report(at("set-up-time"), seconds < 180 ? [] : [`${seconds} s, ${clicks} clicks`]);
  return codes;
}

/** A holder's whole stay. */
async function holders({ page, see, go, at }, holder) {
  await go("/office/holders");
  await see("20-holders");
  await go("/office/holders/new");
  await press(page, "main form .main");
  await page.evaluate(() => document.querySelector("#label").removeAttribute("required"));
  await press(page, "main form .main");
  await see("21-holder-wrong");
  await page.fill("#label", "B-0301");
  await page.fill("#contact", "b0301@house.example");
  await press(page, "main form .main");
  await see("22-holder", { titled: false });
  await press(page, "a.main");
  await see("23-issue");
  await press(page, "main form .main");
  await see("24-issued");
  for (const kind of ["png", "svg"]) {
    const [file] = await Promise.all([page.waitForEvent("download"), page.click(`button[value=${kind}]`)]);
    report(at(`file-${kind}`), file.suggestedFilename().endsWith(`.${kind}`) ? [] : [file.suggestedFilename()]);
  }
  await go(`/office/holders/one/${holder}`);
  await see("25-holder-full", { titled: false });
  await press(page, "a[href$=withdraw]");
  await see("26-withdraw");
  await press(page, "main form .main");
  await see("27-withdrawn");
  await press(page, "main form .main");
  await see("28-issued-instead");
  await go(`/office/holders/one/${holder}`);
  await press(page, "a[href$=replace]");
  await see("29-replace");
  await go(`/office/holders/one/${holder}`);
  await press(page, "a[href$=revoke]");
  await see("30-revoke");
  await press(page, "main form button");
  await go(`/office/holders/one/${holder}`);
  await press(page, "form[action$=link] button");
  await see("31-link");
  await page.emulateMedia({ media: "print" });
  await page.screenshot({ path: `${given.shots}/${at("31-link-printed").replaceAll("/", "-")}.png`, fullPage: true });
  report(at("printed"), (await page.isVisible(".paper")) && !(await page.isVisible("header")) ? [] : ["more is printed than the paper"]);
  await page.emulateMedia({ media: null });
  await go(`/office/holders/one/${holder}/edit`);
  await see("32-edit");
  await go(`/office/holders/one/${holder}/delete`);
  await see("33-delete");
  await go("/office/holders/import");
  await see("34-import");
  await page.setInputFiles("#file", { name: "holders.csv", mimeType: "text/csv", buffer: Buffer.from("label,contact,under14,guardian\nC-0101,,,\n,,,\n") });
  await press(page, "main form .main");
  await page.waitForSelector("[data-job]", { state: "detached" });
  await see("35-imported");
  await go("/office/holders/passes");
  await see("36-bulk");
  await press(page, "main form:not(.search) .main");
  await page.waitForSelector("[data-job]", { state: "detached" });
  await see("37-bulk-done");
}

/** The site, its doors, its notices and its staff. */
async function site({ page, see, go, at }, base) {
  await go("/office/");
  await see("40-overview");
  await go("/office/doors");
  await see("41-doors");
  await press(page, "a[href$=remove]");
  await see("42-door-remove");
  await press(page, "button[value=stolen]");
  await see("43-door-stolen");
  await go("/office/notices");
  await see("44-notices");
  await press(page, ".links a");
  await see("45-notice-version");
  await go("/office/notices/new");
  await page.fill("[id='en:door']", "When you show a face pass, the camera looks at you once. Who passes, and when, is not recorded.");
  await see("46-notice-change");
  await press(page, "main form .main");
  await see("47-notice-difference");
  await go("/office/site");
  await see("48-site");
  await go("/office/site/edit");
  await page.request.post(base + "/control/rename");
  await page.fill("#name", "Garden Court South");
  await press(page, "main form .main");
  report(at("kept"), (await page.inputValue("#name")) === "Garden Court South" && (await page.textContent("main")).includes("Garden Court North") ? [] : ["what was entered is lost, or what is now is not shown"]);
  await see("49-two-operators");
  await page.fill("#plain-days", "700");
  await press(page, "main form .main");
  await see("50-site-wrong");
  await page.fill("#face-days", "700");
  await press(page, "main form .main");
  await page.waitForURL("**/site?done=saved");
  await see("51-site-saved");
  await go("/office/site/zone");
  await see("52-zone-new");
  await go("/office/site/zone?name=main");
  await page.check("input[name=prompts][value='2']");
  await page.check("input[name=light]");
  await press(page, "main form .main");
  await page.waitForURL("**/site?done=saved");
  await see("52-zone-asks");
  await go("/office/site/zone/remove?name=main");
  await see("53-zone-last");
  await go("/office/record");
  await see("54-record");
  await go("/office/nothing");
  await see("55-lost");
}

/** Desks, the counter of one, and who may ask there. */
async function desks({ page, see, go, at }) {
  await go("/office/desks");
  await see("90-desks");
  await go("/office/desks/new");
  await page.fill("#name", "Counter 2");
  await page.fill("#origin", "http://desk.example/");
  await press(page, "main form .main");
  await see("91-desk-wrong");
  await page.fill("#origin", "https://desk.example:8443");
  await press(page, "main form .main");
  await see("92-desk-code");
  await go("/office/desks/rules");
  await page.check("input[name='two-people']");
  await see("93-desk-rules");
  await press(page, "main form .main");
  await page.waitForURL("**/desks?done=saved");
  await go("/office/desks/parties");
  await see("94-parties-none");
  await go("/office/desks/parties/new");
  await page.fill("#id", "harbour-bank");
  await page.fill("#name-en", "Harbour Bank");
  await page.fill("#name-zh", "海港银行");
  await page.fill("#redirects", "https://bank.example/back\nhttp://bank.example/app");
  await page.fill("#webhook", "https://bank.example/#hook");
  await page.check("input[value=over_18]");
  await press(page, "main form .main");
  await see("95-party-wrong");
  await page.fill("#redirects", "https://bank.example/back\nhttps://bank.example/app");
  await page.fill("#webhook", "");
  await press(page, "main form .main");
  await see("96-party-secret");
  await go("/office/desks/parties");
  await see("97-parties");
  await press(page, "a[href$=edit]");
  report(at("lines"), (await page.inputValue("#redirects")) === "https://bank.example/back\nhttps://bank.example/app" ? [] : ["what was registered is not shown"]);
  await see("98-party-edit");
  await go("/office/desks/parties/one/harbour-bank/remove");
  await see("99-party-remove");
  // To the counter: the script goes on by itself, with the ticket in the body alone.
  await go("/office/desks");
  await page.click("form[action$=counter] button");
  await page.waitForURL("**/counter/open");
  const said = await page.textContent("body");
  report(at("counter"), /^POST \/counter\/open ticket\.for\.\S+ from ""$/.test(said) ? [] : [said]);
}

/** Operators and tokens; the link of an invitation is returned. */
async function staff({ page, see, go }) {
  await go("/office/operators/new");
  await see("60-invite");
  await page.fill("#name", "Residents' committee");
  await page.check("input[value=auditor]");
  await press(page, "main form .main");
  await see("61-invited");
  const link = await page.textContent(".url code");
  await go("/office/operators");
  await see("62-operators");
  await press(page, "a[href$=role]");
  await see("63-role");
  await go("/office/tokens");
  await see("64-tokens-none");
  await go("/office/tokens/new");
  await see("65-token-form");
  await page.fill("#name", "Lift");
  await page.check("input[value='site:read']");
  await press(page, "main form .main");
  await see("66-token");
  await go("/office/tokens");
  await see("67-tokens");
  await press(page, "a[href$=revoke]");
  await see("68-token-revoke");
  return link;
}

/** Signing out and in again: by passkey, by a device that asks nobody, by a code. */
async function again({ page, see, go, at, key, context }, base, codes) {
  await go("/office/account");
  await see("70-account");
  if (!(await page.isVisible("nav .me button"))) {
    await page.click(".opens");
    await look(page, at("71-menu"), { lang: await page.evaluate(() => document.documentElement.lang) });
  }
  await press(page, "nav .me button");
  await page.waitForURL("**/office/sign-in?done=signed-out");
  await see("72-sign-in");
  await key.verified(false);
  await page.click("[data-passkey]");
  await page.waitForFunction(() => document.querySelector("#passkey-said")?.textContent && !document.querySelector("[data-passkey]").disabled, null, { timeout: 120000 });
  await see("73-not-verified");
  await key.verified(true);
  await page.click("[data-passkey]");
  await page.waitForURL((url) => url.pathname === "/office/");
  await context.clearCookies();
  await go("/office/sign-in?next=/office/doors");
  await page.click("summary");
  await page.fill("#code", "0000-0000-0000-0000-0000");
  await press(page, "details button");
  await see("74-code-refused");
  await page.fill("#code", codes[0].toLowerCase());
  await press(page, "details button");
  await page.waitForURL("**/office/account?done=recovered");
  await see("75-recovered");
  const operator = await page.evaluate(async () => (await (await fetch("/office/operators")).text()).match(/operators\/(\d+)\/remove/)[1]);
  await go(`/office/operators/${operator}/remove`);
  await page.waitForURL("**/office/confirm?*");
  await see("76-confirm");
  await page.click("[data-passkey]");
  await page.waitForURL("**/remove");
  await see("77-operator-remove");
  await press(page, "main form .main, main form .stopping");
  await see("78-last-owner");
}

/** Somebody without a script adds a holder and issues passes to all. */
async function plain(browser, walk, cookies) {
  const context = await browser.newContext({ viewport: sizes[walk.size], locale: walk.lang, javaScriptEnabled: false, ignoreHTTPSErrors: true });
  await context.addCookies(cookies);
  const page = await context.newPage();
  await page.goto(walk.base + "/office/holders/new");
  await page.fill("#label", "D-0001");
  await press(page, "main form .main");
  const failures = [];
  if (!(await page.textContent("h1")).includes("D-0001")) failures.push("no holder was added");
  await page.goto(walk.base + "/office/holders/passes?q=D-0001");
  await press(page, "main form:not(.search) .main");
  for (let i = 0; i < 50 && (await page.$("[data-job]")); i++) await press(page, "noscript a, a.main");
  if (await page.$("[data-job]")) failures.push("the job does not end");
  await page.goto(walk.base + "/office/desks");
  await page.click("form[action$=counter] button");
  await page.click("form[data-go] button");
  await page.waitForURL("**/counter/open");
  if (!(await page.textContent("body")).startsWith("POST /counter/open ticket.")) failures.push("no counter is opened");
  await page.goto(walk.base + "/office/sign-in");
  if (!(await page.textContent("main")).includes("JavaScript")) failures.push("it does not say that passkeys need a script");
  if (walk.size === "phone" && !(await page.isVisible("main"))) failures.push("nothing is seen");
  report(`office/${walk.size}/${walk.lang}/no-script`, failures);
  await context.close();
}

async function whole(browser, walk) {
  const owner = await operator(browser, walk, "");
  const codes = await setUp(owner, walk.base);
  const { holder, entry } = await (await owner.page.request.post(walk.base + "/control/furnish")).json();
  await holders(owner, holder);
  await site(owner, walk.base);
  await desks(owner);
  const link = await staff(owner);
  await plain(browser, walk, await owner.context.cookies());
  await again(owner, walk.base, codes);

  const auditor = await operator(browser, walk, "auditor-");
  await auditor.page.goto(link);
  await auditor.see("80-join");
  await press(auditor.page, "main form button");
  await auditor.page.click("[data-passkey]");
  await auditor.page.waitForURL("**/office/codes");
  await auditor.go("/office/");
  await auditor.see("81-overview");
  await auditor.go("/office/holders");
  await auditor.see("82-forbidden");
  await auditor.go("/office/record");
  await auditor.page.fill("#entry", entry);
  await press(auditor.page, "main form button");
  await auditor.see("83-opened");
  for (const one of [owner, auditor]) {
    report(one.at("errors"), one.errors);
    await one.context.close();
  }
}

const browser = await launch([`--ignore-certificate-errors-spki-list=${given.key}`]);
try {
  await Promise.all(given.walks.map((w) => whole(browser, w)));
} finally {
  await browser.close();
}
