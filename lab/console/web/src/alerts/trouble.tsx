//! What went wrong, where it belongs.

/** Nothing where nothing did. */
export function Trouble({ text }: { text: string | null }) {
  return text === null ? null : (
    <p class="trouble" role="alert">
      {text}
    </p>
  );
}
