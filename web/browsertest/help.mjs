// Looks at the help page, which has no script.
import { complaints, given, judge, launch, report, sizes } from "./kit.mjs";

const browser = await launch();
try {
  for (const size of ["landscape", "phone"]) {
    const context = await browser.newContext({ viewport: sizes[size] });
    const page = await context.newPage();
    const errors = complaints(page);
    await page.goto(given.base + "/");
    await judge(page, `help/${size}`, { kiosk: false });
    const links = await page.$$eval("a[href]", (all) => all.map((a) => a.getAttribute("href")));
    report(`help/${size}/links`, ["ca.crt", "ca.mobileconfig", "#en", "#zh"].filter((l) => !links.includes(l)));
    report(`help/${size}/scripts`, (await page.$$("script")).length ? ["it has a script"] : []);
    report(`help/${size}/errors`, errors);
    await context.close();
  }
} finally {
  await browser.close();
}
