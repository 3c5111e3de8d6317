// A presentation, byte by byte: section 11 of spec/pass.md.

import { fromBase45, toBase45 } from "../shared/base45";

/** What a door asks for: the nonce on its screen, or its id. */
export type Asked = { nonce: Uint8Array } | { door: Uint8Array };

/** Reads what a door shows; null for anything else. */
export function readAsked(text: string): Asked | null {
  const bytes = fromBase45(text.slice(5));
  if (!bytes || bytes.every((b) => b === 0)) return null;
  if (text.startsWith("FLN1:") && bytes.length === 16) return { nonce: bytes };
  if (text.startsWith("FLD1:") && bytes.length === 8) return { door: bytes };
  return null;
}

/** The message of a pass's text; null for what is no text of a pass. */
export const passBytes = (text: string): Uint8Array | null => (text.startsWith("FL1:") ? fromBase45(text.slice(4)) : null);

// The head of a byte string of n bytes.
function head(n: number): number[] {
  return n < 24 ? [0x40 + n] : n < 256 ? [0x58, n] : [0x59, n >> 8, n & 255];
}

// A number in its shortest form. A phone's clock may be anywhere.
function number(n: number): number[] {
  if (n < 24) return [n];
  const length = n < 0x100 ? 1 : n < 0x10000 ? 2 : n < 0x100000000 ? 4 : 8;
  const bytes = Array.from({ length }, (_, i) => Math.floor(n / 256 ** (length - 1 - i)) % 256);
  return [0x18 + Math.log2(length), ...bytes];
}

const ascii = (text: string): number[] => [...text].map((c) => c.charCodeAt(0));

/** What is presented; at is in seconds since 1970. */
export function payload(pass: Uint8Array, at: number, asked: Asked): Uint8Array<ArrayBuffer> {
  const what = "nonce" in asked ? [0x03, 0x50, ...asked.nonce] : [0x04, 0x48, ...asked.door];
  return new Uint8Array([0xa3, 0x01, ...head(pass.length), ...pass, 0x02, ...number(at), ...what]);
}

/** What the holder's key signs. */
export function toBeSigned(presented: Uint8Array): Uint8Array<ArrayBuffer> {
  const context = ascii("facelatch presentation 1");
  return new Uint8Array([0x84, 0x6a, ...ascii("Signature1"), 0x43, 0xa1, 0x01, 0x26, ...head(context.length), ...context, ...head(presented.length), ...presented]);
}

/** The message, which Base45 makes a text. */
export function message(presented: Uint8Array, signature: Uint8Array): Uint8Array {
  return new Uint8Array([0xd2, 0x84, 0x43, 0xa1, 0x01, 0x26, 0xa0, ...head(presented.length), ...presented, 0x58, 0x40, ...signature]);
}

const order = 0xffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551n;

/** Makes s the smaller of its two values, so that a message has one form. */
export function lowS(signature: Uint8Array): Uint8Array {
  const s = signature.slice(32).reduce((n, byte) => (n << 8n) | BigInt(byte), 0n);
  if (s <= order / 2n) return signature;
  const low = new Uint8Array(signature);
  let n = order - s;
  for (let i = 63; i >= 32; i--, n >>= 8n) low[i] = Number(n & 255n);
  return low;
}

/** Signs a presentation of a pass and returns its text. */
export async function present(key: CryptoKey, pass: Uint8Array, at: number, asked: Asked): Promise<string> {
  const presented = payload(pass, at, asked);
  const signature = await crypto.subtle.sign({ name: "ECDSA", hash: "SHA-256" }, key, toBeSigned(presented));
  return `FLP1:${toBase45(message(presented, lowS(new Uint8Array(signature))))}`;
}
