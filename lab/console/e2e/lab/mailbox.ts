//! Mails received by the mail server.
import { address } from "./addresses";
import { fetchJson } from "./fetch";

export interface Mail {
  id: string;
  subject: string;
}

/** All mails, oldest first. */
export async function mails(): Promise<Mail[]> {
  return (await fetchJson(`${address.mailbox}/email`)) as Mail[];
}

/** Subjects of the mails about an alert that are not among `known`. */
export async function newMails(alert: string, known: Mail[]): Promise<string[]> {
  const ids = new Set(known.map((mail) => mail.id));
  const fresh = (await mails()).filter((mail) => !ids.has(mail.id) && mail.subject.includes(alert));
  return fresh.map((mail) => mail.subject);
}
