// Walks the kiosk page: every screen, in the languages and sizes given, each
// walk with a door of its own.
import { complaints, fakeCamera, given, judge as judged, launch, report, sizes } from "./kit.mjs";

const config = (more = {}) => ({
  t: "config", site: "Garden Court", zone: { en: "Front door", "zh-CN": "前门" }, methods: ["plain", "face", "pin", "phone"],
  langs: ["zh-CN", "en"], browserQR: true, demo: false, nonce: "AAECAwQFBgcICQoLDA0ODw==",
  notice: {
    en: "The camera looks for square codes. It looks at a face only after a valid face pass was shown, for at most 8 seconds.\n\nWho passed, and when, is not recorded. You can always use a plain pass.",
    "zh-CN": "镜头只找二维码。出示有效的人脸通行证之后，才看脸，最多 8 秒。\n\n谁在何时通过，不作记录。您随时可以用普通通行证。",
  },
  ...more,
});

// Where a line ends in the middle of a phrase: the last character of each line
// that neither a mark nor the end of a text node follows.
const broken = (page) => page.evaluate(() => {
  const found = [];
  for (const element of document.querySelectorAll("h1, .text:not(.notice *), .hint, .note, .way p, .watch span, .beside p")) {
    const nodes = document.createTreeWalker(element, NodeFilter.SHOW_TEXT);
    for (let node = nodes.nextNode(); node; node = nodes.nextNode()) {
      const range = document.createRange();
      let last = 0;
      for (let i = 0; i < node.data.length; i++) {
        range.setStart(node, i);
        range.setEnd(node, i + 1);
        const top = range.getBoundingClientRect().top;
        if (i > 0 && top > last + 5 && /[\p{Script=Han}\d]/u.test(node.data[i - 1])) found.push(node.data.slice(0, i) + " / " + node.data.slice(i));
        last = Math.max(last, top);
      }
    }
  }
  return found;
});

const settle = async (page, key) => {
  await page.waitForSelector(`#app.screen-${key}`, { timeout: 15000 });
  await page.evaluate(() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done))));
};

