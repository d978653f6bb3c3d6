//! One mail's text in a dialog.
import { useEffect, useState } from "preact/hooks";
import { Trouble } from "../alerts/trouble";
import { get, isAbort, reason } from "../api/client";
import type { Mail, MailHead } from "../api/types";
import { Dialog } from "../ui/dialog";
import { dateTime } from "../ui/format/time";
import { linked } from "./linked";

/** Asks for the text and shows it; Esc closes it. */
export function Letter({ head, onClose }: { head: MailHead; onClose: () => void }) {
  const [mail, setMail] = useState<Mail | null>(null);
  const [failed, setFailed] = useState<string | null>(null);
  useEffect(() => {
    const stop = new AbortController();
    get<Mail>(`/api/mails/${encodeURIComponent(head.id)}`, stop.signal).then(setMail, (error: unknown) => {
      if (!isAbort(error)) setFailed(reason(error));
    });
    return () => stop.abort();
  }, [head.id]);
  return (
    <Dialog title={head.subject} onClose={onClose} data={{ "data-mail-text": head.id }}>
      <div class="letter">
        <dl>
          <dt>From</dt>
          <dd>{head.from}</dd>
          <dt>To</dt>
          <dd>{head.to}</dd>
          <dt>Came</dt>
          <dd>{dateTime(head.at)}</dd>
        </dl>
        <Trouble text={failed} />
        <pre tabIndex={0}>{mail === null ? failed === null && "…" : linked(mail.text)}</pre>
      </div>
    </Dialog>
  );
}
