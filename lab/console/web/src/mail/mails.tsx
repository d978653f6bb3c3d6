//! The last mails; a click opens one.
import { useState } from "preact/hooks";
import type { MailHead } from "../api/types";
import { Relative } from "../ui/time";
import { Letter } from "./letter";
import "./mail.css";

const FIRST = 6;

/** Null: nothing was told yet. */
export function Mails({ mails, mailbox }: { mails: readonly MailHead[] | null; mailbox: string | null }) {
  const [open, setOpen] = useState<MailHead | null>(null);
  const [all, setAll] = useState(false);
  const listed = all ? (mails ?? []) : (mails ?? []).slice(0, FIRST);
  return (
    <section class="mails card" aria-labelledby="mails-title">
      <header>
        <h2 id="mails-title">Mail</h2>
        {mailbox !== null && (
          <a href={mailbox} target="_blank" rel="noopener">
            Mailbox <span aria-hidden="true">↗</span>
            <span class="hidden">(opens a new tab)</span>
          </a>
        )}
      </header>
      {mails?.length === 0 && (
        <p class="none">No mail yet. Break something above: its alert sends one, and another when it is over.</p>
      )}
      <ul class="mail-list">
        {listed.map((mail) => (
          <li key={mail.id} data-mail={mail.id} data-alert={mail.alert ?? ""} data-resolved={String(mail.resolved)}>
            <button type="button" onClick={() => setOpen(mail)}>
              <Envelope resolved={mail.resolved} />
              <span class="subject">{mail.subject}</span>
              <Relative at={mail.at} />
            </button>
          </li>
        ))}
      </ul>
      {!all && (mails?.length ?? 0) > FIRST && (
        <button type="button" class="more" onClick={() => setAll(true)}>
          {(mails?.length ?? 0) - FIRST} older
        </button>
      )}
      {open !== null && <Letter key={open.id} head={open} onClose={() => setOpen(null)} />}
    </section>
  );
}

function Envelope({ resolved }: { resolved: boolean }) {
  return (
    <svg
      class={`envelope ${resolved ? "resolved" : "firing"}`}
      viewBox="0 0 18 14"
      width="18"
      height="14"
      aria-hidden="true"
    >
      <rect x="1" y="1" width="16" height="12" rx="2" />
      <path d="M1.5,2L9,8L16.5,2" />
      {resolved && <path class="tick" d="M9,10.5L11,12.5L15.5,8" />}
    </svg>
  );
}
