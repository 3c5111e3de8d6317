// Base64 with padding, as Go's encoding/base64.StdEncoding writes it.

export function toBase64(bytes: ArrayBuffer | Uint8Array): string {
  let text = "";
  for (const b of new Uint8Array(bytes as ArrayBuffer)) text += String.fromCharCode(b);
  return btoa(text);
}

export function fromBase64(text: string): Uint8Array<ArrayBuffer> {
  const raw = atob(text);
  const bytes = new Uint8Array(raw.length);
  for (let i = 0; i < raw.length; i++) bytes[i] = raw.charCodeAt(i);
  return bytes;
}
