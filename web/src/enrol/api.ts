// What the enrolment page asks of the station that served it. All of it is
// JSON over the same origin; an error is a problem document (RFC 9457) whose
// "detail" is a sentence for people, and 410 means that the enrolment is gone:
// begin again. The station keeps an enrolment for a few minutes, in memory.
//
//   GET  /api/notice    -> Offer
//   POST /api/meet      {"link": ...} or {"label": ...} -> Met
//                       Whose pass it is: by the link to the holder's own page,
//                       which is used up, or by what staff call them.
//   POST /api/choose    Choice -> {"enrolment": token}
//                       The station records the consent, or that a plain pass
//                       was chosen. 409: the notice has changed, load it again.
//   POST /api/frame?enrolment=TOKEN&own=1   body: image/jpeg, at most 1280 wide
//                       -> Progress. Only for a face pass. The station judges
//                       the frame, keeps what is good enough of the best ones
//                       in memory, and wipes the rest at once. With own=0, whoever
//                       sits there has said that the wish is not their own: from
//                       then on nothing is looked at, a plain pass is made, and
//                       what is answered looks the same.
//   POST /api/finish    {"enrolment": token} -> Pass
//                       The station seals, has the pass signed, and forgets the
//                       face. A second finish answers the same pass.
//   POST /api/transfer  {"enrolment": token} -> Transfer
//                       A link with which a phone gets the pass, once.
//   POST /api/abandon   {"enrolment": token} -> 204
//                       Everything about the enrolment is wiped. It may also
//                       come when the page is closed.
//
// POST requests carry Content-Type application/json (or image/jpeg), which
// other sites cannot send without asking; the station also compares Origin.

export type Kind = "plain" | "face";
type Text = string | Record<string, string>;

/** A notice: its SHA-256 in hexadecimal, and what people read, by language. */
export interface Notice {
  id: string;
  version: string;
  title: Record<string, string>;
  sections: Record<string, { heading: string; text: string[] }[]>;
}

export interface Offer {
  site: Text;
  demo: boolean;
  /** What a pass may be: ["plain", "face"], or ["plain"]. */
  kinds: Kind[];
  /** What the pass will open, as people call it. */
  zones: Text[];
  /** For how many seconds at most a door's camera looks, whichever it opens. */
  look: number;
  /** How many movements such a door asks for at most; missing where none does. */
  prompts?: number;
  /** What is agreed to before a face pass is made; missing where there is none. */
  notice?: Notice;
  /** The same for a child under 14, for whom a guardian agrees. */
  children?: Notice;
  /** Until when a pass made today is good, as a date: "2027-11-21". The same for both kinds. */
  until: string;
  contact?: Text;
}

export interface Choice {
  kind: Kind;
  /** The id of the notice that was on the screen. */
  notice: string;
  lang: string;
  /** Always true: the box beside the sentence was ticked by the person. */
  agreed: true;
  /** Whether a guardian agrees, for a child under 14. */
  guardian?: true;
  /** Whose it is; missing for somebody whom staff did not name. */
  whose?: Whose;
  /** A plain pass may belong to a phone: its public key, x and y of P-256, 64 bytes in Base64. */
  holder?: string;
}

/** A holder who is on record already, or one who is added. */
export interface Whose {
  holder?: string;
  label?: string;
  child?: boolean;
}

export interface Met {
  /** How many holders are called so, and the only one. */
  known: number;
  holder?: string;
  child?: boolean;
}

export interface Progress {
  /** Good pictures so far, and how many are needed. */
  good: number;
  need: number;
  /** What to do better: a hint as doors have them, "" for nothing. */
  hint: string;
}

export interface Pass {
  kind: Kind;
  /** "FL1:...", what the QR code says. */
  text: string;
  until: string;
  /** How the pass is called on its card. */
  number: string;
  /** Addresses on this station, good until the enrolment is gone. */
  png: string;
  svg: string;
  pdf: string;
  /** Whether it can be handed over to a phone. */
  transfer: boolean;
  /** The link to the holder's own page, where they had none before. It opens once. */
  page?: string;
  /** When doors that were offline will know it: a sentence is shown if set. */
  later?: boolean;
}

export interface Transfer {
  /** What the phone opens. It works once. */
  url: string;
  minutes: number;
}

/** What a station answered instead. */
export class Problem extends Error {
  constructor(readonly status: number, detail: string) {
    super(detail);
  }
}

async function ask<T>(path: string, init?: RequestInit): Promise<T> {
  const answer = await fetch(path, init).catch(() => {
    throw new Problem(0, "");
  });
  if (answer.ok) return answer.status === 204 ? (undefined as T) : ((await answer.json()) as T);
  const problem = (await answer.json().catch(() => ({}))) as { detail?: string };
  throw new Problem(answer.status, problem.detail ?? "");
}

const post = (body: unknown): RequestInit => ({ method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify(body) });

export const offer = (): Promise<Offer> => ask("/api/notice");
export const meet = (who: { link: string } | { label: string }): Promise<Met> => ask("/api/meet", post(who));
export const choose = (choice: Choice): Promise<{ enrolment: string }> => ask("/api/choose", post(choice));
export const finish = (enrolment: string): Promise<Pass> => ask("/api/finish", post({ enrolment }));
export const transfer = (enrolment: string): Promise<Transfer> => ask("/api/transfer", post({ enrolment }));
export const frame = (enrolment: string, jpeg: Blob, own: boolean): Promise<Progress> =>
  ask(`/api/frame?enrolment=${encodeURIComponent(enrolment)}&own=${own ? 1 : 0}`, { method: "POST", headers: { "Content-Type": "image/jpeg" }, body: jpeg });

/** Lets go, also while the page is being closed. */
export function abandon(enrolment: string): void {
  void fetch("/api/abandon", { ...post({ enrolment }), keepalive: true }).catch(() => undefined);
}
