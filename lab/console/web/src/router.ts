//! Client-side routing over the history API.
import { store, useStore } from "./api/store";

export interface Location {
  path: string;
  /** Without the question mark. */
  query: string;
}

export type Route =
  | { page: "overview" }
  | { page: "tutorial"; number: number }
  | { page: "dashboard"; uid: string }
  | { page: "trace"; trace: string }
  | { page: "traces" }
  | { page: "none" };

const current = store<Location>(read());

function read(): Location {
  return { path: location.pathname, query: location.search.slice(1) };
}

export function useLocation(): Location {
  return useStore(current);
}

/** Matches the same paths as the server. */
export function routeOf(path: string): Route {
  const parts = path.split("/").slice(1).map(decode);
  if (path === "/") return { page: "overview" };
  if (parts.includes(null)) return { page: "none" };
  const [first = "", second = ""] = parts as string[];
  const count = parts.length;
  if (first === "tutorials" && count === 2 && /^[1-5]$/.test(second))
    return { page: "tutorial", number: Number(second) };
  if (first === "d" && second && !(count === 3 && parts[2] === "")) return { page: "dashboard", uid: second };
  if (first === "t" && count === 1) return { page: "traces" };
  if (first === "t" && count === 2 && second) return { page: "trace", trace: second };
  return { page: "none" };
}

/** Null if the text is no valid percent-encoding of UTF-8. */
function decode(text: string): string | null {
  try {
    return decodeURIComponent(text);
  } catch {
    return null;
  }
}

/** Shows another page without loading a document; `replace` leaves no history entry. */
export function navigate(href: string, replace = false): void {
  const before = location.pathname;
  if (replace) history.replaceState(null, "", href);
  else history.pushState(null, "", href);
  current.set(read());
  if (location.hash) scrollToFragment();
  else if (location.pathname !== before) scrollTo(0, 0);
}

/** Scrolls to the element that the URL's fragment names. */
export function scrollToFragment(): void {
  const id = decode(location.hash.slice(1));
  if (id) document.getElementById(id)?.scrollIntoView();
}

/** Handles plain clicks on links to the console's own pages, so that components can use `<a href>`. */
export function interceptLinks(): void {
  addEventListener("popstate", () => current.set(read()));
  document.addEventListener("click", (event) => {
    if (event.defaultPrevented || event.button !== 0) return;
    if (event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return;
    const link = (event.target as Element | null)?.closest("a");
    if (!link || link.target || link.hasAttribute("download") || link.origin !== location.origin) return;
    if (link.hash && link.pathname === location.pathname && link.search === location.search) return;
    if (routeOf(link.pathname).page === "none") return;
    event.preventDefault();
    navigate(link.pathname + link.search + link.hash);
  });
}
