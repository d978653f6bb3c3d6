//! Loads and shows the page for the current path. Each page is a chunk of its own.
import type { ComponentType } from "preact";
import { useEffect, useState } from "preact/hooks";
import { reason } from "../api/client";
import { interceptLinks, type Route, routeOf, useLocation } from "../router";
import { Empty, Loading, Problem } from "../ui/states";
import { Toasts } from "../ui/toast";
import { Layout } from "./layout";

interface Page {
  Component: ComponentType<Record<string, unknown>>;
  props: Record<string, unknown>;
  /** Remounts the component when the props change. */
  key: string;
}

async function loadPage(route: Route): Promise<Page | null> {
  switch (route.page) {
    case "overview":
      return page((await import("../overview/page")).OverviewPage, {});
    case "tutorial":
      return page((await import("../tutorial/page")).TutorialPage, { number: route.number });
    case "dashboard":
      return page((await import("../dashboard/page")).DashboardPage, { uid: route.uid });
    case "trace":
      return page((await import("../trace/page")).TracePage, { trace: route.trace });
    case "traces":
      return page((await import("../trace/search")).TraceSearchPage, {});
    case "none":
      return null;
  }
}

function page<P>(Component: ComponentType<P>, props: P): Page {
  return {
    Component: Component as Page["Component"],
    props: props as Page["props"],
    key: JSON.stringify(props),
  };
}

interceptLinks();

export function App() {
  const { path } = useLocation();
  const [current, setCurrent] = useState<Page | null | "loading">("loading");
  const [error, setError] = useState<string | null>(null);

  useEffect(() => {
    let cancelled = false;
    loadPage(routeOf(path)).then(
      (page) => {
        if (cancelled) return;
        setError(null);
        setCurrent(page);
      },
      (error: unknown) => {
        if (!cancelled) setError(reason(error));
      },
    );
    return () => {
      cancelled = true;
    };
  }, [path]);

  return (
    <Layout>
      {error !== null ? (
        <Problem title="Could not load this page">{error}</Problem>
      ) : current === "loading" ? (
        <Loading />
      ) : current ? (
        <current.Component key={current.key} {...current.props} />
      ) : (
        <Empty title="Page not found">
          <a href="/">Back to the overview</a>
        </Empty>
      )}
      <Toasts />
    </Layout>
  );
}
