//! Which page is shown; each one's code is fetched when it is first wanted.
import type { ComponentType } from "preact";
import { useEffect, useState } from "preact/hooks";
import { reason } from "../api/client";
import { Empty, Loading, Problem } from "../ui/states";
import { Toasts } from "../ui/toast";
import { Layout } from "./layout";
import { interceptLinks, type Route, route, usePlace } from "./router";

interface Page {
  Show: ComponentType<Record<string, unknown>>;
  props: Record<string, unknown>;
  /** Another page of the same kind starts afresh. */
  key: string;
}

async function load(wanted: Route): Promise<Page | null> {
  switch (wanted.page) {
    case "picture":
      return page((await import("../picture/page")).PicturePage, {});
    case "tutorial":
      return page((await import("../tutorial/page")).TutorialPage, { number: wanted.number });
    case "dashboard":
      return page((await import("../dashboard/page")).DashboardPage, { uid: wanted.uid });
    case "trace":
      return page((await import("../trace/page")).TracePage, { trace: wanted.trace });
    case "traces":
      return page((await import("../trace/search")).TraceSearchPage, {});
    case "none":
      return null;
  }
}

function page<P>(Show: ComponentType<P>, props: P): Page {
  return { Show: Show as Page["Show"], props: props as Page["props"], key: JSON.stringify(props) };
}

interceptLinks();

export function App() {
  const { path } = usePlace();
  const [shown, show] = useState<Page | null | "loading">("loading");
  const [failed, fail] = useState<string | null>(null);

  useEffect(() => {
    let current = true;
    load(route(path)).then(
      (page) => {
        if (!current) return;
        fail(null);
        show(page);
      },
      (error: unknown) => current && fail(reason(error)),
    );
    return () => {
      current = false;
    };
  }, [path]);

  return (
    <Layout>
      {failed ? (
        <Problem title="This page could not be loaded">{failed}</Problem>
      ) : shown === "loading" ? (
        <Loading />
      ) : shown ? (
        <shown.Show key={shown.key} {...shown.props} />
      ) : (
        <Empty title="There is no such page">
          <a href="/">To the picture of the lab</a>
        </Empty>
      )}
      <Toasts />
    </Layout>
  );
}
