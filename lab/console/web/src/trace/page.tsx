//! One trace: its figures, then its spans as a waterfall.
import type { ComponentChildren } from "preact";
import { useTitle } from "../api/lab";
import type { Trace } from "../api/types";
import { Loading, Problem } from "../ui/states";
import { Relative, Time } from "../ui/time";
import { duration } from "./duration";
import { services } from "./tree";
import { useTrace } from "./use-trace";
import { Waterfall } from "./waterfall";
import "./trace.css";

const NOT_YET = "Not there yet: spans take a second or two to arrive. Asking again";

/** /t/TRACE */
export function TracePage({ trace: id }: { trace: string }) {
  useTitle(`Trace ${id.slice(0, 8)}`);
  const { trace, waiting, failed, retry } = useTrace(id);
  return (
    <div
      class="trace-page"
      data-trace={id}
      data-state={trace !== null ? "ready" : failed !== null ? "error" : "loading"}
    >
      <p class="trail">
        <a href="/t">Traces</a>
      </p>
      <h1>
        {trace === null ? "Trace" : rootOf(trace)} <code class="trace-id">{id}</code>
      </h1>
      {trace !== null && <Figures trace={trace} />}
      {trace !== null && <Waterfall key={id} trace={trace} />}
      {trace === null && failed === null && <Loading what={waiting ? NOT_YET : "Asking for the trace"} />}
      {failed !== null && (
        <Problem title={failed} onRetry={retry}>
          Traces are kept in memory: an old one may be gone.
        </Problem>
      )}
    </div>
  );
}

function rootOf(trace: Trace): string {
  const root = trace.spans[0];
  return root === undefined ? "Trace" : `${root.service}: ${root.name}`;
}

function Figures({ trace }: { trace: Trace }) {
  const errors = trace.spans.filter((span) => span.error).length;
  const names = services(trace.spans);
  return (
    <dl class="figures">
      <Figure name="Duration">{duration(trace.duration_us)}</Figure>
      <Figure name="Spans">{trace.spans.length + trace.left_out}</Figure>
      <Figure name="Services">{names.length}</Figure>
      <Figure name="Errors" bad={errors > 0}>
        {errors}
      </Figure>
      <Figure name="Began">
        <Time at={trace.at} />{" "}
        <small>
          (<Relative at={trace.at} />)
        </small>
      </Figure>
      {trace.left_out > 0 && (
        <p class="left-out">
          {trace.left_out} spans beyond the first {trace.spans.length} are not shown.
        </p>
      )}
    </dl>
  );
}

function Figure({ name, bad = false, children }: { name: string; bad?: boolean; children: ComponentChildren }) {
  return (
    <div class={bad ? "bad" : ""}>
      <dt>{name}</dt>
      <dd>{children}</dd>
    </div>
  );
}