async function walk(browser, { base, size: sizeName, lang, axe }) {
  const control = (path, body) => fetch(base + "/control/" + path, { method: "POST", body: typeof body === "string" ? body : JSON.stringify(body) });
  const got = async () => (await fetch(base + "/control/got")).json();
  const context = await browser.newContext({ viewport: sizes[sizeName], locale: lang, permissions: ["camera"], reducedMotion: "reduce" });
  const page = await context.newPage();
  const errors = complaints(page);
  await page.addInitScript(fakeCamera, 0.5);
  const judge = async (page, name, wants = {}) => {
    await judged(page, name, { axe, ...wants });
    if (lang === "zh-CN") report(`${name}/lines`, await broken(page));
  };
  const at = (name) => `kiosk/${sizeName}/${lang}/${name}`;
  await control("config", config({ langs: lang === "en" ? ["en", "zh-CN"] : ["zh-CN", "en"], demo: lang === "en" }));
  await page.goto(base + "/");
  await settle(page, "pairing");
  await judge(page, at("00-pairing"));
  await page.keyboard.type("11112222");
  await page.keyboard.press("Enter");
  await page.waitForFunction(() => document.querySelector(".note")?.textContent);
  await judge(page, at("01-pairing-wrong"));
  for (const digit of "12345678") await page.click(`.key:text-is("${digit}")`);
  await page.click(".done");
  await settle(page, "ready");
  await page.waitForTimeout(500); // the camera's first pictures
  await judge(page, at("02-ready"), { way: /plain pass|普通通行证/ });
  await control("send", { t: "screen", key: "ready", state: "idle", hint: "show-pass-flat", until: 2000 });
  await page.waitForSelector(".hint");
  await judge(page, at("02-ready-hint"), { way: /plain pass|普通通行证/ });
  const languages = { langs: lang === "en" ? ["en", "zh-CN"] : ["zh-CN", "en"] };
  await control("config", config({ ...languages, warning: "ledger" }));
  await page.waitForFunction(() => /public record|公开记录/.test(document.querySelector("aside")?.textContent));
  await judge(page, at("02-ready-warning"), { way: /plain pass|普通通行证/ });
  await control("config", config({ ...languages, demo: lang === "en" }));
  await page.waitForFunction(() => !/public record|公开记录/.test(document.querySelector("aside")?.textContent));
  const code = () => page.isVisible(".beside");
  const codes = [await code()];
  for (const ways of [["plain", "face", "pin"], ["plain", "face", "pin", "phone"]]) {
    await control("send", { t: "screen", key: "ready", state: "idle", ways });
    await page.waitForTimeout(300);
    codes.push(await code());
  }
  report(at("02-phone"), codes.join() === "true,false,true" ? [] : [`a code for phones, where they are a way in, are none, are one again: ${codes}`]);
  await page.click(".watch button");
  await settle(page, "notice");
  await judge(page, at("02-notice"), { way: /plain pass|普通通行证/ });
  await page.click(".words .button");
  await settle(page, "ready");
  const screens = [
    ["checking"], ["about-to-look", { until: 1000 }], ["look", { hint: "come-closer", until: 60000 }], ["look", { hint: "one-person", until: 60000 }, "look-hint"], ["opened", { until: 4000 }],
    ["try-again"], ["ask-for-help"], ["not-now"], ["use-other-way"], ["too-many-tries"], ["locked"], ["try-again", { hint: "type-again" }, "try-again-pin"], ["latch-failed"],
  ];
  screens.push(...["turn-left", "turn-right", "come-closer"].map((hint) => ["prompt", { hint, until: 60000 }, `prompt-${hint}`]));
  let n = 3;
  for (const [key, more, label] of screens) {
    await control("send", { t: "screen", key, state: key, ...more });
    await settle(page, key);
    if (key === "about-to-look") await page.waitForTimeout(500); // half the ring
    await judge(page, at(`${String(n++).padStart(2, "0")}-${label ?? key}`), { way: /plain pass|普通通行证|ask|请找/ });
  }
  // A screen that throws its light, for whoever has not asked for less motion.
  const ground = () => page.evaluate(() => getComputedStyle(document.getElementById("app")).backgroundColor);
  const prompt = (light) => control("send", { t: "screen", key: "prompt", state: "looking", hint: "turn-left", until: 60000, light });
  const grounds = [];
  for (const light of ["rose", "lime", "sky", "sand", "mint", "lilac"]) {
    await prompt(light);
    await page.waitForSelector(`[data-light="${light}"]`);
    grounds.push(await ground());
  }
  report(at("light-reduced-motion"), new Set(grounds).size === 1 ? [] : [`the screen changes: ${grounds}`]);
  await page.emulateMedia({ reducedMotion: "no-preference" });
  for (const light of ["rose", "lilac"]) {
    await prompt(light);
    await page.waitForTimeout(400); // the colour fades in
    grounds.push(await ground());
    await judge(page, at(`${String(n++).padStart(2, "0")}-prompt-${light}`), { way: /plain pass|普通通行证/ });
  }
  report(at("light"), new Set(grounds).size === 3 ? [] : [`the screen does not change: ${grounds}`]);
  await page.emulateMedia({ reducedMotion: "reduce" });
  await got();
  await page.click(".cannot");
  await page.waitForTimeout(300);
  report(at("cannot-sent"), (await got()).some((m) => m.t === "cannot") ? [] : ["\"I cannot do this\" is not sent"]);
  await control("send", { t: "screen", key: "ready", state: "idle" });
  await settle(page, "ready");
  report(at("light-ends"), (await page.evaluate(() => document.getElementById("app").dataset.light)) === undefined ? [] : ["the light stays on"]);
  await page.click(".pin");
  await settle(page, "pin");
  await page.keyboard.type("4821");
  await judge(page, at(`${n++}-pin-number`));
  await page.keyboard.type("0037");
  await page.click(".done");
  await page.keyboard.type("99887");
  await judge(page, at(`${n++}-pin-code`));
  await got();
  await page.keyboard.type("766");
  await page.keyboard.press("Enter");
  await page.waitForTimeout(300);
  const sent = await got();
  report(at("pin-sent"), sent.some((m) => m.t === "pin" && m.number === "48210037" && m.code === "99887766") ? [] : [JSON.stringify(sent)]);
  await page.evaluate(() => (window.scene.dark = true));
  await settle(page, "no-camera");
  await judge(page, at(`${n++}-no-camera`));
  await page.evaluate(() => (window.scene.dark = false));
  await settle(page, "ready");
  await page.focus(".tools button:last-child");
  await page.keyboard.press("Enter");
  await page.waitForTimeout(300);
  const turned = await page.evaluate(() => document.documentElement.lang);
  report(at("language"), turned === lang ? ["the button changes nothing"] : []);
  await page.keyboard.press("Enter");
  await control("close?away=3500", "");
  await settle(page, "lost");
  await judge(page, at(`${n++}-lost`));
  await settle(page, "ready");
  await control("close?why=already+connected&away=3500", "");
  await settle(page, "elsewhere");
  await judge(page, at(`${n++}-elsewhere`));
  report(at("errors"), errors);
  await context.close();
}

const browser = await launch();
try {
  const only = process.env.FACELATCH_WALK ?? ""; // such as "landscape/en", while working on a page
  const walks = given.walks.filter(({ size, lang }) => `${size}/${lang}`.startsWith(only));
  await Promise.all(walks.map((w) => walk(browser, w)));
} finally {
  await browser.close();
}
