//! Loads and shows the page for the current path. Each page is a chunk of its own.
import type { ComponentType } from "preact";
import { useEffect, useState } from "preact/hooks";
import { reason } from "../api/client";
import { interceptLinks, type Route, routeOf, useLocation } from "../router";
import { Loading, Problem } from "../ui/states";
import { Toasts } from "../ui/toast";
import { Layout } from "./layout";
import { NotFound } from "./not-found";

const SCRIPT_TIMEOUT_MS = 15_000;

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

/** Rejects if the scripts of a page do not arrive in time. */
function inTime<T>(loaded: Promise<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(
      () => reject(new Error(`its scripts did not arrive within ${SCRIPT_TIMEOUT_MS / 1000} s`)),
      SCRIPT_TIMEOUT_MS,
    );
    void loaded.then(resolve, reject).finally(() => clearTimeout(timer));
  });
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
    inTime(loadPage(routeOf(path))).then(
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
        <Problem title="Could not load this page" onRetry={() => location.reload()}>
          {error}
        </Problem>
      ) : current === "loading" ? (
        <Loading />
      ) : current ? (
        <current.Component key={current.key} {...current.props} />
      ) : (
        <NotFound path={path} />
      )}
      <Toasts />
    </Layout>
  );
}
