//! A tutorial: its document, buttons for its commands, and panels that show their effect.
import { useEffect, useMemo, useState } from "preact/hooks";
import { get, isAbort, reason } from "../api/client";
import { useLab, useTitle } from "../api/lab";
import type { Tutorial } from "../api/types";
import { scrollToFragment } from "../router";
import { CopyButton } from "../ui/button";
import { Loading, Problem } from "../ui/states";
import { Contents, PreviousNext, useCurrentSection } from "./navigation";
import { SectionView, SidePanels, useWide } from "./section";
import { panelsOf, sectionsOf } from "./sections";
import "./tutorial.css";
import "./command.css";

/** `/tutorials/N` */
export function TutorialPage({ number }: { number: number }) {
  const [tutorial, setTutorial] = useState<Tutorial | null>(null);
  const [error, setError] = useState<string | null>(null);
  const [attempt, setAttempt] = useState(0);
  useEffect(() => {
    const controller = new AbortController();
    setTutorial(null);
    setError(null);
    get<Tutorial>(`/api/tutorials/${number}`, controller.signal).then(setTutorial, (error: unknown) => {
      if (!isAbort(error)) setError(reason(error));
    });
    return () => controller.abort();
  }, [number, attempt]);
  useTitle(tutorial?.title ?? "Tutorial");
  if (error !== null) return <Problem title={error} onRetry={() => setAttempt(attempt + 1)} />;
  if (tutorial === null) return <Loading what="Loading the tutorial" />;
  return <Document key={tutorial.id} tutorial={tutorial} />;
}

function Document({ tutorial }: { tutorial: Tutorial }) {
  const sections = useMemo(() => sectionsOf(tutorial.blocks), [tutorial]);
  const wide = useWide();
  const current = useCurrentSection(sections);
  const heads = useLab()?.tutorials ?? [];
  const running = tutorial.started;
  // The browser looked for the fragment before the document was rendered.
  useEffect(scrollToFragment, [sections]);
  return (
    <div class={`tutorial${wide ? " wide" : ""}`}>
      <Contents sections={sections} current={current} />
      <article class="document">
        <p class="breadcrumb">
          Tutorial {tutorial.number}
          {heads.length > 0 && ` of ${heads.length}`}
        </p>
        <h1>{tutorial.title}</h1>
        {!running && <NotRunning id={tutorial.id} />}
        {sections.map((section) => (
          <SectionView key={section.id} section={section} inlinePanels={!wide && running} running={running} />
        ))}
        <PreviousNext heads={heads} number={tutorial.number} />
      </article>
      {wide && running && <SidePanels panels={panelsOf(sections, current)} />}
    </div>
  );
}

function NotRunning({ id }: { id: string }) {
  const command = `make up TUTORIAL=${id}`;
  return (
    <div class="not-running" role="note">
      <p>
        <b>This tutorial is not running.</b> Start all tutorials with <code>make up</code>, or only this one with:
      </p>
      <p>
        <code>{command}</code> <CopyButton text={command} />
      </p>
    </div>
  );
}
