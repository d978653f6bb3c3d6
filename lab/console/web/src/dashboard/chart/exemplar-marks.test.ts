import assert from "node:assert/strict";
import { test } from "node:test";
import type { ExemplarPoint, Series } from "../../api/dashboard";
import { exemplarMarks } from "./exemplar-marks";
import type { SeriesContent } from "./series";

const TRACE = "0af7651916cd43dd8448eb211c80319c";

const series = (ref: string): Series =>
  ({
    ref,
    config: {
      name: ref,
      decimals: null,
      no_value: null,
      color: { mode: "palette", fixed: null },
      unit: { id: "s", scale: "plain", suffix: " s", factor: 1 },
      mappings: [],
      custom: { axis: {} },
    },
  }) as unknown as Series;

/** 100 by 50 pixels for 1000 ms and values up to 0.5, 40 pixels from the left. */
const plot = {
  over: { offsetLeft: 40, offsetTop: 8, clientWidth: 100, clientHeight: 50 },
  valToPos: (value: number, scale: string) => (scale === "x" ? value / 10 : 50 - value * 100),
};

const point = (more: Partial<ExemplarPoint>): ExemplarPoint => ({
  ref: "B",
  at: 500,
  value: 0.25,
  labels: { job: "tea" },
  trace: TRACE,
  ...more,
});

const marks = (points: ExemplarPoint[], hidden: number[] = []) =>
  exemplarMarks(plot, {
    view: { kind: "series", times: [], step_ms: 0, series: [series("A"), series("B")] },
    annotations: [],
    exemplars: points,
    hidden: new Set(hidden),
    colors: ["red", "blue"],
  } as SeriesContent);

test("an exemplar is drawn at its time and value, in its target's color, and links to its trace", () => {
  const [mark] = marks([point({})]);
  assert.deepEqual([mark?.left, mark?.top, mark?.color, mark?.href], [90, 33, "blue", `/t/${TRACE}`]);
  assert.match(mark?.text ?? "", /job=tea/);
});

test("an exemplar without a trace has no link", () => {
  assert.equal(marks([point({ trace: null })])[0]?.href, null);
});

test("an exemplar outside the scale is at the plot's edge", () => {
  assert.deepEqual(
    marks([point({ value: 7 }), point({ value: -1 })]).map(({ top }) => top),
    [8, 58],
  );
});

test("exemplars outside the time range and of hidden or missing series are left out", () => {
  assert.deepEqual(marks([point({ at: -1 }), point({ at: 1001 }), point({ ref: "C" })]), []);
  assert.deepEqual(marks([point({})], [1]), []);
});
