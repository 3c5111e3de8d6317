// One house, from nothing to the end of one holder's stay: see TestWalk.
import { look, publicPage, verify } from "./auditor.mjs";
import { enrol, leave, open, ownPage, withdraw } from "./holder.mjs";
import { launch, parting } from "./kit.mjs";
import { invite, setUp, welcome } from "./operator.mjs";

const browser = await launch();
try {
  const { me: operator, door } = await setUp(browser);
  const link = await welcome(operator);
  const invitation = await invite(operator);
  await operator.leave();

  const taken = await enrol("B-0301");
  const tablet = await open(door, taken.card, "face");
  const holder = await ownPage(browser, link);
  const plain = await withdraw(holder, tablet);
  await tablet.leave();
  await (await open(door, plain, "plain")).leave();
  await leave(holder);

  await look(browser, invitation);
  await publicPage(browser);
  await verify();
} finally {
  await parting();
  await browser.close();
}
