//! Client-side routes over the history API.
import { store, useStore } from "../api/store";

export interface Place {
  path: string;
  /** Without the question mark. */
  query: string;
  hash: string;
}

export type Route =
  | { page: "picture" }
  | { page: "tutorial"; number: number }
  | { page: "dashboard"; uid: string }
  | { page: "trace"; trace: string }
  | { page: "traces" }
  | { page: "none" };

const place = store<Place>(here());

function here(): Place {
  return { path: location.pathname, query: location.search.slice(1), hash: location.hash };
}

export function usePlace(): Place {
  return useStore(place);
}

/** Which page a path names, by the same patterns as the server's. */
export function route(path: string): Route {
  const [first = "", second = ""] = path.split("/").slice(1).map(decodeURIComponent);
  if (path === "/") return { page: "picture" };
  if (first === "tutorials" && /^[1-5]$/.test(second)) return { page: "tutorial", number: Number(second) };
  if (first === "d" && second) return { page: "dashboard", uid: second };
  if (first === "t") return second ? { page: "trace", trace: second } : { page: "traces" };
  return { page: "none" };
}

/** Shows another page without a request for it. */
export function navigate(href: string, replace = false): void {
  const from = location.pathname;
  if (replace) history.replaceState(null, "", href);
  else history.pushState(null, "", href);
  place.set(here());
  if (location.hash) document.getElementById(decodeURIComponent(location.hash.slice(1)))?.scrollIntoView();
  else if (location.pathname !== from) scrollTo(0, 0);
}

/** Takes over the page's links to itself, so that plain <a href> is all that a component needs. */
export function interceptLinks(): void {
  addEventListener("popstate", () => place.set(here()));
  document.addEventListener("click", (event) => {
    if (event.defaultPrevented || event.button !== 0) return;
    if (event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return;
    const link = (event.target as Element | null)?.closest("a");
    if (!link || link.target || link.hasAttribute("download") || link.origin !== location.origin) return;
    if (link.hash && link.pathname === location.pathname && link.search === location.search) return;
    if (route(link.pathname).page === "none") return;
    event.preventDefault();
    navigate(link.pathname + link.search + link.hash);
  });
}
