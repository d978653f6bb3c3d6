//! One banner for what concerns all panels: a data source that is down, or a refresh that failed.
import { useStore } from "../api/store";
import { Banner } from "../ui/banner";
import { Time } from "../ui/time";
import type { Session } from "./session";
import { SOURCE_NAMES } from "./value/source";

export function SourceBanner({ session }: { session: Session }) {
  const down = useStore(session.down);
  const error = useStore(session.error);
  return (
    <>
      {down.map(({ source, reason, since }) => (
        <Banner key={source} name="source">
          <b>
            {SOURCE_NAMES[source]} has been down since <Time at={since} />.
          </b>{" "}
          It {reason}.
        </Banner>
      ))}
      {error !== null && (
        <Banner name="refresh">
          <b>The panels could not be refreshed.</b> {error}.
        </Banner>
      )}
    </>
  );
}
