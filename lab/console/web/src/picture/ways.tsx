//! The ways on from a part: its dashboard, its tutorial, its own pages.

import { useLab } from "../api/lab";
import type { Link as Address } from "../api/types";

interface Props {
  readonly links: readonly Address[];
  readonly dashboard: string | null;
  readonly tutorial: string;
}

/** As links in one line. */
export function Ways({ links, dashboard, tutorial }: Props) {
  const lab = useLab();
  const page = lab?.tutorials.find((one) => one.id === tutorial);
  if (links.length === 0 && dashboard === null && page === undefined) return null;
  return (
    <p class="ways">
      {dashboard !== null && <a href={`/d/${dashboard}`}>Dashboard</a>}
      {page !== undefined && <a href={`/tutorials/${page.number}`}>Tutorial</a>}
      {links.map((link) => (
        <Away key={link.url} link={link} />
      ))}
    </p>
  );
}

function Away({ link }: { link: Address }) {
  if (link.url.startsWith("/")) return <a href={link.url}>{link.title}</a>;
  return (
    <a href={link.url} target="_blank" rel="noopener">
      {link.title} <span aria-hidden="true">↗</span>
      <span class="hidden">(opens a new tab)</span>
    </a>
  );
}
