//! The newest mails. A click opens one in a dialog.
import { useEffect, useState } from "preact/hooks";
import { get, isAbort, reason } from "../api/client";
import type { Mail, MailHead } from "../api/types";
import { Dialog } from "../ui/dialog";
import { dateTime } from "../ui/format/time";
import { ExternalLink } from "../ui/link";
import { ErrorText } from "../ui/request";
import { Relative } from "../ui/time";
import { withLinks } from "./links";
import { type MailStatus, statusOf, subjectOf } from "./subject";
import "./mail.css";

/** Mails shown before "Show older". */
const INITIAL_COUNT = 6;

/** `mails` is null until the first event arrives. `mailbox` is the address of the mail server's own page. */
export function Mails({ mails, mailbox }: { mails: readonly MailHead[] | null; mailbox: string | null }) {
  const [open, setOpen] = useState<MailHead | null>(null);
  const [all, setAll] = useState(false);
  const older = (mails?.length ?? 0) - INITIAL_COUNT;
  const shown = all ? (mails ?? []) : (mails ?? []).slice(0, INITIAL_COUNT);
  return (
    <section class="mails card" aria-labelledby="mails-title">
      <header>
        <h2 id="mails-title">Mail</h2>
        {mailbox !== null && <ExternalLink href={mailbox}>Mailbox</ExternalLink>}
      </header>
      {mails?.length === 0 && (
        <p class="none">
          No mail yet. Inject a fault: its alert sends one mail when it fires and one when it resolves.
        </p>
      )}
      <ul class="mail-list">
        {shown.map((mail) => (
          <li key={mail.id} data-mail={mail.id} data-alert={mail.alert ?? ""} data-resolved={String(mail.resolved)}>
            <button type="button" onClick={() => setOpen(mail)}>
              <Envelope status={statusOf(mail)} />
              <span class="subject" title={mail.subject}>
                {subjectOf(mail)}
              </span>
              <Relative at={mail.at} />
            </button>
          </li>
        ))}
      </ul>
      {!all && older > 0 && (
        <button type="button" class="more" onClick={() => setAll(true)}>
          Show {older} older
        </button>
      )}
      {open !== null && <MailDialog key={open.id} head={open} onClose={() => setOpen(null)} />}
    </section>
  );
}

function Envelope({ status }: { status: MailStatus }) {
  return (
    <svg class={`envelope ${status}`} viewBox="0 0 18 14" width="18" height="14" aria-hidden="true">
      <rect x="1" y="1" width="16" height="12" rx="2" />
      <path d="M1.5,2L9,8L16.5,2" />
      {status === "resolved" && <path class="tick" d="M9,10.5L11,12.5L15.5,8" />}
    </svg>
  );
}

/** Loads the mail's text and shows it. */
function MailDialog({ head, onClose }: { head: MailHead; onClose: () => void }) {
  const [mail, setMail] = useState<Mail | null>(null);
  const [error, setError] = useState<string | null>(null);
  useEffect(() => {
    const controller = new AbortController();
    get<Mail>(`/api/mails/${encodeURIComponent(head.id)}`, controller.signal).then(setMail, (error: unknown) => {
      if (!isAbort(error)) setError(reason(error));
    });
    return () => controller.abort();
  }, [head.id]);
  return (
    <Dialog title={subjectOf(head)} onClose={onClose} data={{ "data-mail-text": head.id }}>
      <div class="mail-text">
        <dl>
          <dt>From</dt>
          <dd>{head.from}</dd>
          <dt>To</dt>
          <dd>{head.to}</dd>
          <dt>Received</dt>
          <dd>{dateTime(head.at)}</dd>
        </dl>
        <ErrorText text={error} />
        <pre tabIndex={0}>{mail === null ? error === null && "…" : withLinks(mail.text)}</pre>
      </div>
    </Dialog>
  );
}
