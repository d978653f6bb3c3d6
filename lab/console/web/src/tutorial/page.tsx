//! A tutorial: its document, the buttons of its commands, and beside it the panels that show what they do.
import { useEffect, useMemo, useState } from "preact/hooks";
import { get, isAbort, reason } from "../api/client";
import { useLab, useTitle } from "../api/lab";
import type { Tutorial } from "../api/types";
import { CopyButton } from "../ui/button";
import { Loading, Problem } from "../ui/states";
import { Contents } from "./contents";
import { useInView } from "./in-view";
import { Panels, useWide } from "./panels";
import { SectionView } from "./section";
import { panelsOf, sections } from "./sections";
import { Turn } from "./turn";
import "./tutorial.css";
import "./command.css";

/** /tutorials/N */
export function TutorialPage({ number }: { number: number }) {
  const [tutorial, setTutorial] = useState<Tutorial | null>(null);
  const [failed, setFailed] = useState<string | null>(null);
  const [round, setRound] = useState(0);
  useEffect(() => {
    const stop = new AbortController();
    setTutorial(null);
    setFailed(null);
    get<Tutorial>(`/api/tutorials/${number}`, stop.signal).then(setTutorial, (error: unknown) => {
      if (!isAbort(error)) setFailed(reason(error));
    });
    return () => stop.abort();
  }, [number, round]);
  useTitle(tutorial?.title ?? "Tutorial");
  if (failed !== null) return <Problem title={failed} onRetry={() => setRound(round + 1)} />;
  if (tutorial === null) return <Loading what="Opening the tutorial" />;
  return <Document key={tutorial.id} tutorial={tutorial} />;
}

function Document({ tutorial }: { tutorial: Tutorial }) {
  const all = useMemo(() => sections(tutorial.blocks), [tutorial]);
  const wide = useWide();
  const current = useInView(all);
  const lab = useLab();
  const heads = lab?.tutorials ?? [];
  useEffect(() => {
    if (location.hash !== "") document.getElementById(decodeURIComponent(location.hash.slice(1)))?.scrollIntoView();
  }, [all]);
  return (
    <div class={`tutorial${wide ? " wide" : ""}`}>
      <Contents sections={all} current={current} />
      <article class="document">
        <p class="trail">
          Tutorial {tutorial.number}
          {heads.length > 0 && ` of ${heads.length}`}
        </p>
        <h1>{tutorial.title}</h1>
        {!tutorial.started && <NotStarted id={tutorial.id} />}
        {all.map((section) => (
          <SectionView
            key={section.id}
            section={section}
            withPanels={!wide && tutorial.started}
            started={tutorial.started}
          />
        ))}
        <Turn heads={heads} number={tutorial.number} />
      </article>
      {wide && tutorial.started && <Panels panels={panelsOf(all, current)} />}
    </div>
  );
}

function NotStarted({ id }: { id: string }) {
  const command = `make up TUTORIAL=${id}`;
  return (
    <div class="not-started" role="note">
      <p>
        <b>This tutorial is not started.</b> This lab was started without it. It comes with <code>make up</code>, which
        starts them all, or alone with:
      </p>
      <p>
        <code>{command}</code> <CopyButton text={command} />
      </p>
    </div>
  );
}
