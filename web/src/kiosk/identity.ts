import { toBase64 } from "../shared/base64";
import { drop, load, save } from "../shared/store";

/** A paired kiosk: its name at the door, and a key that cannot be read out. */
export interface Identity {
  kiosk: string;
  key: CryptoKey;
}

export const known = (): Promise<Identity | undefined> => load<Identity>("kiosk");
export const forget = (): Promise<undefined> => drop("kiosk");

export type PairFailure = "wrong" | "blocked" | "away";

/** Makes a key and pairs it by the eight digits that the door's daemon showed. */
export async function pair(code: string): Promise<Identity | PairFailure> {
  const algorithm = { name: "ECDSA", namedCurve: "P-256" };
  const { privateKey, publicKey } = await crypto.subtle.generateKey(algorithm, false, ["sign", "verify"]);
  const spki = toBase64(await crypto.subtle.exportKey("spki", publicKey));
  let answer: Response;
  try {
    answer = await fetch("/pair", {
      method: "POST",
      headers: { "Content-Type": "application/json" },
      body: JSON.stringify({ code, key: spki }),
    });
  } catch {
    return "away";
  }
  const { kiosk, why } = (await answer.json().catch(() => ({}))) as { kiosk?: string; why?: string };
  if (!answer.ok || !kiosk) return why === "wrong-code" ? "wrong" : why === "no-code" ? "blocked" : "away";
  const identity = { kiosk, key: privateKey };
  await save("kiosk", identity);
  return identity;
}

/** Answers a door's challenge. The signature is r and s, 32 bytes each. */
export async function sign(identity: Identity, door: string, nonce: string): Promise<string> {
  const text = `facelatch kiosk v1\n${location.origin}\n${door}\n${nonce}`;
  const signature = await crypto.subtle.sign({ name: "ECDSA", hash: "SHA-256" }, identity.key, new TextEncoder().encode(text));
  return toBase64(signature);
}
