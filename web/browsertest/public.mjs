// Looks at the site's public page and at the impact assessment, which have no script.
import { complaints, given, judge, launch, report, sizes } from "./kit.mjs";

const browser = await launch();
try {
  for (const [kind, base] of Object.entries(given.bases)) {
    for (const size of kind === "faces" ? ["landscape", "phone"] : ["phone"]) {
      for (const lang of ["zh-CN", "en"]) {
        const context = await browser.newContext({ viewport: sizes[size], locale: lang });
        const page = await context.newPage();
        const errors = complaints(page);
        const at = (name) => `public/${kind}/${size}/${lang}/${name}`;
        await page.goto(base + "/");
        const got = await page.evaluate(() => document.documentElement.lang);
        report(at("language"), got === lang ? [] : [`answered in ${got}`]);
        await judge(page, at("top"), { kiosk: false });
        await page.screenshot({ path: `${given.shots}/${at("whole").replaceAll("/", "-")}.png`, fullPage: true });
        const links = await page.$$eval(".contents a", (all) => all.map((a) => !!document.querySelector(a.getAttribute("href"))));
        report(at("contents"), links.length > 5 && links.every(Boolean) ? [] : ["a link of the contents leads nowhere"]);
        await page.click("header a");
        report(at("other"), (await page.evaluate(() => document.documentElement.lang)) === lang ? ["the button changes nothing"] : []);
        report(at("cookies"), (await context.cookies()).map((c) => c.name));
        report(at("scripts"), (await page.$$("script")).length ? ["it has a script"] : []);
        report(at("errors"), errors);
        const print = (name) => page.pdf({ path: `${given.shots}/${at(name).replaceAll("/", "-")}.pdf`, preferCSSPageSize: true });
        if (size === "landscape") {
          await page.goto(base + "/" + lang);
          await print("print");
        }
        if (kind === "faces") {
          await page.goto(`${base}/assessment/${lang}`);
          await judge(page, at("assessment"), { kiosk: false });
          await page.fill("textarea >> nth=0", "Written here, and kept nowhere.");
          await print("assessment");
        }
        await context.close();
      }
    }
  }
} finally {
  await browser.close();
}
