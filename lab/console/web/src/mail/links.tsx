//! The links in a mail's text.
import type { ComponentChildren } from "preact";

const URL_PATTERN = /(https?:\/\/[^\s<>"]+)/;

/** The text with its URLs as links. Grafana dashboards open in the console, everything else in a new tab. */
export function withLinks(text: string): ComponentChildren {
  return text
    .split(URL_PATTERN)
    .map((piece, index) => (index % 2 === 1 ? <MailLink key={index} url={piece} /> : piece));
}

function MailLink({ url }: { url: string }) {
  const path = consolePath(url);
  if (path !== null) return <a href={path}>{url}</a>;
  return (
    <a href={url} target="_blank" rel="noopener">
      {url}
    </a>
  );
}

/** The console's path for the URL of a Grafana dashboard; null for other URLs. */
export function consolePath(url: string): string | null {
  if (!URL.canParse(url)) return null;
  const { pathname, search } = new URL(url);
  return /^\/d\/[\w-]+/.test(pathname) ? pathname + search : null;
}
