//! The way to the tutorials before and after.
import type { TutorialHead } from "../api/types";

/** Both ends of the row lead back to the picture. */
export function Turn({ heads, number }: { heads: readonly TutorialHead[]; number: number }) {
  const before = heads.find((head) => head.number === number - 1);
  const after = heads.find((head) => head.number === number + 1);
  return (
    <nav class="turn" aria-label="Other tutorials">
      {before === undefined ? (
        <a href="/">← The picture</a>
      ) : (
        <a href={`/tutorials/${before.number}`}>← {before.title}</a>
      )}
      {after === undefined ? <a href="/">The picture →</a> : <a href={`/tutorials/${after.number}`}>{after.title} →</a>}
    </nav>
  );
}
