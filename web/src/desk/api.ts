// What the desk's pages ask of the desk that served them, all of it JSON over the
// same origin; an error is a problem document (RFC 9457). Pictures are image/jpeg.
// Nothing that a document says, and no score, is ever answered.
//
// Below /desk/v1/counter, for staff, who are signed in by a cookie:
//   GET  counter                       -> Counter
//   POST counter/sign-out              ends checks that were begun by who signs out, unless they are signed in elsewhere
//   GET  counter/checks                -> {"checks": View[]}, those that go on
//   POST counter/checks                Begin -> {"id": ..., "link": ...}; only here is the link told
//   GET  counter/checks/ID?after=N     -> View, as soon as its version is not N, or after 25 s
//   POST counter/checks/ID/document    a picture of the document
//   POST counter/checks/ID/lines       {"lines": [...]}, typed
//   POST counter/checks/ID/look        {"found": "same-person" | "not-same-person" | "inconclusive"}
//   POST counter/checks/ID/settle      ends it where it stands
//   POST counter/checks/ID/cancel      ends it as abandoned
//   POST counter/checks/ID/revoke      after its end: the result is not good any more
//
// Below /desk/v1/checks, for the person, with the link's secret in the header
// Facelatch-Check:
//   GET  checks/ID?after=N             -> View, with the notice
//   POST checks/ID/choose              {"way": "face" | "staff", "notice": id, "claims": [...] as shown}
//   POST checks/ID/frame               a frame of the face; 409 before the choice and at any other step
//   POST checks/ID/here                somebody is still there
//   POST checks/ID/cancel
//   POST checks/ID/document, lines, settle   as above, only where the person is alone

type Text = Record<string, string>;
export type Step = "reading" | "chosen" | "document" | "face" | "staff" | "ended";
export type Way = "face" | "staff" | "none";

export interface Result {
  outcome: string;
  reason: string;
  next: string[];
  way: Way;
  documentChecked: boolean;
  linesVerified: boolean;
  /** "unproved" unless a chip was read. */
  proof: string;
  unattended: boolean;
  /** The names of the claims that were handed on. */
  claims: string[];
  handedOn: boolean;
}

export interface View {
  version: number;
  step: Step;
  way: Way;
  /** The choice has lapsed and is asked for anew. */
  again: boolean;
  busy: boolean;
  hint: string;
  /** What the person is asked to do before the camera, "" for nothing. */
  prompt: string;
  reason: string;
  next: string[];
  looks: number;
  need: number;
  result: Result | null;
  id: string;
  /** What tells the checks of a counter apart. */
  code: string;
  party: Text;
  claims: string[];
  unattended: boolean;
  /** Seconds until it ends unless something is done. */
  left: number;
  mine: boolean;
  notice?: { id: string; text: Text };
  site?: Text;
  demo?: boolean;
  /** Where the person goes on to, once it has ended. */
  return?: string;
  /** The signed result, which staff hand over themselves. */
  token?: string;
  /** Staff can revoke the result still, or have. */
  revocable?: boolean;
  revoked?: boolean;
}

export interface Counter {
  signedIn: boolean;
  signIn?: string;
  site: Text | null;
  demo: boolean;
  /** Days for which the controller has not been heard, where staff have to know. */
  quiet?: number;
  parties?: { id: string; name: Text; claims: string[] }[];
}

/** What the desk answered instead. */
export class Problem extends Error {
  constructor(readonly status: number, readonly type = "") {
    super(type);
  }
}

/** Asks about one check, or about the counter as a whole. */
export class Desk {
  constructor(private readonly base: string, private readonly secret = "") {}

  get<T>(path: string, signal?: AbortSignal): Promise<T> {
    return this.ask<T>(path, { method: "GET", signal: signal ?? null });
  }

  post<T = void>(path: string, body: unknown = {}): Promise<T> {
    return this.ask<T>(path, { method: "POST", body: JSON.stringify(body), headers: { "Content-Type": "application/json" } });
  }

  send(path: string, jpeg: Blob): Promise<void> {
    return this.ask<void>(path, { method: "POST", body: jpeg, headers: { "Content-Type": "image/jpeg" } });
  }

  /** Lets go, also while the page is being closed. */
  let(path: string): void {
    void fetch(this.base + path, { method: "POST", body: "{}", headers: this.headers({ "Content-Type": "application/json" }), keepalive: true }).catch(() => undefined);
  }

  private headers(more: HeadersInit = {}): Headers {
    const all = new Headers(more);
    if (this.secret) all.set("Facelatch-Check", this.secret);
    return all;
  }

  private async ask<T>(path: string, init: RequestInit): Promise<T> {
    const answer = await fetch(this.base + path, { ...init, headers: this.headers(init.headers ?? {}), cache: "no-store" }).catch(() => {
      throw new Problem(0);
    });
    if (answer.ok) return answer.status === 204 ? (undefined as T) : ((await answer.json()) as T);
    const problem = (await answer.json().catch(() => ({}))) as { type?: string };
    throw new Problem(answer.status, problem.type ?? "");
  }
}

/**
 * Follows a check until it ends or is gone: `seen` is called with each change, and
 * with null while the desk cannot be reached.
 */
export class Follow {
  private readonly stopped = new AbortController();

  constructor(private readonly desk: Desk, private readonly seen: (view: View | null) => void, private readonly gone: () => void) {
    void this.run();
  }

  stop(): void {
    this.stopped.abort();
  }

  private async run(): Promise<void> {
    let path = "";
    while (!this.stopped.signal.aborted) {
      try {
        const view = await this.desk.get<View>(path, this.stopped.signal);
        if (this.stopped.signal.aborted) return;
        path = `?after=${view.version}`;
        this.seen(view);
        if (view.step === "ended") return;
      } catch (error) {
        if (this.stopped.signal.aborted) return;
        if (error instanceof Problem && [401, 403, 404].includes(error.status)) return this.gone();
        this.seen(null);
        await new Promise((done) => setTimeout(done, 2000));
      }
    }
  }
}
