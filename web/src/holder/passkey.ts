// Adds a passkey, and signs in with one. Everything else on the holder's page
// works without this script; the buttons stay hidden where it cannot run.

type Json = Record<string, unknown>;

interface Keys {
  parseCreationOptionsFromJSON(options: unknown): PublicKeyCredentialCreationOptions;
  parseRequestOptionsFromJSON(options: unknown): PublicKeyCredentialRequestOptions;
}

async function post(path: string, body: unknown): Promise<Json> {
  const answer = await fetch(path, { method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify(body), credentials: "same-origin" });
  if (!answer.ok) throw new Error(String(answer.status));
  return (await answer.json()) as Json;
}

async function use(kind: string): Promise<void> {
  const adds = kind === "add";
  const path = adds ? "/me/passkey/" : "/me/signin/";
  const { publicKey } = await post(path + "begin", {});
  const keys = PublicKeyCredential as unknown as Keys;
  const made = adds
    ? await navigator.credentials.create({ publicKey: keys.parseCreationOptionsFromJSON(publicKey) })
    : await navigator.credentials.get({ publicKey: keys.parseRequestOptionsFromJSON(publicKey) });
  const { next } = await post(path + "finish", made);
  location.assign(String(next));
}

if (window.PublicKeyCredential && "parseCreationOptionsFromJSON" in PublicKeyCredential) {
  for (const part of document.querySelectorAll<HTMLElement>("[data-passkey]")) {
    const button = part.querySelector("button");
    const note = part.querySelector<HTMLElement>("[role=alert]");
    if (!button || !note) continue;
    part.hidden = false;
    button.addEventListener("click", () => {
      note.textContent = "";
      button.disabled = true;
      use(part.dataset["passkey"] ?? "")
        .catch(() => (note.textContent = note.dataset["failed"] ?? ""))
        .finally(() => (button.disabled = false));
    });
  }
}
