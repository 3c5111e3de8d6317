// One house, from nothing to the end of one holder's stay: see TestWalk.
import { launch, parting } from "./kit.mjs";
import { setUp, welcome } from "./operator.mjs";

const browser = await launch();
try {
  const { me } = await setUp(browser);
  const link = await welcome(me);
  console.error(link);
  await me.leave();
} finally {
  await parting();
}
