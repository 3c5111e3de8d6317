// Passkeys (WebAuthn, Level 2): asks the controller what to ask the authenticator,
// and tells it what that said. Bytes travel as base64url.

const bytes = (text: string): Uint8Array<ArrayBuffer> => {
  const raw = atob(text.replaceAll("-", "+").replaceAll("_", "/"));
  const all = new Uint8Array(raw.length);
  for (let i = 0; i < raw.length; i++) all[i] = raw.charCodeAt(i);
  return all;
};

const text = (data: ArrayBuffer | null): string | undefined => {
  if (!data) return undefined;
  let raw = "";
  for (const b of new Uint8Array(data)) raw += String.fromCharCode(b);
  return btoa(raw).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
};

interface Descriptor {
  type: PublicKeyCredentialType;
  id: string;
  transports?: AuthenticatorTransport[];
}

// What the controller sends, with texts where the browser wants bytes.
interface Options {
  challenge: string;
  user?: { id: string; name: string; displayName: string };
  allowCredentials?: Descriptor[];
  excludeCredentials?: Descriptor[];
  [other: string]: unknown;
}

/** What went wrong, in words that the page has or the controller sent. */
class Trouble extends Error {}

async function ask(path: string, body: unknown): Promise<unknown> {
  let answer: Response;
  try {
    answer = await fetch(path, { method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify(body) });
  } catch {
    throw new Trouble("away");
  }
  const said: unknown = await answer.json().catch(() => ({}));
  if (answer.ok) return said;
  const problem = said as { type?: string; title?: string; detail?: string };
  if (problem.type?.endsWith(":signed-out")) location.assign("/office/sign-in");
  if (problem.type?.endsWith(":step-up")) location.assign(`/office/confirm?next=${encodeURIComponent(location.pathname)}`);
  throw new Trouble(problem.title ? `${problem.title}. ${problem.detail ?? ""}` : "again");
}

const known = (all: Descriptor[] | undefined): PublicKeyCredentialDescriptor[] | undefined => all?.map((d) => ({ ...d, id: bytes(d.id) }));

async function make(options: Options): Promise<Record<string, unknown>> {
  const publicKey = {
    ...options,
    challenge: bytes(options.challenge),
    user: { ...options.user, id: bytes(options.user!.id) },
    excludeCredentials: known(options.excludeCredentials) ?? [],
  } as unknown as PublicKeyCredentialCreationOptions;
  const made = (await navigator.credentials.create({ publicKey })) as PublicKeyCredential;
  const said = made.response as AuthenticatorAttestationResponse;
  return answer(made, { attestationObject: text(said.attestationObject), transports: said.getTransports?.() ?? [] });
}

async function use(options: Options): Promise<Record<string, unknown>> {
  const publicKey = { ...options, challenge: bytes(options.challenge), allowCredentials: known(options.allowCredentials) ?? [] } as unknown as PublicKeyCredentialRequestOptions;
  const used = (await navigator.credentials.get({ publicKey })) as PublicKeyCredential;
  const said = used.response as AuthenticatorAssertionResponse;
  return answer(used, { authenticatorData: text(said.authenticatorData), signature: text(said.signature), userHandle: text(said.userHandle) });
}

function answer(key: PublicKeyCredential, response: Record<string, unknown>): Record<string, unknown> {
  return {
    id: key.id,
    rawId: text(key.rawId),
    type: key.type,
    authenticatorAttachment: key.authenticatorAttachment ?? undefined,
    clientExtensionResults: {},
    response: { clientDataJSON: text(key.response.clientDataJSON), ...response },
  };
}

async function ceremony(purpose: string, next: string): Promise<void> {
  const { publicKey } = (await ask("/office/passkey/options", { for: purpose, next })) as { publicKey: Options };
  const said = purpose === "add" ? await make(publicKey) : await use(publicKey);
  const { to } = (await ask("/office/passkey/answer", said)) as { to: string };
  location.assign(to);
}

/** Gives every button for a passkey what it is to do. */
export function passkeys(): void {
  const said = document.getElementById("passkey-said");
  if (!said) return;
  const say = (words: string): void => {
    said.textContent = said.dataset[words] ?? words;
    said.hidden = words === "";
  };
  for (const button of document.querySelectorAll<HTMLButtonElement>("[data-passkey]")) {
    button.addEventListener("click", () => {
      if (!window.PublicKeyCredential) return say("none");
      say("");
      button.disabled = true;
      ceremony(button.dataset["passkey"]!, button.dataset["next"] ?? "/office/")
        .catch((error: unknown) => {
          if (error instanceof Trouble) say(error.message);
          else if (error instanceof DOMException && (error.name === "NotAllowedError" || error.name === "AbortError")) say("cancelled");
          else say(error instanceof DOMException && error.name === "NotSupportedError" ? "none" : "again");
        })
        .finally(() => (button.disabled = false));
    });
  }
}
