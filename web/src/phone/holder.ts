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

// Claim 8 up to x, in the one form that it has: {1: {1: 2, -1: 1, -2: x, -3: y}}.
const claim = [0x08, 0xa1, 0x01, 0xa4, 0x01, 0x02, 0x20, 0x01, 0x21, 0x58, 0x20];

/** Whose key a pass names as its holder's: this phone's, another's, or nobody's. */
export function names(pass: Uint8Array, h: Holder): "us" | "other" | "nobody" {
  for (let i = 0; i + claim.length + 67 <= pass.length; i++) {
    if (!claim.every((b, k) => pass[i + k] === b)) continue;
    const x = i + claim.length; // then 22 58 20 and y
    return h.point.every((b, k) => pass[x + k + (k < 32 ? 0 : 3)] === b) ? "us" : "other";
  }
  return "nobody";
}
