import { toBase45 } from "../shared/base45";
import { load, save } from "../shared/store";

/** The phone's key. The private half cannot be read out, by this page either. */
export interface Holder {
  key: CryptoKey;
  /** x and y, 32 bytes each. */
  point: Uint8Array;
}

/** Returns the phone's key, and makes it the first time. */
export async function holder(): Promise<Holder> {
  const known = await load<Holder>("phone");
  if (known) return known;
  const pair = await crypto.subtle.generateKey({ name: "ECDSA", namedCurve: "P-256" }, false, ["sign", "verify"]);
  const raw = new Uint8Array(await crypto.subtle.exportKey("raw", pair.publicKey)); // 04, x, y
  const made = { key: pair.privateKey, point: raw.slice(1) };
  await save("phone", made);
  void navigator.storage?.persist?.(); // a browser may else clear what was not used for weeks
  return made;
}

/** What a station reads to bind a pass to this phone: "FLH1:" and Base45 of x and y. */
export const holderText = (h: Holder): string => `FLH1:${toBase45(h.point)}`;

/** Whether a pass names a key as its holder's: both coordinates stand in it. */
export function names(pass: Uint8Array, h: Holder): boolean {
  const find = (part: Uint8Array): boolean => {
    for (let i = 0; i + part.length <= pass.length; i++) if (part.every((b, k) => pass[i + k] === b)) return true;
    return false;
  };
  return find(h.point.slice(0, 32)) && find(h.point.slice(32));
}
