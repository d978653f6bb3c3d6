//! A mail's text with its addresses as links.
import type { ComponentChildren } from "preact";

const ADDRESS = /(https?:\/\/[^\s<>"]+)/;

/** Dashboards open here, whether or not Grafana runs; all else in a new tab. */
export function linked(text: string): ComponentChildren {
  return text.split(ADDRESS).map((piece, index) => (index % 2 === 1 ? <Address key={index} url={piece} /> : piece));
}

function Address({ url }: { url: string }) {
  const here = dashboard(url);
  if (here !== null) return <a href={here}>{url}</a>;
  return (
    <a href={url} target="_blank" rel="noopener">
      {url}
    </a>
  );
}

/** The console's own address of a Grafana dashboard's, null for others. */
export function dashboard(url: string): string | null {
  if (!URL.canParse(url)) return null;
  const { pathname, search } = new URL(url);
  return /^\/d\/[\w-]+/.test(pathname) ? pathname + search : null;
}
