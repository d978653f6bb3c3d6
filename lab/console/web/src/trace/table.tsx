//! Traces as a table, newest first.
import type { TraceHead } from "../api/types";
import { Relative } from "../ui/time";
import { duration } from "./duration";

/** Each links to its waterfall; bars compare the durations. */
export function TraceTable({ heads }: { heads: readonly TraceHead[] }) {
  const longest = Math.max(...heads.map((head) => head.duration_ms), 0.001);
  return (
    <section class="table-room" tabIndex={0} aria-label="Traces">
      <table class="traces">
        <thead>
          <tr>
            <th scope="col">Trace</th>
            <th scope="col">Duration</th>
            <th scope="col">Spans</th>
            <th scope="col">Errors</th>
            <th scope="col">Services</th>
            <th scope="col">Began</th>
          </tr>
        </thead>
        <tbody>
          {heads.map((head) => (
            <tr key={head.trace} class={head.errors > 0 ? "failed" : ""} data-trace-row={head.trace}>
              <th scope="row">
                <a href={`/t/${head.trace}`}>{head.root}</a>
              </th>
              <td class="length">
                <span class="length-bar" style={{ width: `${((head.duration_ms / longest) * 100).toFixed(1)}%` }} />
                <span>{duration(head.duration_ms * 1000)}</span>
              </td>
              <td>{head.spans}</td>
              <td>{head.errors > 0 ? <span class="error-mark">{head.errors} failed</span> : "0"}</td>
              <td class="services">{head.services.join(", ")}</td>
              <td>
                <Relative at={head.at} />
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  );
}
