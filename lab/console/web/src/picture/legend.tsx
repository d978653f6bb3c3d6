//! What the map's lines and dots mean.

/** One line below the map. */
export function Legend() {
  return (
    <p class="legend">
      <span>
        <Sample kind="main" /> requests: rate, below it p95; dots are calls, slow ones crawl
      </span>
      <span>
        <Sample kind="failing" /> some fail
      </span>
      <span>
        <Sample kind="watch" /> metrics, spans, mail
      </span>
    </p>
  );
}

function Sample({ kind }: { kind: "main" | "failing" | "watch" }) {
  return (
    <svg class={`sample ${kind}`} width="30" height="10" aria-hidden="true">
      <path d="M0,5H30" />
      <circle cx="15" cy="5" r={kind === "watch" ? 1.8 : 2.8} />
    </svg>
  );
}
