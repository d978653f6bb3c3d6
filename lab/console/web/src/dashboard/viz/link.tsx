//! What a value or a panel links to.
import type { ComponentChildren } from "preact";

interface Link {
  title: string;
  url: string;
}

/** Attributes of a link: other hosts open in a tab of their own. */
export function linkTo({ title, url }: Link) {
  const own = url.startsWith("/") || url.startsWith(location.origin);
  return { href: url, title, ...(own ? {} : { target: "_blank", rel: "noopener" }) };
}

/** The content, as a link if the value has one. */
export function PanelLink({ links, children }: { links: Link[]; children: ComponentChildren }) {
  const [first] = links;
  if (!first) return <>{children}</>;
  return (
    <a class="value-link" {...linkTo(first)}>
      {children}
    </a>
  );
}
