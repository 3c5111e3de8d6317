// The page at the real server: pairs, shows a pass, is looked at, types a PIN.
import { complaints, given, launch, report, sizes } from "./kit.mjs";

const browser = await launch([`--use-file-for-fake-video-capture=${given.video}`]);
try {
  const context = await browser.newContext({ viewport: sizes.landscape, permissions: ["camera"], ignoreHTTPSErrors: true, locale: "en" });
  const page = await context.newPage();
  const errors = complaints(page);
  const at = (key) => page.waitForSelector(`#app.screen-${key}`, { timeout: 30000 });
  await page.goto(given.base + "/");
  await at("pairing");
  await page.keyboard.type(given.code);
  await page.keyboard.press("Enter");
  for (const key of ["about-to-look", "look", "opened", "ready"]) await at(key);
  await page.waitForSelector(".beside svg");
  await page.screenshot({ path: `${given.shots}/daemon-ready.png` });
  await page.click(".pin");
  await at("pin");
  await page.keyboard.type("11112222");
  await page.keyboard.press("Enter");
  await page.keyboard.type("33334444");
  await page.keyboard.press("Enter");
  await at("ready");
  await page.reload();
  await at("ready");
  await page.waitForTimeout(500);
  report("daemon/errors", errors);
} finally {
  await browser.close();
}
