// The auditor, and everybody: the record, the public page, and the ledger.
import { either, given, hands, keep, person, report } from "./kit.mjs";

/** Signs in, and looks at what the operator did. */
export async function look(browser, link) {
  const me = await person(browser, "auditor", given.walk.operator);
  const { page, see } = me;
  await me.passkeys();
  await me.go(link);
  await see("01-invited");
  await me.click("main form button");
  await me.tick("[data-passkey]");
  await page.waitForURL("**/office/codes");
  await me.go("/office/record");
  await see("02-record");
  await me.go("/office/holders");
  report(me.at("sees-no-holder"), (await page.textContent("body")).includes("B-0301") ? ["the auditor sees a holder's label"] : []);
  await me.leave();
}

/** Checks the ledger, with what a holder gave them. */
export async function verify() {
  const at = (name) => `${given.folder}/${name}`;
  const { said } = await hands("verify", { args: ["--receipt", at("receipt.json"), "--openings", at("export.json"), "--pass", at("face.png"), "--pass", at("plain.png")] });
  keep("report.txt", said);
  const missing = ["consistent: ", "site-created", "notice.publish", "door-approved", "consent.give", "consent.withdraw", "revoked", "face.png", "plain.png"].filter((word) => !said.includes(word));
  report("walk/auditor/ledger/verified", missing.length ? [`it does not say ${missing}:\n${said}`] : []);
}

/** What anybody can see, without signing in. */
export async function publicPage(browser) {
  const me = await person(browser, "public", given.walk.holder);
  const { page } = me;
  await me.go("/");
  await me.judge("01-top");
  await page.screenshot({ path: `${given.shots}/${me.at("02-whole").replaceAll("/", "-")}.png`, fullPage: true });
  const text = await page.textContent("main");
  const wanted = { acts: either(/Acts on the site/, /对本场所的操作/), checkpoint: /facelatch\//, operator: either(/Garden Management Ltd/, /花园物业管理有限公司/), models: /[0-9a-f]{64}/ };
  report(me.at("says"), Object.entries(wanted).filter(([, shape]) => !shape.test(text)).map(([what]) => `nothing of ${what}`));
  await me.leave();
}
