//! Exemplars over a time series: a diamond for each, which links to its trace.
import type { ExemplarMark } from "./exemplar-marks";

export function Exemplars({ marks }: { marks: ExemplarMark[] }) {
  return (
    <div class="exemplars">
      {marks.map(({ left, top, color, text, href }) => {
        const shared = {
          class: "exemplar",
          title: text,
          style: { left: `${left}px`, top: `${top}px`, background: color },
        };
        const key = `${href} ${text}`;
        if (href === null) return <span key={key} {...shared} />;
        // Not a stop of the tab key: dozens of them would precede the next control. The list of traces has the same ones.
        return <a key={key} {...shared} href={href} tabIndex={-1} aria-label={`Trace of a call: ${text}`} />;
      })}
    </div>
  );
}
